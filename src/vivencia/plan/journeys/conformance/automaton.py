"""A target map as an automaton: which steps may follow which, and what it costs to leave some of them out.

Steps are numbered as the drawing orders them; the number after the last stands for the beginning. Links of every kind
are ways that may be taken; a step nothing leads to begins the journey, one that leads nowhere ends it (loops do not
count for either). A drawing without links is a line. A step that has no links of its own among steps that have stands
where the drawing puts it: between its neighbours. Of several ways from one step one is taken, unless the step says that
all are (`then`): such a block is written out in its states (`parallel`), so that a step may stand for several nodes.

Leaving a step out costs 1. An optional step, and one that is bound to no touchpoint and so never seen in the data,
costs nothing.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vivencia.plan.journeys.conformance.parallel import unfolded
from vivencia.plan.journeys.drawing import Drawing, Step

UNREACHABLE = 1 << 20  # more than any journey can cost

Costs = NDArray[np.int32]


@dataclass(frozen=True)
class Automaton:
    """Nodes are steps lived; a step among parallel ones has several.

    - `keys`, `touchpoints`: of the node's step;
    - `enter[s, t]`: mandatory steps left out on the cheapest way from node s (or the beginning) to node t; `end[s]`:
      the same from s to the end of the journey; `over`, `over_end`: which ones, as nodes;
    - `unread`: keys of forks whose parallel branches are too many, or entered from elsewhere, so read as alternatives.
    """

    keys: tuple[str, ...]
    touchpoints: tuple[str | None, ...]
    enter: Costs
    end: Costs
    over: dict[tuple[int, int], tuple[int, ...]]
    over_end: dict[int, tuple[int, ...]]
    unread: tuple[str, ...] = ()

    @property
    def beginning(self) -> int:
        """The number of the state before the first step."""
        return len(self.keys)

    @property
    def shortest(self) -> int:
        """What a journey costs of which nothing was seen: the mandatory steps of the shortest way."""
        return int(self.end[self.beginning])

    @cached_property
    def first(self) -> tuple[int, ...]:
        """For each node the first one of the same step."""
        return tuple(self.keys.index(key) for key in self.keys)

    @cached_property
    def known(self) -> frozenset[str]:
        """The touchpoints the target speaks of."""
        return frozenset(one for one in self.touchpoints if one is not None)


def automaton(drawing: Drawing) -> Automaton:
    """The automaton of a drawing's steps and links."""
    steps = drawing.steps
    places = {step.key: place for place, step in enumerate(steps)}
    ways = {(places[one.source], places[one.target]) for one in drawing.links}
    forward = {(places[one.source], places[one.target]) for one in drawing.links if one.kind != "loop"}
    forward = {(source, target) for source, target in forward if source != target}
    ways, forward = _joined(len(steps), ways, forward)
    graph = _graph(len(steps), ways, forward)
    together = [place for place, step in enumerate(steps) if step.then == "all"]
    free = {places[one.target] for one in drawing.links if one.kind == "optional"}
    told = unfolded(graph, ways - forward, together, free)
    lived = [steps[place] for place in told.step]
    return _solved(lived, told.after, tuple(steps[place].key for place in told.unread))


def _joined(
    n: int, ways: set[tuple[int, int]], forward: set[tuple[int, int]]
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """The ways with steps of no way of their own put between their neighbours; all in a line where there are none."""
    if not forward:
        line = {(place, place + 1) for place in range(n - 1)}
        return ways | line, line
    linked = {place for pair in forward for place in pair}
    for alone in (place for place in range(n) if place not in linked):
        before, after = (alone - 1 if alone else None), (alone + 1 if alone + 1 < n else None)
        if before is not None and after is not None and (before, after) in forward:
            forward.discard((before, after))
            ways.discard((before, after))
        added = {(a, b) for a, b in ((before, alone), (alone, after)) if a is not None and b is not None}
        forward |= added
        ways |= added
    return ways, forward


def _graph(n: int, ways: set[tuple[int, int]], forward: set[tuple[int, int]]) -> list[list[int]]:
    """Followers of each step, of the beginning (n) and the end (n + 1); every step lies on a way through."""
    targets, sources = {b for _a, b in forward}, {a for a, _b in forward}
    first = [place for place in range(n) if place not in targets] or [0][:n]
    last = [place for place in range(n) if place not in sources] or [n - 1][: min(n, 1)]
    after: list[list[int]] = [sorted(b for a, b in ways if a == place) for place in range(n)]
    after += [[*first], []]
    for place in last:
        after[place].append(n + 1)
    if n == 0:
        after[0] = [1]
        return after
    reached = _reachable(after, n)
    after[n] += [place for place in range(n) if place not in reached]
    before: list[list[int]] = [[a for a, followers in enumerate(after) if b in followers] for b in range(n + 2)]
    ending = _reachable(before, n + 1)
    for place in range(n):
        if place not in ending:
            after[place].append(n + 1)
    return after


def _reachable(after: list[list[int]], start: int) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        for one in after[stack.pop()]:
            if one not in seen:
                seen.add(one)
                stack.append(one)
    return seen


def _solved(steps: Sequence[Step], after: list[list[int]], unread: tuple[str, ...]) -> Automaton:
    n = len(steps)
    cost = [0 if step.optional or step.touchpoint is None else 1 for step in steps]
    enter = np.full((n + 1, max(n, 1)), UNREACHABLE, np.int32)
    end = np.zeros(n + 1, np.int32)
    over: dict[tuple[int, int], tuple[int, ...]] = {}
    over_end: dict[int, tuple[int, ...]] = {}
    for source in range(n + 1):
        for target, (spent, path) in _cheapest(after, cost, source).items():
            if target == n + 1:
                end[source], over_end[source] = spent, path
            else:
                enter[source, target], over[source, target] = spent, path
    touchpoints = tuple(step.touchpoint for step in steps)
    return Automaton(tuple(step.key for step in steps), touchpoints, enter, end, over, over_end, unread)


def _cheapest(after: list[list[int]], cost: list[int], source: int) -> dict[int, tuple[int, tuple[int, ...]]]:
    """From a step to every other it can lead to: what leaving out those between costs, and the mandatory ones of them.

    Dijkstra's search; among equally cheap ways the one over the earlier steps, so that the same is always said.
    """
    found: dict[int, tuple[int, tuple[int, ...]]] = {}
    waiting: list[tuple[int, tuple[int, ...], int]] = [(0, (), one) for one in after[source]]
    heapq.heapify(waiting)
    while waiting:
        spent, path, place = heapq.heappop(waiting)
        if place in found:
            continue
        found[place] = (spent, path)
        if place < len(cost):
            passed = (*path, place) if cost[place] else path
            for one in after[place]:
                if one not in found:
                    heapq.heappush(waiting, (spent + cost[place], passed, one))
    return found
