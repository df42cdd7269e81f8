"""Loops and rework: steps that repeat at once, steps that journeys come back to, and what goes round in circles."""

from dataclasses import dataclass

import numpy as np

from vivencia.understand.journeys.table import SECOND, Ints, JourneyTable


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
    again = np.flatnonzero(~np.asarray(table.first))
    rows, previous = _revisits(table)
    return Loops(
        journeys=table.journeys,
        journeys_again=int(np.count_nonzero(np.diff(table.case_of[again], prepend=-1))),
        events=table.events,
        events_again=len(again),
        steps=_rework(table, rows, previous),
        circles=_circles(table),
    )


def _revisits(table: JourneyTable) -> tuple[Ints, Ints]:
    """Rows that visit their step again, and the row of the visit before."""
    order = np.argsort(table.step, kind="stable")
    same = (np.diff(table.step[order]) == 0) & (np.diff(table.case_of[order]) == 0)
    return order[1:][same], order[:-1][same]


def _rework(table: JourneyTable, rows: Ints, previous: Ints) -> tuple[Rework, ...]:
    width = len(table.steps)
    step = table.step[rows].astype(np.int64)
    second = np.asarray(table.first[previous])  # one a journey and step
    at_once = rows - previous == 1
    repeats = np.bincount(step[at_once], minlength=width)
    returns = np.bincount(step[~at_once], minlength=width)
    journeys = np.bincount(table.step[table.first], minlength=width)
    again = np.bincount(step[second], minlength=width)
    waits = table.at[rows] - table.at[previous]
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


def _circles(table: JourneyTable) -> tuple[Loop, ...]:
    """A → B → A with A ≠ B."""
    width, step = len(table.steps), table.step.astype(np.int64)
    if len(step) < 3:
        return ()
    back = (step[:-2] == step[2:]) & (step[:-2] != step[1:-1]) & (table.case_of[:-2] == table.case_of[2:])
    rows = np.flatnonzero(back)
    pair = step[rows] * width + step[rows + 1]
    values, place, counts = np.unique(pair, return_inverse=True, return_counts=True)
    journeys = _different(place, table.case_of[rows], len(values))
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
