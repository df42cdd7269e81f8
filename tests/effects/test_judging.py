import numpy as np
import pytest

from vivencia.moments.effects import judge
from vivencia.moments.effects.confounders import basis, independent_mask


def test_q_values_are_benjamini_hochberg() -> None:
    """By hand: 0.01*3/1, 0.02*3/2, 0.5*3/3 -> 0.03, 0.03, 0.5; what is unknown stays unknown."""
    assert judge.q_values([0.5, None, 0.01, 0.02]) == [0.5, None, 0.03, pytest.approx(0.03)]
    assert judge.q_values([None]) == [None]


def test_robustness_value_of_the_published_example() -> None:
    """Cinelli & Hazlett 2020, Darfur: t = 4.18 with 783 degrees of freedom needs 13.9 %."""
    assert judge.robustness(4.18, 783) == pytest.approx(0.139, abs=0.001)
    assert judge.robustness(4.18 - 1.963, 783) == pytest.approx(0.076, abs=0.001)
    assert judge.robustness(-1.0, 783) == 0.0


def test_an_effect_too_small_to_matter_has_a_large_p_value() -> None:
    assert judge.p_value(0.5, 0.1, 0.0, 1e6) < 1e-5
    assert judge.p_value(0.5, 0.1, 0.5, 1e6) == pytest.approx(0.5, abs=0.01)


def test_groups_are_summed() -> None:
    assert judge.cluster(np.array([1.0, -2.0, 4.0]), np.array([0, 1, 0])).tolist() == [5.0, -2.0]


def test_a_basis_has_a_constant_and_nothing_twice() -> None:
    flag = np.tile([0.0, 1.0], 200)
    number = np.linspace(-1, 1, 400)
    columns = basis(np.column_stack([flag, 1 - flag, number, np.full(400, np.nan)]), 400, budget=30)
    assert np.all(columns[:, 0] == 1)
    assert np.linalg.matrix_rank(columns) == columns.shape[1]
    assert np.isfinite(columns).all()


def test_a_column_that_is_a_mix_of_earlier_ones_is_dropped() -> None:
    draw = np.random.default_rng(0).normal(size=(50, 2))
    mask = independent_mask(np.column_stack([draw, draw.sum(1)]))
    assert mask.tolist() == [True, True, False]
