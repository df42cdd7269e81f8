"""How many groups there are, and whether there are any.

For every number of groups, the gap (Tibshirani, Walther and Hastie 2001) says how much tighter the groups are than
those found among people without groups (`reference`). The number with the widest gap is asked first. Whether it is
more than chance is decided by its gap in standard errors, the largest over all numbers, against the same figure of
each reference: the share of references that do as well is the p-value of "there are no groups".
"""

from dataclasses import dataclass

import numpy as np

from vivencia.understand.personas.finding.features import Floats, Matrix
from vivencia.understand.personas.finding.grouping import distances, groups
from vivencia.understand.personas.finding.reference import reference

MOST = 8  # groups: nobody keeps more in mind
REFERENCES = 24  # the least p-value is 1 in 25
SIGNIFICANT = 0.05
WORTH = 0.004  # gap (log of the sum of squares) below which groups, however certain, tell hardly anything
STARTS = 3


@dataclass(frozen=True)
class Candidate:
    """One number of groups: `gap` and its standard `error`; `silhouette` (-1 to 1) beside that of the references."""

    k: int
    gap: float
    error: float
    silhouette: float
    reference_silhouette: float


@dataclass(frozen=True)
class Choice:
    """Candidates from two groups on; `p_value` of there being none; `order`: numbers of groups worth trying, the best
    first, empty where there are no groups worth telling apart.
    """

    candidates: tuple[Candidate, ...]
    p_value: float
    order: tuple[int, ...]


def choose(data: Matrix, rng: np.random.Generator, most: int = MOST) -> Choice:
    """Decide on these people (a sample of a few thousand serves as well as all)."""
    ks = range(1, min(most, max(1, len(data.values) // 20)) + 1)
    if len(ks) < 2:
        return Choice((), 1.0, ())
    found = _measured(data, ks, rng)
    without = reference(data, rng)
    chance = np.array([_measured(without.drawn(rng), ks, rng) for _reference in range(REFERENCES)])
    spread = np.maximum(chance[:, 0].std(axis=0, ddof=1), 1e-6)
    gaps = chance[:, 0].mean(axis=0) - found[0]
    errors = spread * np.sqrt(1 + 1 / REFERENCES)
    candidates = tuple(
        Candidate(k, float(gaps[at]), float(errors[at]), float(found[1, at]), float(chance[:, 1, at].mean()))
        for at, k in enumerate(ks[1:])
    )
    p_value = _p_value(gaps / errors, chance[:, 0])
    worth = [one for one in candidates if one.gap >= WORTH and one.gap > 2 * one.error]
    order = sorted(worth, key=lambda one: -one.gap) if p_value <= SIGNIFICANT else []
    return Choice(candidates, p_value, tuple(one.k for one in order))


def _measured(data: Matrix, ks: range, rng: np.random.Generator) -> Floats:
    """Two rows: the log of the sum of squares, less that of one group, and the silhouette; a column a number from 2."""
    found = [groups(data, k, rng, STARTS) for k in ks]
    tight = np.log([max(one.within, 1e-9) for one in found])
    return np.array([tight[1:] - tight[0], [silhouette(data, one.centres) for one in found[1:]]])


def silhouette(data: Matrix, centres: Floats) -> float:
    """How much nearer people are to their own centre than to the next: the simplified silhouette, -1 to 1."""
    apart = np.sqrt(np.sort(distances(data, centres), axis=1)[:, :2])
    return float(np.mean(1 - apart[:, 0] / np.maximum(apart[:, 1], 1e-12)))


def _p_value(told: Floats, chance: Floats) -> float:
    """The largest of the standardised gaps against that of every reference, each measured against the others."""
    n = len(chance)
    others = (chance.sum(axis=0) - chance) / (n - 1)
    spreads = np.sqrt(np.maximum(((chance**2).sum(axis=0) - chance**2) / (n - 1) - others**2, 1e-12))
    largest = ((others - chance) / (spreads * np.sqrt(1 + 1 / n))).max(axis=1)
    return float((1 + (largest >= told.max()).sum()) / (n + 1))
