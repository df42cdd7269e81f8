"""A change in one series at a known date, with honest uncertainty about how the series wanders by itself.

Linear model with level, trend, seasons, a step and a change of slope; errors are the sum of noise of each period,
swings that fade (first-order autoregressive) and, perhaps, one bend or jump at another date or a trend that wanders (an
integrated random walk, the kernel of smoothing splines: Wahba 1978). What of this there is is not known, least of
all in short series: so each mixture on a grid is fitted by generalised least squares and weighted by its restricted
likelihood, which asks for no iteration, never fails, and carries that ignorance into the interval. A trend that bent
before, or bends later, is thus no evidence of an effect. How well the series is explained by such a bend and nothing at
the start is weighed against a step by their likelihoods (`instead`): what a bend explains as well is no effect either.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import stdtr

from vivencia.plan.impact.methods.panel import FloatArray, IntArray

FADING = (0.0, 0.2, 0.4, 0.55, 0.7, 0.82, 0.92, 0.97)  # what is left of a swing a period later
SHARES = (1.0, 0.6, 0.25)  # of the swings in the errors; the rest is noise of single periods
WANDERING = (0.03, 0.3, 3.0)  # variance a wandering trend reaches at the end, in errors' variances and periods
BENDS = (10.0, 60.0)  # how far a bend at one date may carry the series over its length, in standard deviations
JUMP = 4.0  # how far the level may jump at one date, in standard deviations
CLOSE = 8  # periods around the start
PLACES = 60  # dates tried for bends and jumps, at most
BREAK_INSTEAD = 0.25  # given beforehand to: nothing happened at the start, but at another date it did
EARLIER = 0.8  # of that to dates before the start
PLAIN = 0.7  # given beforehand, of what may happen at the start, to a plain step; the rest also changes the slope
SIZES = (4.0, 30.0)  # how far step and slope may go there, in standard deviations, either as likely; a plain step: JUMP
NEGLIGIBLE = 1e-7  # chance of a mixture that need not be looked at
MOST = 400  # periods: longer series are to be summed first


@dataclass(frozen=True)
class Beforehand:
    """What is thought possible before the series is looked at: the chance that nothing else happens, and that the trend
    wanders; the rest goes to one break at another date. lasting: how much less likely swings are the longer they last
    (what fades in a period, to this power)."""

    straight: float
    wanders: float
    lasting: float = 0.0


CAREFUL = Beforehand(0.35, 0.25)  # of what is left when series are subtracted, which may hold anything
USUAL = Beforehand(0.85, 0.05, 0.5)
BROKE = Beforehand(0.0, 0.0, 0.5)  # surely something else happened


@dataclass(frozen=True, eq=False)
class Fitted:
    """The grid's fits. chance: (g,). b: (g, k). spread: (g, k, k). degrees of freedom of all. broke: (g,) the place of
    the other break each assumes, -1 = none."""

    chance: FloatArray
    b: FloatArray
    spread: FloatArray
    degrees: int
    broke: IntArray

    def contrast(self, c: FloatArray) -> "Change":
        """The estimate of c'b."""
        value = self.b @ c
        se = np.sqrt(np.maximum(np.einsum("gij,i,j->g", self.spread, c, c), 0))
        counts = self.chance > NEGLIGIBLE
        chance = self.chance[counts] / self.chance[counts].sum()
        return Change(value[counts], se[counts], chance, self.degrees)


