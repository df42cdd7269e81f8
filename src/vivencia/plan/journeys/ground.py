"""What a map is held against: the journeys of its people and its period, and when and by whom each step was lived.

Journeys are read by case (an order, a ticket) where most of what happens at the map's touchpoints is about one, else
by customer. A journey belongs where something of it lies in the period; what is counted lies in the period itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from numpy.typing import NDArray

from vivencia.foundation.ledger.reading import Read
from vivencia.plan.journeys.drawing import Drawing
from vivencia.understand.journey_asking import Asked
from vivencia.understand.journey_look import Look
from vivencia.understand.journey_reading import data_shape
from vivencia.understand.journeys.selection import Selection, chosen
from vivencia.understand.journeys.table import CaseKind, Ints, JourneyTable, Mask
from vivencia.understand.promises import promises

YEAR = timedelta(days=365)
YEAR_SECONDS = 365.25 * 86_400
LATELY = timedelta(days=90)  # the last period of a trend, and the one before it
_MICRO = 1_000_000


@dataclass(frozen=True)
class Ground:
    """`kind`: of subject, where journeys are of cases; `segment`: as `journey_asking.Asked` says it; [since, until)."""

    read: Read
    as_of: datetime
    case: CaseKind
    kind: str | None
    segment: str
    since: datetime
    until: datetime

    @cached_property
    def observed(self) -> dict[tuple[str | None, ...], Any]:
        """What `observed.observe` has looked up here: many steps of a map are at the same touchpoints."""
        return {}

    @cached_property
    def look(self) -> Look:
        return Look(self.read, Asked(self.case, self.segment))

    @property
    def table(self) -> JourneyTable:
        """All journeys of all people; `mask` says which are meant."""
        return self.look.whole

    @property
    def years(self) -> float:
        return max((self.until - self.since).total_seconds() / YEAR_SECONDS, 1 / 365.25)

    @cached_property
    def mask(self) -> Mask:
        """The journeys of these people of which something lies in the period."""
        table = self.table
        meant = self.look.mask & (table.ended >= micros(self.since)) & (table.began < micros(self.until))
        if self.case == "subject" and self.kind is not None and self.kind in table.kinds:
            meant &= chosen(table, Selection(kind=self.kind))
        return np.asarray(meant)

    @cached_property
    def journeys(self) -> int:
        return int(self.mask.sum())

    @cached_property
    def _by_step(self) -> dict[int, Ints]:
        """Rows of the journeys meant that lie in the period, by the code of their step."""
        table = self.table
        inside = (table.at >= micros(self.since)) & (table.at < micros(self.until))
        rows = np.flatnonzero(np.repeat(self.mask, table.lengths) & inside)
        steps = np.asarray(table.step[rows], np.int64)
        order = np.argsort(steps, kind="stable")
        counts = np.bincount(steps, minlength=len(table.steps))
        parts = np.split(rows[order], np.cumsum(counts)[:-1]) if len(table.steps) else []
        return dict(enumerate(parts))

    def visits(self, touchpoint: str | None) -> Ints:
        """The rows at a touchpoint, in the order of journeys; none where nobody comes by."""
        if touchpoint is None or touchpoint not in self.table.steps:
            return np.zeros(0, np.int64)
        return self._by_step.get(self.table.code(touchpoint), np.zeros(0, np.int64))

    def customers_a_year(self, touchpoint: str | None) -> float:
        """How many different customers a year have something happen at a touchpoint, whatever their journeys are read
        by; what nobody is known of counts for itself."""
        return self._coming.get(touchpoint or "", 0) / self.years

    @cached_property
    def _coming(self) -> dict[str, int]:
        def compute() -> dict[str, int]:
            events = self.read.events.filter(_.touchpoint.notnull())
            events = events.filter((_.occurred_at >= self.since) & (_.occurred_at < self.until))
            if self.segment:
                meant = pa.table({"customer_id": pa.array(self.customer_ids(sorted(self.persons)), pa.string())})
                events = events.semi_join(ibis.memtable(meant), "customer_id")
            counted = events.group_by("touchpoint").aggregate(
                known=_.customer_id.nunique(), unknown=_.customer_id.isnull().sum()
            )
            return {row["touchpoint"]: row["known"] + row["unknown"] for row in self.read.to_arrow(counted).to_pylist()}

        what = f"map-coming-{self.since.isoformat()}-{self.until.isoformat()}"
        told: dict[str, int] = self.look.remember(what, compute)
        return told

    def people(self, rows: Ints) -> Ints:
        """The number of the person behind each row."""
        table = self.table
        return np.asarray(table.person[np.searchsorted(table.offsets, rows, side="right") - 1], np.int64)

    def journeys_of(self, rows: Ints) -> Ints:
        return np.asarray(np.searchsorted(self.table.offsets, rows, side="right") - 1, np.int64)

    @cached_property
    def persons(self) -> frozenset[int]:
        return frozenset(np.unique(self.table.person[self.mask]).tolist())

    @cached_property
    def promised(self) -> pa.Table:
        """Every promise: `promise`, `touchpoint` (where made), `person` (number, -1 unknown), `promised_at` (µs),
        `fulfilled_at` (µs, null: not yet), `state`."""

        def compute() -> pa.Table:
            made = promises(self.read.events, self.as_of)
            columns = ("promise", "touchpoint", "customer_id", "promised_at", "fulfilled_at", "state")
            return self.read.to_arrow(made.select(*columns))

        rows: pa.Table = self.read.remember(f"map-promises-late-{self.as_of:%Y-%m-%dT%H}", compute)
        known = pc.index_in(rows["customer_id"], value_set=_strings(self.table.person_ids)).fill_null(-1)
        person = np.asarray(known.to_numpy(), np.int64)
        return rows.drop_columns(["customer_id"]).append_column("person", pa.array(person))

    @cached_property
    def fulfilled_at(self) -> dict[str, str]:
        """Kind of promise -> the touchpoint at which it is usually fulfilled, else the one it is usually made at."""
        told: dict[str, str] = self.read.remember("map-promise-places", lambda: _usual_places(self.read))
        return told

    @cached_property
    def answering(self) -> dict[str, list[dict[str, Any]]]:
        """Touchpoint -> its channels, each with `visits`, `attended` (with a named employee) and `employees`."""

        def compute() -> dict[str, list[dict[str, Any]]]:
            events = self.read.events.filter(_.touchpoint.notnull())
            counted = events.group_by("touchpoint", "channel").aggregate(
                visits=_.count(), attended=_.employee_id.count(), employees=_.employee_id.nunique()
            )
            found: dict[str, list[dict[str, Any]]] = {}
            for row in self.read.to_arrow(counted.order_by(["touchpoint", ibis.desc("visits")])).to_pylist():
                found.setdefault(row.pop("touchpoint"), []).append(row)
            return found

        told: dict[str, list[dict[str, Any]]] = self.read.remember("map-answering", compute)
        return told

    def customer_ids(self, people: Iterable[int]) -> list[str]:
        """The ids of these people; those nobody knows left out."""
        ids = self.table.person_ids
        told = [ids[int(one)].as_py() for one in people if one >= 0]
        return [one for one in told if one]


def ground(
    read: Read,
    as_of: datetime,
    *,
    touchpoints: Iterable[str] = (),
    segment: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    case: CaseKind | None = None,
) -> Ground:
    """The ground of these touchpoints; without a period the last year, as far as data go back.

    Where nothing has come from them for a year (old data beside new), it is the year up to their newest event.
    """
    newest = _newest(read, tuple(touchpoints)) if until is None else None
    last = newest if newest is not None and newest < as_of - YEAR else as_of
    end = until or last + timedelta(seconds=1)
    begin = since or max(end - YEAR, _first(read, end - YEAR))
    by, kind = _unit(read, tuple(touchpoints))
    chosen_case = case or by
    return Ground(read, as_of, chosen_case, kind if chosen_case == "subject" else None, segment, begin, end)


def touchpoints_of(drawing: Drawing) -> list[str]:
    """The ledger's touchpoints a drawing speaks of."""
    return [step.touchpoint for step in drawing.steps if step.touchpoint]


