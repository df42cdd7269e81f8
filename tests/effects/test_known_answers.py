"""Where the truth can be worked out by hand, the estimate is it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effects.cast import difference, flip, found, known, lottery, of
from vivencia.moments.effects.estimate import estimate
from vivencia.moments.effects.units import Candidate, Units


def test_of_a_lottery_the_effect_is_the_difference_of_means() -> None:
    units = lottery()
    effect = of(estimate(units), "lived")
    assert known(effect.effect) == pytest.approx(difference(units, 0), abs=0.15)
    by_hand = 1.96 * np.sqrt(2 * 20**2 / 1_000)
    assert known(effect.high) - known(effect.low) == pytest.approx(2 * by_hand, rel=0.1)
    assert effect.method == "aipw"
    assert effect.corrected == "complete"


def test_what_does_nothing_is_not_found() -> None:
    assert found(estimate(lottery())) == {"lived"}


def test_a_confounder_is_taken_out_even_where_it_acts_in_a_bend() -> None:
    draw = np.random.default_rng(1)
    tenure = draw.uniform(-2, 2, 6_000)
    chance = np.where(np.abs(tenure) > 1, 0.8, 0.2)
    exposed = flip(6_000, chance, draw)
    outcome = 10 * tenure**2 + 5 * exposed + draw.normal(0, 5, 6_000)
    units = Units(outcome, "score", (Candidate("x", exposed, 0.5, "x"),), tenure[:, None], ("tenure",))
    assert difference(units, 0) > 15
    effect = of(estimate(units), "x")
    assert known(effect.low) <= 5 <= known(effect.high)
    assert known(effect.effect) == pytest.approx(5, abs=0.6)


def test_the_average_is_over_all_units_not_over_the_undecided() -> None:
    """Effect 20 on the half with e = 0.5, 0 on the half with e = 0.1: the average is 10, regression says about 15."""
    draw = np.random.default_rng(2)
    kind = flip(20_000, 0.5, draw)
    exposed = flip(20_000, np.where(kind == 1, 0.5, 0.1), draw)
    outcome = 30 * kind + 20 * exposed * kind + draw.normal(0, 10, 20_000)
    units = Units(outcome, "score", (Candidate("x", exposed, 0.5, "x"),), kind[:, None], ("kind",))
    effect = of(estimate(units), "x")
    assert effect.method == "aipw"
    assert known(effect.effect) == pytest.approx(10, abs=0.8)
    assert known(effect.effect_exposed) == pytest.approx(20 * 0.5 / 0.6, abs=0.8)


def test_shares_come_in_percentage_points() -> None:
    draw = np.random.default_rng(3)
    exposed = flip(8_000, 0.5, draw)
    again = flip(8_000, 0.3 + 0.1 * exposed, draw)
    study = estimate(Units(again, "share", (Candidate("x", exposed, 0.5, "x"),)))
    assert known(of(study, "x").effect) == pytest.approx(10, abs=2.5)
    assert known(study.raw.value) == pytest.approx(35, abs=2)


def test_one_enormous_amount_does_not_decide() -> None:
    units = lottery()
    outcome = units.outcome.copy()
    outcome[0] = 1e9
    study = estimate(replace(units, outcome=outcome, kind="money"))
    assert "winsorised_p99_5" in study.notes
    assert known(of(study, "lived").effect) == pytest.approx(12, abs=3)


def test_one_customer_with_many_units_counts_as_one_draw() -> None:
    units = lottery(400)
    copies = 5
    many = Units(
        np.repeat(units.outcome, copies),
        "score",
        tuple(replace(c, exposed=np.repeat(c.exposed, copies)) for c in units.candidates),
        groups=np.repeat(np.arange(400), copies),
    )
    alone, together = of(estimate(units), "lived"), of(estimate(many), "lived")
    width = known(alone.high) - known(alone.low)
    assert known(together.high) - known(together.low) == pytest.approx(width, rel=0.12)


def test_failing_is_compared_among_those_who_were_there() -> None:
    draw = np.random.default_rng(4)
    there = flip(8_000, 0.5, draw)
    failed = np.where(there == 1, flip(8_000, 0.3, draw), np.nan)
    outcome = 40 * there - 10 * np.nan_to_num(failed) + draw.normal(0, 15, 8_000)
    pair = (Candidate("there", there, 0.5, "shop"), Candidate("failed", failed, 0.5, "shop"))
    study = estimate(Units(outcome, "score", pair))
    assert known(of(study, "failed").effect) == pytest.approx(-10, abs=1.5)
    assert of(study, "failed").n == int(there.sum())
    assert known(of(study, "there").effect) == pytest.approx(40, abs=1.5)


def test_what_a_failure_sets_off_stays_part_of_its_effect() -> None:
    """Late parcels make people call (+60 points of chance); calling costs 10, being late 5: in all 11."""
    draw = np.random.default_rng(6)
    late = flip(12_000, 0.3, draw)
    call = flip(12_000, 0.1 + 0.6 * late, draw)
    outcome = -5 * late - 10 * call + draw.normal(0, 15, 12_000)
    pair = (Candidate("late", late, 0.4, "delivery"), Candidate("call", call, 0.8, "support"))
    in_order = Units(outcome, "score", pair, before=np.array([[0.5, 1.0], [0.0, 0.5]]))
    effect = of(estimate(in_order), "late")
    assert known(effect.effect) == pytest.approx(-11, abs=1.2)
    assert effect.mediators == ("call",)
    assert "includes_mediators" in effect.assumptions
    assert known(of(estimate(in_order), "call").effect) == pytest.approx(-10, abs=1.2)
    blind = of(estimate(replace(in_order, before=None)), "late")
    assert known(blind.effect) == pytest.approx(-5, abs=1.2)
    assert "order_unknown" in blind.assumptions


def test_what_merely_goes_together_is_held_equal() -> None:
    """Both touchpoints go with liveliness; only the later one does anything: the earlier one is no pain."""
    draw = np.random.default_rng(7)
    lively = draw.normal(0, 1, (12_000, 1))
    lived = (draw.normal(0, 1, (12_000, 6)) + lively > 0).astype(float)
    outcome = -10 * lived[:, 5] + draw.normal(0, 15, 12_000)
    candidates = tuple(Candidate(f"t{j}", lived[:, j], j / 6, f"t{j}") for j in range(6))
    study = estimate(Units(outcome, "score", candidates, before=np.triu(np.ones((6, 6)), 1)))
    assert found(study) == {"t5"}


@given(scale=st.sampled_from([0.01, 1.0, 250.0]), shift=st.floats(-1e3, 1e3))
@settings(max_examples=12, deadline=None)
def test_scale_and_zero_of_the_outcome_only_change_its_unit(scale: float, shift: float) -> None:
    units = lottery(600)
    plain = estimate(units)
    moved = estimate(replace(units, outcome=scale * units.outcome + shift))
    for one, other in zip(plain.effects, moved.effects, strict=True):
        assert known(other.effect) == pytest.approx(scale * known(one.effect), rel=1e-4, abs=1e-6 * scale)
        assert known(other.p_value) == pytest.approx(known(one.p_value), rel=1e-3, abs=1e-9)


def test_the_same_seed_gives_the_same_study_and_the_order_of_units_hardly_matters() -> None:
    units = lottery(3_000)
    assert estimate(units, seed=3) == estimate(units, seed=3)
    shuffled = np.random.default_rng(0).permutation(3_000)
    other = replace(
        units,
        outcome=units.outcome[shuffled],
        candidates=tuple(replace(c, exposed=c.exposed[shuffled]) for c in units.candidates),
    )
    one, two = of(estimate(units), "lived"), of(estimate(other), "lived")
    assert known(one.effect) == pytest.approx(known(two.effect), abs=0.1 * (known(one.high) - known(one.low)))
