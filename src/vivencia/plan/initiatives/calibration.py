"""How far past estimates held, and what that says of the next one.

Each past initiative gives a ratio, found ÷ expected (1: as expected, 0: nothing came of it, below 0: the opposite),
with the uncertainty of what was found. Ratios differ by more than that uncertainty, so they are pooled as random
effects: the between-initiative variance by Paule and Mandel, the interval of the mean by Hartung and Knapp (Student's
t), and the range in which the next ratio is to be expected from both (Higgins, Thompson and Spiegelhalter 2009).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vivencia.measure.metrics.intervals import t_quantile

ENOUGH = 3
Z = 1.959963984540054  # of a 95 % interval
STEPS = 200


@dataclass(frozen=True)
class Past:
    """What was expected of an initiative (signed, not 0) and what was found, with its 95 % interval, in one unit."""

    expected: float
    found: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        return self.found / self.expected

    @property
    def variance(self) -> float:
        """Of the ratio, from the interval's width."""
        return ((self.high - self.low) / (2 * Z * self.expected)) ** 2


@dataclass(frozen=True)
class Calibration:
    """`ratio` with its 95 % interval `low`-`high`; `next_low`-`next_high`: where the next initiative's own ratio is to
    be expected; `between`: standard deviation from initiative to initiative; `n`: past initiatives it rests on."""

    ratio: float
    low: float
    high: float
    next_low: float
    next_high: float
    between: float
    n: int


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


def calibrated(past: Sequence[Past]) -> Calibration | None:
    """What past initiatives say; None below `ENOUGH`. What had no expectation or no interval does not count."""
    known = [one for one in past if one.expected and one.high > one.low]
    n = len(known)
    if n < ENOUGH:
        return None
    ratios, variances = [one.ratio for one in known], [one.variance for one in known]
    between = _between(ratios, variances)
    weights = [1 / (variance + between) for variance in variances]
    mean = _mean(ratios, weights)
    spread = sum(w * (ratio - mean) ** 2 for w, ratio in zip(weights, ratios, strict=True)) / (n - 1)
    error = math.sqrt(max(spread, 1.0) / sum(weights))  # never surer than the single intervals allow
    reach = t_quantile(n - 1)
    ahead = reach * math.sqrt(between + error**2)
    return Calibration(
        mean, mean - reach * error, mean + reach * error, mean - ahead, mean + ahead, math.sqrt(between), n
    )


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(w * value for w, value in zip(weights, values, strict=True)) / sum(weights)


def _between(ratios: Sequence[float], variances: Sequence[float]) -> float:
    """Paule and Mandel: the variance at which the weighted squares are what they should be by chance, n - 1."""

    def excess(between: float) -> float:
        weights = [1 / (variance + between) for variance in variances]
        mean = _mean(ratios, weights)
        return sum(w * (ratio - mean) ** 2 for w, ratio in zip(weights, ratios, strict=True)) - (len(ratios) - 1)

    low, high = 0.0, (max(ratios) - min(ratios)) ** 2 + max(variances)
    if excess(low) <= 0:
        return 0.0
    while excess(high) > 0:
        high *= 2
    for _step in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def shrunk(expected: Estimate, told: Calibration) -> Estimate:
    """An estimate in the light of the past: the product of two independent uncertain numbers, its own and the ratio.

    Variance of a product: a²·Var(b) + b²·Var(a) + Var(a)·Var(b).
    """
    own = ((expected.high - expected.low) / (2 * Z)) ** 2
    ahead = ((told.next_high - told.next_low) / (2 * Z)) ** 2
    value = expected.value * told.ratio
    spread = Z * math.sqrt(expected.value**2 * ahead + told.ratio**2 * own + own * ahead)
    return Estimate(value, value - spread, value + spread)