def micros(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def distinct(people: Ints) -> int:
    """How many people; those nobody knows count each for themselves."""
    known = people[people >= 0]
    return len(np.unique(known)) + int((people < 0).sum())


def _newest(read: Read, touchpoints: tuple[str, ...]) -> datetime | None:
    """When something last happened at any of these touchpoints."""
    if not touchpoints:
        return None

    def compute() -> str | None:
        there = read.events.filter(read.events.touchpoint.isin(touchpoints))
        newest = read.to_arrow(there.aggregate(newest=_.occurred_at.max()))["newest"][0].as_py()
        return newest.isoformat() if newest else None

    told = read.remember(f"map-newest-{'|'.join(sorted(touchpoints))}", compute)
    return datetime.fromisoformat(told) if told else None


def _first(read: Read, otherwise: datetime) -> datetime:
    def compute() -> str | None:
        first = read.to_arrow(read.events.aggregate(first=_.occurred_at.min()))["first"][0].as_py()
        return first.isoformat() if first else None

    told = read.remember("map-first-event", compute)
    return datetime.fromisoformat(told) if told else otherwise


def _unit(read: Read, touchpoints: tuple[str, ...]) -> tuple[CaseKind, str | None]:
    """By what the journeys of these touchpoints are read, and the kind of subject where by subject."""
    usual = data_shape(read).case

    def compute() -> list[dict[str, Any]]:
        events = read.events.filter(_.touchpoint.notnull())
        counted = events.group_by("touchpoint", "subject_kind").aggregate(
            n=_.count(), about=_.subject_id.count(), known=_.customer_id.count()
        )
        rows: list[dict[str, Any]] = read.to_arrow(counted).to_pylist()
        return rows

    rows = [row for row in read.remember("map-subjects", compute) if row["touchpoint"] in touchpoints]
    if not rows or usual == "subject":
        return usual, None
    by_kind: dict[str | None, int] = {}
    for row in rows:
        by_kind[row["subject_kind"]] = by_kind.get(row["subject_kind"], 0) + row["about"]
    kind = max(by_kind, key=lambda one: by_kind[one])
    return ("subject", kind) if by_kind[kind] * 2 > sum(row["n"] for row in rows) else ("customer", None)


def _usual_places(read: Read) -> dict[str, str]:
    told = read.events.filter(_.promise.notnull() & _.touchpoint.notnull())
    counted = told.group_by("promise", "touchpoint").aggregate(done=_.promised_at.isnull().sum(), n=_.count())
    best: dict[str, tuple[int, int, str]] = {}
    for row in read.to_arrow(counted).to_pylist():
        rank = (row["done"], row["n"], row["touchpoint"])
        best[row["promise"]] = max(best.get(row["promise"], rank), rank)
    return {kind: rank[2] for kind, rank in best.items()}


def _strings(ids: pa.Array) -> pa.Array:
    return ids.cast(pa.string()) if ids.type != pa.string() else ids


Floats = NDArray[np.float64]
