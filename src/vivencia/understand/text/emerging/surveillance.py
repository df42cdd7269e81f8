"""Has something risen above what its own past leads one to expect? Counts watched with a stated false-alarm rate.

The method is the one public health uses for weekly case counts: Farrington's in its flexible form (Farrington et al.,
J. R. Stat. Soc. A 159, 1996; Noufaily et al., Statistics in Medicine 32, 2013). A quasi-Poisson regression on the past
(level, trend, season), past outbreaks weighted down by their residuals, and the newest count held against the upper
quantile of what the regression predicts. Four things differ:

- a theme is watched *within* all that was said (`exposure`): a week with twice the comments is no outbreak;
- how far counts scatter (the dispersion) is learnt from all themes together and only then from each one's own, and
  what weighting down takes from it where nothing broke out is given back;
- the last two periods are judged together beside the newest alone, so that a rise in two halves is seen too; the level
  is shared out between the two so that both together keep the stated rate, and both together count only while the
  newest is high by itself: what rang last week and is over is no alarm today;
- what is uncertain in the prediction widens it: a young theme is judged mildly.

`python -m bench.emerging` measures false alarms and what is found on planted outbreaks, beside what could be found by
somebody who knew what would have come without them.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

Floats = NDArray[np.float64]

WINDOWS = (1, 2)  # periods judged together, the newest last; longer ones ring on after the outbreak is over
# Of the false-alarm rate. Most outbreaks reach into a second period, so two together may ask for less than one alone;
# they speak only while the newest is high, which is why the shares add up to more than one. By simulation in several
# worlds both together keep below the rate.
SHARES = (0.32, 0.96)
STILL_HIGH = 0.1  # chance of the newest period by itself, from which on earlier ones no longer speak for it
LEAST_HISTORY = 8  # periods before the judged ones; fewer say nothing of what is usual
LEAST_COUNT, COUNTED_IN = 5, 4  # mentions in the last periods: below it a "rise" is one or two people
WAVES_NEED_YEARS = (
    0.0,
    3.0,
)  # of past, for the first and the second wave; its prior keeps the first honest before a year
WEEK_DAYS = 7
GUARD = 1  # periods before the judged ones left out of the past: a rise under way is not its own yardstick
ODD = 2.58  # standardised residual beyond which a past period counts as an outbreak (Noufaily et al.)
TREND_SD = SEASON_SD = 0.5  # how far, in logs, trend and season are thought to reach before the data speak
STEPS, SETTLED = 12, 1e-5  # of Newton's method: at most, and the change in logs at which it may stop


@dataclass(frozen=True)
class Rise:
    """What one theme did in its newest periods, against what was to be expected.

    observed, expected, upper: counts over the last `periods` periods; above `upper` it is an alarm. p_value: how often
    so many or more would come with nothing afoot, already corrected for the windows looked at. alarm: whether that is
    below the rate asked for. judged: false where the past is too short or the count too small; then the rest is NaN.
    """

    alarm: bool
    judged: bool
    periods: int
    observed: float
    expected: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class _Fits:
    """All themes' regressions: coefficients (themes, p), covariance (themes, p, p), which is for dispersion 1."""

    coefficients: Floats
    covariance: Floats
    dispersion: Floats
    freedom: Floats


@dataclass(frozen=True)
class Seen:
    """`rises`: one a theme. means, uppers: what each period would bring by itself, and what it exceeds once in 1/rate,
    (themes, periods), to be drawn beside the counts; (themes, 0) where the past is too short."""

    rises: list[Rise]
    means: Floats
    uppers: Floats


def watch(counts: Floats, exposure: Floats | None = None, *, rate: float = 0.01, per_year: float = 52.0) -> list[Rise]:
    """Judge each theme's newest period: the rises of `look`, which says what is what."""
    return look(counts, exposure, rate=rate, per_year=per_year, drawn=False).rises


def look(
    counts: Floats, exposure: Floats | None = None, *, rate: float = 0.01, per_year: float = 52.0, drawn: bool = True
) -> Seen:
    """Judge each theme's newest period.

    counts: (themes, periods), whole numbers, oldest period first. exposure: (periods,), how much was said in all, or
    None. rate: false alarms wanted a theme and period, 0.01 = 1 %. per_year: periods a year (52 weekly, 365 daily,
    when the days of the week get levels of their own). drawn: whether `means` and `uppers` are wanted. Raises
    ValueError where shapes do not fit or a count is negative.
    """
    counts = _checked(counts, exposure)
    periods = counts.shape[1]
    past, none = periods - max(WINDOWS) - GUARD, np.zeros((len(counts), 0))
    if past < LEAST_HISTORY:
        return Seen([_unjudged()] * len(counts), none, none)
    design, prior = _design(periods, past, per_year)
    offset = np.zeros(periods) if exposure is None else np.log(np.maximum(exposure, 0.5))
    fits = _fits(counts[:, :past], design[:past], offset[:past], prior)
    means = _means(fits.coefficients, design, offset)
    looks = [_over(counts, means, design, fits, window) for window in WINDOWS]
    enough = counts[:, -COUNTED_IN:].sum(axis=1) >= LEAST_COUNT
    rises = [_judged(each, rate, bool(many)) for *each, many in zip(*looks, enough, strict=True)]
    return Seen(rises, means, _uppers(means, design, fits, rate)) if drawn else Seen(rises, none, none)