@dataclass(frozen=True, eq=False)
class Change:
    """A mixture of t-distributions. values, ses, chance: (g,)."""

    values: FloatArray
    ses: FloatArray
    chance: FloatArray
    degrees: int

    @property
    def value(self) -> float:
        return float(self.chance @ self.values)

    @property
    def se(self) -> float:
        return float(np.sqrt(self.chance @ (self.ses**2 + (self.values - self.value) ** 2)))

    def widened(self, by: float, told_by: int) -> "Change":
        """The same estimate, known so many times less well, as so many others tell."""
        degrees = min(self.degrees, told_by)
        return Change(self.value + by * (self.values - self.value), by * self.ses, self.chance, degrees)

    def or_nothing(self, chance: float) -> "Change":
        """The same estimate where, with this chance, there is no effect at all."""
        if not chance:
            return self
        values, ses = np.append(self.values, 0.0), np.append(self.ses, 0.05 * np.sqrt(self.chance @ self.ses**2))
        return Change(values, ses, np.append((1 - chance) * self.chance, chance), self.degrees)

    def below(self, limit: float) -> float:
        """How likely the change is below a limit."""
        safe = np.where(self.ses > 0, self.ses, 1e-300)
        return float(self.chance @ stdtr(self.degrees, (limit - self.values) / safe))

    @property
    def p_value(self) -> float:
        share = self.below(0.0)
        return float(min(1.0, 2 * min(share, 1 - share)))

    def limit(self, share: float) -> float:
        """The value with this share of the mixture below it."""
        reach = 1e-12 + 60 * self.se
        low, high = self.value - reach, self.value + reach
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < share else (low, middle)
        return (low + high) / 2


def fit(
    y: FloatArray,
    at: FloatArray,
    X: FloatArray,
    noise: FloatArray | None = None,
    start: int = -1,
    beforehand: Beforehand = CAREFUL,
) -> Fitted:
    """All mixtures' fits of y (T,) on X (T, k), at times `at` (T,).

    noise: (T,) relative variance of each period's own noise (fewer observations, more noise); 1 by default.
    start: the place in question; other breaks are looked for elsewhere. beforehand: what is thought possible.
    """
    T, k = X.shape
    R = np.linalg.qr(X)[1]
    log, b, spread, broke = _grid(y, at, X, noise, start, beforehand)
    chance = np.exp(log - log.max())
    back = np.linalg.inv(R)
    return Fitted(chance / chance.sum(), b @ back.T, back @ spread @ back.T, T - k, broke)


def instead(
    y: FloatArray, at: FloatArray, X: FloatArray, own: FloatArray, noise: FloatArray | None, start: int
) -> float:
    """How likely it is that nothing happened at the start, but that level or trend changed at another date.

    X: (T, k) what else explains the series; own: (T, m) step and slope at the start. A plain step is thought likelier
    than one with a slope: were the slope's size always asked too, the step would pay for it and look less likely.
    """
    log, _b, _spread, broke = _grid(y, at, X, noise, start, BROKE)
    other = broke >= 0
    share = np.where(broke[other] < start, EARLIER, 1 - EARLIER)
    without = _together(log[other] + np.log(share))
    own = own / np.abs(own).max(axis=0)
    tried = [(PLAIN, JUMP * own[:, :1]), *(((1 - PLAIN) / len(SIZES), size * own) for size in SIZES)]
    with_it = _together(
        np.concatenate([np.log(share) + _grid(y, at, X, noise, start, USUAL, one)[0] for share, one in tried])
    )
    odds = np.log(BREAK_INSTEAD / (1 - BREAK_INSTEAD)) + without - with_it
    return float(1 / (1 + np.exp(-np.clip(odds, -700, 700))))


def _together(logs: FloatArray) -> float:
    return float(logs.max() + np.log(np.exp(logs - logs.max()).sum()))


