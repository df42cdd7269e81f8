"""Whether groups come again: those of half of the people against those of everybody.

For each group, the mean over resamples of its Jaccard index with the group of the resample that is most like it
(Hennig, "Cluster-wise assessment of cluster stability", 2007). From 0.75 on a group is held to be stable.
"""

import numpy as np

from vivencia.understand.personas.finding.features import Floats, Ints, Matrix
from vivencia.understand.personas.finding.grouping import Groups, distances, groups

RESAMPLES = 20
STABLE = 0.75
FIRST, HOPELESS = 6, 0.6  # after so many resamples, a mean below this ends the attempt
STARTS = 4


def stability(data: Matrix, found: Groups, rng: np.random.Generator, resamples: int = RESAMPLES) -> Floats:
    """The mean Jaccard index of each group, 0 to 1.

    Where a group fails clearly, the rest of the resamples is spared: what is told then is of the first few.
    """
    k, n = len(found.centres), len(data.values)
    told: list[Floats] = []
    for _resample in range(resamples):
        again = groups(data.only(rng.choice(n, n // 2, replace=False)), k, rng, STARTS)
        told.append(_jaccard(found.group, distances(data, again.centres).argmin(axis=1), k))
        if len(told) == FIRST and np.mean(told, axis=0).min() < HOPELESS:
            break
    return np.asarray(np.mean(told, axis=0))


def _jaccard(one: Ints, other: Ints, k: int) -> Floats:
    """Each group of `one` with the group of `other` most like it."""
    both = np.zeros((k, k))
    np.add.at(both, (one, other), 1.0)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return np.asarray((both / np.maximum(either, 1.0)).max(axis=1))
