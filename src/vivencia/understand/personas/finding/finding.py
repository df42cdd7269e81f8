"""Personas from data: groups of people that are really there, are big enough to matter and come again.

Pure and seeded. Many people are learned from by a sample, the same for the same seed; everybody is then assigned.
"""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from vivencia.understand.personas.finding.assigning import Assigned, Model, assign
from vivencia.understand.personas.finding.choosing import MOST, Choice, choose, silhouette
from vivencia.understand.personas.finding.features import Ints, Matrix, People, matrix, scalings
from vivencia.understand.personas.finding.grouping import groups, settled
from vivencia.understand.personas.finding.stability import STABLE, stability

TRIED = 6  # numbers of groups, the best first
DIVISIONS = (2, 3, 4, 5, 6)
STARTS = 12
FEWEST = 100  # people: fewer are not looked at for groups
CHOOSING, COMING_AGAIN, LEARNING = 2_000, 5_000, 20_000  # people for their number, their stability, and themselves
SMALL, SMALL_SHARE = 30, 0.02  # a group of fewer people is not offered
COVERED = 0.5  # share of the people that groups offered must hold together


@dataclass(frozen=True)
class Found:
    """`model` None: no groups worth telling apart. `stability` and `shares`: of every group of the model.

    `tried`: the numbers of groups looked at for stability, the last one taken (or none good enough).
    """

    model: Model | None
    choice: Choice
    stability: tuple[float, ...]
    silhouette: float | None
    tried: tuple[int, ...]
    n: int


@dataclass(frozen=True)
class Attempt:
    """One number of groups, looked at closely."""

    model: Model
    stability: tuple[float, ...]
    silhouette: float

    @property
    def whole(self) -> bool:
        """Every group can be offered."""
        return len(self.model.offered) == len(self.model.centres)

    @property
    def covered(self) -> float:
        return float(self.model.shares[list(self.model.offered)].sum())


def find(people: People, seed: int = 0, k: int | None = None) -> Found:
    """The groups of these people that are worth telling apart: none, where people differ by degrees only.

    `k`: people are to be divided all the same, into so many groups (0: whichever number is clearest); groups that are
    small or do not come again are left out of those too.
    """
    with threadpool_limits(1):  # matrices this small only lose by being shared out among cores
        return _found(people, np.random.default_rng(seed), k)


def _found(people: People, rng: np.random.Generator, k: int | None) -> Found:
    sample = people.only(_some(len(people), LEARNING, rng))
    data = matrix(sample, scalings(sample))
    if len(people) < FEWEST or len(data.scalings) < 2:
        return Found(None, Choice((), 1.0, ()), (), None, (), len(people))
    few = data.only(_some(len(sample), CHOOSING, rng))
    choice = choose(few, rng, max(MOST, k or 0))
    attempts = _attempts(data, few, rng, choice, k)
    best = _divided(attempts) if k is not None else _justified(attempts)
    tried = tuple(len(one.model.centres) for one in attempts)
    if best is None:
        return Found(None, choice, (), None, tried, len(people))
    return Found(best.model, choice, best.stability, best.silhouette, tried, len(people))


def _attempts(data: Matrix, few: Matrix, rng: np.random.Generator, choice: Choice, k: int | None) -> list[Attempt]:
    """Numbers of groups looked at closely: of those that are justified, up to the first that is stable throughout."""
    wanted = choice.order[:TRIED] if k is None else (k,) if k else DIVISIONS
    attempts: list[Attempt] = []
    for each in wanted:
        attempts.append(_attempt(data, few, each, rng))
        if k is None and attempts[-1].whole:
            break
    return attempts


def _justified(attempts: list[Attempt]) -> Attempt | None:
    good = [one for one in attempts if len(one.model.offered) >= 2 and one.covered >= COVERED]
    return max(good, key=lambda one: (one.whole, one.covered), default=None)


def _divided(attempts: list[Attempt]) -> Attempt | None:
    """A division that was asked for: whatever of it is big and stable; of several the clearest stable throughout."""
    good = [one for one in attempts if one.model.offered]
    return max(good, key=lambda one: (one.whole, one.silhouette), default=None)


def found_of(found: Found, people: People) -> Assigned:
    """Whose everybody is; nobody's where no groups were found."""
    if found.model is None:
        return Assigned(np.full(len(people), -1, np.int64), np.zeros(len(people)))
    return assign(found.model, people)


def _some(n: int, most: int, rng: np.random.Generator) -> Ints:
    return np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))


def _attempt(data: Matrix, few: Matrix, k: int, rng: np.random.Generator) -> Attempt:
    found = settled(data, groups(few, k, rng, STARTS).centres)
    sample = data.only(_some(len(data.values), COMING_AGAIN, rng))
    told = stability(sample, settled(sample, found.centres), rng)
    shares = np.bincount(found.group, minlength=k) / len(found.group)
    big = np.maximum(SMALL / len(data.values), SMALL_SHARE)
    offered = tuple(int(one) for one in np.flatnonzero((told >= STABLE) & (shares >= big)))
    spread = found.within / max(float(data.known.sum()), 1.0)
    model = Model(data.scalings, found.centres, spread, shares, offered)
    return Attempt(model, tuple(told.tolist()), silhouette(few, found.centres))
