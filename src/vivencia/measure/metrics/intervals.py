"""95 % confidence intervals from sufficient statistics. Pure arithmetic: no table, no clock.

Every function takes counts or sums and returns (low, high); shares are between 0 and 1, net scores between -1 and 1.
"""

from collections.abc import Callable
from functools import lru_cache
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Protocol

from scipy import stats

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
SMALL_NET_SCORE = 20  # below: Tango's score interval; from here on: adjusted Wald

Interval = tuple[float, float]
Limits = tuple[float | None, float | None]


def wilson(hits: float, n: int, z: float = Z) -> Interval:
    """Interval of a share of `hits` in `n` > 0 (Wilson 1927, the score interval without continuity correction).

    >>> low, high = wilson(81, 263)
    >>> round(low, 4), round(high, 4)
    (0.2553, 0.3662)
    """
    share = hits / n
    middle = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    stretch = 1 + z * z / n
    # At 0 and 1 the limit is the share itself; rounding must not put the value outside its own interval.
    return max(0.0, min(share, (middle - half) / stretch)), min(1.0, max(share, (middle + half) / stretch))


def net_score(promoters: int, detractors: int, n: int, z: float = Z) -> Interval:
    """Interval of (promoters - detractors) / n, n > 0: Tango's score below 20 answers, adjusted Wald from there.

    Exact coverage of the two is what decides where to change over: see tests/metrics/test_intervals.py.
    """
    if n < SMALL_NET_SCORE:
        return tango(promoters, detractors, n, z)
    return adjusted_wald(promoters, detractors, n, z)


def net_spread(promoters: int, detractors: int, n: int) -> float:
    """The adjusted standard error of (promoters - detractors) / n: sqrt(V / n') of CONVENTIONS' NPS interval."""
    _, spread = _adjusted(promoters, detractors, n)
    return spread


def adjusted_wald(promoters: int, detractors: int, n: int, z: float = Z) -> Interval:
    """Three quarters of an answer added to promoters and detractors, three to n; cut off at -1 and 1.

    The adjusted centre shrinks towards zero; where that would leave the plain value outside, the limit is the value.
    """
    centre, spread = _adjusted(promoters, detractors, n)
    plain = (promoters - detractors) / n
    return max(-1.0, min(plain, centre - z * spread)), min(1.0, max(plain, centre + z * spread))


def _adjusted(promoters: int, detractors: int, n: int) -> tuple[float, float]:
    stretched = n + 3
    p, d = (promoters + 0.75) / stretched, (detractors + 0.75) / stretched
    return p - d, sqrt((p + d - (p - d) ** 2) / stretched)


@lru_cache(maxsize=10_000)
def tango(promoters: int, detractors: int, n: int, z: float = Z) -> Interval:
    """Score interval of (promoters - detractors) / n (Tango 1998, Statistics in Medicine 17, 891-908).

    All differences whose score test is not rejected; found by bisection, since the statistic falls with the difference.
    """
    plain = (promoters - detractors) / n
    low = -1.0 if plain == -1 else _crossing(lambda d: _tango_statistic(promoters, detractors, n, d) - z, -1.0, plain)
    high = 1.0 if plain == 1 else _crossing(lambda d: _tango_statistic(promoters, detractors, n, d) + z, plain, 1.0)
    return low, high


def _tango_statistic(promoters: int, detractors: int, n: int, difference: float) -> float:
    """Score statistic for the true difference being `difference`, with the detractors' share at its constrained ML."""
    a, c = 2 * n, -detractors * difference * (1 - difference)
    b = -promoters - detractors + (2 * n - promoters + detractors) * difference
    detractor_share = (sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
    variance = n * (2 * detractor_share + difference * (1 - difference))
    distance = promoters - detractors - n * difference
    if variance <= 0:
        return 0.0 if distance == 0 else float("inf") * (1 if distance > 0 else -1)
    return distance / sqrt(variance)


def _crossing(falling: Callable[[float], float], left: float, right: float) -> float:
    """Where a falling function crosses zero between `left` and `right`."""
    for _ in range(60):
        middle = (left + right) / 2
        left, right = (middle, right) if falling(middle) > 0 else (left, middle)
    return (left + right) / 2


def log_log(staying: float, greenwood: float, n: int, z: float = Z) -> Interval:
    """Interval of a Kaplan-Meier share `staying`, from Greenwood's sum, on the complementary log-log scale.

    Nobody or everybody lost leaves no variance to transform: Wilson's interval of so many followed, the same limit
    that a plain share of them would have.
    """
    if not 0 < staying < 1 or greenwood <= 0:
        return wilson(round(staying * n), n, z)
    width = z * sqrt(greenwood) / log(staying)
    return staying ** exp(-width), staying ** exp(width)


@lru_cache(maxsize=10_000)
def t_quantile(degrees: float) -> float:
    """The two-sided 95 % point of Student's t."""
    return float(stats.t.ppf(0.5 + CONFIDENCE / 2, degrees))


def mean(average: float, variance: float, n: int) -> Limits:
    """Student's t interval of a mean; `variance` is the sample's (n - 1 below). No limits for a single observation."""
    if n < 2:
        return None, None
    half = t_quantile(n - 1) * sqrt(variance / n)
    return average - half, average + half


@lru_cache(maxsize=10_000)
def quantile_ranks(n: int, share: float) -> tuple[int | None, int | None]:
    """Ranks (from 1) of the observations that bound the `share`-quantile: the order-statistic interval.

    The chance that fewer than `low` (or at least `high`) observations lie below the true quantile is at most 2.5 %.
    None where no observation is far enough out: ten observations bound no 90th percentile from above.
    """
    low = int(stats.binom.ppf(0.5 - CONFIDENCE / 2, n, share))
    high = int(stats.binom.ppf(0.5 + CONFIDENCE / 2, n, share)) + 1
    return (low if low >= 1 else None), (high if high <= n else None)


class Bounded(Protocol):
    """A value with the limits of its interval."""

    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


def recovered_difference(a: Bounded, b: Bounded) -> Limits:
    """Interval of a.value - b.value for independent a and b, recovered from their own intervals.

    For two Wilson intervals this is Newcombe's hybrid score interval (1998, Statistics in Medicine 17, 873-890,
    method 10); Zou and Donner (2008) show that it holds for any pair of good intervals.
    """
    if a.value is None or a.low is None or a.high is None:
        return None, None
    if b.value is None or b.low is None or b.high is None:
        return None, None
    difference = a.value - b.value
    low = difference - sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
    high = difference + sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2)
    return low, high
