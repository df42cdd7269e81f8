"""Synthetic control: few treated units are compared with the mixture of others that moved as they did before.

Weights are not negative and sum to one, on outcomes less their own means (Abadie, Diamond & Hainmueller 2010; Ferman &
Pinto 2021). The gap to the mixture before the start is taken from weights fitted without the periods it is looked at
in, so that it scatters as it will afterwards; the step in that gap is then estimated as in an interrupted series
(`steps`), and every other unit is put in the treated's place for comparison: where their changes, which nobody made,
scatter more than their own errors say (swings that last), the treated's interval is wider by as much.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import nnls

from vivencia.plan.impact.methods import steps
from vivencia.plan.impact.methods.panel import FloatArray, IntArray, Panel, means
from vivencia.plan.impact.methods.result import Check, Drawn, Lead, NotPossible, Result, State
from vivencia.plan.impact.methods.series import DOUBT

BEFORE = 8
BLOCKS = 5
MOST_DONORS = 60
CERTAIN = 0.2
FEWEST_TO_TELL, MOST_TO_TELL = 6, 24  # others put in the treated's place to see how far changes scatter by themselves


def estimate(panel: Panel) -> Result:
    """The effect on the treated, all from one start. Raises NotPossible where too little came before."""
    dates = panel.dates
    if len(dates) > 1:
        raise NotPossible("several_starts", "a synthetic control needs one start")
    case = _case(panel)
    if len(case.donors) >= FEWEST_TO_TELL:
        case.change = case.change.widened(*case.scatter())
    return case.result(panel)


def _case(panel: Panel) -> "Case":
    y, _weight = means(panel, panel.treated)
    seen = np.isfinite(y)
    others = np.flatnonzero(~panel.treated & panel.known[:, seen].all(axis=1))
    if not len(others):
        raise NotPossible("no_comparison", "no untreated unit was observed in all the periods of the treated")
    start = int((seen & (np.arange(len(y)) < panel.dates[0])).sum())
    after = int(seen.sum()) - start
    if start < BEFORE or after < 1:
        raise NotPossible(
            "short_before" if start < BEFORE else "no_after",
            f"a synthetic control needs {BEFORE} periods before the start and one after; there are {start} and {after}",
            before=start,
            needed=BEFORE,
        )
    donors = panel.outcome[others][:, seen]
    if len(others) > MOST_DONORS:
        nearest = np.argsort(_distance(y[seen][:start], donors[:, :start]))[:MOST_DONORS]
        donors, others = donors[nearest], others[nearest]
    labels = tuple(label for label, one in zip(panel.periods, seen, strict=True) if one)
    return Case(y[seen], donors, panel.at[seen].astype(float), start, labels, others)


class Case:
    """One series, the others it may be mixed of, and a start."""

    def __init__(
        self, y: FloatArray, donors: FloatArray, at: FloatArray, start: int, labels: tuple[str, ...], rows: IntArray
    ) -> None:
        self.y, self.donors, self.at, self.start, self.labels, self.rows = y, donors, at, start, labels, rows
        self.weights = mixture(y[:start], donors[:, :start])
        self.gap = self._gap()
        after = (np.arange(len(y)) >= start).astype(float)
        X = np.column_stack([np.ones(len(y)), after])
        self.fitted = steps.fit(self.gap, at, X, start=start)
        self.change = self.fitted.contrast(np.array([0.0, 1.0]))

    def _gap(self) -> FloatArray:
        """(T,) treated less mixture; before the start each block is seen by weights it had no part in."""
        gap = self.y - self.weights @ self.donors
        places = np.arange(self.start)
        for block in np.array_split(places, min(BLOCKS, self.start // 2)):
            rest = np.setdiff1d(places, block)
            weights = mixture(self.y[rest], self.donors[:, rest])
            level = (self.y[rest] - weights @ self.donors[:, rest]).mean()
            gap[block] = self.y[block] - weights @ self.donors[:, block] - level
        gap[self.start :] -= (self.y[: self.start] - self.weights @ self.donors[:, : self.start]).mean()
        return gap

    def result(self, panel: Panel) -> Result:
        change = self.change
        drawn = self._picture()
        expected = [one.without for one in drawn[self.start :] if one.without is not None]
        return Result(
            "synthetic_control", "mixture" if len(self.donors) > 1 else "one_other",
            change.value, change.limit(0.025), change.limit(0.975), change.p_value, change.se, float(change.degrees),
            float(np.mean(expected)), len(panel.units), int(panel.treated.sum()), len(self.y), self.start,
            tuple(check for check in (self._fit(), self._in_time(), self._in_space(), self._mix(panel)) if check),
            drawn, self._leads(),
        )  # fmt: skip

    def _picture(self) -> tuple[Drawn, ...]:
        level = self.fitted.contrast(np.array([1.0, 0.0])).value
        spread = 1.96 * float(np.sqrt(self._noise() ** 2 + self.change.se**2))
        drawn = []
        for place, label in enumerate(self.labels):
            actual, without = float(self.y[place]), float(self.y[place] - self.gap[place] + level)
            band = (None, None) if place < self.start else (without - spread, without + spread)
            drawn.append(Drawn(label, actual, without, *band))
        return tuple(drawn)

    def _noise(self) -> float:
        return float(self.gap[: self.start].std(ddof=1))

    def _leads(self) -> tuple[Lead, ...]:
        level = self.fitted.contrast(np.array([1.0, 0.0])).value
        spread = 1.96 * self._noise()
        found = []
        for place in range(max(0, self.start - 6), min(len(self.y), self.start + 24)):
            effect = float(self.gap[place] - level)
            found.append(Lead(int(self.at[place] - self.at[self.start]), effect, effect - spread, effect + spread))
        return tuple(found)

    def _fit(self) -> Check:
        """How much of the treated's movement before the mixture follows."""
        own = float(self.y[: self.start].std())
        share = 1 - (self._noise() / own) ** 2 if own > 0 else 1.0
        return Check("fit_before", "passed" if share > 0 else "warning", share)

    def _in_time(self) -> Check | None:
        if self.start < BEFORE + 4:
            return None
        pretended = int(self.start * 0.67)
        cut = slice(0, self.start)
        change = Case(self.y[cut], self.donors[:, cut], self.at[cut], pretended, self.labels[cut], self.rows).change
        state: State = "passed" if change.p_value >= DOUBT else "warning"
        return Check("placebo_in_time", state, change.value, change.limit(0.025), change.limit(0.975), change.p_value,
                     {"period": self.labels[pretended]})  # fmt: skip

    def _in_space(self) -> Check | None:
        """How many of the others show as large a change when put in the treated's place (after to before)."""
        if len(self.donors) < 4:
            return None
        own = _ratio(self.gap, self.start)
        larger = sum(_ratio(gap, self.start) >= own for gap in self._others_gaps())
        p = (larger + 1) / (len(self.donors) + 1)
        return Check("placebo_in_space", "passed", p_value=p, about={"as_large": int(larger), "of": len(self.donors)})

    def scatter(self) -> tuple[float, int]:
        """How many times further than their errors say the others' changes lie apart (never less than 1), and how many
        others told so."""
        places = np.unique(np.linspace(0, len(self.donors) - 1, MOST_TO_TELL).astype(int))
        told = [self._instead(int(place)).change for place in places]
        squares = np.array([(one.value / max(one.se, 1e-300)) ** 2 for one in told])
        expected = self.change.degrees / max(self.change.degrees - 2, 1)
        return float(np.sqrt(max(1.0, squares.mean() / expected))), len(places)

    def _instead(self, place: int) -> "Case":
        """Another unit in the treated's place, the treated left out."""
        rest = np.delete(self.donors, place, axis=0)
        return Case(self.donors[place], rest, self.at, self.start, self.labels, np.delete(self.rows, place))

    def _others_gaps(self) -> list[FloatArray]:
        gaps = []
        for place in range(len(self.donors)):
            rest = np.delete(self.donors, place, axis=0)
            weights = mixture(self.donors[place, : self.start], rest[:, : self.start])
            gap = self.donors[place] - weights @ rest
            gaps.append(gap - gap[: self.start].mean())
        return gaps

    def _mix(self, panel: Panel) -> Check:
        order = np.argsort(-self.weights)[:5]
        parts = {panel.units[int(self.rows[place])]: round(float(self.weights[place]), 3)
                 for place in order if self.weights[place] > 0.005}  # fmt: skip
        return Check("made_of", "passed", about={"weights": parts, "others": len(self.donors)})


