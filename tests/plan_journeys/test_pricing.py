"""Ranges multiplied: the interval of a product of two things known with an interval each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivencia.moments.findings import Range
from vivencia.plan.journeys.pricing import Effect, priced, product, scaled


def test_what_is_exactly_known_only_scales() -> None:
    told = product(Range(10.0, 10.0, 10.0), Range(-2.0, -3.0, -1.0))
    assert told.value == -20.0
    assert told.low == pytest.approx(-30.0, abs=0.2) and told.high == pytest.approx(-10.0, abs=0.2)


def test_the_range_is_that_of_many_draws() -> None:
    """Against two million draws of two half normals each."""
    draw = np.random.default_rng(1)
    a, b = draw.normal(size=(2, 2_000_000))
    times = 1000 + np.where(a > 0, a * 60 / 1.959964, a * 40 / 1.959964)
    each = -1.5 + np.where(b > 0, b * 0.2 / 1.959964, b * 0.4 / 1.959964)
    low, high = np.quantile(times * each, (0.025, 0.975))
    told = product(Range(1000.0, 960.0, 1060.0), Range(-1.5, -1.9, -1.3))
    assert told.low == pytest.approx(low, rel=0.005) and told.high == pytest.approx(high, rel=0.005)


_RANGES = st.tuples(st.floats(-1e4, 1e4), st.floats(0, 1e3), st.floats(0, 1e3)).map(
    lambda told: Range(told[0], told[0] - told[1], told[0] + told[2])
)


@given(_RANGES, _RANGES)
def test_a_product_lies_within_its_range_and_does_not_depend_on_the_order(a: Range, b: Range) -> None:
    told, turned = product(a, b), product(b, a)
    assert told.value is not None and told.low is not None and told.high is not None
    assert told.low <= told.value <= told.high
    assert turned.low == pytest.approx(told.low) and turned.high == pytest.approx(told.high)


def test_what_is_not_known_stays_so() -> None:
    nothing = Range(None, None, None)
    assert product(nothing, Range(1.0, 0.0, 2.0)) == nothing and scaled(nothing, 3) == nothing
    assert priced(Range(1.0, 1.0, 1.0), Effect()) == ()


def test_sparing_a_pain_is_worth_something_and_a_range_over_zero_says_so() -> None:
    effect = Effect("csat", Range(-1.0, -1.2, -0.8), Range(-5.0, -7.0, -3.0), Range(-20.0, -45.0, 5.0))
    money, customers, points = priced(Range(100.0, 90.0, 110.0), effect)
    assert (money.value, customers.value, points.value) == (2000.0, 5.0, 100.0)
    assert money.may_be_nothing and not customers.may_be_nothing
