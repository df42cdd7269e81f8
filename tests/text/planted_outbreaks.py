"""Counts with planted outbreaks, in the manner of Noufaily et al. (2013): level, trend, waves, scatter."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SEVERAL_YEARS = 286  # weeks


@dataclass(frozen=True)
class Planted:
    """counts, means (without outbreaks) and outbreak: (themes, periods); one outbreak a theme, in the last `watched`
    periods. scatter: (themes, 1), variance over mean. exposure: (periods,), how much was said in all."""

    counts: Floats
    outbreak: NDArray[np.bool_]
    watched: int
    means: Floats
    scatter: Floats
    exposure: Floats


@dataclass(frozen=True)
class World:
    """size: an outbreak's cases, in standard deviations of its first period; they spread over periods as a log-normal
    with `lasting` for its log-mean. level: mean counts a period, as logs, evenly drawn between the two. days: whether
    periods are days, with levels of the week's days, instead of weeks. loud: whether some weeks bring twice as much of
    everything."""

    size: tuple[float, float] = (4.0, 12.0)
    past: int = SEVERAL_YEARS
    level: tuple[float, float] = (-0.5, 4.5)
    lasting: float = 0.0
    scatters: tuple[float, ...] = (1.001, 1.1, 1.5, 2, 3)
    earlier: float = field(default=0.5)  # share of the themes that had outbreaks before
    days: bool = False
    loud: bool = False


def planted(themes: int, past: int, *, size: tuple[float, float], seed: int, watched: int = 49) -> Planted:
    """Weekly counts as they usually are, with so many weeks before those watched."""
    return plant(World(size=size, past=past), themes, seed, watched)


def plant(world: World, themes: int, seed: int, watched: int = 49) -> Planted:
    """The same seed plants the same."""
    draw = np.random.default_rng(seed)
    periods, past = world.past + watched, world.past
    exposure = draw.choice([0.5, 1, 1, 1, 2], periods) if world.loud else np.ones(periods)
    means = _usual(world, themes, periods, draw) * exposure
    scatter = draw.choice(list(world.scatters), (themes, 1))
    counts = draw.negative_binomial(means / (scatter - 1), 1 / scatter * np.ones_like(means)).astype(float)
    outbreak = np.zeros((themes, periods), bool)
    for theme in range(themes):
        deviation = np.sqrt(scatter[theme, 0] * means[theme])
        many = (theme < world.earlier * themes) * (periods // 150 + 1)
        for begin in draw.integers(0, past - 10, many).tolist():
            _spread(counts[theme], begin, draw.poisson(draw.uniform(2, 10) * deviation[begin]), world.lasting, draw)
        begin = int(draw.integers(past, periods - 6))
        cases = max(2, draw.poisson(draw.uniform(*world.size) * deviation[begin]))
        outbreak[theme, _spread(counts[theme], begin, cases, world.lasting, draw)] = True
    return Planted(counts, outbreak, watched, means, scatter, exposure * 1_000)


def _usual(world: World, themes: int, periods: int, draw: np.random.Generator) -> Floats:
    when = np.arange(periods)
    level = draw.uniform(*world.level, (themes, 1)) + draw.choice([0, 0, 0.001, 0.003, -0.001], (themes, 1)) * when
    if world.days:
        return np.asarray(np.exp(level + draw.uniform(-0.6, 0.6, (themes, 7))[:, when % 7]), np.float64)
    for wave in (1, 2):
        has = draw.random((themes, 1)) < 0.6 / wave
        angle = 2 * np.pi * wave * when / 52
        high, low = draw.uniform(-0.6, 0.6, (2, themes, 1)) / wave
        level = level + has * (high * np.cos(angle) + low * np.sin(angle))
    return np.asarray(np.exp(level), np.float64)


def _spread(row: Floats, begin: int, cases: int, lasting: float, draw: np.random.Generator) -> NDArray[np.int64]:
    when = begin + np.floor(draw.lognormal(lasting, 0.5, cases)).astype(int)
    when = when[when < len(row)]
    np.add.at(row, when, 1)
    return when
