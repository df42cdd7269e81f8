"""The outcome of everybody, completed from those who answered.

    completed = m(x, d, z) + [answered] / P * (y - m(x, d, z))

Its mean over any group of units is right when the chance of answering P is (whatever m), and it is precise when m is
good (Robins, Rotnitzky & Zhao 1994). m is linear, fitted with weights (1 - P)/P, each unit's without its own fold.
"""

from dataclasses import dataclass

import numpy as np

from vivencia.moments.effects import answering, linear
from vivencia.moments.effects.units import BoolArray, Correction, FloatArray, IntArray, OutcomeKind

NUDGE = 0.05  # step of gamma for derivatives
FEW_FEELING = 30  # answers a column of G(y) needs
FEW_ANSWERS = 150  # answers the model of answering needs


@dataclass(frozen=True, eq=False)
class Completed:
    """values: (n, 1 + g) the completed outcome and its derivatives by gamma.

    what_if: (n, k) completed under k extreme patterns of answering. influence: (n, g), prior_part: (g, g) as in
    answering.Answering. noise: variance of what confounders and exposures do not explain in the outcome.
    """

    values: FloatArray
    what_if: FloatArray
    influence: FloatArray
    prior_part: FloatArray
    noise: float
    correction: Correction
    answers: answering.Answering | None
    feelings: tuple[str, ...]


def complete(
    outcome: FloatArray,
    kind: OutcomeKind,
    known: FloatArray,
    shadows: FloatArray,
    reminded: FloatArray | None,
    fold: IntArray,
    count: int,
) -> Completed:
    """Everybody's outcome; `known` holds constant, confounders and exposures of all, answered or not."""
    answered = np.isfinite(outcome)
    if answered.all():
        return _nothing(outcome, "complete")
    feelings, names = _feelings(outcome, kind)
    if answered.sum() < FEW_ANSWERS or not names:
        return _nothing(_weighted(outcome, answered), "none")
    early = _early(answered, reminded)
    wave = answered.sum() if early is None else min(early.sum(), (answered & ~early).sum())
    room = max(3, int(min(wave, 3 * (~answered).sum()) // 10))
    lots = None if reminded is None or (early is None and np.isnan(reminded).any()) else np.nan_to_num(reminded)
    model, waves = answering.fit(answering.Asked(answered, feelings, known[:, :room], lots, shadows, early))

    told_by = np.asfortranarray(np.hstack([known, shadows - shadows.mean(0)]))
    who = np.flatnonzero(answered)
    told = np.take(told_by.T, who, axis=1).T

    def at(gamma: FloatArray) -> FloatArray:
        root = np.sqrt(waves.odds(gamma))
        beta = linear.ridge_left_out(told * root[:, None], (outcome[who] * root)[:, None], fold[who], count, 1.0)
        return _filled(outcome, who, root**2, linear.predicted_left_out(told_by, beta, fold)[:, 0])

    steps = NUDGE * np.eye(len(names))
    slopes = [(at(model.gamma + step) - at(model.gamma - step)) / (2 * NUDGE) for step in steps]
    instrumented = bool(shadows.shape[1]) or lots is not None or early is not None
    return Completed(
        values=np.column_stack([at(model.gamma), *slopes]),
        what_if=np.column_stack([at(gamma) for gamma in answering.extremes(len(names))]),
        influence=model.influence,
        prior_part=model.prior_part,
        noise=_noise(outcome, answered, waves.odds(model.gamma), known),
        correction="instruments" if instrumented else "range",
        answers=model,
        feelings=names,
    )


def _early(answered: BoolArray, reminded: FloatArray | None) -> BoolArray | None:
    """Who answered before reminders were drawn, where they are enough for a wave of their own."""
    if reminded is None:
        return None
    early = answered & np.isnan(reminded)
    return early if min(early.sum(), (answered & ~early).sum()) >= FEW_ANSWERS else None


def _nothing(outcome: FloatArray, correction: Correction) -> Completed:
    n = len(outcome)
    none = np.empty((n, 0))
    return Completed(outcome[:, None], none, none, np.empty((0, 0)), float(np.var(outcome)), correction, None, ())


def _weighted(outcome: FloatArray, answered: BoolArray) -> FloatArray:
    """Those who answered stand for all: the others count as the mean, and the spread is blown up to match."""
    mean = outcome[answered].mean()
    return np.asarray(np.where(answered, mean + (np.nan_to_num(outcome) - mean) / answered.mean(), mean))


def _feelings(outcome: FloatArray, kind: OutcomeKind) -> tuple[FloatArray, tuple[str, ...]]:
    """G(y): who was unhappy, who was happy; an end that hardly anybody is at is left out."""
    low, high = np.nanmin(outcome), np.nanmax(outcome)
    height = (np.nan_to_num(outcome, nan=low) - low) / max(high - low, 1e-12)
    if kind == "money":
        third = np.nanquantile(height[np.isfinite(outcome)], [1 / 3, 2 / 3])
        ends = {"unhappy": height <= third[0], "happy": height > third[1]}
    else:
        ends = {"unhappy": height <= 0.4, "happy": height >= 0.8}
    answered = np.isfinite(outcome)
    if (answered & ~ends["unhappy"] & ~ends["happy"]).sum() < FEW_FEELING:
        ends.pop("unhappy")
    kept = {name: end for name, end in ends.items() if (end & answered).sum() >= FEW_FEELING}
    if not kept or all((~end & answered).sum() < FEW_FEELING for end in kept.values()):
        return np.empty((len(outcome), 0)), ()
    return np.column_stack(list(kept.values())).astype(float), tuple(kept)


def _noise(outcome: FloatArray, answered: BoolArray, odds: FloatArray, known: FloatArray) -> float:
    root = np.sqrt(1 + odds)[:, None]
    columns, values = known[answered] * root, outcome[answered] * root[:, 0]
    left = values - columns @ linear.solve(columns.T @ columns, columns.T @ values)
    return float(left @ left / (1 + odds).sum())


def _filled(outcome: FloatArray, who: IntArray, odds: FloatArray, expected: FloatArray) -> FloatArray:
    filled = expected.copy()
    filled[who] += (1 + odds) * (outcome[who] - expected[who])
    return filled
