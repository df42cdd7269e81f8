"""What is happening now: what rose, promises about to break or broken, and what customers said last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.vocabulary import title
from vivencia.understand import emerging_pages
from vivencia.understand.promises import promises

SOON = timedelta(days=2)
RECENT = timedelta(days=30)  # an overdue promise older than this is history, not today's work
LISTED = 5
DUE_LISTED = 2  # of these at least, where there are so many, what can still be kept
RISEN = 3  # an overview with more of them is no overview


@dataclass(frozen=True)
class AtRisk:
    """One promise that is overdue or about to be."""

    customer_id: str
    name: str
    promise: str
    promised_at: datetime
    overdue: bool

    @property
    def said(self) -> str:
        """What was promised, in the reader's words."""
        return title(self.promise)


@dataclass(frozen=True)
class Promises:
    """`overdue`: past due in the last 30 days, neither fulfilled nor cancelled; `soon`: due within two days.

    `listed`: the most urgent: who has waited longest, and what is due next, which can still be kept.
    """

    overdue: int
    soon: int
    listed: tuple[AtRisk, ...]

    @property
    def none(self) -> bool:
        return not (self.overdue or self.soon)


@dataclass(frozen=True)
class Voice:
    """Words of a customer (None: nobody knows whose); `score` of `scale_max`, None where they gave none."""

    customer_id: str | None
    text: str
    at: datetime
    metric: str
    score: float | None
    scale_max: float | None

    @property
    def tone(self) -> str:
        if self.score is None or not self.scale_max:
            return ""
        share = self.score / self.scale_max
        return "pain" if share <= 0.6 else "gain" if share >= 0.8 else ""


def risen(user: object) -> dict[str, Any]:
    """What customers are suddenly talking about and nobody has marked: the `first` few, and how many `more`."""
    found = emerging_pages.in_short(user)
    return {"first": found[:RISEN], "more": max(0, len(found) - RISEN)}


def promises_now(read: Read, as_of: datetime) -> Promises:
    """Promises at risk, remembered by the ledger's version and the hour."""
    told = read.remember(f"lead/promises/5 {as_of:%Y-%m-%dT%H}", lambda: _promises(read, as_of))
    listed = tuple(
        AtRisk(**{**row, "promised_at": datetime.fromisoformat(row["promised_at"])}) for row in told["listed"]
    )
    return Promises(told["overdue"], told["soon"], listed)


def _promises(read: Read, as_of: datetime) -> dict[str, Any]:
    now = ibis.literal(as_of)
    made = promises(read.events.filter(_.occurred_at <= now), as_of, due=(as_of - RECENT, as_of + SOON))
    waited_for = _.state.isin(["open", "overdue"]) & _.withdrawn_at.isnull()
    near = made.filter(waited_for & _.customer_id.notnull())
    names = read.customers.select("customer_id", "name")
    rows = near.left_join(names, "customer_id").select("customer_id", "name", "promise", "promised_at", "state")
    counts = read.to_arrow(near.group_by("state").aggregate(n=_.count())).to_pylist()
    by_state = {row["state"]: row["n"] for row in counts}
    ordered = rows.order_by([_.promised_at.asc(), _.customer_id.asc()])
    late, next_due = (
        read.to_arrow(ordered.filter(_.state == state).limit(LISTED)).to_pylist() for state in ("overdue", "open")
    )
    shown = LISTED - min(DUE_LISTED, len(next_due))
    first = [*late[:shown], *next_due[: LISTED - len(late[:shown])]]
    listed = [
        {
            "customer_id": row["customer_id"],
            "name": row["name"] or "",
            "promise": row["promise"],
            "promised_at": row["promised_at"].isoformat(),
            "overdue": row["state"] == "overdue",
        }
        for row in first
    ]
    return {"overdue": by_state.get("overdue", 0), "soon": by_state.get("open", 0), "listed": listed}


def voices(read: Read, as_of: datetime) -> list[Voice]:
    """The latest words of customers, newest first."""
    columns = ("customer_id", "text", "at", "metric", "score", "scale_max")

    def compute() -> list[dict[str, Any]]:
        said = read.events.filter(_.text.notnull() & (_.text.strip() != ""))
        about = said.filter(_.metric.isnull() | (_.metric != "enps")).mutate(at=_.occurred_at)
        rows = read.to_arrow(about.order_by([ibis.desc("at"), ibis.asc("event_id")]).select(*columns).limit(4))
        return [{**row, "at": row["at"].isoformat()} for row in rows.to_pylist()]

    told = read.remember("lead/voices/3", compute)
    return [Voice(**{**row, "at": datetime.fromisoformat(row["at"]), "metric": row["metric"] or ""}) for row in told]
