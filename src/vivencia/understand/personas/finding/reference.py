"""People without groups: what the same features would look like if nothing but their own distributions and their
correlations were there.

Each feature keeps its distribution exactly, zeros and steps included; pairs keep their correlation, through a Gaussian
copula whose correlations are adjusted until those of the features come out (NORTA: Cario and Nelson 1997). Which values
are missing is as in the data. Groups found here are what chance and correlation alone make of such features.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from vivencia.understand.personas.finding.features import Floats, Ints, Matrix

ADJUSTING = 5  # rounds
LOWEST = 1e-3  # eigenvalue a correlation matrix is lifted to


@dataclass(frozen=True)
class Reference:
    """`ordered[f]`: rows of the data in which feature f is known, by its value; `factor` makes latent normals."""

    data: Matrix
    ordered: tuple[Ints, ...]
    factor: Floats

    def drawn(self, rng: np.random.Generator) -> Matrix:
        """As many people as the data have, without groups."""
        n = len(self.data.values)
        latent = rng.standard_normal((n, len(self.ordered))) @ self.factor.T
        values = np.hstack([self._columns(feature, latent[:, feature]) for feature in range(len(self.ordered))])
        known = self.data.known[rng.permutation(n)]
        return Matrix(np.where(known, values, 0.0), known, self.data.owner, self.data.scalings)

    def _columns(self, feature: int, latent: Floats) -> Floats:
        rows = self.ordered[feature]
        place = np.minimum((ndtr(latent) * len(rows)).astype(np.int64), len(rows) - 1)
        return np.asarray(self.data.values[np.ix_(rows[place], np.flatnonzero(self.data.owner == feature))])


def reference(data: Matrix, rng: np.random.Generator) -> Reference:
    """The reference of these people; `data` has at least one feature and ten people who know it."""
    scores = _scores(data)
    features = scores.shape[1]
    known = data.known[:, np.unique(data.owner, return_index=True)[1]]
    ordered = tuple(_ordered(scores[:, one], known[:, one], rng) for one in range(features))
    target = _correlations(np.where(known, scores, 0.0), known)
    return Reference(data, ordered, _factor(_latent(scores, ordered, target, rng)))


def _ordered(scores: Floats, known: np.ndarray, rng: np.random.Generator) -> Ints:
    rows = rng.permutation(np.flatnonzero(known))
    return np.asarray(rows[np.argsort(scores[rows], kind="stable")], np.int64)


def _scores(data: Matrix) -> Floats:
    """One number a feature: itself, or where a category's level lies on the data's main direction."""
    if len(data.owner) == len(np.unique(data.owner)):
        return data.values
    direction = np.linalg.svd(data.values.T @ data.values)[0][:, 0]
    main = data.values @ direction
    return np.column_stack([_score(data, one, main) for one in range(int(data.owner.max()) + 1)])


def _score(data: Matrix, feature: int, main: Floats) -> Floats:
    block = data.values[:, data.owner == feature]
    if block.shape[1] == 1:
        return np.asarray(block[:, 0])
    level = block.argmax(axis=1)
    n = np.bincount(level, minlength=block.shape[1])
    means = np.bincount(level, main, minlength=block.shape[1]) / np.maximum(n, 1)
    return np.asarray(means[level] + 1e-9 * level)


def _correlations(values: Floats, known: np.ndarray) -> Floats:
    """Pearson over the people both are known of; 0 where that are too few."""
    k = known.astype(np.float64)
    n = np.maximum(k.T @ k, 1.0)
    sums, squares = values.T @ k, (values**2).T @ k
    cross = values.T @ values / n - (sums / n) * (sums.T / n)
    spread = np.sqrt(np.maximum(squares / n - (sums / n) ** 2, 1e-12))
    found = np.where(n >= 10, cross / (spread * spread.T), 0.0)
    np.fill_diagonal(found, 1.0)
    return np.clip(found, -1.0, 1.0)


def _latent(scores: Floats, ordered: tuple[Ints, ...], target: Floats, rng: np.random.Generator) -> Floats:
    """Correlations of normals that give the features' own once the normals have become features."""
    normals = rng.standard_normal((max(4_000, len(scores)), len(ordered)))
    latent = target.copy()
    everything = np.ones(normals.shape, np.bool_)
    for _round in range(ADJUSTING):
        drawn = normals @ _factor(latent).T
        made = np.column_stack([_quantiles(scores[:, one], ordered[one], drawn[:, one]) for one in range(len(ordered))])
        latent = np.clip(latent + target - _correlations(made, everything), -0.999, 0.999)
        np.fill_diagonal(latent, 1.0)
    return latent


def _quantiles(scores: Floats, rows: Ints, latent: Floats) -> Floats:
    return np.asarray(scores[rows][np.minimum((ndtr(latent) * len(rows)).astype(np.int64), len(rows) - 1)])


def _factor(correlations: Floats) -> Floats:
    """A square root of the nearest matrix that is one of correlations."""
    values, vectors = np.linalg.eigh(correlations)
    root = vectors * np.sqrt(np.maximum(values, LOWEST))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1))[:, None])
