"""The two estimators of one candidate's effect, both on the completed outcome.

*partial*: partially linear regression (Robinson 1988): the rest of the outcome on the rest of the exposure. Average
over units weighted by how undecided their exposure was; precise, needs no overlap.

*aipw*: augmented inverse propensity weighting, cross-fitted (Robins et al. 1994; Chernozhukov et al. 2018): the average
over all units, right when either the propensity or the outcome model is.
"""

from dataclasses import dataclass

import numpy as np

from vivencia.moments.effects import linear
from vivencia.moments.effects.units import FloatArray, IntArray

CLIP = 0.01  # propensities are kept this far from 0 and 1
SHRINK = 100.0  # units that pull the two arms' outcome models towards the common one


@dataclass(frozen=True, eq=False)
class Held:
    """What is held equal: columns (rows, q), constant first, and their cross products (q, q)."""

    columns: FloatArray
    gram: FloatArray


@dataclass(frozen=True, eq=False)
class Estimate:
    """effects: (t,) effect on every column of the targets. influence: (rows,) of the first, mean zero, divided by
    rows, so that its sum of squares is the variance."""

    effects: FloatArray
    influence: FloatArray


@dataclass(frozen=True, eq=False)
class Partial:
    """spare: share of the exposure's spread that nothing explains; held: how many columns were held equal."""

    estimate: Estimate
    spare: float
    held: int


@dataclass(frozen=True, eq=False)
class Robust:
    """`exposed` is the average over those who lived it; overlap: share of units with a propensity between 0.02 and
    0.98."""

    estimate: Estimate
    exposed: Estimate
    overlap: float


def partial(held: Held, exposure: FloatArray, targets: FloatArray, extra: FloatArray) -> Partial | None:
    """Compare lived with not lived, `held` equal: the effects on the targets and on the `extra` ones. None where the
    exposure is a mix of what is held equal."""
    columns = held.columns
    rest = exposure - columns @ linear.solve(held.gram, columns.T @ exposure)
    spare = float(rest @ rest)
    if spare < 1e-4 * len(exposure) * max(exposure.var(), 1e-12):
        return None
    slopes = np.concatenate([rest @ targets, rest @ extra]) / spare
    left = targets[:, 0] - slopes[0] * exposure
    left = left - columns @ linear.solve(held.gram, columns.T @ left)
    return Partial(Estimate(slopes, rest * left / spare), spare / len(exposure), columns.shape[1])


def robust(held: Held, exposure: FloatArray, targets: FloatArray, fold: IntArray, count: int) -> Robust:
    """The doubly robust comparison; rows are sorted by `fold`."""
    chance = linear.probability_left_out(held.columns, exposure, fold, count)
    lived, spared = _arms(held, exposure, targets, fold, count)
    clipped = np.clip(chance, CLIP, 1 - CLIP)
    scores = _scores(exposure, targets, clipped, lived, spared)
    mean = scores.mean(0)
    return Robust(
        estimate=Estimate(mean, (scores[:, 0] - mean[0]) / len(scores)),
        exposed=_exposed(exposure, targets - spared, clipped),
        overlap=float(np.mean((chance > 0.02) & (chance < 0.98))),
    )


def _scores(
    exposure: FloatArray, targets: FloatArray, chance: FloatArray, lived: FloatArray, spared: FloatArray
) -> FloatArray:
    """Doubly robust scores of every unit."""
    on, off = exposure[:, None] == 1, exposure[:, None] == 0
    return np.asarray(
        lived - spared + on * (targets - lived) / chance[:, None] - off * (targets - spared) / (1 - chance[:, None])
    )


def _exposed(exposure: FloatArray, missed: FloatArray, chance: FloatArray) -> Estimate:
    """The average effect among those who lived it; `missed`: how far the outcomes are from what not living it gives."""
    on = exposure == 1
    lived = max(float(on.sum()), 1.0)
    weight = np.where(on, 1.0, -chance / (1 - chance))
    effects = weight @ missed / lived
    return Estimate(effects, (weight * missed[:, 0] - on * effects[0]) / lived)


def _arms(
    held: Held, exposure: FloatArray, targets: FloatArray, fold: IntArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """(n, t) expected outcome had everybody, had nobody lived it; each unit's without its own fold.

    One linear model for all plus, in each arm, a deviation shrunk towards it: all from cross products by arm and fold.
    """
    rows = linear.spans(fold, count)
    grams, rights = _cross_products(held, targets, exposure == 1, rows)
    whole_gram, whole_right = grams.sum(1), rights.sum(1)
    expected = np.empty((2, *targets.shape))
    for f, part in enumerate(rows):
        gram, right = whole_gram - grams[:, f], whole_right - rights[:, f]
        common, step = _common(gram, right)
        for arm in (0, 1):
            shrink = np.diag(SHRINK * np.maximum(np.diag(gram.sum(0)), 1e-12) / max(len(exposure), 1))
            miss = right[arm] - gram[arm] @ common - arm * np.outer(gram[arm][:, 0], step)
            deviation = linear.solve(gram[arm] + shrink, miss)
            expected[arm, part] = held.columns[part] @ (common + deviation) + arm * step
    return expected[1], expected[0]


def _cross_products(
    held: Held, targets: FloatArray, lived: FloatArray, rows: list[slice]
) -> tuple[FloatArray, FloatArray]:
    """(2, count, p, p) and (2, count, p, t): counted for the smaller arm, the other is what is left of the whole."""
    p, t = held.columns.shape[1], targets.shape[1]
    grams, rights = np.empty((2, len(rows), p, p)), np.empty((2, len(rows), p, t))
    small = int(lived.mean() <= 0.5)
    for f, part in enumerate(rows):
        own, told = held.columns[part], targets[part]
        chosen = np.flatnonzero(lived[part] == small)
        few, few_told = own[chosen], told[chosen]
        grams[small, f], rights[small, f] = few.T @ few, few.T @ few_told
        grams[1 - small, f] = own.T @ own - grams[small, f]
        rights[1 - small, f] = own.T @ told - rights[small, f]
    return grams, rights


def _common(gram: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients of `held` and of the exposure in one regression over both arms; held's first column is 1."""
    edge = gram[1][:, :1]
    whole = np.block([[gram.sum(0), edge], [edge.T, edge[:1]]])
    both = linear.solve(whole, np.vstack([right.sum(0), right[1][:1]]))
    return both[:-1], both[-1]
