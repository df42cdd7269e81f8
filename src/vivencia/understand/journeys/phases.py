"""Phases: before, during and after purchase. A proposal made from the data, for people to correct."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vivencia.understand.journeys.table import SECOND, Ints, JourneyTable

Phase = Literal["before", "during", "after"]
PHASES: tuple[Phase, ...] = ("before", "during", "after")
_ANCHORS = ("purchase", "order", "compra", "pedido", "checkout", "subscription", "contract", "contrato")
_CLOSE_SECONDS = 3_600


@dataclass(frozen=True)
class Placed:
    """Where a step usually lies: `position` from 0 (journeys begin with it) to 1 (they end with it)."""

    step: str
    position: float
    phase: Phase | None


def anchor_of(table: JourneyTable) -> str | None:
    """The step that is the purchase, by its name; None where no step is called so."""
    names = sorted(table.steps)
    for word in _ANCHORS:
        for name in [n for n in names if n.lower() == word] + [n for n in names if word in n.lower()]:
            return name
    return None


def place(table: JourneyTable, anchor: str | None = None) -> tuple[Placed, ...]:
    """Every step with its phase and position, in the order journeys usually take.

    A visit belongs to the purchase nearest in time in its journey; a step is *before* or *after* as most of its visits
    are. *During* are the purchase and steps that mostly lie right beside it within an hour. Without a purchase in the
    data there are no phases, only positions.
    """
    chosen = anchor or anchor_of(table)
    position = _positions(table)
    phases = _phases(table, table.code(chosen)) if chosen in table.steps else [None] * len(table.steps)
    rank = {"before": 0, "during": 1, "after": 2, None: 3}
    found = [
        Placed(name, float(position[code]), phases[code])
        for code, name in enumerate(table.steps)
        if not np.isnan(position[code])
    ]
    return tuple(sorted(found, key=lambda placed: (rank[placed.phase], placed.position, placed.step)))


def _positions(table: JourneyTable) -> NDArray[np.float64]:
    """The mean place of a step's first visits in their journeys, 0 to 1; NaN where nobody goes."""
    rows = np.flatnonzero(table.first)
    case = table.case_of[rows]
    share = (rows - table.offsets[case]) / np.maximum(table.lengths[case] - 1, 1)
    step, width = table.step[rows], len(table.steps)
    n = np.bincount(step, minlength=width)
    total = np.bincount(step, weights=share, minlength=width)
    position: NDArray[np.float64] = np.divide(total, n, out=np.full(width, np.nan), where=n > 0)
    return position


def _phases(table: JourneyTable, anchor: int) -> list[Phase | None]:
    bought = np.flatnonzero(table.step == anchor)
    signed_seconds, apart, step = _nearest(table, bought)
    found: list[Phase | None] = []
    for code in range(len(table.steps)):
        mine = step == code
        if code == anchor:
            found.append("during")
        elif not mine.any():
            found.append(None)
        elif np.median(apart[mine]) <= 1 and np.median(np.abs(signed_seconds[mine])) <= _CLOSE_SECONDS:
            found.append("during")
        else:
            found.append("before" if np.mean(signed_seconds[mine] > 0) > 0.5 else "after")
    return found


def _nearest(table: JourneyTable, bought: Ints) -> tuple[Ints, Ints, Ints]:
    """For each visit in a journey with a purchase: seconds to the nearest one (ahead: positive), steps away, step.

    A tie in time is decided by the order of the steps.
    """
    rows = np.arange(table.events)
    after = np.minimum(np.searchsorted(bought, rows), len(bought) - 1)
    before = np.maximum(np.searchsorted(bought, rows) - 1, 0)
    case = table.case_of
    ahead, behind = bought[after], bought[before]
    has_ahead = (case[ahead] == case) & (ahead >= rows)
    has_behind = (case[behind] == case) & (behind < rows)
    far = np.iinfo(np.int64).max // 4
    to_ahead = np.where(has_ahead, table.at[ahead] - table.at, far)
    to_behind = np.where(has_behind, table.at - table.at[behind], far)
    is_ahead = to_ahead <= to_behind
    nearest = np.where(is_ahead, to_ahead, to_behind) // SECOND
    apart = np.where(is_ahead, ahead - rows, rows - behind)
    known = has_ahead | has_behind
    sign = np.where(is_ahead, 1, -1)
    return ((nearest + 1) * sign)[known], apart[known], table.step[known].astype(np.int64)
