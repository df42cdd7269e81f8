"""How sure is a plan's value, and how often is it better than another plan?

All values are drawn together. Each estimate's 95 % interval becomes a normal curve with its own width to each side,
shifted so that its mean stays the estimate. Estimates err together: one part of each error is common to all (somebody
too hopeful is too hopeful everywhere), one to all that share a gap, the rest is the initiative's own. Whether what may
fail works is drawn too, and a pilot that is in the plan finds it out: in the draws in which it says no, the programme's
cost is spared, in the others it has only cost itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vivencia.plan.roadmap.optimiser.checking import loss_spared
from vivencia.plan.roadmap.optimiser.problem import LARGEST_SHARE, Problem, Starts, Worth
from vivencia.plan.roadmap.optimiser.tables import Bools, Floats, tables

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


@dataclass(frozen=True)
class Draws:
    """Draws of all initiatives shape (many, initiatives): `brought` a year or once, `works` whether it does."""

    brought: Floats
    works: Bools


def draws_of(problem: Problem, many: int = 4000, seed: int = 1) -> Draws:
    """Values of the initiatives, jointly. Those without a range vary only by whether they work, each by itself: with
    its own `chance`, or with the one its pilot carries, whose mean over both cases stays the value."""
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
    return _working(problem, drawn, dice)


def _working(problem: Problem, if_works: Floats, dice: np.random.Generator) -> Draws:
    """What is brought over working and not."""
    told = {each.pilot.of: each.pilot for each in problem.initiatives if each.pilot and each.pilot.chance is not None}
    chance = np.array([each.chance for each in problem.initiatives])
    brought = if_works.copy()
    for i, each in enumerate(problem.initiatives):
        if each.key in told and each.chance == 1.0:
            chance[i] = told[each.key].chance
    works: Bools = dice.random(brought.shape) < chance if (chance < 1.0).any() else np.ones(brought.shape, dtype=bool)
    for i, each in enumerate(problem.initiatives):
        if each.chance < 1.0:
            brought[:, i] *= works[:, i]
        elif 0.0 < chance[i] < 1.0:
            if_not = told[each.key].value_if_not
            known = if_not + (brought[:, i] - if_not) / chance[i]
            brought[:, i] = np.where(works[:, i], known, if_not)
    return Draws(brought, works)


def values(problem: Problem, starts: Starts, draws: Draws) -> Floats:
    """The plan's value in every draw. Without gaps, its mean is the plan's value as `checking.worth` counts it."""
    drawn = draws.brought
    t = tables(problem)
    quarter = np.array([starts.get(each.key, -1) for each in problem.initiatives])
    total = np.full(len(drawn), -_costs(problem, starts)) + _spared(problem, starts, draws.works)
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


def _costs(problem: Problem, starts: Starts) -> float:
    """The part of the plan's value that is not drawn: what it costs, where that is counted."""
    if problem.objective != "net":
        return 0.0
    unvalued = tables(_without_values(problem))
    index = {each.key: i for i, each in enumerate(problem.initiatives)}
    return -float(sum(unvalued.value[index[key], start] for key, start in starts.items()))


def _spared(problem: Problem, starts: Starts, works: Bools) -> Floats:
    """What pilots spare in every draw: the loss where they say no, nothing elsewhere."""
    index = {each.key: i for i, each in enumerate(problem.initiatives)}
    total: Floats = np.zeros(len(works))
    for each in problem.initiatives:
        loss = loss_spared(problem, starts, each)
        if each.pilot is not None and loss > 0.0:
            total += np.where(works[:, index[each.pilot.of]], 0.0, loss)
    return total


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
