"""Collects what happens, column by column, and makes it a table in EVENTS' shape."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vivencia.foundation.ledger.schema import EVENTS
from vivencia.listen.demo.company import BATCH, CURRENCY
from vivencia.listen.demo.people import Floats

_DAY_US = 86_400_000_000
Column = Sequence[Any] | npt.NDArray[Any] | str | float | None


class Log:
    """Everything that happened so far. Times are given in days since `start`."""

    def __init__(self, start: datetime) -> None:
        self._start_us = int(start.timestamp()) * 1_000_000
        self._parts: list[pa.Table] = []
        self._rows = 0

    def add(self, name: str, at: Floats, *, heard_after: float = 20.0, **columns: Column) -> None:
        """Add one kind of event, one row per entry of `at`; a column is one value for all or one value each.

        `promised` is in days like `at`; `heard_after` is how many seconds later the event was received.
        """
        rows = len(at)
        if not rows:
            return
        given: dict[str, Column] = {"name": name, "batch_id": BATCH, **columns}
        if "amount" in given:
            given["currency"] = CURRENCY
        arrays: dict[str, pa.Array] = {
            "occurred_at": self._times(at),
            "received_at": self._times(at + heard_after / 86_400),
            "seq": pa.array(np.arange(self._rows, self._rows + rows)),
            "event_id": pa.array([f"demo-{place:07d}" for place in range(self._rows, self._rows + rows)]),
        }
        promised = given.pop("promised", None)
        if promised is not None:
            arrays["promised_at"] = self._times(np.asarray(promised, dtype=np.float64))
        for column, value in given.items():
            arrays[column] = _column(value, EVENTS.field(column).type, rows)
        self._parts.append(pa.table([arrays.get(f.name, pa.nulls(rows, f.type)) for f in EVENTS], schema=EVENTS))
        self._rows += rows

    def table(self, until: datetime) -> pa.Table:
        """Everything that happened before `until`, by time; `seq` keeps ties in the order they were added."""
        events = pa.concat_tables(self._parts)
        events = events.filter(pc.less(events["occurred_at"], pa.scalar(until, EVENTS.field("occurred_at").type)))
        return events.sort_by([("occurred_at", "ascending"), ("seq", "ascending")])

    def _times(self, days: Floats) -> pa.Array:
        us = self._start_us + np.rint(np.nan_to_num(days) * 86_400).astype(np.int64) * 1_000_000
        return pa.array(us, mask=np.isnan(days)).cast(EVENTS.field("occurred_at").type)


def _column(value: Column, kind: pa.DataType, rows: int) -> pa.Array:
    if value is None or isinstance(value, str | float):
        return pa.repeat(pa.scalar(value, kind), rows)
    return pa.array(value, kind)
