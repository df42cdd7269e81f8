"""A company whose truth is known, written as the ledger's events: what `effects.planted` draws, as it would be
recorded."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from vivencia.foundation.ledger.schema import CUSTOMERS, EVENTS
from vivencia.moments.effects.planted import TOUCHPOINTS, Planted

BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

Row = dict[str, Any]


def event(customer: str, at: datetime, name: str, **more: Any) -> Row:
    """One row in EVENTS' shape; what is not said is null."""
    properties = more.pop("properties", None)
    row: Row = dict.fromkeys(EVENTS.names)
    row |= {"customer_id": customer, "occurred_at": at, "received_at": at, "name": name, "seq": 0}
    row |= {"source": "test", "batch_id": "test", "properties": json.dumps(properties) if properties else None}
    return row | more


def table(rows: list[Row]) -> pa.Table:
    """Rows as a table; ids and sequence numbers are given in their order."""
    for place, row in enumerate(rows):
        row["event_id"], row["seq"] = row["event_id"] or f"e{place}", place
    return pa.Table.from_pylist(rows, schema=EVENTS)


def customer_table(rows: list[Row]) -> pa.Table:
    blank = dict.fromkeys(CUSTOMERS.names) | {"updated_at": BEGINNING, "source": "test", "batch_id": "test"}
    return pa.Table.from_pylist([blank | row for row in rows], schema=CUSTOMERS)


def written(planted: Planted, *, seed: int = 0) -> tuple[pa.Table, pa.Table]:
    """Events and customers of planted journeys: every touchpoint a day or so after the one before, the survey at the
    end."""
    draw = np.random.default_rng(seed)
    n = len(planted.segment)
    began = draw.uniform(0, 200, n)
    customers = [
        {
            "customer_id": f"c{i}",
            "segment": f"segment {planted.segment[i]}",
            "since": BEGINNING + (began[i] - 365 * float(planted.tenure[i])) * DAY,
        }
        for i in range(n)
    ]
    rows = [row for i in range(n) for row in _journey(planted, i, BEGINNING + began[i] * DAY, draw)]
    rows.append(event("nobody", BEGINNING + 700 * DAY, "the end of the record"))
    return table(rows), customer_table(customers)


def _journey(planted: Planted, i: int, began: datetime, draw: np.random.Generator) -> Iterator[Row]:
    who = f"c{i}"
    yield event(who, began, "account opened", touchpoint="account")
    for j, touchpoint in enumerate(TOUCHPOINTS):
        if planted.happened[i, j]:
            failed = planted.failed[i, j] == 1
            at = began + (1 + j + 0.8 * draw.random()) * DAY
            status = {"status": "failed" if failed else "done"}
            yield event(who, at, f"{touchpoint} lived", touchpoint=touchpoint, properties=status)
    asked = began + 14 * DAY
    yield event(who, asked, "survey sent", touchpoint="survey")
    if planted.reminded[i] == 1:
        yield event(who, asked + 0.01 * DAY, "survey reminder sent", touchpoint="survey")
    answered = asked + (1 + 2 * draw.random()) * DAY
    if planted.answered[i]:
        score = float(planted.score[i])
        yield event(who, answered, "survey answered", touchpoint="survey", metric="nps", score=score, scale_max=10.0)
    if planted.repurchase[i]:
        at = asked + (10 + 60 * draw.random()) * DAY
        yield event(who, at, "order placed", touchpoint="repurchase", amount=50.0, currency="EUR")
