"""Intervals are the published ones, contain their value, and cover what they say."""

from itertools import pairwise
from math import comb, isclose, sqrt
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivencia.measure.metrics import intervals
from vivencia.measure.metrics.figure import Estimate

# Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3: the score interval without correction
NEWCOMBE_SINGLE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
# Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10
NEWCOMBE_DIFFERENCE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


@pytest.mark.parametrize(("hits", "n", "low", "high"), NEWCOMBE_SINGLE)
def test_wilson_gives_newcombes_table(hits: int, n: int, low: float, high: float) -> None:
    assert intervals.wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("a", "b", "low", "high"), NEWCOMBE_DIFFERENCE)
def test_a_difference_of_shares_gives_newcombes_table(
    a: tuple[int, int], b: tuple[int, int], low: float, high: float
) -> None:
    def share(hits: int, n: int) -> Estimate:
        low, high = intervals.wilson(hits, n)
        return Estimate(hits / n, low, high, n)

    assert intervals.recovered_difference(share(*a), share(*b)) == pytest.approx((low, high), abs=5e-5)


def test_tango_gives_published_intervals() -> None:
    # Airway reactivity before and after transplantation: 1 and 7 of 21 changed (Fagerland, Lydersen, Laake, ch. 8)
    assert intervals.tango(1, 7, 21) == pytest.approx((-0.517, -0.026), abs=5e-4)
    # R's PropCIs: scoreci.mp(25, 28, 618, 0.90)
    ninety = NormalDist().inv_cdf(0.95)
    assert intervals.tango(28, 25, 618, ninety) == pytest.approx((-0.0148, 0.0247), abs=5e-5)


def test_tango_is_where_the_score_test_just_rejects() -> None:
    low, high = intervals.tango(7, 3, 15)
    assert intervals._tango_statistic(7, 3, 15, low) == pytest.approx(intervals.Z, abs=1e-6)
    assert intervals._tango_statistic(7, 3, 15, high) == pytest.approx(-intervals.Z, abs=1e-6)


def test_adjusted_wald_is_computed_as_it_is_written() -> None:
    p, d = (60 + 0.75) / 103, (25 + 0.75) / 103
    half = intervals.Z * sqrt((p + d - (p - d) ** 2) / 103)
    assert intervals.net_score(60, 25, 100) == pytest.approx((p - d - half, p - d + half))


def test_the_net_scores_method_changes_at_twenty_answers() -> None:
    assert intervals.net_score(10, 4, 19) == intervals.tango(10, 4, 19)
    assert intervals.net_score(10, 4, 20) == intervals.adjusted_wald(10, 4, 20)


MIXES = [(0.5, 0.2), (0.7, 0.1), (0.3, 0.3), (0.85, 0.05), (0.6, 0.3)]  # promoters, detractors


def exact_coverage(n: int, promoter: float, detractor: float) -> float:
    """The chance that the interval contains the truth, summed over every outcome of n answers."""
    truth, passive, covered = promoter - detractor, 1 - promoter - detractor, 0.0
    for p in range(n + 1):
        for d in range(n + 1 - p):
            low, high = intervals.net_score(p, d, n)
            if low <= truth + 1e-9 and high >= truth - 1e-9:
                chances = comb(n, p) * comb(n - p, d)
                covered += chances * promoter**p * detractor**d * passive ** (n - p - d)
    return covered


@pytest.mark.parametrize("n", [8, 15, 20, 40])
def test_the_net_score_interval_covers_what_it_says(n: int) -> None:
    """Exact enumeration, not simulation. The plain Wald interval falls to 23 % on such mixes."""
    coverages = [exact_coverage(n, *mix) for mix in MIXES]
    assert min(coverages) > 0.91
    assert sum(coverages) / len(coverages) > 0.935


counts = st.integers(1, 400).flatmap(
    lambda n: st.integers(0, n).flatmap(lambda p: st.tuples(st.just(p), st.integers(0, n - p), st.just(n)))
)


@given(counts)
def test_a_net_score_lies_in_its_interval_and_the_interval_on_the_scale(answers: tuple[int, int, int]) -> None:
    promoters, detractors, n = answers
    low, high = intervals.net_score(promoters, detractors, n)
    assert -1 <= low <= (promoters - detractors) / n <= high <= 1


@given(counts)
def test_turning_promoters_and_detractors_round_turns_the_interval_round(answers: tuple[int, int, int]) -> None:
    promoters, detractors, n = answers
    low, high = intervals.net_score(promoters, detractors, n)
    turned = intervals.net_score(detractors, promoters, n)
    assert isclose(low, -turned[1], abs_tol=1e-9)
    assert isclose(high, -turned[0], abs_tol=1e-9)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval(answers: tuple[int, int]) -> None:
    hits, n = answers
    low, high = intervals.wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1


def test_the_mean_interval_is_students() -> None:
    # five answers 1, 2, 3, 4, 5: mean 3, variance 2.5, t(4) = 2.776
    low, high = intervals.mean(3, 2.5, 5)
    assert low == pytest.approx(3 - 2.7764 * sqrt(0.5), abs=1e-3)
    assert high == pytest.approx(3 + 2.7764 * sqrt(0.5), abs=1e-3)
    assert intervals.mean(3, 0, 1) == (None, None)


def test_ranks_of_a_median_are_the_tabled_ones_and_missing_where_nothing_is_far_enough_out() -> None:
    assert intervals.quantile_ranks(5, 0.5) == (None, None)  # 1 - 2 / 2**5 = 93.75 % is not enough
    assert intervals.quantile_ranks(6, 0.5) == (1, 6)
    assert intervals.quantile_ranks(100, 0.5) == (40, 61)
    assert intervals.quantile_ranks(10, 0.9) == (7, None)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_quantile_ranks_cover_at_least_95_percent(share: float) -> None:
    for n in (6, 10, 25, 60, 137):
        low, high = intervals.quantile_ranks(n, share)
        below = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
        first, last = low or 0, high if high is not None else n + 1
        assert sum(below[first:last]) >= 0.95 - 1e-12


def test_more_answers_narrow_every_interval() -> None:
    widths = [high - low for low, high in (intervals.net_score(5 * k, 2 * k, 10 * k) for k in (1, 2, 4, 8, 16))]
    assert all(wider > narrower for wider, narrower in pairwise(widths))


def test_the_interval_of_a_survival_share_holds_it_and_stays_between_nothing_and_all() -> None:
    low, high = intervals.log_log(0.5, 0.01, 100)  # by hand: 0.5 to the power of exp(±1.95996 * 0.1 / log 2)
    assert low == pytest.approx(0.3987, abs=1e-4) and high == pytest.approx(0.5931, abs=1e-4)
    assert intervals.log_log(1.0, 0.0, 50) == intervals.wilson(50, 50)
    assert intervals.log_log(0.0, 0.0, 50) == intervals.wilson(0, 50)
