"""Funnels: how many journeys do these steps in this order within a time, and where the others stop.

A journey reaches step *k* when it holds events at the first *k* steps in order (other events may lie between) and the
*k*-th is at most `within` after the first of them. Every occurrence of the first step is a fresh chance; what counts
is the furthest any of them comes. Times are those of the tightest chain that reaches the step first.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from vivencia.understand.journeys.table import SECOND, Ints, JourneyTable, Mask


@dataclass(frozen=True)
class FunnelStep:
    """`reached` journeys of `of` that reached the step before (all of them `entered` at the first step).

    `conversion` is from the step before with its 95 % Wilson interval, `overall` from the first step; both are shares,
    None where nobody could. `median_seconds` is the median time since the step before.
    """

    step: str
    reached: int
    of: int
    conversion: float | None
    low: float | None
    high: float | None
    overall: float | None
    lost: int
    median_seconds: float | None


@dataclass(frozen=True)
class Funnel:
    """`journeys` journeys in the table, and what becomes of those that enter."""

    journeys: int
    within_seconds: float | None
    steps: tuple[FunnelStep, ...]


@dataclass(frozen=True)
class _Reach:
    """The events that reach a step: their rows, when their chain began, and when it was at the step before."""

    row: Ints
    began: Ints
    before: Ints


def wilson(successes: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927); n must be positive."""
    share, z2 = successes / n, z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def funnel(table: JourneyTable, steps: tuple[str, ...], within: timedelta | None = None) -> Funnel:
    """Follow the steps; an unknown step or fewer than two of them is a `ValueError`."""
    reaches = _reaches(table, steps, within)
    rows: list[FunnelStep] = []
    for step, reach in zip(steps, reaches, strict=True):
        journeys, first = np.unique(table.case_of[reach.row], return_index=True)
        waits = (table.at[reach.row] - reach.before)[first] if rows else np.empty(0, np.int64)
        before = rows[-1].reached if rows else len(journeys)
        entered = rows[0].reached if rows else len(journeys)
        rows.append(_step(step, len(journeys), before, entered, waits))
    return Funnel(table.journeys, within.total_seconds() if within else None, tuple(rows))


def reached(table: JourneyTable, steps: tuple[str, ...], within: timedelta | None = None) -> list[Mask]:
    """For each step, which journeys reach it: the people behind the funnel's numbers."""
    masks = []
    for reach in _reaches(table, steps, within):
        mask = np.zeros(table.journeys, np.bool_)
        mask[table.case_of[reach.row]] = True
        masks.append(mask)
    return masks


def _reaches(table: JourneyTable, steps: tuple[str, ...], within: timedelta | None) -> list[_Reach]:
    if len(steps) < 2:
        raise ValueError("a funnel needs at least two steps")
    codes = [table.code(step) for step in steps]
    entries = np.flatnonzero(table.step == codes[0])
    reaches = [_Reach(entries, table.at[entries], table.at[entries])]
    for code in codes[1:]:
        reaches.append(_next(table, reaches[-1], np.flatnonzero(table.step == code), within))
    return reaches


def _next(table: JourneyTable, previous: _Reach, rows: Ints, within: timedelta | None) -> _Reach:
    """Of `rows`, those that continue the latest chain before them in their journey, in time.

    The latest event that reached the step before also belongs to the chain that began latest, so looking at that one
    alone loses nobody.
    """
    last = np.searchsorted(previous.row, rows) - 1
    rows, last = rows[last >= 0], last[last >= 0]
    same = table.case_of[rows] == table.case_of[previous.row[last]]
    rows, last = rows[same], last[same]
    if within is not None:
        in_time = table.at[rows] - previous.began[last] <= within // timedelta(microseconds=1)
        rows, last = rows[in_time], last[in_time]
    return _Reach(rows, previous.began[last], table.at[previous.row[last]])


def _step(step: str, n: int, before: int, entered: int, waits: Ints) -> FunnelStep:
    low, high = wilson(n, before) if before else (None, None)
    return FunnelStep(
        step=step,
        reached=n,
        of=before,
        conversion=n / before if before else None,
        low=low,
        high=high,
        overall=n / entered if entered else None,
        lost=before - n,
        median_seconds=float(np.median(waits)) / SECOND if len(waits) else None,
    )
