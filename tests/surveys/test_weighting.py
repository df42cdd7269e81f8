"""Weights make who answered look like who was asked, say what that costs in certainty, and nothing more."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vivencia.measure.responses.weighting import FEWEST, mean, rake, uneven

YOUNG, OLD = {"age": "young"}, {"age": "old"}


def test_an_answer_of_a_group_that_answers_half_as_often_counts_twice() -> None:
    answered = [YOUNG] * 10 + [OLD] * 20
    asked = [YOUNG] * 50 + [OLD] * 50
    found = rake(answered, asked, ["age"])
    # 30 answers are to be 15 and 15: each of the 10 counts 1.5, each of the 20 0.75
    assert found.weights[0] == pytest.approx(1.5)
    assert found.weights[-1] == pytest.approx(0.75)
    assert found.traits == ("age",)
    assert found.n_effective == pytest.approx(30**2 / (10 * 1.5**2 + 20 * 0.75**2))
    # an NPS of +100 among the young and −100 among the old is 0 of everybody asked, −33 of those who answered
    values = [100.0] * 10 + [-100.0] * 20
    assert mean(values, found.weights).value == pytest.approx(0.0)
    assert mean(values, [1.0] * 30).value == pytest.approx(-100 / 3)


def test_the_interval_of_equal_weights_is_that_of_the_plain_mean() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]  # mean 3.5, s = 1.8708, t(5) = 2.5706
    found = mean(values, [1.0] * 6)
    assert found.low == pytest.approx(3.5 - 2.570582 * 1.870829 / 6**0.5, abs=1e-4)
    assert mean(values[:4], [1.0] * 4).value is None


def test_values_too_few_have_answered_with_are_read_as_one_and_a_trait_of_one_value_is_not_used() -> None:
    asked = [{"city": f"c{n % 20}"} for n in range(200)]
    assert rake(asked[:12], asked, ["city"]).traits == ()


def test_how_unevenly_a_trait_answers_is_between_nothing_and_one() -> None:
    assert uneven([YOUNG] * 5 + [OLD] * 5, [YOUNG] * 10 + [OLD] * 10, "age") == 0
    assert uneven([YOUNG] * 10, [YOUNG] * 10 + [OLD] * 10, "age") == pytest.approx(1)


people = st.lists(st.fixed_dictionaries({"a": st.sampled_from("xy"), "b": st.sampled_from("pqr")}), min_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people, st.integers(1, 3))
def test_weights_are_positive_and_their_mean_is_one(asked: list[dict[str, str]], every: int) -> None:
    answered = asked[::every]
    found = rake(answered, asked, ["a", "b"])
    assert all(weight > 0 for weight in found.weights)
    assert sum(found.weights) == pytest.approx(len(answered))
    assert found.n_effective <= len(answered) + 1e-6
    if len(answered) < FEWEST:
        assert found.traits == ()
