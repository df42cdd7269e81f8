"""Little or odd data never crash a study: it says what is missing."""

from dataclasses import replace

import numpy as np
import pytest

from tests.effects.cast import known, lottery, of
from vivencia.moments.effects.estimate import estimate
from vivencia.moments.effects.planted import World, plant
from vivencia.moments.effects.units import Candidate, Units


@pytest.mark.parametrize("n", [0, 1, 2, 10, 49])
def test_few_units_say_nothing(n: int) -> None:
    units = lottery(60)
    few = replace(
        units,
        outcome=units.outcome[:n],
        candidates=tuple(replace(c, exposed=c.exposed[:n]) for c in units.candidates),
    )
    study = estimate(few)
    assert [effect.why_none for effect in study.effects] == ["too_few_answers"] * 2
    assert "few_units" in study.notes
    assert study.raw.value is None


def test_an_outcome_that_never_changes_says_nothing() -> None:
    study = estimate(replace(lottery(), outcome=np.full(2_000, 7.0)))
    assert "constant_outcome" in study.notes
    assert study.effects[0].effect is None


def test_no_candidates_still_give_the_level() -> None:
    study = estimate(replace(lottery(), candidates=()))
    assert study.effects == ()
    assert known(study.raw.value) == pytest.approx(56, abs=2)


def test_everybody_or_hardly_anybody_exposed_is_not_estimated() -> None:
    units = lottery()
    rare = np.zeros(2_000)
    rare[:9] = 1
    more = (
        Candidate("all", np.ones(2_000)),
        Candidate("rare", rare),
        Candidate("unknown", np.full(2_000, np.nan)),
    )
    study = estimate(replace(units, candidates=units.candidates + more))
    assert of(study, "all").why_none == "same_always"
    assert of(study, "rare").why_none == "too_few_exposed"
    assert of(study, "unknown").why_none == "same_always"
    assert known(of(study, "lived").effect) == pytest.approx(12, abs=2.5)


def test_none_of_few_is_no_proof_where_hardly_anybody_buys_again() -> None:
    again = np.zeros(9_000)
    again[:60] = 1
    group = np.zeros(9_000)
    group[4_000:4_500] = 1
    study = estimate(Units(again, "share", (Candidate("group", group),)))
    assert of(study, "group").why_none == "too_few_exposed"


def test_of_twins_the_first_speaks_for_both() -> None:
    units = lottery()
    twin = replace(units.candidates[0], key="twin", touchpoint="c")
    study = estimate(replace(units, candidates=(*units.candidates, twin)))
    assert of(study, "twin").why_none == "collinear"
    assert known(of(study, "lived").effect) == pytest.approx(12, abs=2.5)
    assert of(study, "idle").effect is not None


def test_more_columns_than_units_are_borne() -> None:
    draw = np.random.default_rng(0)
    candidates = tuple(Candidate(f"c{j}", (draw.random(80) < 0.5).astype(float), 0.5, f"t{j}") for j in range(60))
    confounders = draw.normal(size=(80, 200))
    confounders[draw.random((80, 200)) < 0.3] = np.nan
    study = estimate(Units(draw.normal(size=80), "score", candidates, confounders))
    assert sum(e.q_value is not None and e.q_value <= 0.05 for e in study.effects) <= 3


def test_few_answers_of_many_asked() -> None:
    planted = plant(300, World(answer_share=0.25), seed=1)
    study = estimate(planted.units())
    assert study.correction in ("none", "range", "instruments")
    for effect in study.effects:
        assert effect.effect is None or known(effect.low) < known(effect.high)


@pytest.mark.parametrize("share", [0.02, 0.97, 0.999])
def test_hardly_anybody_or_nearly_everybody_answers(share: float) -> None:
    planted = plant(5_000, World(answer_share=share), seed=4)
    study = estimate(planted.units())
    assert study.answered_share == pytest.approx(share, abs=0.02)


def test_answers_all_at_one_end() -> None:
    draw = np.random.default_rng(1)
    outcome = np.where(draw.random(3_000) < 0.3, np.where(draw.random(3_000) < 0.995, 100.0, 0.0), np.nan)
    study = estimate(Units(outcome, "points", (Candidate("x", (draw.random(3_000) < 0.5).astype(float)),)))
    assert study.correction == "none"


def test_who_was_not_asked_is_left_out() -> None:
    units = lottery()
    asked = np.arange(2_000) < 1_500
    study = estimate(replace(units, asked=asked))
    assert study.n == 1_500


def test_rows_that_do_not_match_are_named() -> None:
    units = lottery()
    with pytest.raises(ValueError, match="lived"):
        estimate(replace(units, outcome=units.outcome[:100]))
