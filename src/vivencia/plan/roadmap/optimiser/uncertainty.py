"""How sure is a plan's value, and how often is it better than another plan?

All values are drawn together. Each estimate's 95 % interval becomes a normal curve with its own width to each side,
shifted so that its mean stays the estimate. Estimates err together: one part of each error is common to all (somebody
too hopeful is too hopeful everywhere), one to all that share a gap, the rest is the initiative's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vivencia.plan.roadmap.optimiser.problem import LARGEST_SHARE, Problem, Starts, Worth
from vivencia.plan.roadmap.optimiser.tables import Floats, tables

COMMON, OF_THE_GAP = 0.2, 0.3
SIDE = 1.959964
HALF_NORMAL = 0.3989423  # mean of the positive half of a standard normal


@dataclass(frozen=True)
class Spread:
    """A plan's value over all draws: mean, central 95 % range, share of draws in which it pays, number of draws."""

    mean: float
    low: float
    high: float
    above_zero: float
    draws: int


def draws_of(problem: Problem, many: int = 4000, seed: int = 1) -> Floats:
    """Values of the initiatives, jointly: shape (many, initiatives). Those without a range vary only by whether they
    work (`chance`), each by itself."""
    dice = np.random.default_rng(seed)
    keys = [gap.key for gap in problem.gaps]
    shared = dice.standard_normal((many, 1 + len(keys)))
    error = np.sqrt(1 - COMMON) * dice.standard_normal((many, len(problem.initiatives)))
    own = np.sqrt(1 - COMMON - OF_THE_GAP) / np.sqrt(1 - COMMON)
    for i, each in enumerate(problem.initiatives):
        if each.gap:
            error[:, i] = error[:, i] * own + np.sqrt(OF_THE_GAP) * shared[:, 1 + keys.index(each.gap)]
    error += np.sqrt(COMMON) * shared[:, :1]
    mean = np.array([each.worth.mean for each in problem.initiatives])
    below = (mean - np.array([each.worth.low for each in problem.initiatives])) / SIDE
    above = (np.array([each.worth.high for each in problem.initiatives]) - mean) / SIDE
    drawn: Floats = mean + np.where(error < 0, below, above) * error - (above - below) * HALF_NORMAL
    chance = np.array([each.chance for each in problem.initiatives])
    if (chance < 1.0).any():
        drawn = drawn * (dice.random((many, len(problem.initiatives))) < chance)
    return drawn


def values(problem: Problem, starts: Starts, drawn: Floats) -> Floats:
    """The plan's value in every draw."""
    t = tables(problem)
    quarter = np.array([starts.get(each.key, -1) for each in problem.initiatives])
    total = np.full(len(drawn), _fixed(problem, starts))
    for i in np.flatnonzero((quarter >= 0) & (t.gap_of < 0)):
        each = problem.initiatives[i]
        done = int(quarter[i]) + each.duration
        once = (1.0 + problem.discount) ** (-(done - 1) / 4.0)
        total += drawn[:, i] * (once if each.worth.pays == "once" else t.rate[done:].sum())
    for g, whole in enumerate(t.whole):
        members = np.flatnonzero((t.gap_of == g) & (quarter >= 0))
        left_open = np.ones((len(drawn), problem.quarters + 1))
        for i in members:
            open_after = 1.0 - np.minimum(drawn[:, i] / whole, LARGEST_SHARE)
            left_open[:, int(quarter[i]) + problem.initiatives[i].duration :] *= open_after[:, None]
        total += whole * ((1.0 - left_open) * t.rate).sum(axis=1)
    return total


def _fixed(problem: Problem, starts: Starts) -> float:
    """The part of the plan's value that is not drawn: costs, and what knowing first spares."""
    t = tables(problem)
    index = {each.key: i for i, each in enumerate(problem.initiatives)}
    fixed = 0.0
    if problem.objective == "net":
        unvalued = tables(_without_values(problem))
        fixed += float(sum(unvalued.value[index[key], start] for key, start in starts.items()))
    for pilot, programme, gains in t.pilots:
        first, then = (starts.get(problem.initiatives[k].key) for k in (pilot, programme))
        if first is not None and then is not None and first + int(t.duration[pilot]) <= then:
            fixed += gains[then]
    return fixed


def _without_values(problem: Problem) -> Problem:
    nothing = Worth(0.0, 0.0, 0.0)
    return replace(problem, initiatives=tuple(replace(each, worth=nothing) for each in problem.initiatives))


def spread(drawn_values: Floats) -> Spread:
    """Mean and range of a plan's drawn values."""
    low, high = np.quantile(drawn_values, [0.025, 0.975])
    return Spread(
        float(drawn_values.mean()), float(low), float(high), float((drawn_values > 0).mean()), len(drawn_values)
    )


def better(one: Floats, other: Floats) -> float:
    """Share of draws in which the first plan brings more than the second."""
    return float((one > other).mean())


def curve(
    drawn_values: Floats, points: Sequence[float] = tuple(np.linspace(0.05, 0.95, 19))
) -> list[tuple[float, float]]:
    """(x, probability that the plan brings more than x)."""
    return [(float(np.quantile(drawn_values, 1 - p)), float(p)) for p in points]
