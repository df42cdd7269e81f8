"""Difference-in-differences by imputation, for any pattern of starts.

What the treated would have lived is imputed from outcomes nobody was treated in: a level for each unit and each period
(Borusyak, Jaravel & Spiess 2024, "Revisiting event-study designs"). Unlike two-way fixed effects, who is treated
already is never anybody's comparison, so effects may grow and differ between those who begin early and late.

The interval comes from each unit's influence on the effect (clustered by unit, so outcomes of one unit may hang
together in any way), with the spread of the treated around what their cohort found and of the comparison around its
own, and Welch's degrees of freedom for few units.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from vivencia.plan.impact.methods.absorbing import Absorbed
from vivencia.plan.impact.methods.panel import BoolArray, FloatArray, IntArray, Panel, means
from vivencia.plan.impact.methods.result import Check, Drawn, Lead, NotPossible, Result, State

FEW_TREATED = 2  # from so many down the treated's own spread cannot be known: the comparison's stands for it
LEAST_LEFT = 0.05  # of a unit's residual; one that counts for nearly all tells nothing of its spread
FEW_OTHERS = 3  # up to so many to compare with, the treated's spread helps to know theirs
TREND_PERIODS = 4  # periods before the start that a trend can be seen in
DOUBT = 0.05
STEPS = 24  # of the event study at most
LEADS = 6


@dataclass(frozen=True, eq=False)
class Estimate:
    """An average with its standard error and the degrees of freedom behind it."""

    value: float
    se: float
    degrees: float

    @property
    def margin(self) -> float:
        return float(stats.t.ppf(0.975, self.degrees) * self.se)

    @property
    def p_value(self) -> float:
        if self.se == 0:
            return float(self.value == 0)
        return float(2 * stats.t.sf(abs(self.value) / self.se, self.degrees))


class Imputed:
    """What the treated would have lived, and how sure that is.

    columns: (n, T) each: what else explains outcomes without treatment (a trend of the treated of their own).
    """

    def __init__(self, panel: Panel, columns: tuple[FloatArray, ...] = ()) -> None:
        self.panel = panel
        known = panel.known
        self.y = np.where(known, panel.outcome, 0.0)
        self.weight = np.where(known, panel.weight, 0.0)
        self.free = Absorbed.of(self.weight * ~panel.after)
        self.columns = columns
        self.b, self.gram, self.cleared = self._slopes()
        explained = sum((b * x for b, x in zip(self.b, columns, strict=True)), np.zeros_like(self.y))
        self.unit, self.period = self.free.levels(self.y - explained)
        self.without = self.unit[:, None] + self.period[None, :] + explained
        self.effects = self.y - self.without
        identified = (self.free.total > 0)[:, None] & (self.free.weight.sum(axis=0) > 0)[None, :]
        self.usable: BoolArray = np.asarray(panel.after & known & identified)

    def _slopes(self) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
        if not self.columns:
            return np.zeros(0), np.zeros((0, 0)), []
        w = self.free.weight
        cleared = [self.free.residual(x) for x in self.columns]
        y = self.free.residual(self.y)
        gram = np.array([[(w * one * other).sum() for other in cleared] for one in cleared])
        inverse = np.linalg.pinv(gram, rcond=1e-9, hermitian=True)
        return inverse @ np.array([(w * x * y).sum() for x in cleared]), inverse, cleared

    def average(self, chosen: BoolArray) -> Estimate:
        """The mean effect over chosen outcomes of the treated, in units' weights."""
        total = (self.weight * chosen).sum()
        v = self.weight * chosen / total
        value = float((v * self.effects).sum())
        return Estimate(value, *self._spread(v))

    def _spread(self, v: FloatArray) -> tuple[float, float]:
        control, treated = self._influence(v)
        rows = self.panel.treated
        others = self.free.total[~rows]
        return welch(treated, control[rows], control[~rows], self.panel.start[rows], others)

    def _influence(self, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(n,) through outcomes before or without treatment; (m, 2) of the treated: share and mean effect."""
        w, share = self.free.weight, v.sum(axis=1)
        through = v - share[:, None] * _part(w, self.free.total)
        c = through.sum(axis=0)
        h = self.free.inverse @ c
        residual = np.where(w > 0, self.effects, 0.0)
        control = -(w * residual) @ h
        if self.columns:
            d = np.array([(through * x).sum() - h @ (w * (x - self.free.mean(x)[:, None])).sum(axis=0)
                          for x in self.columns])  # fmt: skip
            score = np.stack([(w * x * residual).sum(axis=1) for x in self.cleared], axis=1)
            control = control - score @ (self.gram @ d)
        rows = self.panel.treated
        mean = np.divide((v * self.effects).sum(axis=1), share, out=np.zeros(len(share)), where=share > 0)
        return control, np.stack([share[rows], mean[rows]], axis=1)

    def slope(self, place: int) -> Estimate:
        """The coefficient of a column, clustered by unit."""
        w = self.free.weight
        residual = np.where(w > 0, self.effects, 0.0)
        score = np.stack([(w * x * residual).sum(axis=1) for x in self.cleared], axis=1) @ self.gram[:, place]
        rows = self.panel.treated
        m = int(rows.sum())
        if m <= FEW_TREATED:
            spread, degrees = _borrowed(np.full(m, 1 / m), score[~rows], score[rows])
        elif 0 < (~rows).sum() <= FEW_OTHERS:
            spread, degrees = _lent(np.full(m, 1 / m), score[rows] * m, score[~rows], m - 1)
        else:
            total = self.free.total
            spread, degrees = _two_parts(_mean_part(score[rows], total[rows]), _mean_part(score[~rows], total[~rows]))
        return Estimate(float(self.b[place]), spread, degrees)


def welch(
    treated: FloatArray,
    control: FloatArray,
    never: FloatArray,
    start: FloatArray | IntArray,
    counts: FloatArray | None = None,
) -> tuple[float, float]:
    """Standard error and degrees of freedom of a mean effect.

    treated: (m, 2) each treated unit's share in the mean and its own effect. control: (m,) their influence as somebody
    else's comparison. never: (k,) influence of those never treated. start: (m,) cohorts. counts: (k,) how much each of
    those never treated counts; alike by default.
    """
    used = treated[:, 0] > 0
    share, effect = treated[used, 0], treated[used, 1]
    columns = _columns(share, np.asarray(start[used], np.float64))
    scatter = effect - _centre(share, effect, columns)
    m, k, fitted = int(used.sum()), len(never), columns.shape[1]
    if m - fitted < 1 or m <= FEW_TREATED:
        return _borrowed(share, never, control)
    if 0 < k <= FEW_OTHERS:
        return _lent(share, scatter, never, m - fitted)
    one = _Part.of(share * scatter + control[used], share, columns)
    waiting = float((control[~used] ** 2).sum())
    others = _mean_part(never, np.ones(k) if counts is None else counts)
    return _two_parts(replace(one, variance=one.variance + waiting), others)


def _columns(share: FloatArray, start: FloatArray) -> FloatArray:
    """(m, p) what effects scatter around: the mean of their cohort, where cohorts have two and more; else a line."""
    cohorts, place, size = np.unique(start, return_inverse=True, return_counts=True)
    if len(cohorts) and size.min() >= 2:
        return np.asarray(np.eye(len(cohorts))[place])
    if len(cohorts) > 1 and len(start) > 4:
        return np.stack([np.ones(len(start)), start], axis=1)
    return np.ones((len(share), 1))


def _centre(share: FloatArray, effect: FloatArray, columns: FloatArray) -> FloatArray:
    root = np.sqrt(share)
    return columns @ np.linalg.lstsq(root[:, None] * columns, root * effect, rcond=None)[0]


@dataclass(frozen=True)
class _Part:
    """What one group of units adds to the variance, and the degrees of freedom behind it."""

    variance: float
    degrees: float

    @classmethod
    def of(cls, scores: FloatArray, share: FloatArray, columns: FloatArray) -> "_Part":
        """scores: (m,) influence of each unit, as it scatters around what `columns` (m, p) fit to the group.

        Who counts for much pulls the fit towards itself, so its residual tells less of its spread: it is divided by
        what is left of it, whether the spread is the same for all or falls with what a unit counts (HC2 under both,
        the lesser left; with equal shares m / (m - p)). Degrees of freedom are those of so many
        units as count (Bell and McCaffrey 2002, a spread that falls with what a unit counts).
        """
        m, p = columns.shape
        projected = np.linalg.pinv((columns.T * share) @ columns) @ (columns.T * share)
        hat = np.einsum("ip,pi->i", columns, projected)
        left = np.minimum(1 - hat, 1 - 2 * hat + np.einsum("ip,pq,iq->i", columns, projected @ projected.T, columns))
        counting = float(share.sum() ** 2 / (share**2).sum())
        return cls(float((scores**2 / np.maximum(left, LEAST_LEFT)).sum()), max(counting * (m - p) / m, 1.0))


def _mean_part(scores: FloatArray, counts: FloatArray) -> _Part:
    """A group that scatters around its own mean."""
    used = counts > 0
    if used.sum() < 2:
        return _Part(0.0, 1.0)
    return _Part.of(scores[used], counts[used] / counts[used].sum(), np.ones((int(used.sum()), 1)))


def _two_parts(treated: _Part, never: _Part) -> tuple[float, float]:
    total = treated.variance + never.variance
    if total == 0:
        return 0.0, max(treated.degrees, never.degrees)
    parts = (treated, never)
    return float(np.sqrt(total)), total**2 / sum(part.variance**2 / part.degrees for part in parts)


def _borrowed(share: FloatArray, never: FloatArray, control: FloatArray) -> tuple[float, float]:
    """One or two treated units: each scatters as one of those never treated does."""
    others = never if len(never) > 1 else control
    k = len(others)
    if k < 2:
        return float("inf"), 1.0
    together = float((others**2).sum()) * k / (k - 1)
    single = together * k  # influence of one unit is its change over k
    return float(np.sqrt(together + single * (share**2).sum())), float(k - 1)


def _lent(share: FloatArray, scatter: FloatArray, never: FloatArray, degrees: int) -> tuple[float, float]:
    """One to three units to compare with: each scatters as the treated and they do together."""
    k = len(never)
    own = float((share * scatter**2).sum() / share.sum()) * len(share)
    others = float((never**2).sum()) * k**2 if k > 1 else 0.0
    single = (own + others) / (degrees + k - 1)
    return float(np.sqrt(single * ((share**2).sum() + 1 / k))), float(degrees + k - 1)


def _part(weight: FloatArray, total: FloatArray) -> FloatArray:
    return np.where(total[:, None] > 0, weight / np.where(total > 0, total, 1.0)[:, None], 0.0)


def estimate(panel: Panel) -> Result:
    """The effect on the treated. Raises NotPossible where nothing untreated is left to compare with."""
    panel = _comparable(panel)
    plain = Imputed(panel)
    if not plain.usable.any():
        raise NotPossible("no_comparison", "nobody untreated was observed while others were treated")
    trend = _trend(panel)
    adjusted = trend is not None and trend.p_value is not None and trend.p_value < DOUBT
    model = Imputed(panel, (_own_trend(panel),)) if adjusted else plain
    found = model.average(model.usable)
    if not np.isfinite(found.se):
        raise NotPossible("too_few", "too few units to say how sure an effect would be")
    without = (model.weight * model.usable * model.without).sum() / (model.weight * model.usable).sum()
    checks = [check for check in (trend, placebo_in_time(panel)) if check]
    low, high, p = found.value - found.margin, found.value + found.margin, found.p_value
    if adjusted:
        before = plain.average(plain.usable)
        # nobody knows whether it would have gone on: the range holds both answers, and what was chance costs nothing
        low, high = min(low, before.value - before.margin), max(high, before.value + before.margin)
        p = max(p, before.p_value) if found.value * before.value > 0 else 1.0
        checks.append(Check("without_trend", "passed", before.value, before.value - before.margin,
                            before.value + before.margin, before.p_value))  # fmt: skip
    first = int(panel.dates[0])
    return Result(
        "difference_in_differences",
        "own_trend" if adjusted else "staggered" if len(panel.dates) > 1 else "one_start",
        found.value,
        low,
        high,
        p,
        found.se,
        found.degrees,
        float(without),
        len(panel.units),
        int(panel.treated.sum()),
        len(panel.periods),
        first,
        tuple(checks),
        picture(model),
        leads(panel, model),
    )


def _comparable(panel: Panel) -> Panel:
    """Without who was treated from the first period on, and without periods in which everybody is treated."""
    known = panel.known
    before = (known & ~panel.after).any(axis=1)
    panel = panel.of(np.asarray(before & known.any(axis=1), dtype=np.bool_))
    if not panel.treated.any():
        raise NotPossible("no_before", "no treated unit was observed before it began")
    left = (panel.known & ~panel.after).any(axis=0)
    last = int(np.flatnonzero(left)[-1]) + 1
    panel = panel.until(last)
    if not panel.treated.any():
        raise NotPossible("no_comparison", "nobody untreated was observed while others were treated")
    return panel


def _own_trend(panel: Panel) -> FloatArray:
    """(n, T) time for the treated, 0 for those never treated: a line of their own."""
    start = panel.at[np.where(panel.treated, panel.start, 0)]
    return np.where(panel.treated[:, None], panel.at[None, :] - start[:, None], 0).astype(float)


def _trend(panel: Panel) -> Check | None:
    """Whether treated and others already drifted apart before anything began."""
    if int(panel.dates[0]) < TREND_PERIODS or (~panel.treated).sum() < 2:
        return None
    slope = Imputed(panel, (_own_trend(panel),)).slope(0)
    if not np.isfinite(slope.se) or slope.se == 0:
        return None
    state: State = "warning" if slope.p_value < DOUBT else "passed"
    return Check("trend_before", state, slope.value, slope.value - slope.margin, slope.value + slope.margin,
                 slope.p_value)  # fmt: skip


def placebo_in_time(panel: Panel) -> Check | None:
    """The same estimate, as if everything had begun earlier, from outcomes before it really did: should be nothing."""
    first = int(panel.dates[0])
    if first < TREND_PERIODS:
        return None
    shift = max(first // 3, 1)
    early = np.where(panel.treated, np.maximum(panel.start - shift, 1), panel.start)
    pretended = replace(panel, outcome=np.where(panel.after, np.nan, panel.outcome), start=early)
    model = Imputed(pretended)
    if not model.usable.any():
        return None
    found = model.average(model.usable)
    if not np.isfinite(found.se) or found.se == 0:
        return None
    return Check("placebo_in_time", "passed" if found.p_value >= DOUBT else "warning", found.value,
                 found.value - found.margin, found.value + found.margin, found.p_value, {"periods": shift})  # fmt: skip


def picture(model: Imputed) -> tuple[Drawn, ...]:
    """The treated together, by period: as it was and as it would have been."""
    panel = model.panel
    rows = panel.treated
    actual, _ = means(panel, rows)
    total = (model.weight[rows]).sum(axis=0)
    drawn = []
    for column, label in enumerate(panel.periods):
        if not np.isfinite(actual[column]):
            drawn.append(Drawn(label, None, None))
            continue
        chosen = np.zeros_like(model.usable)
        chosen[:, column] = model.usable[:, column]
        if not chosen.any():
            fitted = np.where(model.weight[rows, column] > 0, model.without[rows, column], 0.0)
            expected = float((model.weight[rows, column] * fitted).sum() / total[column])
            drawn.append(Drawn(label, float(actual[column]), expected if column < panel.dates[0] else None))
            continue
        part = float(model.weight[:, column][chosen[:, column]].sum() / total[column])
        effect = model.average(chosen)
        middle = float(actual[column]) - part * effect.value
        margin = part * effect.margin if np.isfinite(effect.se) else None
        low, high = (None, None) if margin is None else (middle - margin, middle + margin)
        drawn.append(Drawn(label, float(actual[column]), middle, low, high))
    return tuple(drawn)


def leads(panel: Panel, model: Imputed) -> tuple[Lead, ...]:
    """The event study: effects by periods since the start, and what stood in their place before it."""
    since = panel.at[None, :] - panel.at[np.where(panel.treated, panel.start, 0)][:, None]
    found = _before(panel, since)
    for step in range(STEPS):
        chosen = model.usable & (since == step) & panel.treated[:, None]
        if not chosen.any():
            continue
        effect = model.average(chosen)
        if np.isfinite(effect.se):
            found.append(Lead(step, effect.value, effect.value - effect.margin, effect.value + effect.margin))
    return tuple(found)


def _before(panel: Panel, since: FloatArray | IntArray) -> list[Lead]:
    """Leads: how the treated differed before the start, against all that lies further back."""
    steps = [-step for step in range(min(LEADS, int(panel.dates[0]) - 1), 0, -1)]
    columns = tuple(((since == step) & panel.treated[:, None]).astype(float) for step in steps)
    if not columns or (~panel.treated).sum() < 2:
        return []
    model = Imputed(panel, columns)
    slopes = [model.slope(place) for place in range(len(steps))]
    return [Lead(step, one.value, one.value - one.margin, one.value + one.margin)
            for step, one in zip(steps, slopes, strict=True) if np.isfinite(one.se) and one.se > 0]  # fmt: skip