def _ratio(gap: FloatArray, start: int) -> float:
    before = float(np.sqrt((gap[:start] ** 2).mean()))
    return float(abs(gap[start:].mean()) / max(before, 1e-12))


def mixture(y: FloatArray, donors: FloatArray) -> FloatArray:
    """(J,) weights, not negative and of sum one, that follow y (T,) best by donors (J, T), both less their means."""
    J, T = donors.shape
    if J == 1:
        return np.ones(1)
    X = (donors - donors.mean(axis=1, keepdims=True)).T
    target = y - y.mean()
    size = max(float(np.sqrt((X**2).mean())), 1e-12)
    ridge = 0.05 * size * np.eye(J)  # where several mixtures follow equally well, the even one
    hard = 1e3 * size * np.sqrt(T)
    left = np.vstack([X, ridge, np.full((1, J), hard)])
    right = np.concatenate([target, 0.05 * size * np.full(J, 1 / J), [hard]])
    weights = nnls(left, right, maxiter=50 * J)[0]
    return np.asarray(weights / weights.sum())


def _distance(y: FloatArray, donors: FloatArray) -> FloatArray:
    own = y - y.mean()
    theirs = donors - donors.mean(axis=1, keepdims=True)
    return np.asarray(((theirs - own) ** 2).sum(axis=1))


