"""Least squares and logistic regression with folds left out, from cross products computed once.

Where a `fold` is asked for, rows are sorted by it, so that a fold is a stretch of the rows and no copy.
"""

import numpy as np

from vivencia.moments.effects.units import FloatArray, IntArray

RIDGE = 1e-8
START_ROWS = 10_000  # logistic regression finds its start on so many rows
ROUNDS = 25


def solve(gram: FloatArray, right: FloatArray) -> FloatArray:
    """gram x = right, with a hair of ridge so that near collinearity never raises."""
    scale = np.maximum(np.diag(gram), 1e-12)
    return np.asarray(np.linalg.solve(gram + np.diag(RIDGE * scale + 1e-12), right))


def fitted(columns: FloatArray, target: FloatArray) -> FloatArray:
    """(n,) or (n, t) what the columns say about the target by least squares."""
    return np.asarray(columns @ solve(columns.T @ columns, columns.T @ target))


def folds(n: int, groups: IntArray | None, count: int, draw: np.random.Generator) -> IntArray:
    """(n,) fold of every unit; a group is never split."""
    if groups is None:
        return draw.permutation(np.arange(n) % count).astype(np.int64)
    codes, position = np.unique(groups, return_inverse=True)
    return draw.permutation(np.arange(len(codes)) % count).astype(np.int64)[position]


def spans(fold: IntArray, count: int) -> list[slice]:
    """The rows of each fold; `fold` is sorted."""
    edges = np.searchsorted(fold, np.arange(count + 1))
    return [slice(int(edges[f]), int(edges[f + 1])) for f in range(count)]


def ridge_left_out(columns: FloatArray, targets: FloatArray, fold: IntArray, count: int, penalty: float) -> FloatArray:
    """(count, p, t) coefficients of targets on columns, each fitted without one fold, shrunk by `penalty` units."""
    own = [(columns[rows], targets[rows]) for rows in spans(fold, count)]
    grams, rights = [part.T @ part for part, _ in own], [part.T @ target for part, target in own]
    gram, right = np.sum(grams, 0), np.sum(rights, 0)
    spread = np.maximum(np.diag(gram), 1e-12) / max(len(columns), 1)
    shrink = np.diag(penalty * spread)
    return np.stack([solve(gram - g + shrink, right - r) for g, r in zip(grams, rights, strict=True)])


def predicted_left_out(columns: FloatArray, beta: FloatArray, fold: IntArray) -> FloatArray:
    """(n,) columns times the coefficients (count, p) that were fitted without the row's fold."""
    rows = spans(fold, len(beta))
    return np.concatenate([columns[part] @ own for part, own in zip(rows, beta, strict=True)])


def logistic(columns: FloatArray, flag: FloatArray) -> FloatArray:
    """(p,) coefficients of a lightly penalised logistic regression: damped Newton, warm-started on a part."""
    start = np.zeros(columns.shape[1])
    if len(columns) > 2 * START_ROWS:
        some = np.linspace(0, len(columns) - 1, START_ROWS).astype(np.int64)
        start = _newton(np.asfortranarray(columns[some]), flag[some], start, rounds=ROUNDS)
        return _newton(columns, flag, start, rounds=1)  # and one more round where a fold is left out
    return _newton(columns, flag, start, rounds=ROUNDS)


def _newton(columns: FloatArray, flag: FloatArray, beta: FloatArray, rounds: int) -> FloatArray:
    for _ in range(rounds):
        gradient, hessian = _curvature(columns, flag, beta)
        change = np.linalg.solve(hessian, gradient)
        change *= min(1.0, 5.0 / max(float(np.abs(columns[:2000] @ change).max()), 1e-9))
        beta = beta + change
        if np.abs(change).max() < 1e-3:  # the round with a fold left out takes what is left
            break
    return beta


def _curvature(columns: FloatArray, flag: FloatArray, beta: FloatArray) -> tuple[FloatArray, FloatArray]:
    chance = probability(columns, beta)
    weight = np.maximum(chance * (1 - chance), 1e-6)
    gradient = columns.T @ (flag - chance) - beta * _light(columns)
    bent = columns * np.sqrt(weight)[:, None]  # one matrix with itself: half the work of two different ones
    hessian = bent.T @ bent + np.diag(_light(columns))
    return gradient, hessian


def _light(columns: FloatArray) -> FloatArray:
    penalty = np.full(columns.shape[1], 1.0)
    penalty[0] = 1e-6
    return penalty


def probability(columns: FloatArray, beta: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(columns @ beta, -30, 30))))


def probability_left_out(columns: FloatArray, flag: FloatArray, fold: IntArray, count: int) -> FloatArray:
    """(n,) P(flag = 1), each unit by a fit without its fold (one Newton step away from the full fit)."""
    beta = logistic(columns, flag)
    rows = spans(fold, count)
    pieces = [_curvature(columns[part], flag[part], beta) for part in rows]
    gradient = np.sum([g for g, _ in pieces], 0)
    hessian = np.sum([h for _, h in pieces], 0)
    chance = np.empty(len(columns))
    for part, (own_gradient, own_hessian) in zip(rows, pieces, strict=True):
        left = hessian - own_hessian + np.diag(_light(columns))
        without = beta + np.linalg.solve(left, gradient - own_gradient)
        chance[part] = probability(columns[part], without)
    return chance
