"""The table of outcomes: units in rows, periods in columns, and from when each unit was treated."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NEVER = -1


@dataclass(frozen=True, eq=False)
class Panel:
    """Outcomes of n units in T periods.

    units: n names. periods: T labels, in time. at: (T,) whole calendar steps of the periods, increasing; a gap of two
    is a period nobody has data for. outcome: (n, T), NaN where nothing is known. weight: (n, T) how much an outcome
    counts (the observations behind a mean); 1 by default. start: (n,) the column a unit is treated from, NEVER = not in
    these periods. season: periods in a year or week the calendar tells of (12 for months), 0 = not known.
    randomised: whether who was treated (or when) was decided by lot.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    at: IntArray
    outcome: FloatArray
    weight: FloatArray
    start: IntArray
    season: int = 0
    randomised: bool = False

    @property
    def treated(self) -> BoolArray:
        """(n,) treated at some time."""
        return np.asarray(self.start != NEVER)

    @property
    def known(self) -> BoolArray:
        """(n, T) an outcome that counts."""
        return np.isfinite(self.outcome) & (self.weight > 0)

    @property
    def after(self) -> BoolArray:
        """(n, T) treated by then, whether an outcome is known or not."""
        columns = np.arange(len(self.periods))[None, :]
        return self.treated[:, None] & (columns >= self.start[:, None])

    @property
    def dates(self) -> IntArray:
        """The columns in which somebody begins to be treated."""
        return np.unique(self.start[self.treated])

    def of(self, rows: IntArray | BoolArray) -> "Panel":
        """Only these units."""
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return replace(
            self,
            units=tuple(self.units[int(place)] for place in places),
            outcome=self.outcome[places],
            weight=self.weight[places],
            start=self.start[places],
        )

    def until(self, column: int) -> "Panel":
        """Only the periods before a column; who begins later is not treated in these."""
        start = np.where(self.start >= column, NEVER, self.start)
        return replace(
            self,
            periods=self.periods[:column],
            at=self.at[:column],
            outcome=self.outcome[:, :column],
            weight=self.weight[:, :column],
            start=start,
        )


def panel(
    outcome: FloatArray,
    start: IntArray,
    *,
    at: IntArray | None = None,
    weight: FloatArray | None = None,
    season: int = 0,
    randomised: bool = False,
) -> Panel:
    """A panel of plain arrays, units and periods numbered from 0."""
    n, T = outcome.shape
    return Panel(
        tuple(str(row) for row in range(n)),
        tuple(str(column) for column in range(T)),
        np.arange(T, dtype=np.int64) if at is None else at,
        np.asarray(outcome, dtype=np.float64),
        np.ones((n, T)) if weight is None else weight,
        np.asarray(start, dtype=np.int64),
        season,
        randomised,
    )


def means(panel: Panel, rows: BoolArray) -> tuple[FloatArray, FloatArray]:
    """The weighted mean outcome of some units by period, and the weight behind it. NaN where nobody is known.

    Units come and go: what a period's mean would owe to who happens to be in it is taken out by units' own levels.
    """
    known = panel.known[rows]
    weight = np.where(known, panel.weight[rows], 0.0)
    outcome = np.where(known, panel.outcome[rows], 0.0)
    total = weight.sum(axis=0)
    if not known.all():
        outcome = np.where(known, outcome - _levels(outcome, weight)[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (weight * outcome).sum(axis=0) / total, total


def _levels(outcome: FloatArray, weight: FloatArray) -> FloatArray:
    """(n,) how far each unit lies above the others, from the periods both are known in (two-way means, alternating)."""
    level = np.zeros(len(outcome))
    by_unit, by_period = weight.sum(axis=1), weight.sum(axis=0)
    for _ in range(50):
        with np.errstate(invalid="ignore", divide="ignore"):
            period = np.where(by_period > 0, (weight * (outcome - level[:, None])).sum(axis=0) / by_period, 0.0)
            level = np.where(by_unit > 0, (weight * (outcome - period[None, :])).sum(axis=1) / by_unit, 0.0)
        level -= np.average(level, weights=by_unit) if by_unit.sum() else 0.0
    return level
