"""On planted customers the estimator finds what is there, nothing else, and knows how sure it is."""

import numpy as np
import pytest

from tests.effects.cast import found, known
from vivencia.moments.effects.estimate import estimate
from vivencia.moments.effects.planted import DEFAULT_EFFECTS, World, plant

N = 6_000
USUAL = World(effects={key: 1.3 * size for key, size in DEFAULT_EFFECTS.items()})


def _covered(world: World, seeds: range, *, shadow: bool = True) -> float:
    hits = []
    for seed in seeds:
        planted = plant(N, world, seed=seed)
        effects = estimate(planted.units(shadow=shadow)).effects
        hits += [known(effect.low) <= planted.ate[effect.key] <= known(effect.high) for effect in effects]
    return float(np.mean(hits))


def test_three_pains_and_two_gains_are_found_among_24() -> None:
    study = estimate(plant(N, USUAL, seed=11).units())
    assert set(DEFAULT_EFFECTS) <= found(study)
    assert len(found(study)) <= 6
    signs = {effect.key: np.sign(known(effect.effect)) for effect in study.effects}
    assert {key: signs[key] for key in DEFAULT_EFFECTS} == {k: np.sign(v) for k, v in DEFAULT_EFFECTS.items()}


@pytest.mark.parametrize("answering", ["extremes", "distance", "angry", "at_random"])
def test_intervals_contain_the_truth_whoever_answers(answering: str) -> None:
    world = World(answering=answering)  # type: ignore[arg-type]
    assert _covered(world, range(3)) >= 0.88


def test_intervals_contain_the_truth_where_the_reminder_came_late() -> None:
    assert _covered(World(late_reminder=True), range(3)) >= 0.88


def test_without_any_instrument_the_range_says_so_and_contains_the_truth() -> None:
    planted = plant(N, World(reminder=False), seed=3)
    study = estimate(planted.units(shadow=False))
    assert study.correction == "range"
    for effect in study.effects:
        assert "answers_range" in effect.assumptions
        assert known(effect.sensitivity_low) <= known(effect.low) < known(effect.high) <= known(effect.sensitivity_high)
    assert known(study.corrected.low) <= planted.level <= known(study.corrected.high)


def test_where_nothing_has_an_effect_nothing_is_found() -> None:
    runs = [found(estimate(plant(4_000, World(effects={}), seed=seed).units())) for seed in range(5)]
    assert sum(bool(run) for run in runs) <= 1


def test_the_overall_level_is_nearer_the_truth_than_the_answers_are() -> None:
    misses = []
    for seed in range(2):
        planted = plant(25_000, World(), seed=seed)
        study = estimate(planted.units())
        misses.append((abs(known(study.corrected.value) - planted.level), abs(known(study.raw.value) - planted.level)))
        assert known(study.corrected.low) <= planted.level <= known(study.corrected.high)
    ours, raw = np.mean(misses, axis=0)
    assert ours < 0.75 * raw


def test_who_answers_is_recovered_where_shadow_and_reminder_tell() -> None:
    study = estimate(plant(20_000, World(), seed=1).units())
    odds = study.answer_odds
    assert odds["unhappy"][1] <= np.exp(1.2) <= odds["unhappy"][2]
    assert odds["happy"][1] <= np.exp(0.9) <= odds["happy"][2]


def test_repurchase_is_known_of_everybody_and_needs_no_correction() -> None:
    planted = plant(N, World(), seed=2)
    study = estimate(planted.units("repurchase"))
    assert study.correction == "complete"
    inside = [known(e.low) <= planted.repurchase_ate[e.key] <= known(e.high) for e in study.effects]
    assert np.mean(inside) >= 0.85


def test_the_planted_truth_is_what_a_randomised_trial_would_show() -> None:
    """Without confounding the plain difference of everybody's scores is the truth."""
    world = World(confounding=0.0, correlation=0.0, answering="no_pattern")
    planted = plant(200_000, world, seed=9)
    coded = planted.units().outcome
    assert np.isnan(coded).mean() == pytest.approx(0.7, abs=0.02)
    everybody = np.where(planted.score >= 9, 100.0, np.where(planted.score <= 6, -100.0, 0.0))
    shop = planted.happened[:, 3] == 1
    naive = everybody[shop].mean() - everybody[~shop].mean()
    assert naive == pytest.approx(planted.ate["shop happened"], abs=1.5)
