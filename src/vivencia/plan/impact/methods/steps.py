"""A change in one series at a known date, with honest uncertainty about how the series wanders by itself.

Linear model with level, trend, seasons, a step and a change of slope; errors are the sum of noise of each period,
swings that fade (first-order autoregressive) and, perhaps, one bend or jump at another date or a trend that wanders (an
integrated random walk, the kernel of smoothing splines: Wahba 1978). What of this there is is not known, least of
all in short series: so each mixture on a grid is fitted by generalised least squares and weighted by its restricted
likelihood, which asks for no iteration, never fails, and carries that ignorance into the interval. A trend that bent
before, or bends later, is thus no evidence of an effect.
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
JUMP = 4.0  # how far the level may jump at one date
CLOSE = 8  # periods around the start
PLACES = 60  # dates tried for bends and jumps, at most
STRAIGHT, WANDERS = (
    0.35,
    0.25,
)  # given beforehand to: nothing else happens; the trend wanders; the rest: one other break
NEGLIGIBLE = 1e-7  # chance of a mixture that need not be looked at
MOST = 400  # periods: longer series are to be summed first


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


def fit(y: FloatArray, at: FloatArray, X: FloatArray, noise: FloatArray | None = None, start: int = -1) -> Fitted:
    """All mixtures' fits of y (T,) on X (T, k), at times `at` (T,).

    noise: (T,) relative variance of each period's own noise (fewer observations, more noise); 1 by default.
    start: the place in question; other breaks are looked for elsewhere.
    """
    T, k = X.shape
    Q, R = np.linalg.qr(X)
    own = np.ones(T) if noise is None else noise / noise.mean()
    H, q, prior, places = _breaks(at, start)
    away = np.abs(at[:, None] - at[None, :])
    wander = _wandering(at)
    logs, bs, spreads, broke = [], [], [], []
    for fading in FADING:
        for share in SHARES if fading else (0.0,):
            V = share * fading**away + (1 - share) * np.diag(own)
            extra = 0.0 if fading else np.log(len(SHARES))
            for far in (0.0, *WANDERING):
                columns = 1 if far else len(q)
                log, b, spread = _all(y, Q, V + far * wander, H[:, :columns], q[:columns])
                logs.append(log + extra + (np.log(WANDERS / len(WANDERING)) if far else np.log(prior)))
                bs.append(b)
                broke.append(places[:columns])
                spreads.append(spread)
    log = np.concatenate(logs)
    chance = np.exp(log - log.max())
    back = np.linalg.inv(R)
    b, spread = np.concatenate(bs) @ back.T, back @ np.concatenate(spreads) @ back.T
    return Fitted(chance / chance.sum(), b, spread, T - k, np.concatenate(broke))


def _breaks(at: FloatArray, start: int) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
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
    total = 1 - STRAIGHT - WANDERS
    prior = np.where(close, total / (2 if far.any() else 1) / max(close.sum(), 1), 0.0)
    prior += np.where(far, total / (2 if close.any() else 1) / max(far.sum(), 1), 0.0)
    prior[0] = STRAIGHT
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
