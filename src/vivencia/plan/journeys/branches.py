"""Where a map branches: the steps after which several ways lead on, which steps lie on which, where they meet again.

A way leads on where it is no loop. Two ways from one step are branches where neither leads to the beginning of the
other; else one of them is a short cut. What is reached by one branch alone lies on it; what several reach, from the
first such step on, is common again. `then` of the step says whether one of its branches is taken ("one") or all of
them, in any order ("all"). Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vivencia.plan.journeys.drawing import Drawing, Link, Then

MOST_LEVELS = 4  # rows of cards below each other; deeper branches share the last


@dataclass(frozen=True)
class Branch:
    """`link`: the way that begins it; `steps`: the keys of those that lie on it alone, in the map's order."""

    link: Link
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Fork:
    """A step (its key) with two branches or more; `join`: where they meet again, None where they never do."""

    step: str
    then: Then
    branches: tuple[Branch, ...]
    join: str | None


def forks(drawing: Drawing) -> tuple[Fork, ...]:
    """Every fork, in the map's order."""
    order = [step.key for step in drawing.steps]
    place = {key: at for at, key in enumerate(order)}
    ways: dict[int, dict[int, Link]] = {}
    for link in drawing.links:
        here, there = place[link.source], place[link.target]
        if link.kind != "loop" and here < there:
            ways.setdefault(here, {})[there] = link
    after = {here: tuple(links) for here, links in ways.items()}
    found: list[Fork] = []
    for at, step in enumerate(drawing.steps):
        parts, meet = parted(after, after.get(at, ()))
        if parts:
            told = tuple(Branch(ways[at][begin], tuple(order[one] for one in sorted(on))) for begin, on in parts)
            found.append(Fork(step.key, step.then, told, None if meet is None else order[meet]))
    return tuple(found)


def parted(
    after: Mapping[int, Iterable[int]], begins: Sequence[int]
) -> tuple[list[tuple[int, frozenset[int]]], int | None]:
    """The branches that begin at these nodes, each with what lies on it alone, and the first node several reach.

    `after`: followers of each node. No branches where fewer than two of the beginnings are apart.
    """
    if len(begins) < 2:
        return [], None
    reach = {begin: _reached(after, begin) for begin in sorted(set(begins))}
    apart = [one for one in reach if not any(one in reach[other] for other in reach if other != one)]
    if len(apart) < 2:
        return [], None
    parts = []
    for one in apart:
        others = frozenset[int]().union(*(reach[other] for other in apart if other != one))
        parts.append((one, reach[one] - others))
    common = frozenset[int]().union(*reach.values()) - frozenset[int]().union(*(on for _begin, on in parts))
    return parts, min(common, default=None)


def _reached(after: Mapping[int, Iterable[int]], begin: int) -> frozenset[int]:
    seen, stack = {begin}, [begin]
    while stack:
        for one in after.get(stack.pop(), ()):
            if one not in seen:
                seen.add(one)
                stack.append(one)
    return frozenset(seen)


def levels(drawing: Drawing) -> dict[str, int]:
    """How far below the first line each step stands: branches below each other, 0 where there are none. Rows that
    would stay empty are left out."""
    found = forks(drawing)
    high: dict[str, int] = {}
    for fork in reversed(found):
        high[fork.step] = sum(_high(one, high) for one in fork.branches)
    level = {step.key: 0 for step in drawing.steps}
    for fork in found:
        below = 0
        for branch in fork.branches:
            for step in branch.steps:
                level[step] += below
            below += _high(branch, high)
    row = {at: place for place, at in enumerate(sorted({0, *level.values()}))}
    return {key: min(row[at], MOST_LEVELS - 1) for key, at in level.items()}


def _high(branch: Branch, high: Mapping[str, int]) -> int:
    return max((high.get(step, 1) for step in branch.steps), default=1)
