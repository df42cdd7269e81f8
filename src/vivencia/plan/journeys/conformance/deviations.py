"""Where journeys leave their target: mandatory steps skipped, events too many, steps in the wrong order.

A step skipped of which the same journey has an event too many is *out of order* and counts as that alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vivencia.plan.journeys.conformance.alignment import Alignment, Ints
from vivencia.plan.journeys.conformance.automaton import Automaton
from vivencia.understand.journeys.compare import difference
from vivencia.understand.journeys.funnel import wilson

Kind = Literal["skipped", "order", "extra"]
KINDS: tuple[Kind, ...] = ("skipped", "order", "extra")
FEW = 30  # journeys a group needs before its share is compared
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Deviation:
    """One way of leaving the target: a step (`key` of the step: skipped, order) or a touchpoint (its name: extra).

    `mask` says which journeys do; `share` of all journeys with its 95 % Wilson interval.
    """

    kind: Kind
    key: str
    n: int
    share: float
    low: float
    high: float
    mask: Mask


@dataclass(frozen=True)
class Conformance:
    """All journeys against one target. `conforming` of `journeys` follow it to the letter: `share` with its 95 %
    interval; `fitness`: 1 where all do, 0 where nothing of the target is lived; `deviations`: most common first."""

    journeys: int
    conforming: int
    share: float | None
    low: float | None
    high: float | None
    fitness: float | None
    deviations: tuple[Deviation, ...]
    mask: Mask


@dataclass(frozen=True)
class Leaning:
    """A group that deviates more (or less) than everybody else: shares, their difference with an interval wide enough
    for all groups compared, and whether it is clear of zero."""

    what: str
    group: str
    n: int
    share: float
    others: float
    difference: float
    low: float
    high: float
    clear: bool


def deviations(
    target: Automaton, found: Alignment, touchpoints: Ints, offsets: Ints, names: tuple[str, ...]
) -> Conformance:
    """Count who leaves the target where. `touchpoints`: each row's code in `names` (the data's own); `offsets` as in
    `align`."""
    n = len(offsets) - 1
    journey = np.repeat(np.arange(n), np.diff(offsets))
    extra = found.step < 0
    too_many: dict[str, Mask] = {}
    for code in np.unique(touchpoints[extra]):
        too_many[names[int(code)]] = _marked(n, journey[extra & (touchpoints == code)])
    skipped = _skipped(target, found, journey, n)
    masks: dict[tuple[Kind, str], Mask] = {}
    for place, mask in skipped.items():
        again = too_many.get(target.touchpoints[place] or "", np.zeros(n, np.bool_))
        moved = mask & again
        masks["skipped", target.keys[place]] = mask & ~moved
        masks["order", target.keys[place]] = moved
    for name, mask in too_many.items():
        moved = np.zeros(n, np.bool_)
        for place, missing in skipped.items():
            if target.touchpoints[place] == name:
                moved |= missing
        masks["extra", name] = mask & ~moved
    return _conformance(target, found, np.diff(offsets), masks)


def _conformance(
    target: Automaton, found: Alignment, lengths: Ints, masks: Mapping[tuple[Kind, str], Mask]
) -> Conformance:
    n = len(lengths)
    conforming = found.cost == 0
    told = [_deviation(kind, key, mask) for (kind, key), mask in masks.items() if mask.any()]
    k = int(conforming.sum())
    low, high = wilson(k, n) if n else (None, None)
    worst = np.maximum(lengths + target.shortest, 1)
    return Conformance(
        journeys=n,
        conforming=k,
        share=k / n if n else None,
        low=low,
        high=high,
        fitness=float(np.mean(1 - found.cost / worst)) if n else None,
        deviations=tuple(sorted(told, key=lambda one: (-one.n, KINDS.index(one.kind), one.key))),
        mask=conforming,
    )


def _deviation(kind: Kind, key: str, mask: Mask) -> Deviation:
    n = int(mask.sum())
    low, high = wilson(n, len(mask))
    return Deviation(kind, key, n, n / len(mask), low, high, mask)


def _marked(n: int, journeys: Ints) -> Mask:
    mask = np.zeros(n, np.bool_)
    mask[journeys] = True
    return mask


def _skipped(target: Automaton, found: Alignment, journey: Ints, n: int) -> dict[int, Mask]:
    """Which journeys left out which mandatory step: those the cheapest ways between two lived steps pass over."""
    rows = np.flatnonzero(found.step >= 0)
    who, step = journey[rows], found.step[rows]
    before = np.full(len(rows), target.beginning, np.int64)
    follows = np.flatnonzero(who[1:] == who[:-1]) + 1 if len(rows) else rows
    before[follows] = step[follows - 1]
    masks: dict[int, Mask] = {}
    pairs = before * (target.beginning + 1) + step
    for pair in np.unique(pairs):
        source, place = divmod(int(pair), target.beginning + 1)
        for over in target.over.get((source, place), ()):
            masks.setdefault(target.first[over], np.zeros(n, np.bool_))[who[pairs == pair]] = True
    for last in np.unique(found.closing):
        for over in target.over_end.get(int(last), ()):
            masks.setdefault(target.first[over], np.zeros(n, np.bool_))[found.closing == last] = True
    return masks


def leanings(deviates: Mask, groups: Mapping[tuple[str, str], Mask]) -> tuple[Leaning, ...]:
    """Which groups ((what, which) -> journeys) deviate more or less than all others: Newcombe's interval of the
    difference of two shares, at a level that holds for all groups together (Bonferroni). Clear ones first."""
    asked = {name: mask for name, mask in groups.items() if FEW <= mask.sum() <= len(mask) - FEW}
    told = []
    for (what, group), mask in asked.items():
        k, n = int((deviates & mask).sum()), int(mask.sum())
        others, n_others = int((deviates & ~mask).sum()), int((~mask).sum())
        value, low, high = difference(k, n, others, n_others, 1 - 0.05 / len(asked))
        told.append(Leaning(what, group, n, k / n, others / n_others, value, low, high, low > 0 or high < 0))
    return tuple(sorted(told, key=lambda one: (not one.clear, -abs(one.difference), one.what, one.group)))
