"""Who answers: with few answers and many rare things known, no weights reproduce everybody, and close has to do."""

import numpy as np

from vivencia.moments.effects.answering import Asked, Equations


def test_few_answers_and_many_rare_columns_do_not_send_the_model_to_infinity() -> None:
    draw = np.random.default_rng(4)
    units, rare, answers = 3_000, 60, 80
    known = np.column_stack([np.ones(units), draw.random((units, rare)) < 0.005]).astype(float)
    answered = np.zeros(units, dtype=bool)
    answered[draw.choice(units, answers, replace=False)] = True
    lived_by_no_answerer = known[answered].sum(0) == 0
    assert lived_by_no_answerer.any()
    feelings = np.zeros((units, 2))

    alpha = Equations(Asked(answered, feelings, known, None, np.empty((units, 0)))).solve(np.zeros(2))

    assert np.isfinite(alpha).all()
    assert np.abs(alpha[1:]).max() <= known[:, 1:].sum(0).max()  # a few dozen people cannot say more than a few dozen