def _uppers(means: Floats, design: Floats, fits: _Fits, rate: float) -> Floats:
    doubt = np.maximum(((design @ fits.covariance) * design).sum(axis=2), 0.0) * means
    ratio = np.maximum(fits.dispersion[:, None] * (1 + doubt), 1.0001)
    uppers: Floats = nbinom.isf(rate, means / (ratio - 1), 1 / ratio)
    return uppers


def began(counts: Floats, expected: Floats) -> int:
    """From which of the periods on more came than was expected: where the end of the series is likeliest to begin anew.

    counts, expected: (periods,), the oldest first. The likelihood ratio of a Poisson with a rate of its own from there
    to the end (Kulldorff's scan over ends). The last period where nothing stands out.
    """
    observed, usual = np.cumsum(counts[::-1])[::-1], np.maximum(np.cumsum(expected[::-1])[::-1], 1e-6)
    ratio = np.maximum(observed / usual, 1.0)
    likelihood = observed * np.log(ratio) - (observed - usual) * (ratio > 1)
    return int(likelihood.argmax()) if (ratio > 1).any() else len(counts) - 1


def _checked(counts: Floats, exposure: Floats | None) -> Floats:
    counts = np.asarray(counts, dtype=float)
    if counts.ndim != 2:
        raise ValueError(f"counts has {counts.ndim} dimension(s); it must have two: themes, periods")
    if exposure is not None and np.shape(exposure) != (counts.shape[1],):
        raise ValueError(f"exposure has shape {np.shape(exposure)}; it must be ({counts.shape[1]},)")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueError("counts must be finite and not negative")
    return counts


def _unjudged() -> Rise:
    unknown = float("nan")
    return Rise(False, False, 1, unknown, unknown, unknown, unknown)


def _design(periods: int, past: int, per_year: float) -> tuple[Floats, Floats]:
    """Columns (level, trend, waves, week days) of every period, and each column's prior precision (0 = free)."""
    when = np.arange(periods, dtype=float)
    columns, prior = [np.ones(periods), (when - past / 2) / past], [0.0, TREND_SD**-2]
    waves = sum(past / per_year >= years for years in WAVES_NEED_YEARS)
    for wave in range(1, waves + 1):
        angle = 2 * np.pi * wave * when / per_year
        columns += [np.cos(angle), np.sin(angle)]
        prior += [SEASON_SD**-2] * 2
    if per_year > 300:
        columns += [(when % WEEK_DAYS == day) - 1 / WEEK_DAYS for day in range(WEEK_DAYS)]
        prior += [SEASON_SD**-2] * WEEK_DAYS
    return np.column_stack(columns), np.array(prior)


def _means(coefficients: Floats, design: Floats, offset: Floats) -> Floats:
    means: Floats = np.exp(np.clip(coefficients @ design.T + offset, -8.0, 14.0))
    return means


def _fits(counts: Floats, design: Floats, offset: Floats, prior: Floats) -> _Fits:
    """Quasi-Poisson regressions of all themes at once; the second and third round count past outbreaks less."""
    weights = np.ones_like(counts)
    for last in (False, False, True):
        coefficients, covariance = _newton(counts, design, offset, prior, weights)
        means = _means(coefficients, design, offset)
        freedom = np.maximum(weights.sum(axis=1) - design.shape[1], 1.0)
        dispersion = np.maximum((weights * (counts - means) ** 2 / means).sum(axis=1) / freedom, 1.0)
        if not last:
            leverage = ((design @ covariance) * design).sum(axis=2) * means * weights
            weights = _weights(counts, means, dispersion, leverage)
    level = means.mean(axis=1)
    return _Fits(coefficients, covariance, _shrunk(_given_back(level, dispersion), freedom, level), freedom)


def _newton(counts: Floats, design: Floats, offset: Floats, prior: Floats, weights: Floats) -> tuple[Floats, Floats]:
    coefficients = np.zeros((len(counts), design.shape[1]))
    level = (counts * weights).sum(axis=1) / (np.exp(offset) * weights).sum(axis=1)
    coefficients[:, 0] = np.log(np.maximum(level, 1e-6))
    columns = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    for _ in range(STEPS):
        means = _means(coefficients, design, offset)
        information = ((weights * means) @ products).reshape(-1, columns, columns) + np.diag(prior + 1e-8)
        gradient = (weights * (counts - means)) @ design - coefficients * prior
        change = np.clip(np.linalg.solve(information, gradient[..., None])[..., 0], -2.0, 2.0)
        coefficients = coefficients + change
        if np.abs(change).max() < SETTLED:
            break
    covariance: Floats = np.linalg.inv(information).astype(np.float64)
    return coefficients, covariance


