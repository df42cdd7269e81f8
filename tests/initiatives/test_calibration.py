"""What past initiatives say of the next one."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivencia.plan.initiatives.calibration import Calibration, Estimate, Past, Z, calibrated, shrunk


def found(expected: float, found: float, error: float = 0.1) -> Past:
    return Past(expected, found, found - Z * error, found + Z * error)


def test_two_outcomes_are_not_enough() -> None:
    assert calibrated([found(1, 0.5), found(1, 0.6)]) is None


def test_what_had_no_expectation_or_no_interval_does_not_count() -> None:
    assert calibrated([found(1, 0.5), found(1, 0.6), found(0, 0.5), Past(1, 0.5, 0.5, 0.5)]) is None


def test_half_of_what_was_expected_is_a_ratio_of_a_half_whatever_the_unit_and_sign() -> None:
    told = calibrated([found(1, 0.5, 0.01), found(-20, -10, 0.2), found(300, 150, 3)])

    assert told is not None
    assert told.ratio == pytest.approx(0.5)
    assert told.between == 0.0  # they agree, so nothing is left over between them
    assert told.low < 0.5 < told.high


def test_initiatives_that_differ_widen_the_range_of_the_next_more_than_the_mean() -> None:
    alike = calibrated([found(1, ratio, 0.05) for ratio in (0.5, 0.52, 0.48, 0.5)])
    apart = calibrated([found(1, ratio, 0.05) for ratio in (0.1, 0.9, 0.3, 0.7)])

    assert alike is not None
    assert apart is not None
    assert apart.between > 0.3
    assert apart.next_high - apart.next_low > apart.high - apart.low > alike.high - alike.low


def test_an_estimate_is_shrunk_and_its_range_says_both_doubts() -> None:
    sure = Calibration(0.5, 0.4, 0.6, 0.5 - Z * 0.1, 0.5 + Z * 0.1, 0.05, 5)

    told = shrunk(Estimate(100, 100 - Z * 10, 100 + Z * 10), sure)

    assert told.value == pytest.approx(50)
    assert told.high - told.value == pytest.approx(Z * math.sqrt(100**2 * 0.1**2 + 0.5**2 * 10**2 + 10**2 * 0.1**2))


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    dice, hits, rounds = random.Random(7), 0, 400
    for _round in range(rounds):
        past = [found(1, dice.gauss(dice.gauss(0.6, 0.2), 0.15), 0.15) for _one in range(6)]
        told = calibrated(past)
        assert told is not None
        hits += told.low <= 0.6 <= told.high

    assert 0.92 <= hits / rounds <= 0.985


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(0.01, 1)), min_size=3, max_size=8))
def test_the_pooled_ratio_lies_among_the_single_ones(told: list[tuple[float, float]]) -> None:
    pooled = calibrated([found(1, ratio, error) for ratio, error in told])

    assert pooled is not None
    assert min(ratio for ratio, _e in told) - 1e-9 <= pooled.ratio <= max(ratio for ratio, _e in told) + 1e-9
    assert pooled.next_low <= pooled.low <= pooled.high <= pooled.next_high
