"""Weekly counts with planted outbreaks, in the manner of Noufaily et al. (2013): level, trend, waves, scatter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Planted:
    """counts and outbreak: (themes, weeks); one outbreak a theme, in the last `watched` weeks."""

    counts: NDArray[np.float64]
    outbreak: NDArray[np.bool_]
    watched: int


def planted(themes: int, past: int, *, size: tuple[float, float], seed: int, watched: int = 49) -> Planted:
    """size: an outbreak's cases, in standard deviations of its first week; they spread over weeks as a log-normal."""
    draw = np.random.default_rng(seed)
    weeks = past + watched
    means, scatter = _usual(themes, weeks, draw)
    counts = draw.negative_binomial(means / (scatter - 1), 1 / scatter * np.ones_like(means)).astype(float)
    outbreak = np.zeros((themes, weeks), bool)
    for theme in range(themes):
        earlier = draw.integers(0, past - 10, (theme % 2) * (weeks // 150 + 1)).tolist()  # half have had some before
        for begin in earlier:
            _spread(counts[theme], begin, draw.poisson(draw.uniform(2, 10) * _sd(means, scatter, theme, begin)), draw)
        begin = int(draw.integers(past, weeks - 6))
        cases = max(2, draw.poisson(draw.uniform(*size) * _sd(means, scatter, theme, begin)))
        outbreak[theme, _spread(counts[theme], begin, cases, draw)] = True
    return Planted(counts, outbreak, watched)


def _usual(themes: int, weeks: int, draw: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    when = np.arange(weeks)
    level = draw.uniform(-0.5, 4.5, (themes, 1)) + draw.choice([0, 0, 0.001, 0.003, -0.001], (themes, 1)) * when
    for wave in (1, 2):
        has = draw.random((themes, 1)) < 0.6 / wave
        angle = 2 * np.pi * wave * when / 52
        high, low = draw.uniform(-0.6, 0.6, (2, themes, 1)) / wave
        level = level + has * (high * np.cos(angle) + low * np.sin(angle))
    return np.exp(level), draw.choice([1.001, 1.1, 1.5, 2, 3], (themes, 1))


def _sd(means: NDArray[np.float64], scatter: NDArray[np.float64], theme: int, week: int) -> float:
    return float(np.sqrt(scatter[theme, 0] * means[theme, week]))


def _spread(row: NDArray[np.float64], begin: int, cases: int, draw: np.random.Generator) -> NDArray[np.int64]:
    weeks = begin + np.floor(draw.lognormal(0, 0.5, cases)).astype(int)
    weeks = weeks[weeks < len(row)]
    np.add.at(row, weeks, 1)
    return weeks
