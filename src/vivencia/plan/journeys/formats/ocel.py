"""Object-centric event log 2.0 (ocel-standard.org), as JSON: lived journeys written, a flow read from any such log.

Written: an event a step lived, of the touchpoint's type, with its channel; it belongs to its case (an order, a ticket)
and to its customer. Read: the object type most events belong to gives the journeys; event types that enough of them
pass become steps, frequent moves become ways: alternatives, and what is lived in any order, as in lived maps
(`lived_ways`). What a log does not say (expectations, lanes) stays empty. Logs are read row by row, never held whole.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import combinations, pairwise
from typing import Any, BinaryIO

from vivencia.plan.journeys.drawing import LONGEST_NAME, Drawing, Lane, Phase, Step, arranged, check, key_for
from vivencia.plan.journeys.formats.errors import FormatError
from vivencia.plan.journeys.formats.rows import rows
from vivencia.plan.journeys.lived_ways import BOTH, EITHER, linked

COMMON = 0.05  # share of journeys from which on an event type is a step
MOST_STEPS = 40
HALF = 0.5
OF_ITS_JOURNEY = b'"qualifier":"journey"'  # stands once in each event that is written


@dataclass(frozen=True)
class Lived:
    """One event to be written: `case` and `customer` are ids (customer None: not known)."""

    touchpoint: str
    at: datetime
    case: str
    customer: str | None
    channel: str | None


def write(lived: Iterable[Lived], *, kind: str) -> bytes:
    """An OCEL 2.0 document. `kind`: what a case is ("order"); "customer" where journeys are of customers."""
    events: list[dict[str, Any]] = []
    types: dict[str, None] = {}
    cases: dict[str, str | None] = {}
    for number, one in enumerate(lived, 1):
        types[one.touchpoint] = None
        cases[one.case] = one.customer
        related = [{"objectId": f"{kind}:{one.case}", "qualifier": "journey"}]
        if kind != "customer" and one.customer:
            related.append({"objectId": f"customer:{one.customer}", "qualifier": "customer"})
        channel = [{"name": "channel", "value": one.channel}] if one.channel else []
        events.append(
            {"id": f"e{number}", "type": one.touchpoint, "time": one.at.isoformat().replace("+00:00", "Z"),
             "attributes": channel, "relationships": related}
        )  # fmt: skip
    document = {
        "objectTypes": [{"name": name, "attributes": []} for name in dict.fromkeys((kind, "customer"))],
        "eventTypes": [{"name": name, "attributes": [{"name": "channel", "type": "string"}]} for name in sorted(types)],
        "objects": list(_objects(cases, kind)),
        "events": events,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _objects(cases: dict[str, str | None], kind: str) -> Iterator[dict[str, Any]]:
    for case, customer in cases.items():
        belongs = [{"objectId": f"customer:{customer}", "qualifier": "of"}] if customer and kind != "customer" else []
        yield {"id": f"{kind}:{case}", "type": kind, "attributes": [], "relationships": belongs}
    if kind != "customer":
        for customer in dict.fromkeys(one for one in cases.values() if one):
            yield {"id": f"customer:{customer}", "type": "customer", "attributes": [], "relationships": []}


def read(file: BinaryIO, *, language: str, title: str) -> Drawing:
    """The usual flow of a log as a target to begin from. Raises FormatError naming the element."""
    journeys = _journeys(_log(file))
    if not journeys:
        raise FormatError("events", "empty")
    return _drawn(journeys, language, title)


@dataclass
class _Log:
    """What of a log is kept: the type of each object; of each event its time, place, type and objects."""

    kind_of: dict[str, str] = field(default_factory=dict)
    events: list[tuple[datetime, int, str, tuple[str, ...]]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # each text once, however often it stands there

    def take_object(self, one: dict[str, Any], where: str) -> None:
        self.kind_of[self._once(_field(one, where, "id"))] = self._once(_field(one, where, "type"))

    def take_event(self, event: dict[str, Any], where: str, number: int) -> None:
        related = event.get("relationships") or []
        if not isinstance(related, list) or not all(isinstance(one, dict) for one in related):
            raise FormatError(f"{where}.relationships", "not_a_list")
        objects = tuple(self._once(str(one.get("objectId"))) for one in related)
        self.events.append((_time(event, where), number, self._once(_field(event, where, "type")), objects))

    def _once(self, text: str) -> str:
        return self.names.setdefault(text, text)


def _log(file: BinaryIO) -> _Log:
    log, there = _Log(), set()
    for name, number, row in rows(file):
        if name == "ocel:events":
            raise FormatError("ocel:events", "version", "1.0")
        if name not in ("objects", "events"):
            continue
        there.add(name)
        if number < 0:
            if row != []:
                raise FormatError(name, "not_a_list")
            continue
        where = f"{name}[{number}]"
        if not isinstance(row, dict):
            raise FormatError(where, "not_an_object")
        if name == "objects":
            log.take_object(row, where)
        else:
            log.take_event(row, where, number)
    for name in ("objects", "events"):
        if name not in there:
            raise FormatError(name, "missing")
    log.events.sort(key=lambda one: one[:2])
    return log


def _field(row: dict[str, Any], where: str, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise FormatError(f"{where}.{name}", "missing")
    return value


def _time(event: dict[str, Any], where: str) -> datetime:
    told = _field(event, where, "time")
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as wrong:
        raise FormatError(f"{where}.time", "not_a_time", told[:40]) from wrong
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _journeys(log: _Log) -> list[list[str]]:
    """The event types each object of the commonest type went through, in order.

    Where every event of an order is its customer's too, both types are as common: the finer one, with more objects, is
    the journey.
    """
    by_kind = Counter(log.kind_of[one] for *_event, ids in log.events for one in ids if one in log.kind_of)
    if not by_kind:
        return []
    objects = Counter(log.kind_of.values())
    kind = max(sorted(by_kind), key=lambda one: (by_kind[one], objects[one]))
    paths: dict[str, list[str]] = defaultdict(list)
    for _at, _n, name, ids in log.events:
        for one in dict.fromkeys(ids):
            if log.kind_of.get(one) == kind:
                paths[one].append(name)
    return list(paths.values())


def _drawn(journeys: list[list[str]], language: str, title: str) -> Drawing:
    passed = Counter(name for path in journeys for name in set(path))
    common = [name for name, n in passed.most_common(MOST_STEPS) if n >= COMMON * len(journeys)]
    sooner = _first_after(journeys, common)
    order = _ordered(common, sooner)
    steps: list[Step] = []
    for name in order:
        key = key_for(name, [one.key for one in steps])
        optional = passed[name] < HALF * len(journeys)
        steps.append(Step(key, "journey", name[:LONGEST_NAME], name[:LONGEST_NAME], optional=optional))
    key_of = {name: step.key for name, step in zip(order, steps, strict=True)}
    side = {frozenset(key_of[one] for one in pair) for pair in _beside(order, sooner, passed)}
    links, together = linked([step.key for step in steps], _shares(journeys, key_of), side)
    told = tuple(replace(step, then="all") if step.key in together else step for step in steps)
    drawn = Drawing(
        title[:LONGEST_NAME], language, "target", phases=(Phase("journey", ""),), steps=told,
        links=links, lanes=(Lane("touchpoint", "", "touchpoint"),),
    )  # fmt: skip
    return arranged(check(drawn))


def _first_after(journeys: list[list[str]], names: list[str]) -> Counter[tuple[str, str]]:
    """In how many journeys the first of two names comes by sooner than the second."""
    sooner: Counter[tuple[str, str]] = Counter()
    wanted = set(names)
    for path in journeys:
        seen = [name for name in dict.fromkeys(path) if name in wanted]
        sooner.update((a, b) for at, a in enumerate(seen) for b in seen[at + 1 :])
    return sooner


def _ordered(names: list[str], sooner: Counter[tuple[str, str]]) -> list[str]:
    """By how many of the others each usually comes before."""
    wins = {a: sum(sooner[a, b] > sooner[b, a] for b in names) for a in names}
    return sorted(names, key=lambda name: (-wins[name], names.index(name)))


def _beside(names: list[str], sooner: Counter[tuple[str, str]], passed: Counter[str]) -> set[frozenset[str]]:
    """Pairs in which both orders are common, where most of those who come by either come by both."""
    found = set()
    for a, b in combinations(names, 2):
        both = sooner[a, b] + sooner[b, a]
        often = both >= BOTH * (passed[a] + passed[b] - both)
        if both and often and min(sooner[a, b], sooner[b, a]) >= EITHER * both:
            found.add(frozenset((a, b)))
    return found


def _shares(journeys: list[list[str]], key_of: dict[str, str]) -> dict[tuple[str, str], float]:
    """Share of a step's visits that go on to another at once."""
    moves = Counter((a, b) for path in journeys for a, b in pairwise(path) if a in key_of and b in key_of)
    visits = Counter(name for path in journeys for name in path)
    return {(key_of[a], key_of[b]): n / visits[a] for (a, b), n in moves.items()}
