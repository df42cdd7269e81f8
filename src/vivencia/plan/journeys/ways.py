"""Which way customers really take where a map branches: of all visits to a step, how many go on to each of its ways.

Of a visit counts what the same journey comes by afterwards, up to its next visit to the step. Where one of the ways is
taken, it is the one come by first; where all are, each that is come by at all. What remains goes none of these ways.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vivencia.measure.metrics import intervals
from vivencia.plan.journeys.drawing import Drawing, Link, Step
from vivencia.plan.journeys.ground import Ground
from vivencia.understand.enough import ENOUGH
from vivencia.understand.journeys.table import Ints

Answer = Literal["met", "gap", "within", "unasked"]


@dataclass(frozen=True)
class Way:
    """A way as lived: `share` of `n` visits to its step, 0 to 1 with its 95 % Wilson interval, against `link.share`.

    `answer`: met, gap (it is clearly another share than wanted), within (the interval holds the wanted one, but so wide
    that it says little), unasked (no share is wanted).
    """

    link: Link
    share: float
    low: float
    high: float
    n: int

    @property
    def answer(self) -> Answer:
        wanted = self.link.share
        if wanted is None:
            return "unasked"
        if not self.low <= wanted <= self.high:
            return "gap"
        return "met" if self.high - self.low < WIDE else "within"


WIDE = 0.2  # an interval that says little


def ways_of(drawing: Drawing, step: Step, leading: Sequence[Link], on: Ground) -> tuple[Way, ...]:
    """The ways from a step (`leading`: those of the drawing that begin there) whose ends are both bound to
    touchpoints; none below five visits."""
    links = [one for one in leading if one.target != step.key]
    ends = {one.target: drawing.step(one.target) for one in links}
    bound = [(one, end.touchpoint) for one in links if (end := ends[one.target]) is not None and end.touchpoint]
    visits = on.visits(step.touchpoint)
    if not bound or len(visits) < ENOUGH or (len(bound) < 2 and bound[0][0].share is None):
        return ()
    rows = {place: on.visits(touchpoint) for place, (_link, touchpoint) in enumerate(bound)}
    taken = _taken(on, visits, list(rows.values()), first=step.then == "one")
    n = len(visits)
    told = []
    for (link, _touchpoint), hits in zip(bound, taken, strict=True):
        low, high = intervals.wilson(hits, n)
        told.append(Way(link, hits / n, low, high, n))
    return tuple(told)


def _taken(on: Ground, visits: Ints, targets: Sequence[Ints], *, first: bool) -> list[int]:
    """How many visits go on to each target. Rows are numbered through all journeys, in the order of time."""
    visits = np.sort(visits)
    ends = on.table.offsets[on.journeys_of(visits) + 1]  # where the visit's journey ends, or the step comes again
    following = np.append(visits[1:], np.iinfo(np.int64).max)
    until = np.minimum(ends, following)
    never = np.iinfo(np.int64).max
    come = np.full((len(targets), len(visits)), never, np.int64)
    for place, rows in enumerate(targets):
        rows = np.sort(rows)
        at = np.searchsorted(rows, visits, side="right")
        there = at < len(rows)
        found = np.where(there, rows[np.minimum(at, max(len(rows) - 1, 0))] if len(rows) else never, never)
        come[place] = np.where(found < until, found, never)
    if first:
        soonest = come.argmin(axis=0)
        some = come.min(axis=0) < never
        return [int((some & (soonest == place)).sum()) for place in range(len(targets))]
    return [int((row < never).sum()) for row in come]
