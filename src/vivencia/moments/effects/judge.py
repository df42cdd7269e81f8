"""Judging estimates: many at once, and against causes nobody measured."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from vivencia.moments.effects.units import FloatArray, IntArray


def q_values(p_values: Sequence[float | None], weights: Sequence[float] | None = None) -> list[float | None]:
    """Benjamini & Hochberg (1995) over the values that are there; None stays None.

    weights: how plausible each is beforehand, never by the outcome (Genovese, Roeder & Wasserman 2006); only their
    ratios count. The share of false ones among the found is controlled all the same.
    """
    there = [i for i, p in enumerate(p_values) if p is not None]
    p = np.array([p_values[i] for i in there], dtype=float)
    if weights is not None and there:
        weight = np.array([weights[i] for i in there], dtype=float)
        p = p / (weight / weight.mean())
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    running = np.minimum.accumulate(scaled[::-1])[::-1]
    judged: list[float | None] = [None] * len(p_values)
    for rank, position in enumerate(order):
        judged[there[int(position)]] = float(min(running[rank], 1.0))
    return judged


def robustness(t: float, degrees: float) -> float:
    """Cinelli & Hazlett (2020): the share of the rest of both exposure and outcome a hidden cause would have to
    explain to bring a t-value to zero. 0 = nothing withstands, towards 1 = hardly anything could."""
    if degrees <= 0 or t <= 0:
        return 0.0
    f2 = t * t / degrees
    return float(0.5 * (np.sqrt(f2 * f2 + 4 * f2) - f2))


def cluster(influence: FloatArray, codes: IntArray | None) -> FloatArray:
    """Sum influences within groups: units of one customer count as one draw."""
    if codes is None:
        return influence
    return np.asarray(np.bincount(codes, weights=influence))


def p_value(effect: float, error: float, nothing: float, degrees: float) -> float:
    """Probability of an estimate so far from zero if the true effect were at most `nothing` in size.

    The interval null hypothesis (Hodges & Lehmann 1954): with enough data every real difference is "significant", and
    so is every trace of bias; only effects that matter are to be found.
    """
    above = stats.t.sf((abs(effect) - nothing) / error, degrees)
    return float(min(1.0, above + stats.t.sf((abs(effect) + nothing) / error, degrees)))
