"""Journeys by hand: the definitions in plain Python, as slow and as obvious as they can be."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from vivencia.foundation.ledger.schema import EVENTS

START = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Lived:
    """One event as a test writes it: whose, where, how many hours after the start; the rest as needed."""

    customer: str | None
    touchpoint: str | None
    hours: float = 0.0
    subject: str | None = None
    channel: str | None = None
    score: float | None = None
    metric: str = "csat"
    scale_max: float = 5.0
    name: str = "something"
    kind: str = "order"
    source: str = "shop"
    text: str | None = None

    @property
    def at(self) -> datetime:
        return START + timedelta(hours=self.hours)


def arrow(lived: Sequence[Lived]) -> pa.Table:
    """The events as a table in the ledger's shape, in this order in their file."""
    rows = [
        {
            "event_id": f"e{place:06}",
            "customer_id": event.customer,
            "occurred_at": event.at,
            "received_at": event.at,
            "seq": place,
            "name": event.name,
            "touchpoint": event.touchpoint,
            "channel": event.channel,
            "metric": event.metric if event.score is not None else None,
            "score": event.score,
            "scale_max": event.scale_max if event.score is not None else None,
            "text": event.text,
            "subject_kind": event.kind if event.subject is not None else None,
            "subject_id": event.subject,
            "source": event.source,
            "batch_id": "b",
        }
        for place, event in enumerate(lived)
    ]
    return pa.Table.from_pylist(rows, schema=EVENTS)


DUCKDB = ibis.duckdb.connect()


def asked(events: pa.Table) -> tuple[ir.Table, Callable[[ir.Table], pa.Table]]:
    """The events as an engine holds them, and how to ask it."""
    DUCKDB.con.register("events", events)
    return DUCKDB.table("events"), DUCKDB.to_pyarrow


def journeys(lived: Sequence[Lived], case: str = "customer") -> dict[str, list[Lived]]:
    """Every case's steps in order."""
    by_case: dict[str, list[Lived]] = defaultdict(list)
    for event in sorted(lived, key=lambda event: event.hours):  # stable: file order breaks ties
        name = event.customer if case == "customer" else event.subject
        if name is not None and event.touchpoint is not None:
            by_case[name].append(event)
    return dict(by_case)


def person(steps: Sequence[Lived], case: str) -> str:
    """Whose journey it is: the first customer it names, or a person of its own."""
    return next((event.customer for event in steps if event.customer), f"nobody of {case}")


def edges(by_case: dict[str, list[Lived]]) -> dict[tuple[str, str], tuple[int, int, int, float]]:
    """(source, target) -> moves, customers, journeys, median seconds between."""
    waits: dict[tuple[str, str], list[float]] = defaultdict(list)
    cases: dict[tuple[str, str], set[str]] = defaultdict(set)
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case, steps in by_case.items():
        for here, there in pairwise(steps):
            pair = (str(here.touchpoint), str(there.touchpoint))
            waits[pair].append((there.at - here.at).total_seconds())
            cases[pair].add(case)
            people[pair].add(person(steps, case))
    return {pair: (len(w), len(people[pair]), len(cases[pair]), median(w)) for pair, w in waits.items()}


def variants(by_case: dict[str, list[Lived]]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(str(event.touchpoint) for event in steps) for steps in by_case.values())


def furthest(steps: Sequence[Lived], wanted: Sequence[str], within: timedelta | None) -> int:
    """How many of the wanted steps the journey reaches: from every first step, try every way on."""

    def on(place: int, rest: Sequence[str], begin: datetime) -> int:
        if not rest:
            return 0
        ways = (
            1 + on(i + 1, rest[1:], begin)
            for i in range(place, len(steps))
            if steps[i].touchpoint == rest[0] and (within is None or steps[i].at - begin <= within)
        )
        return max(ways, default=0)

    begins = (i for i, event in enumerate(steps) if event.touchpoint == wanted[0])
    return max((1 + on(i + 1, wanted[1:], steps[i].at) for i in begins), default=0)
