"""Comparing figures: is one really better than the other, and how small a change could have been seen?"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from vivencia.measure.metrics import intervals
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.intervals import SMALL_NET_SCORE, Z

POWER = 0.80
_DETECTABLE = Z + NormalDist().inv_cdf(POWER)


@dataclass(frozen=True)
class Difference:
    """`a` minus `b`, in their unit, with its 95 % interval.

    - `distinct`: the interval leaves zero out: the two may be ranked. None where nothing can be said.
    - `detectable`: the smallest true difference that would be found four times in five with as many observations.
    """

    a: Figure
    b: Figure
    value: float | None
    low: float | None
    high: float | None
    distinct: bool | None
    detectable: float | None


def difference(a: Figure, b: Figure) -> Difference:
    """The difference of two independent groups' or periods' figures of one metric and variant.

    Net scores from 20 answers on: sum of the adjusted variances. Means and ratios: Welch's t. Shares (Newcombe's hybrid
    score), survival, quantiles and small net scores: recovered from the two intervals. Raises ValueError for two
    metrics.
    """
    if (a.metric, a.variant, a.unit) != (b.metric, b.variant, b.unit):
        raise ValueError(f"{a.metric} ({a.variant}) cannot be compared with {b.metric} ({b.variant})")
    if a.value is None or b.value is None:
        return Difference(a, b, None, None, None, None, None)
    value = a.value - b.value
    low, high = _limits(a, b, value)
    if low is None or high is None:
        return Difference(a, b, value, low, high, None, None)
    return Difference(a, b, value, low, high, not low <= 0 <= high, _DETECTABLE * (high - low) / (2 * Z))


def _limits(a: Figure, b: Figure, value: float) -> intervals.Limits:
    if a.spread is None or b.spread is None or a.method == "survival":
        return intervals.recovered_difference(a, b)
    if a.method == "net":
        if min(a.n, b.n) < SMALL_NET_SCORE:
            return intervals.recovered_difference(a, b)
        half = Z * (a.spread**2 + b.spread**2) ** 0.5
        return value - half, value + half
    return _welch(a.spread, a.n, b.spread, b.n, value)


def _welch(spread_a: float, n_a: int, spread_b: float, n_b: int, value: float) -> intervals.Limits:
    """Student's t with Welch's and Satterthwaite's degrees of freedom, from the two standard errors."""
    both = spread_a**2 + spread_b**2
    if both == 0:
        return value, value
    degrees = both**2 / (spread_a**4 / (n_a - 1) + spread_b**4 / (n_b - 1))
    half = intervals.t_quantile(round(degrees, 3)) * both**0.5
    return value - half, value + half


@dataclass(frozen=True)
class Place:
    """Where a group stands among others: between `best` and `worst` (1 is the best). None: nothing can be said."""

    figure: Figure
    best: int | None
    worst: int | None


def places(figures: Sequence[Figure], better: str) -> list[Place]:
    """The groups from the best value to the worst, each with the places it may really hold.

    A group is surely behind another only where their intervals do not overlap, so overlapping groups share their
    places: "1 to 3". Groups without a value come last and hold none.
    """
    known = [
        figure for figure in figures if figure.value is not None and figure.low is not None and figure.high is not None
    ]
    sign = 1 if better == "up" else -1
    placed = []
    for one in sorted(known, key=lambda figure: (-sign * (figure.value or 0), -figure.n)):
        ahead = sum(_surely_better(other, one, sign) for other in known)
        behind = sum(_surely_better(one, other, sign) for other in known)
        placed.append(Place(one, 1 + ahead, len(known) - behind))
    return placed + [Place(figure, None, None) for figure in figures if figure not in known]


def _surely_better(one: Figure, other: Figure, sign: int) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low > other.high if sign > 0 else one.high < other.low
