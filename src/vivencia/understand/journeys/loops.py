"""Loops and rework: steps that repeat at once, steps that journeys come back to, and what goes round in circles.

Counted in visits: a step's start and its completion, or whatever else happens there once, are one (`goes_on`).
"""

from dataclasses import dataclass

import numpy as np

from vivencia.understand.journeys.table import SECOND, Codes, Ints, JourneyTable, Mask


@dataclass(frozen=True)
class Rework:
    """How a step is lived again: `repeats` come right after the same step, `returns` after something else.

    `journeys_again` of the `journeys` that come here do so more than once; `seconds_again` is the median time between
    one visit and the next visit of the same journey, None where nobody comes again.
    """

    step: str
    journeys: int
    journeys_again: int
    repeats: int
    returns: int
    seconds_again: float | None


@dataclass(frozen=True)
class Loop:
    """`count` times a journey went from `step` to `via` and straight back, in `journeys` journeys."""

    step: str
    via: str
    count: int
    journeys: int


@dataclass(frozen=True)
class Loops:
    """`journeys_again` of `journeys` journeys live some step more than once; most reworked steps first."""

    journeys: int
    journeys_again: int
    events: int
    events_again: int
    steps: tuple[Rework, ...]
    circles: tuple[Loop, ...]


def loops(table: JourneyTable) -> Loops:
    """Look for every step that is lived again."""
    visits = _visits(table)
    again = np.flatnonzero(~visits.first)
    return Loops(
        journeys=table.journeys,
        journeys_again=int(np.count_nonzero(np.diff(visits.case[again], prepend=-1))),
        events=table.events,
        events_again=len(again),
        steps=_rework(table, visits),
        circles=_circles(table, visits),
    )


def repeated_at_once(table: JourneyTable) -> dict[str, int]:
    """Of each step that is lived again right after itself: by how many journeys."""
    step, case = _at_once(table)
    journeys = _different(step, case, len(table.steps))
    return {table.steps[i]: int(journeys[i]) for i in np.flatnonzero(journeys)}


def lived_again(table: JourneyTable, step: str, *, at_once: bool) -> Mask:
    """The journeys that live a step more than once; `at_once`: right after itself."""
    code, mask = table.code(step), np.zeros(table.journeys, np.bool_)
    if at_once:
        steps, cases = _at_once(table)
        mask[cases[steps == code]] = True
    else:
        visits = _visits(table)
        mask[visits.case[(visits.step == code) & ~visits.first]] = True
    return mask


def _at_once(table: JourneyTable) -> tuple[Ints, Ints]:
    """Step and journey of each visit that comes right after one of the same step."""
    visits = _visits(table)
    rows = np.flatnonzero((np.diff(visits.step) == 0) & (np.diff(visits.case) == 0))
    return visits.step[rows].astype(np.int64), visits.case[rows]


@dataclass(frozen=True)
class _Visits:
    """The rows of a journey table at which a visit begins."""

    step: Codes
    at: Ints
    case: Ints
    first: Mask


def _visits(table: JourneyTable) -> _Visits:
    if not table.goes_on.any():
        return _Visits(table.step, table.at, table.case_of, np.asarray(table.first))
    rows = ~np.asarray(table.goes_on)
    return _Visits(table.step[rows], table.at[rows], table.case_of[rows], table.first[rows])


def _revisits(visits: _Visits) -> tuple[Ints, Ints]:
    """Visits of a step that was visited before, and the visit before."""
    order = np.argsort(visits.step, kind="stable")
    same = (np.diff(visits.step[order]) == 0) & (np.diff(visits.case[order]) == 0)
    return order[1:][same], order[:-1][same]


def _rework(table: JourneyTable, visits: _Visits) -> tuple[Rework, ...]:
    width = len(table.steps)
    rows, previous = _revisits(visits)
    step = visits.step[rows].astype(np.int64)
    second = visits.first[previous]  # one a journey and step
    at_once = rows - previous == 1
    repeats = np.bincount(step[at_once], minlength=width)
    returns = np.bincount(step[~at_once], minlength=width)
    journeys = np.bincount(visits.step[visits.first], minlength=width)
    again = np.bincount(step[second], minlength=width)
    waits = visits.at[rows] - visits.at[previous]
    return tuple(
        Rework(
            step=table.steps[i],
            journeys=int(journeys[i]),
            journeys_again=int(again[i]),
            repeats=int(repeats[i]),
            returns=int(returns[i]),
            seconds_again=float(np.median(waits[step == i])) / SECOND,
        )
        for i in np.argsort(-again, kind="stable")
        if again[i]
    )


def _circles(table: JourneyTable, visits: _Visits) -> tuple[Loop, ...]:
    """A → B → A with A ≠ B."""
    width, step = len(table.steps), visits.step.astype(np.int64)
    if len(step) < 3:
        return ()
    back = (step[:-2] == step[2:]) & (step[:-2] != step[1:-1]) & (visits.case[:-2] == visits.case[2:])
    rows = np.flatnonzero(back)
    pair = step[rows] * width + step[rows + 1]
    values, place, counts = np.unique(pair, return_inverse=True, return_counts=True)
    journeys = _different(place, visits.case[rows], len(values))
    return tuple(
        Loop(
            table.steps[int(values[i]) // width], table.steps[int(values[i]) % width], int(counts[i]), int(journeys[i])
        )
        for i in np.argsort(-counts, kind="stable")
    )


def _different(group: Ints, case: Ints, groups: int) -> Ints:
    """How many different journeys are in each group; `case` is in ascending order."""
    order = np.argsort(group, kind="stable")
    new = (np.diff(group[order], prepend=-1) != 0) | (np.diff(case[order], prepend=-1) != 0)
    return np.bincount(group[order][new], minlength=groups)
