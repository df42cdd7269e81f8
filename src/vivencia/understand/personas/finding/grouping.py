"""Groups around centres, measured on what is known of each person only (k-means with missing values: Chi, Chi and
Baraniuk, "k-POD", The American Statistician 70, 2016). Seeded: the same people give the same groups.
"""

from dataclasses import dataclass

import numpy as np

from vivencia.understand.personas.finding.features import Floats, Ints, Matrix

STARTS = 4  # attempts, of which the best is kept
ROUNDS = 40


@dataclass(frozen=True)
class Groups:
    """`group` of each person; `centres` groups × columns; `within`: squared distances to the centres, summed."""

    group: Ints
    centres: Floats
    within: float


def distances(people: Matrix, centres: Floats) -> Floats:
    """Squared distance of each person to each centre over what is known of the person: people × centres."""
    return np.asarray(np.maximum(_own(people)[:, None] + _less_own(people, centres), 0.0))


def groups(people: Matrix, k: int, rng: np.random.Generator, starts: int = STARTS) -> Groups:
    """The best of some attempts at `k` groups."""
    if k == 1:
        centres = _centres(people, np.zeros(len(people.values), np.int64), 1, None)
        return _grouped(people, centres, np.zeros(len(people.values), np.int64))
    attempts = (settled(people, _begin(people, k, rng)) for _start in range(starts))
    return min(attempts, key=lambda found: found.within)


def settled(people: Matrix, centres: Floats) -> Groups:
    """The groups these centres come to among these people."""
    k = len(centres)
    group = _less_own(people, centres).argmin(axis=1)
    for _round in range(ROUNDS):
        centres = _centres(people, group, k, centres)
        nearest = _less_own(people, centres).argmin(axis=1)
        moved = int((nearest != group).sum())
        group = nearest
        if moved <= len(group) // 1_000:
            break
    return _grouped(people, _centres(people, group, k, centres), group)


def _grouped(people: Matrix, centres: Floats, group: Ints) -> Groups:
    """The sum of squares of these groups around their means: all squares less what the means take away."""
    members = _members(group, len(centres))
    counts = members.T @ people.known.astype(people.values.dtype)
    within = float((people.values**2).sum(dtype=np.float64) - (counts * centres**2).sum(dtype=np.float64))
    return Groups(group.astype(np.int64), centres, within)


def _own(people: Matrix) -> Floats:
    return np.asarray((people.values**2).sum(axis=1))


def _less_own(people: Matrix, centres: Floats) -> Floats:
    """Distances less what is the same for all centres."""
    cross = people.values @ (-2.0 * centres.T).astype(people.values.dtype)
    squares = (centres**2).T.astype(people.values.dtype)
    if people.complete:
        return np.asarray(cross + squares.sum(axis=0))
    return np.asarray(cross + people.weights @ squares)


def _members(group: Ints, k: int) -> Floats:
    return np.asarray((group[:, None] == np.arange(k)).astype(np.float32))


def _centres(people: Matrix, group: Ints, k: int, before: Floats | None) -> Floats:
    """Means over what is known; a centre of nobody stays where it was."""
    both = _members(group, k).T @ people.both
    sums, counts = both[:, : people.values.shape[1]], both[:, people.values.shape[1] :]
    kept = np.zeros_like(sums) if before is None else before
    return np.where(counts > 0, sums / np.maximum(counts, 1.0), kept)


def _begin(people: Matrix, k: int, rng: np.random.Generator) -> Floats:
    """Centres to begin with, far from each other (k-means++: Arthur and Vassilvitskii 2007)."""
    n, own = len(people.values), _own(people)
    chosen = [int(rng.integers(n))]
    nearest = np.full(n, np.inf)
    for _more in range(k - 1):
        last = own + _less_own(people, people.values[chosen[-1:]])[:, 0]
        nearest = np.minimum(nearest, np.maximum(last, 0.0))
        running = np.cumsum(nearest, dtype=np.float64)
        chosen.append(min(int(np.searchsorted(running, rng.random() * running[-1], side="right")), n - 1))
    return people.values[chosen]
