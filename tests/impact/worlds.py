"""Worlds with a known truth: panels in which an effect is planted, or none."""

import numpy as np

from vivencia.plan.impact.methods.panel import NEVER, FloatArray, IntArray, Panel, panel

Random = np.random.Generator


def swings(rng: Random, n: int, T: int, fading: float) -> FloatArray:
    """(n, T) first-order autoregressive noise, each shock of size 1."""
    noise = np.zeros((n, T))
    noise[:, 0] = rng.normal(size=n) / np.sqrt(1 - fading**2)
    for t in range(1, T):
        noise[:, t] = fading * noise[:, t - 1] + rng.normal(size=n)
    return noise


def starting(treated: int, others: int, dates: tuple[int, ...]) -> IntArray:
    """(n,) the treated begin at these dates in turn."""
    return np.concatenate([np.resize(dates, treated), np.full(others, NEVER)]).astype(np.int64)


def many(
    rng: Random,
    *,
    treated: int = 8,
    others: int = 12,
    T: int = 24,
    dates: tuple[int, ...] = (10, 14, 18),
    fading: float = 0.5,
    effect: float = 0.0,
    growing: float = 0.0,
    season: int = 0,
    bend: float = 0.0,
) -> tuple[Panel, float]:
    """Units of different levels under common ups and downs; the effect grows, and is half as large again for the first
    cohort. bend: the common trend changes by so much a period when the first begins. -> panel, true mean effect."""
    n, t = treated + others, np.arange(T)
    start = starting(treated, others, dates)
    common = np.cumsum(rng.normal(0, 0.5, T)) + bend * np.maximum(t - min(dates), 0)
    if season:
        common = common + 2 * np.sin(2 * np.pi * t / season)
    y = rng.normal(0, 3, n)[:, None] + common[None, :] + swings(rng, n, T, fading)
    since = t[None, :] - start[:, None]
    after = (start[:, None] != NEVER) & (since >= 0)
    early = np.where(start == min(dates), 1.5, 1.0) if growing else np.ones(n)
    planted = np.where(after, (effect + growing * since) * early[:, None], 0.0)
    return panel(y + planted, start), float(planted[after].mean())


def line(
    rng: Random,
    *,
    T: int = 48,
    start: int = 32,
    fading: float = 0.4,
    trend: float = 0.05,
    season: int = 0,
    bend: float = 0.0,
    bend_at: int = 0,
    effect: float = 0.0,
) -> tuple[Panel, float]:
    """One series, everybody treated at once."""
    t = np.arange(T)
    y = 10 + trend * t + swings(rng, 1, T, fading)[0] + bend * np.maximum(t - bend_at, 0) + effect * (t >= start)
    if season:
        y = y + 2 * np.sin(2 * np.pi * t / season + 1) + 0.7 * np.cos(4 * np.pi * t / season)
    return panel(y[None], np.array([start]), season=season), effect


def few(
    rng: Random, *, others: int = 12, T: int = 40, start: int = 28, effect: float = 0.0, fading: float = 0.5
) -> tuple[Panel, float]:
    """One treated unit that moves as a mixture of two others' forces."""
    forces = np.cumsum(rng.normal(0, 0.5, (2, T)), axis=1)
    share = rng.dirichlet((2, 2), others + 1) * 2
    y = rng.normal(0, 2, others + 1)[:, None] + share @ forces + 0.5 * swings(rng, others + 1, T, fading)
    y[0, start:] += effect
    return panel(y, starting(1, others, (start,))), effect


def by_lot(
    rng: Random, *, n: int = 120, effect: float = 0.0, hangs: float = 0.6, heavy: bool = False
) -> tuple[Panel, float]:
    """Units drawn by lot, one outcome before and one after."""
    before = rng.exponential(1, n) ** 2 if heavy else rng.normal(size=n)
    noise = rng.exponential(1, n) ** 2 if heavy else rng.normal(size=n)
    treated = rng.permutation(n) < n // 2
    after = hangs * before + noise + effect * treated
    start = np.where(treated, 1, NEVER)
    return panel(np.column_stack([before, after]), start, randomised=True), effect
