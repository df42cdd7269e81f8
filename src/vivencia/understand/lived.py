"""Everything the ledger holds about one person, taken out at once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.json_text import members_of
from vivencia.understand.promises import promises

WRITING = ("message sent", "message held back", "message not sent", "message came back")  # told by `act/outreach`


@dataclass(frozen=True)
class Lived:
    """One event of a person's life, as the ledger has it; None where it says nothing."""

    event_id: str
    at: datetime
    name: str
    touchpoint: str | None = None
    channel: str | None = None
    amount: float | None = None
    currency: str | None = None
    promise: str | None = None
    promised_at: datetime | None = None
    metric: str | None = None
    score: float | None = None
    scale_max: float | None = None
    text: str | None = None
    employee_id: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    source: str = ""
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def about_surveys(self) -> bool:
        """Asking and answering rather than living, or our writing to them: it does not say when they were last here."""
        return self.metric is not None or self.name.startswith("survey") or self.name in WRITING


@dataclass(frozen=True)
class Promised:
    """One promise made to a person, as `understand.promises` derives it."""

    event_id: str
    promise: str
    subject_kind: str | None
    subject_id: str | None
    opened_at: datetime
    promised_at: datetime
    fulfilled_at: datetime | None
    state: str
    late_hours: float | None
    withdrawn_at: datetime | None = None


_COLUMNS = (
    "event_id", "name", "touchpoint", "channel", "amount", "currency", "promise", "promised_at", "metric", "score",
    "scale_max", "text", "employee_id", "subject_kind", "subject_id", "source", "properties",
)  # fmt: skip
_PROMISED = (
    "event_id", "promise", "subject_kind", "subject_id", "opened_at", "promised_at", "fulfilled_at", "state",
    "late_hours", "withdrawn_at",
)  # fmt: skip


def life_of(read: Read, customer_id: str, as_of: datetime) -> tuple[list[Lived], list[Promised]]:
    """What the person lived up to `as_of`, and every promise made to them, oldest first; ties as the sources had them.

    Their events are taken out once; promises are worked out from those few rows.
    """
    rows = read.to_arrow(read.events_of(customer_id).filter(_.occurred_at <= as_of))
    return _lives(rows, as_of).get(customer_id, ([], []))


def lives_of(
    read: Read, customer_ids: Collection[str], as_of: datetime
) -> dict[str, tuple[list[Lived], list[Promised]]]:
    """As `life_of` for many people (canonical ids) at once; who has lived nothing is left out."""
    wanted = read.events.filter(_.customer_id.isin(list(customer_ids)) & (_.occurred_at <= as_of))
    return _lives(read.to_arrow(wanted), as_of)


def _lives(rows: pa.Table, as_of: datetime) -> dict[str, tuple[list[Lived], list[Promised]]]:
    theirs = ibis.memtable(rows)
    ordered = theirs.order_by([ibis.asc("occurred_at"), ibis.asc("received_at"), ibis.asc("seq")])
    lived = ordered.select("customer_id", *_COLUMNS, at=_.occurred_at).to_pyarrow().to_pylist()
    told = promises(theirs, as_of).select("customer_id", *_PROMISED).order_by(ibis.asc("opened_at"))
    lives: dict[str, tuple[list[Lived], list[Promised]]] = {}
    for row in lived:
        whose = row.pop("customer_id")
        lives.setdefault(whose, ([], []))[0].append(Lived(**{**row, "properties": members_of(row["properties"])}))
    for row in told.to_pyarrow().to_pylist():
        whose = row.pop("customer_id")
        lives.setdefault(whose, ([], []))[1].append(Promised(**row))
    return lives
