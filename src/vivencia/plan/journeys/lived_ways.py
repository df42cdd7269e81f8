"""The ways between the steps of a lived map: what usually follows, where journeys part, what is lived in any order.

Two steps are lived side by side where both orders are common among the journeys that come by both, and few go back and
forth between them: then neither leads to the other, and both follow from what comes before them.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from vivencia.plan.journeys.branches import parted
from vivencia.plan.journeys.drawing import Link, LinkKind, Step
from vivencia.understand.journeys.flow import Flow
from vivencia.understand.journeys.table import Ints, JourneyTable

TAKEN = 0.1  # share of a step's visits from which on a short cut or a way back is drawn
EITHER = 0.25  # each order, of the journeys that come by both steps: less is an exception
BOTH = 0.75  # of the journeys that come by either come by both, where both are lived side by side
LOOKED_AT = 200_000  # journeys from which orders are read

Pair = tuple[str, str]


def first_places(table: JourneyTable, steps: Sequence[str]) -> Ints:
    """One row a journey (the first of them), one column a step: where it first comes by, -1 where it never does."""
    firsts = np.flatnonzero(table.first)
    codes = np.asarray(table.step[firsts], np.int64)
    case = table.case_of[firsts]
    some = case < LOOKED_AT
    seen = np.full((min(table.journeys, LOOKED_AT), len(steps)), -1, np.int64)
    for place_of, name in enumerate(steps):
        here = some & (codes == table.code(name))
        seen[case[here], place_of] = firsts[here]
    return seen


def beside(table: JourneyTable, steps: Sequence[str]) -> set[frozenset[str]]:
    """Pairs of touchpoints that are lived side by side, in any order."""
    seen = first_places(table, steps)
    found: set[frozenset[str]] = set()
    for a, b in combinations(range(len(steps)), 2):
        here, there = seen[:, a] >= 0, seen[:, b] >= 0
        both, either = here & there, here | there
        n = int(both.sum())
        if n < BOTH * int(either.sum()) or n == 0:
            continue
        sooner = float((both & (seen[:, a] < seen[:, b])).sum()) / n
        if EITHER <= sooner <= 1 - EITHER:
            found.add(frozenset((steps[a], steps[b])))
    return found


def ways(steps: Sequence[Step], counted: Flow, together: set[frozenset[str]]) -> tuple[tuple[Link, ...], set[str]]:
    """The usual next step of each, other frequent moves on, and frequent ways back, each with its share of the step's
    visits; and the keys of steps after which all ways are taken. A step nothing frequent leads to keeps the most
    frequent move there is, so that the map hangs together; where nobody goes on from, journeys end."""
    key_of = {step.touchpoint: step.key for step in steps}
    side = {frozenset(key_of[one] for one in pair) for pair in together if all(one in key_of for one in pair)}
    visits = {one.touchpoint: one.count for one in counted.touchpoints}
    shares = {
        (key_of[edge.source], key_of[edge.target]): edge.count / visits[edge.source]
        for edge in counted.edges
        if edge.source in key_of and edge.target in key_of
    }
    return linked([step.key for step in steps], shares, side)


def linked(
    order: Sequence[str], shares: Mapping[Pair, float], side: set[frozenset[str]]
) -> tuple[tuple[Link, ...], set[str]]:
    """The same of steps' keys in their order: `shares` of a step's visits that go on to another, `side` the pairs lived
    in any order."""
    shares = {pair: taken for pair, taken in shares.items() if frozenset(pair) not in side}
    rank = {key: at for at, key in enumerate(order)}
    usual, drawn = _drawn(order, rank, shares, side)
    every = usual | drawn
    after: dict[int, list[int]] = {}
    for a, b in sorted(every):
        if rank[a] < rank[b]:
            after.setdefault(rank[a], []).append(rank[b])
    parts = {at: [begin for begin, _on in parted(after, ends)[0]] for at, ends in after.items()}
    links = tuple(
        Link(a, b, _kind(rank, a, b, usual, parts.get(rank[a], [])), _rounded(shares.get((a, b))))
        for a, b in sorted(every)
    )
    forked = {order[at]: [order[one] for one in begins] for at, begins in parts.items() if begins}
    alls = {key for key, ends in forked.items() if all(frozenset(pair) in side for pair in combinations(ends, 2))}
    return links, alls


def _drawn(
    order: Sequence[str], rank: Mapping[str, int], shares: Mapping[Pair, float], side: set[frozenset[str]]
) -> tuple[set[Pair], set[Pair]]:
    """The usual way on from each step, and every other way that is drawn."""
    forward = {pair: taken for pair, taken in shares.items() if rank[pair[0]] < rank[pair[1]]}
    drawn = {pair for pair, taken in shares.items() if taken >= TAKEN}
    usual: set[Pair] = set()
    for at, key in enumerate(order):
        sooner = [one for one in order[:at] if frozenset((key, one)) not in side]
        after = [pair for pair in forward if pair[0] == key]
        before = [pair for pair in forward if pair[1] == key]
        if after:  # else journeys end here
            usual.add(max(after, key=lambda pair: forward[pair]))
        if sooner and not any(pair in drawn for pair in before):
            drawn.add(max(before, key=lambda pair: forward[pair], default=(sooner[-1], key)))
    return usual, drawn


def _kind(rank: Mapping[str, int], a: str, b: str, usual: set[Pair], begins: Sequence[int]) -> LinkKind:
    """A way back is a loop; the usual way and those where journeys part lead on; what passes over is a perhaps."""
    if rank[b] <= rank[a]:
        return "loop"
    return "next" if (a, b) in usual or rank[b] in begins else "optional"


def _rounded(taken: float | None) -> float | None:
    return None if taken is None else round(taken, 3)
