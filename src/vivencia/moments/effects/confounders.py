"""What was known before the journey, as columns flexible enough to take bent and joint influences away.

Numbers become piecewise linear (hinges at quantiles), 0/1 columns meet numbers in products, and columns that say
nothing new are dropped. Everything is centred; the first column is the constant.
"""

from itertools import combinations

import numpy as np

from vivencia.moments.effects.units import BoolArray, FloatArray

FEW_VALUES = 3  # a column with fewer distinct values is taken as groups, not bent
KNOTS = (0.1, 0.3, 0.5, 0.7, 0.9)


def basis(confounders: FloatArray, n: int, *, budget: int) -> FloatArray:
    """(n, p) columns with p <= budget + 1: constant, the confounders, their bends, their products; no nan."""
    constant = np.ones((n, 1))
    if confounders.size == 0 or budget < 1:
        return constant
    plain = _plain(confounders)
    if plain.shape[1] > budget:
        return np.hstack([constant, _components(plain, budget)])
    numbers = [column for column in plain.T if len(np.unique(column)) >= FEW_VALUES]
    flags = [column for column in plain.T if len(np.unique(column)) < FEW_VALUES]
    bends = [_bends(column) for column in numbers]
    wanted = [plain, *bends, *_products(flags, numbers, bends)]
    stacked = np.hstack([constant, *wanted])[:, : 3 * budget]
    return independent(stacked)[:, : budget + 1]


def _plain(confounders: FloatArray) -> FloatArray:
    """Standardised columns, nan as the mean with a column of its own that says so; constants dropped."""
    columns = []
    for column in np.asarray(confounders, dtype=float).T:
        unknown = ~np.isfinite(column)
        if unknown.all():
            continue
        low, high = np.quantile(column[~unknown], [0.002, 0.998])
        many = len(np.unique(column[~unknown][:2000])) > FEW_VALUES
        known = np.clip(column, low, high) if many else column
        columns.append(np.where(unknown, np.mean(known[~unknown]), known))
        if unknown.any():
            columns.append(unknown.astype(float))
    kept = [(c - c.mean()) / c.std() for c in columns if c.std() > 1e-12]
    return np.column_stack(kept) if kept else np.empty((len(confounders), 0))


def _components(plain: FloatArray, budget: int) -> FloatArray:
    """The leading principal components, where there are more columns than the data can bear."""
    values, vectors = np.linalg.eigh(plain.T @ plain)
    kept = vectors[:, np.argsort(values)[::-1][:budget]]
    return np.asarray(plain @ kept)


def _bends(column: FloatArray) -> FloatArray:
    knots = np.unique(np.quantile(column, KNOTS))
    knots = knots[(knots > column.min()) & (knots < column.max())]
    return np.asarray(np.maximum(column[:, None] - knots[None, :], 0.0))


def _products(flags: list[FloatArray], numbers: list[FloatArray], bends: list[FloatArray]) -> list[FloatArray]:
    """Flag x number, number x number, flag x bend, flag x flag: in the order in which they are worth a column."""
    straight = [(flag * number)[:, None] for flag in flags for number in numbers]
    straight += [(one * other)[:, None] for one, other in combinations(numbers, 2)]
    bent = [flag[:, None] * bend for flag in flags for bend in bends]
    joint = [(one * other)[:, None] for one, other in combinations(flags, 2)]
    return straight + bent + joint


def independent(columns: FloatArray) -> FloatArray:
    """The columns that say something their predecessors do not, in order (the first is always kept)."""
    return np.ascontiguousarray(columns[:, independent_mask(columns)])


def independent_mask(columns: FloatArray, tolerance: float = 1e-6) -> BoolArray:
    """Which columns are not (nearly) a mix of earlier ones."""
    return independent_of(columns.T @ columns, tolerance)


def independent_of(gram: FloatArray, tolerance: float = 1e-6) -> BoolArray:
    """The same from the columns' cross products: Gram-Schmidt on the correlation matrix."""
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    left = gram / np.outer(scale, scale)
    kept = np.zeros(len(left), bool)
    for j in range(len(left)):
        if left[j, j] <= tolerance or scale[j] < 1e-12:
            continue
        kept[j] = True
        pivot = left[j + 1 :, j].copy()  # earlier columns have been judged
        left[j + 1 :, j + 1 :] -= np.outer(pivot, pivot / left[j, j])
    return kept
