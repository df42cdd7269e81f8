"""Randomised: who was treated was decided by lot, so the difference of the means is the effect.

Where outcomes before the start tell something of those after, they are held constant, separately in each arm (Lin
2013), which narrows the interval and moves nothing else. The p-value is that of redrawing the lot (studentised: Janssen
1997), where units are few enough for it to differ from the formula.
"""

import numpy as np

from vivencia.plan.impact.methods.differences import Estimate
from vivencia.plan.impact.methods.panel import BoolArray, FloatArray, Panel, means
from vivencia.plan.impact.methods.result import Check, Drawn, NotPossible, Result, State

TELLS = 0.02  # share of the variance the baseline must explain to be worth holding constant
REDRAWN = 4000
FEW = 2000  # units: with more, redrawing the lot tells the same as the formula
DOUBT = 0.05


def estimate(panel: Panel, *, declared: bool = True) -> Result:
    """The difference between those treated and those never treated, in the periods from the start on."""
    start, y, before, treated = _units(panel)
    m, k = int(treated.sum()), int((~treated).sum())
    plain = difference(y, treated)
    found, variant, checks = plain, "difference", []
    if before is not None and before.std() > 0:
        balance = difference(before, treated)
        checks.append(_between("balance_before", balance, "passed" if balance.p_value >= DOUBT else "warning"))
        if _explained(y, before, treated) >= TELLS and min(m, k) >= 5:
            found, variant = adjusted(y, before, treated), "difference_held_constant"
            checks.append(_between("plain_difference", plain))
    p = found.p_value
    if m + k <= FEW:
        p = redrawn(y if variant == "difference" else _cleared(y, before, treated), treated)
    checks.insert(0, Check("by_lot", "passed" if declared else "failed"))
    without = float(y[treated].mean()) - found.value
    return Result(
        "randomised" if declared else "difference", variant, found.value, found.value - found.margin,
        found.value + found.margin, p, found.se, found.degrees, without, m + k, m, len(panel.periods), start,
        tuple(checks), _picture(panel, start), (),
    )  # fmt: skip


def plain(panel: Panel) -> Estimate:
    """The bare difference of the means from the start on."""
    _start, y, _before, treated = _units(panel)
    return difference(y, treated)


def _between(name: str, found: Estimate, state: State = "passed") -> Check:
    return Check(name, state, found.value, found.value - found.margin, found.value + found.margin, found.p_value)


def _units(panel: Panel) -> tuple[int, FloatArray, FloatArray | None, BoolArray]:
    """The start; each unit's mean outcome from it on, its mean before (None where there is none), and its arm."""
    if len(panel.dates) != 1:
        raise NotPossible("several_starts", "the difference of two arms needs one start")
    start = int(panel.dates[0])
    weight = np.where(panel.known, panel.weight, 0.0)
    outcome = np.where(panel.known, panel.outcome, 0.0)
    after, before = weight[:, start:].sum(axis=1), weight[:, :start].sum(axis=1)
    rows = after > 0
    y = (weight * outcome)[rows, start:].sum(axis=1) / after[rows]
    m, k = int(panel.treated[rows].sum()), int((~panel.treated[rows]).sum())
    if m < 2 or k < 2:
        raise NotPossible("too_few", f"a comparison needs two units on each side; there are {m} and {k}")
    known = before[rows] > 0
    if known.mean() < 0.5:
        return start, y, None, panel.treated[rows]
    earlier = np.divide((weight * outcome)[rows, :start].sum(axis=1), before[rows], out=np.zeros(len(y)), where=known)
    earlier[~known] = earlier[known].mean()
    return start, y, earlier, panel.treated[rows]


def difference(y: FloatArray, treated: BoolArray) -> Estimate:
    """Welch's: each arm has its own spread."""
    one, other = y[treated], y[~treated]
    a, b = float(one.var(ddof=1)) / len(one), float(other.var(ddof=1)) / len(other)
    total = a + b
    degrees = total**2 / (a**2 / (len(one) - 1) + b**2 / (len(other) - 1)) if total > 0 else float(len(y) - 2)
    return Estimate(float(one.mean() - other.mean()), float(np.sqrt(total)), degrees)


