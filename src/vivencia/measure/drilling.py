"""What is behind a figure: its observations one by one, with the customers and their words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.asking import Asked
from vivencia.measure.metrics import computing
from vivencia.measure.metrics.lived import Lived
from vivencia.measure.reading import Source

ORDERS = ("latest", "lowest", "highest")
COLUMNS = (
    "observed_at",
    "value",
    "customer_id",
    "event_id",
    "touchpoint",
    "channel",
    "employee_id",
    "subject_kind",
    "subject_id",
)


@dataclass(frozen=True)
class Row:
    """One observation. `value` as the variant counts it; `score`, `text`: what was answered, where something was."""

    observed_at: datetime
    value: float | None
    customer_id: str | None
    customer: str | None
    name: str | None
    touchpoint: str | None
    channel: str | None
    employee_id: str | None
    subject_kind: str | None
    subject_id: str | None
    score: float | None
    scale_max: float | None
    text: str | None


@dataclass(frozen=True)
class Found:
    """A page of rows, and how many there are in all."""

    rows: list[Row]
    total: int


def rows(source: Source, asked: Asked, order: str, first: int, count: int, *, only_words: bool = False) -> Found:
    """Rows from place `first` on, in one of ORDERS; `only_words`: only those with a verbatim of their own event."""
    question, segment = asked.question(source.rules.zone), asked.definition_of_segment

    def compute(lived: Lived) -> dict[str, Any]:
        observed = _observed(asked, lived, only_words=only_words)
        total = lived.to_arrow(observed.aggregate(n=_.count()))["n"][0].as_py()
        page = observed.order_by(_sorted(order)).limit(count, offset=first)
        return {"total": total, "rows": _told(lived, lived.to_arrow(page).to_pylist())}

    told = source.remembered(f"rows {order} {first} {count} {only_words}", question, segment, compute)
    return Found([_row(row) for row in told["rows"]], told["total"])


def every_row(source: Source, asked: Asked, most: int) -> list[Row]:
    """All rows, latest first, up to `most`: for export; not remembered."""
    lived = source.of(asked.definition_of_segment)
    page = _observed(asked, lived, only_words=False).order_by(_sorted("latest")).limit(most)
    return [_row(row) for row in _told(lived, lived.to_arrow(page).to_pylist())]


def _observed(asked: Asked, lived: Lived, *, only_words: bool) -> ir.Table:
    observed = computing.observations(asked.question(lived.rules.zone), lived).select(*COLUMNS)
    if not only_words:
        return observed
    worded = lived.events.filter(_.text.notnull()).select("event_id")
    return observed.semi_join(worded, "event_id")


def _sorted(order: str) -> list[Any]:
    latest = [ibis.desc("observed_at"), ibis.asc("event_id"), ibis.asc("customer_id")]
    by_value = {"lowest": [ibis.asc("value")], "highest": [ibis.desc("value")]}
    return [*by_value.get(order, []), *latest]


def _told(lived: Lived, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the names of their customers, and what their event says."""
    events = _by_id(lived, lived.events, "event_id", page, ("name", "text", "score", "scale_max"))
    people = _by_id(lived, lived.customers, "customer_id", page, ("name",))
    told = []
    for row in page:
        event, person = events.get(row["event_id"], {}), people.get(row["customer_id"], {})
        told.append(
            {
                **{name: value for name, value in row.items() if name != "event_id"},
                "observed_at": row["observed_at"].isoformat(),
                "value": None if row["value"] is None else float(row["value"]),
                "customer": person.get("name"),
                "name": event.get("name"),
                "text": event.get("text"),
                "score": event.get("score"),
                "scale_max": event.get("scale_max"),
            }
        )
    return told


def _by_id(
    lived: Lived, table: ir.Table, key: str, page: list[dict[str, Any]], columns: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """The rows of a table whose key is on the page."""
    wanted = sorted({row[key] for row in page if row[key]})
    if not wanted:
        return {}
    asked = ibis.memtable({"wanted": wanted})
    found = table.inner_join(asked, table[key] == asked.wanted).select(key, *columns)
    return {row[key]: row for row in lived.to_arrow(found).to_pylist()}


def _row(told: dict[str, Any]) -> Row:
    return Row(**{**told, "observed_at": datetime.fromisoformat(told["observed_at"])})