def touched(panel: Panel) -> list[str] | None:
    """Untreated units that jumped when the treated began, as none of the others did: the measure (or something else)
    reached them. Judged against the others' median, by each unit's own scatter before; Bonferroni over units.
    None where too little is known to tell."""
    if not len(panel.dates):
        return None
    start = int(panel.dates[0])
    rows = np.flatnonzero(~panel.treated & panel.known.all(axis=1))
    if len(rows) < 6 or len(rows) > 500 or start < BEFORE or len(panel.periods) - start < 2:
        return None
    y = panel.outcome[rows] - np.median(panel.outcome[rows], axis=0)
    at = panel.at.astype(float)
    X = np.column_stack([np.ones(len(at)), (np.arange(len(at)) >= start).astype(float)])
    found = []
    rough = _rough(y, start)
    for place in np.flatnonzero(rough > 4.0):
        change = steps.fit(y[place], at, X, start=start, beforehand=steps.USUAL).contrast(np.array([0.0, 1.0]))
        if change.p_value < CERTAIN / len(rows) and _stands_out(y, start, int(place)):
            found.append(panel.units[int(rows[place])])
    return found if len(found) <= len(rows) // 2 else []


def _rough(y: FloatArray, start: int) -> FloatArray:
    """(J,) the jump of each in standard errors that know nothing of swings: a sieve."""
    jump = y[:, start:].mean(axis=1) - y[:, :start].mean(axis=1)
    scatter = y[:, :start].std(axis=1, ddof=1)
    return np.asarray(np.abs(jump) / np.maximum(scatter * np.sqrt(1 / start + 1 / (y.shape[1] - start)), 1e-12))


def _stands_out(y: FloatArray, start: int, place: int) -> bool:
    """Whether it lies far outside of what the others did."""
    jump = y[:, start:].mean(axis=1) - y[:, :start].mean(axis=1)
    rest = np.delete(jump, place)
    middle = np.median(rest)
    scatter = 1.4826 * float(np.median(np.abs(rest - middle)))
    return bool(abs(jump[place] - middle) > 3 * scatter)


def without(panel: Panel, units: list[str]) -> Panel:
    """The panel less some units."""
    return panel.of(np.array([unit not in units for unit in panel.units]))


def each(panel: Panel) -> Result:
    """Few treated with starts of their own: each has its own mixture; the mean of what they found."""
    results = []
    never = ~panel.treated
    for date in panel.dates:
        cohort = panel.of(never | (panel.start == date))
        results.append((estimate(cohort), int((panel.start == date).sum()), replace(cohort)))
    total = sum(size for _, size, _ in results)
    value = sum(one.effect * size for one, size, _ in results) / total
    se = float(np.sqrt(sum((one.se * size) ** 2 for one, size, _ in results))) / total
    first = results[0][0]
    degrees = min(one.degrees for one, _, _ in results)
    change = steps.Change(np.array([value]), np.array([se]), np.ones(1), int(degrees))
    baseline = sum((one.baseline or 0.0) * size for one, size, _ in results) / total
    checks = tuple(check for check in first.checks)
    return replace(
        first, variant="mixtures", effect=value, low=change.limit(0.025), high=change.limit(0.975),
        p_value=change.p_value, se=se, degrees=degrees, baseline=baseline, n_units=len(panel.units),
        n_treated=int(panel.treated.sum()), checks=checks,
    )  # fmt: skip