def _weights(counts: Floats, means: Floats, dispersion: Floats, leverage: Floats) -> Floats:
    """Anscombe residuals beyond ODD take weight 1/residual², all scaled to keep their sum (Noufaily et al., 2013)."""
    scale = np.sqrt(dispersion)[:, None] * means ** (1 / 6) * np.sqrt(np.clip(1 - leverage, 0.1, 1.0))
    residuals = 1.5 * (counts ** (2 / 3) - means ** (2 / 3)) / scale
    weights = np.where(residuals > ODD, np.maximum(residuals, 1.0) ** -2.0, 1.0)
    kept: Floats = weights * (counts.shape[1] / weights.sum(axis=1))[:, None]
    return kept


def _given_back(level: Floats, dispersion: Floats) -> Floats:
    """The dispersion without what weighting down takes from series whose high counts are no outbreaks but their own."""
    levels, dispersions, seen = _weighted_down()
    rows = np.abs(np.log(np.maximum(level, 1e-6))[:, None] - np.log(levels)).argmin(axis=1)
    return np.array([np.interp(one, seen[row], dispersions) for one, row in zip(dispersion, rows, strict=True)])


@functools.cache
def _weighted_down() -> tuple[Floats, Floats, Floats]:
    """Levels and dispersions of negative binomials, and (levels, dispersions) what is seen of the dispersion once high
    counts are weighted down twice as in `_fits`; by 1,000 evenly spaced quantiles."""
    levels, dispersions = np.geomspace(0.25, 256, 11), np.array([1.0001, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 14, 20])
    chances = (np.arange(1_000) + 0.5) / 1_000
    seen = np.ones((len(levels), len(dispersions)))
    for row, level in enumerate(levels):
        size, success = (level / (dispersions - 1))[:, None], (1 / dispersions)[:, None]
        counts = np.asarray(nbinom.ppf(chances, size, success), np.float64)
        means, spread = np.full((len(dispersions), 1), level), dispersions
        for _ in range(2):
            weights = _weights(counts, means, spread, np.zeros(1))
            means = (weights * counts).mean(axis=1, keepdims=True)
            spread = np.maximum((weights * (counts - means) ** 2).mean(axis=1) / means[:, 0], 1.0)
        seen[row] = np.maximum.accumulate(spread)
    return levels, dispersions, seen


def _shrunk(dispersion: Floats, freedom: Floats, level: Floats) -> Floats:
    """Each theme's dispersion drawn towards what themes have in common, the more so the less its own past tells."""
    told = level > 1.0  # rare themes look Poisson whatever they are
    if told.sum() < 3:
        return dispersion
    logs, noise = np.log(dispersion), 2.0 / freedom
    centre = logs[told].mean()
    between = max(float(logs[told].var() - noise[told].mean()), 0.02)
    own = between / (between + noise)
    shrunk: Floats = np.maximum(np.exp(own * logs + (1 - own) * centre), 1.0)
    return shrunk


@dataclass(frozen=True)
class _Look:
    window: int
    share: float
    observed: float
    expected: float
    size: float  # of the negative binomial with the prediction's mean and variance
    success: float
    chance: float  # mid-p of so many or more
    newest_high: bool


def _over(counts: Floats, means: Floats, design: Floats, fits: _Fits, window: int) -> list[_Look]:
    """What the last `window` periods were predicted to bring: scatter of counts plus doubt about the mean."""
    recent = means[:, -window:]
    expected = recent.sum(axis=1)
    slope = recent @ design[-window:]
    doubt = np.einsum("np,npq,nq->n", slope, fits.covariance, slope, optimize=True)
    ratio = np.maximum(fits.dispersion * (1 + doubt / expected), 1.0001)  # variance over mean
    observed = counts[:, -window:].sum(axis=1)
    share = SHARES[WINDOWS.index(window)]
    size, success = expected / (ratio - 1), 1 / ratio
    chance = nbinom.sf(observed, size, success) + 0.5 * nbinom.pmf(observed, size, success)
    newest_high = counts[:, -1] > means[:, -1]
    told = zip(observed, expected, size, success, chance, newest_high, strict=True)
    return [
        _Look(window, share, float(o), float(e), float(n), float(p), float(c), bool(high))
        for o, e, n, p, c, high in told
    ]


def _judged(looks: Sequence[_Look], rate: float, enough: bool) -> Rise:
    """The look that speaks loudest. Periods whose newest is not high tell of what is over already."""
    newest = looks[0]
    speak = [look for look in looks if look is newest or newest.chance < STILL_HIGH] if newest.newest_high else []
    loudest = min(speak, key=lambda look: look.chance / look.share, default=newest)
    p_value = min(1.0, loudest.chance / loudest.share) if speak else 1.0
    upper = float(nbinom.isf(rate * loudest.share, loudest.size, loudest.success))
    return Rise(enough and p_value < rate, True, loudest.window, loudest.observed, loudest.expected, upper, p_value)
