"""Least squares and logistic regression with folds left out, from cross products computed once."""

import numpy as np

from vivencia.moments.effects.units import FloatArray, IntArray

RIDGE = 1e-8
START_ROWS = 20_000  # logistic regression finds its start on so many rows


def solve(gram: FloatArray, right: FloatArray) -> FloatArray:
    """gram x = right, with a hair of ridge so that near collinearity never raises."""
    scale = np.maximum(np.diag(gram), 1e-12)
    return np.asarray(np.linalg.solve(gram + np.diag(RIDGE * scale + 1e-12), right))


def folds(n: int, groups: IntArray | None, count: int, draw: np.random.Generator) -> IntArray:
    """(n,) fold of every unit; a group is never split."""
    if groups is None:
        return draw.permutation(np.arange(n) % count).astype(np.int64)
    codes, position = np.unique(groups, return_inverse=True)
    return draw.permutation(np.arange(len(codes)) % count).astype(np.int64)[position]


def ridge_left_out(columns: FloatArray, targets: FloatArray, fold: IntArray, count: int, penalty: float) -> FloatArray:
    """(count, p, t) coefficients of targets on columns, each fitted without one fold, shrunk by `penalty` units."""
    grams, rights = [], []
    for f in range(count):
        rows = fold == f
        part = columns[rows]
        grams.append(part.T @ part)
        rights.append(part.T @ targets[rows])
    gram, right = np.sum(grams, 0), np.sum(rights, 0)
    spread = np.maximum(np.diag(gram), 1e-12) / max(len(columns), 1)
    shrink = np.diag(penalty * spread)
    return np.stack([solve(gram - g + shrink, right - r) for g, r in zip(grams, rights, strict=True)])


def logistic(columns: FloatArray, flag: FloatArray) -> FloatArray:
    """(p,) coefficients of a lightly penalised logistic regression: damped Newton, warm-started on a part."""
    start = np.zeros(columns.shape[1])
    if len(columns) > 2 * START_ROWS:
        step = len(columns) // START_ROWS
        start = _newton(columns[::step], flag[::step], start, rounds=12)
        return _newton(columns, flag, start, rounds=2)
    return _newton(columns, flag, start, rounds=25)


def _newton(columns: FloatArray, flag: FloatArray, beta: FloatArray, rounds: int) -> FloatArray:
    for _ in range(rounds):
        gradient, hessian = _curvature(columns, flag, beta)
        change = np.linalg.solve(hessian, gradient)
        change *= min(1.0, 5.0 / max(float(np.abs(columns[:2000] @ change).max()), 1e-9))
        beta = beta + change
        if np.abs(change).max() < 1e-5:
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
    pieces = [_curvature(columns[fold == f], flag[fold == f], beta) for f in range(count)]
    gradient = np.sum([g for g, _ in pieces], 0)
    hessian = np.sum([h for _, h in pieces], 0)
    chance = np.empty(len(columns))
    for f, (own_gradient, own_hessian) in enumerate(pieces):
        left = hessian - own_hessian + np.diag(_light(columns))
        without = beta + np.linalg.solve(left, gradient - own_gradient)
        rows = fold == f
        chance[rows] = probability(columns[rows], without)
    return chance