def adjusted(y: FloatArray, before: FloatArray, treated: BoolArray) -> Estimate:
    """The difference with the outcome before held at its mean, a slope in each arm; HC3 within arms."""
    middle = before.mean()
    value, parts = 0.0, []
    slopes = []
    for arm, sign in ((treated, 1), (~treated, -1)):
        x, out = before[arm] - middle, y[arm]
        X = np.column_stack([np.ones(len(x)), x])
        inverse = np.linalg.pinv(X.T @ X)
        b = inverse @ X.T @ out
        leverage = np.einsum("ij,jk,ik->i", X, inverse, X)
        rest = (out - X @ b) / np.maximum(1 - leverage, 1e-6)
        value += sign * float(b[0])
        parts.append((float(((X @ inverse[0]) ** 2 * rest**2).sum()), max(len(x) - 2, 1)))
        slopes.append(float(b[1]))
    total = sum(part for part, _ in parts)
    total += (slopes[0] - slopes[1]) ** 2 * float(before.var(ddof=1)) / len(before)  # the mean itself is a sample's
    degrees = total**2 / sum(part**2 / free for part, free in parts) if total > 0 else float(len(y) - 4)
    return Estimate(value, float(np.sqrt(total)), degrees)


def _cleared(y: FloatArray, before: FloatArray | None, treated: BoolArray) -> FloatArray:
    """Outcomes less what those before explain within arms."""
    if before is None:
        return y
    x = before - np.where(treated, before[treated].mean(), before[~treated].mean())
    out = y - np.where(treated, y[treated].mean(), y[~treated].mean())
    return np.asarray(y - (x @ out) / (x @ x) * (before - before.mean()))


def _explained(y: FloatArray, before: FloatArray, treated: BoolArray) -> float:
    """The share of the variance within arms that the outcome before explains."""
    rest = [(y[arm] - y[arm].mean(), before[arm] - before[arm].mean()) for arm in (treated, ~treated)]
    out, x = np.concatenate([one for one, _ in rest]), np.concatenate([one for _, one in rest])
    return float((x @ out) ** 2 / max((x @ x) * (out @ out), 1e-300))


def redrawn(y: FloatArray, treated: BoolArray, seed: int = 20240229) -> float:
    """The share of lots with as large a t as the one drawn."""
    rng = np.random.default_rng(seed)
    m, n = int(treated.sum()), len(y)
    own = abs(_t(y[None, treated], y[None, ~treated])[0])
    as_large = 0
    for _ in range(REDRAWN // 500):
        drawn = y[np.argsort(rng.random((500, n)), axis=1)]
        as_large += int((np.abs(_t(drawn[:, :m], drawn[:, m:])) >= own - 1e-9).sum())
    return (as_large + 1) / (REDRAWN + 1)


def _t(one: FloatArray, other: FloatArray) -> FloatArray:
    spread = one.var(axis=1, ddof=1) / one.shape[1] + other.var(axis=1, ddof=1) / other.shape[1]
    return np.asarray((one.mean(axis=1) - other.mean(axis=1)) / np.sqrt(np.maximum(spread, 1e-300)))


def _picture(panel: Panel, start: int) -> tuple[Drawn, ...]:
    """Both arms; without it, the treated would have been as the others, but for where they stood before."""
    actual, _ = means(panel, panel.treated)
    other, weight = means(panel, ~panel.treated)
    others = np.where(panel.known, panel.outcome, 0.0)[~panel.treated]
    seen = panel.known[~panel.treated]
    count = np.maximum(seen.sum(axis=0), 1)
    spread = np.sqrt(np.maximum((others**2).sum(axis=0) / count - (others.sum(axis=0) / count) ** 2, 0.0))
    drawn = []
    for column, label in enumerate(panel.periods):
        if not (np.isfinite(actual[column]) and np.isfinite(other[column]) and weight[column] > 0):
            drawn.append(Drawn(label, None, None))
            continue
        margin = 1.96 * float(spread[column]) / np.sqrt(count[column])
        without = float(other[column])
        band = (None, None) if column < start else (without - margin, without + margin)
        drawn.append(Drawn(label, float(actual[column]), without, *band))
    return tuple(drawn)