def _grid(
    y: FloatArray,
    at: FloatArray,
    X: FloatArray,
    noise: FloatArray | None,
    start: int,
    beforehand: Beforehand,
    own: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """(g,) log likelihood and chance beforehand, (g, k) coefficients on an orthonormal basis of X and (g, k, k) their
    covariance, (g,) the other break each mixture assumes. own: (T, m) effects of unknown size, each of variance 1."""
    T = len(y)
    Q = np.linalg.qr(X)[0]
    single = np.ones(T) if noise is None else noise / noise.mean()
    H, q, prior, places = _breaks(at, start, beforehand)
    away = np.abs(at[:, None] - at[None, :])
    wander = _wandering(at)
    logs, bs, spreads, broke = [], [], [], []
    with np.errstate(divide="ignore"):  # what is not thought possible has a chance of nothing
        known, drifting = np.log(prior), np.log(beforehand.wanders / len(WANDERING))
    for fading in FADING:
        for share in SHARES if fading else (0.0,):
            V = share * fading**away + (1 - share) * np.diag(single)
            V = V if own is None else V + own @ own.T
            extra = (0.0 if fading else np.log(len(SHARES))) + beforehand.lasting * np.log(1.03 - fading)
            for far in (0.0, *WANDERING):
                columns = 1 if far else len(q)
                log, b, spread = _all(y, Q, V + far * wander, H[:, :columns], q[:columns])
                logs.append(log + extra + (drifting if far else known))
                bs.append(b)
                broke.append(places[:columns])
                spreads.append(spread)
    return np.concatenate(logs), np.concatenate(bs), np.concatenate(spreads), np.concatenate(broke)


def _breaks(at: FloatArray, start: int, beforehand: Beforehand) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """(T, p) what happens at each date tried (the first: nothing), (p,) its variance, its chance, its date.

    Half of the chance lies close to the start: a bend shortly before it is what is mistaken for an effect most easily.
    """
    T = len(at)
    places = [place for place in range(2, T - 2) if start < 0 or abs(place - start) > 2]
    if len(places) > PLACES:
        near = [place for place in places if abs(place - start) <= PLACES // 4]
        rest = [place for place in places if abs(place - start) > PLACES // 4]
        chosen = np.linspace(0, len(rest) - 1, PLACES - len(near)).astype(int)
        places = sorted([*near, *(rest[int(one)] for one in chosen)])
    columns, sizes, tried = [np.zeros(T)], [0.0], [-1]
    for place in places:
        since = np.maximum(at - at[place], 0.0) / (at[-1] - at[0])
        columns += [since, since, (at >= at[place]).astype(float)]
        sizes += [BENDS[0] ** 2, BENDS[1] ** 2, JUMP**2]
        tried += [place] * 3
    dates = np.array(tried, dtype=np.int64)
    close = (np.abs(dates - start) <= CLOSE) & (dates >= 0) & (start >= 0)
    far = ~close & (dates >= 0)
    total = 1 - beforehand.straight - beforehand.wanders
    prior = np.where(close, total / (2 if far.any() else 1) / max(close.sum(), 1), 0.0)
    prior += np.where(far, total / (2 if close.any() else 1) / max(far.sum(), 1), 0.0)
    prior[0] = beforehand.straight
    return np.stack(columns, axis=1), np.array(sizes), prior, dates


def _wandering(at: FloatArray) -> FloatArray:
    """Covariance of an integrated random walk over the whole stretch."""
    t = (at - at[0] + 1.0) / (at[-1] - at[0] + 1.0)
    small, large = np.minimum(t[:, None], t[None, :]), np.maximum(t[:, None], t[None, :])
    return np.asarray(len(at) * small**2 * (3 * large - small) / 2)


def _all(
    y: FloatArray, X: FloatArray, V: FloatArray, H: FloatArray, q: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For errors V + q h h' of each column h: (p,) restricted log likelihood, (p, k) coefficients and covariance."""
    T, k = X.shape
    L = np.linalg.cholesky(V + 1e-9 * np.eye(T))
    white = solve_triangular(L, np.column_stack([X, y, H]), lower=True, check_finite=False)
    X, y, H = white[:, :k], white[:, k], white[:, k + 1 :]
    size = (H**2).sum(axis=0)
    r = q / (1 + q * size)
    a, c = H.T @ X, H.T @ y
    gram = X.T @ X - r[:, None, None] * a[:, :, None] * a[:, None, :]
    inverse = np.linalg.inv(gram)
    b = np.einsum("pij,pj->pi", inverse, X.T @ y - r[:, None] * a * c[:, None])
    wrong = y[:, None] - X @ b.T
    rest = (wrong**2).sum(axis=0) - r * (H * wrong).sum(axis=0) ** 2
    rest = np.maximum(rest, 1e-20 * float(y @ y) + 1e-300)
    sizes = np.log1p(q * size) / 2 + np.linalg.slogdet(gram)[1] / 2 + np.log(np.diag(L)).sum()
    return -sizes - (T - k) / 2 * np.log(rest), b, (rest / (T - k))[:, None, None] * inverse
