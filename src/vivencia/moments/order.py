"""Who came first: the order of candidates, and the journey so far when each was lived.

Only what came before a candidate may be held equal; what it set off may not. Touchpoints without an order of their
own (as often before as after, such as visits and calls all along the way) are signs of how lively a customer is and
count in full, unless there is more of them after the candidate than liveliness explains: then only what came before
counts.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vivencia.moments.effects.units import BoolArray, FloatArray
from vivencia.moments.exposures import Exposure

SAMPLE = 20_000
CLEARLY_MORE = 1.2  # times as many steps after the candidate, from which it counts as having set them off
NO_ORDER = (0.4, 0.6)  # share of the units in which one came first, between which neither does


def came_first(times: FloatArray) -> FloatArray:
    """before[i, j]: share of the columns having both i and j in which i came first, ties half; nan where none has both.

    times: (m, n), nan = not lived. At most `SAMPLE` evenly spread columns are looked at.
    """
    m, n = times.shape
    seen = np.ascontiguousarray(times[:, :: max(1, n // SAMPLE)])
    lived = ~np.isnan(seen)
    filled = np.where(lived, seen, np.inf)
    share = np.full((m, m), np.nan)
    for i in range(m):
        both = lived[i] & lived
        earlier = (filled[i] < filled) & both
        tied = (filled[i] == filled) & both
        count = both.sum(1)
        with np.errstate(invalid="ignore", divide="ignore"):
            share[i] = np.where(count > 0, (earlier.sum(1) + 0.5 * tied.sum(1)) / count, np.nan)
    return share


def typical_place(exposure: Exposure, start: FloatArray, cutoff: FloatArray) -> float:
    """Median place in the journey of those exposed, 0 start, 1 end; nan where nobody was."""
    places = _places(exposure, start, cutoff)
    return float(np.median(places)) if len(places) else float("nan")


def _places(exposure: Exposure, start: FloatArray, cutoff: FloatArray) -> FloatArray:
    at = exposure.moments
    lived = ~np.isnan(at)
    length = np.maximum(cutoff[lived] - start[lived], 1.0)
    return np.asarray(np.clip((at[lived] - start[lived]) / length, 0.0, 1.0))


def reference_times(exposure: Exposure, start: FloatArray, cutoff: FloatArray) -> FloatArray:
    """When the candidate was or would have been lived: its own time, else a place drawn from those of the exposed.

    The draw is a fixed pseudo-random one, so that a study repeated gives the same.
    """
    places = _places(exposure, start, cutoff)
    if not len(places):
        return cutoff
    draw = np.random.default_rng(len(start)).choice(places, len(start))
    return np.where(np.isnan(exposure.at), start + draw * (cutoff - start), exposure.at)


class JourneySoFar:
    """Counts the steps before any moment of each unit."""

    def __init__(self, steps: pl.DataFrame, start: FloatArray, cutoff: FloatArray) -> None:
        placed = steps.filter(pl.col("touchpoint").is_not_null())
        self._names = placed["touchpoint"].unique().sort().to_list()
        codes = {name: code for code, name in enumerate(self._names)}
        self._unit: NDArray[np.int64] = placed["unit"].to_numpy().astype(np.int64)
        self._at: FloatArray = placed["at"].to_numpy().astype(float)
        self._code = placed["touchpoint"].replace_strict(codes, return_dtype=pl.Int64).to_numpy()
        self._start, self._cutoff, self._n = start, cutoff, len(start)
        self._first = self._first_times()
        self._order = came_first(self._first) if len(self._names) else np.empty((0, 0))

    def _first_times(self) -> FloatArray:
        first = np.full((len(self._names), self._n), np.inf)
        np.minimum.at(first, (self._code, self._unit), self._at)
        return np.where(np.isinf(first), np.nan, first)

    def before(self, exposure: Exposure) -> FloatArray:
        """(n, 1): logarithm of 1 + steps at other touchpoints before the candidate; those without an order, and not
        more frequent because of it, in full."""
        earlier = self._at < reference_times(exposure, self._start, self._cutoff)[self._unit]
        own = self._names.index(exposure.touchpoint) if exposure.touchpoint in self._names else -1
        full = np.zeros(len(self._names), bool)
        if own >= 0:
            share = self._order[own]
            full = (share >= NO_ORDER[0]) & (share <= NO_ORDER[1]) & ~self._set_off(exposure.exposed == 1, earlier)
        counts = (full[self._code] | earlier) & (self._code != own)
        steps = np.bincount(self._unit[counts], minlength=self._n).astype(float)
        return np.asarray(np.log1p(steps)[:, None])

    def _set_off(self, exposed: BoolArray, earlier: BoolArray) -> BoolArray:
        """(touchpoints,) whether those exposed have more steps there afterwards than before, compared with the others.

        Liveliness makes both more frequent, a consequence only what comes after: a difference of differences.
        """
        kinds = len(self._names)
        cell = self._code + kinds * (~earlier + 2 * exposed[self._unit])
        before, after, before_exposed, after_exposed = np.bincount(cell, minlength=4 * kinds).reshape(4, kinds) + 0.5
        ratio = np.log(after_exposed / before_exposed) - np.log(after / before)
        error = np.sqrt(1 / before + 1 / after + 1 / before_exposed + 1 / after_exposed)
        return np.asarray((ratio > np.log(CLEARLY_MORE)) & (ratio > 3 * error))


def order_of(exposures: Sequence[Exposure]) -> FloatArray:
    """`came_first` of the candidates, by the times of those exposed."""
    if not exposures:
        return np.empty((0, 0))
    return came_first(np.stack([item.moments for item in exposures]))
