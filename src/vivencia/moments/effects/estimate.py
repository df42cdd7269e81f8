"""`estimate`: from units to effects, the one function the rest of the house calls.

Screen with the precise estimator and the robust one (both must say so), size with the robust one where it is nearly
as precise, correct both for who answers, and say how sure all that is. docs/guide/moments-method.md tells why.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from vivencia.moments.effects import completed, design, judge, linear
from vivencia.moments.effects.compare import Estimate, Partial, Robust, partial, robust
from vivencia.moments.effects.units import BoolArray, Candidate, Effect, FloatArray, IntArray, Level, Study, Units

FEW_UNITS = 50  # known outcomes below which nothing is said
FEW_EXPOSED = 15  # known outcomes wanted among those who lived it, and among those who did not
FEW_UNUSUAL = 10  # unusual outcomes (somebody who left) to be expected among either, were there no effect
WINSOR = 0.995  # money above this quantile counts as this quantile
FOLDS = 4
POOR_OVERLAP = 0.9  # less overlap than this: no average over all units
NOTHING = 0.015  # effects below this share of the outcome's standard deviation count as nothing when testing
WORTH_A_LOOK = 0.2  # p value of the precise estimate up to which the robust one is asked, too
DEARER = 1.35  # robust estimate this many times less precise: the precise one is reported


@dataclass(frozen=True, eq=False)
class _Material:
    """All that the single comparisons share."""

    units: Units
    plan: design.Design
    full: completed.Completed
    answered: BoolArray
    fold: IntArray
    level: float


def estimate(units: Units, *, level: float = 0.95, seed: int = 0, only: Sequence[int] | None = None) -> Study:
    """The effect of every candidate on the outcome, with everything needed to judge it. See `units.Study`.

    level: of the intervals. seed: of the folds; the same seed gives the same result. only: places of the candidates
    whose effects are wanted, in that order (the others are still held equal; q values are over those wanted); None =
    all. Raises ValueError where the arrays of `units` do not have one row a unit.
    """
    with threadpool_limits(1):
        return _study(*_ready(units), level, seed, range(len(units.candidates)) if only is None else only)


def _study(units: Units, notes: list[str], level: float, seed: int, wanted: Sequence[int]) -> Study:
    answered = np.isfinite(units.outcome)
    n_answered = int(answered.sum())
    if n_answered < FEW_UNITS or np.ptp(units.outcome[answered]) == 0:
        why = "too_few_answers" if n_answered < FEW_UNITS else "same_always"
        notes.append("few_units" if n_answered < FEW_UNITS else "constant_outcome")
        return _silent(units, n_answered, why, notes, wanted)
    fold = linear.folds(len(answered), units.groups, FOLDS, np.random.default_rng(seed))
    order = np.argsort(fold, kind="stable")  # each fold a stretch of the rows
    fold, answered, units = fold[order], answered[order], _rows(units, order, units.outcome[order])
    plan = design.build(units, n_answered)
    full = completed.complete(units.outcome, units.kind, plan.known(), _shadows(units), units.reminded, fold, FOLDS)
    material = _Material(units, plan, full, answered, fold, level)
    effects = _each(lambda j: _effect(material, j), wanted)
    q = judge.q_values([effect.p_value for effect in effects])
    return Study(
        effects=tuple(replace(effect, q_value=value) for effect, value in zip(effects, q, strict=True)),
        n=len(answered),
        n_answered=n_answered,
        answered_share=n_answered / len(answered),
        raw=_raw(material),
        corrected=_corrected(material),
        correction=full.correction,
        answer_odds=_answer_odds(material),
        notes=tuple(notes + _doubts(full)),
    )


def _each(work: Callable[[int], Effect], wanted: Sequence[int]) -> list[Effect]:
    """Candidates side by side, one linear-algebra thread each: many threads on small matrices only wait."""
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 4)) as pool:
        return list(pool.map(work, wanted))


def _ready(units: Units) -> tuple[Units, list[str]]:
    """Only who was asked; known outcomes alone where nearly all are; shares in percentage points; money winsorised."""
    n = len(units.outcome)
    for name, array in (("confounders", units.confounders), ("asked", units.asked), ("groups", units.groups)):
        if array is not None and array.size and len(array) != n:
            raise ValueError(f"{name} has {len(array)} rows, the outcome has {n}")
    wrong = [c.key for c in units.candidates if len(c.exposed) != n]
    if wrong:
        raise ValueError(f"candidates {wrong} do not have one row for each of the {n} units")
    keep = np.ones(n, bool) if units.asked is None else np.asarray(units.asked, bool)
    if units.kind in ("share", "money"):
        keep = keep & np.isfinite(units.outcome)
    outcome = np.asarray(units.outcome, dtype=float)[keep]
    notes = []
    if units.kind == "share":
        outcome = outcome * 100
    if units.kind == "money" and len(outcome):
        top = np.quantile(outcome, WINSOR)
        if (outcome > top).any():
            outcome = np.minimum(outcome, top)
            notes.append("winsorised_p99_5")
    return _rows(units, keep, outcome), notes


def _rows(units: Units, keep: BoolArray | IntArray, outcome: FloatArray) -> Units:
    candidates = tuple(
        replace(
            c,
            exposed=np.asarray(c.exposed, dtype=float)[keep],
            before=None if c.before is None else np.asarray(c.before, dtype=float).reshape(len(c.exposed), -1)[keep],
        )
        for c in units.candidates
    )
    groups = None if units.groups is None else np.unique(units.groups[keep], return_inverse=True)[1].astype(np.int64)
    return replace(
        units,
        outcome=outcome,
        candidates=candidates,
        confounders=units.confounders[keep] if units.confounders.size else np.empty((len(outcome), 0)),
        shadows={name: np.asarray(values, dtype=float)[keep] for name, values in units.shadows.items()},
        reminded=None if units.reminded is None else np.asarray(units.reminded, dtype=float)[keep],
        asked=None,
        groups=groups,
    )


def _silent(units: Units, n_answered: int, why: str, notes: list[str], wanted: Sequence[int]) -> Study:
    n = len(units.outcome)
    effects = tuple(_unknown(units.candidates[j], why, n) for j in wanted)
    none = Level(None, None, None)
    return Study(effects, n, n_answered, n_answered / n if n else None, none, none, "none", notes=tuple(notes))


def _unknown(candidate: Candidate, why: str, n: int) -> Effect:
    lived = int(np.nansum(candidate.exposed == 1))
    return Effect(candidate.key, None, None, None, None, None, lived, n, "none", corrected="none", why_none=why)


def _shadows(units: Units) -> FloatArray:
    """(n, s) shadows that vary, numbers winsorised and standardised, unknown as the mean."""
    columns = []
    for values in units.shadows.values():
        known = np.isfinite(values)
        if known.mean() < 0.5 or np.ptp(values[known]) == 0:
            continue
        low, high = np.quantile(values[known], [1 - WINSOR, WINSOR])
        filled = np.where(known, np.clip(values, low, max(high, low + 1e-9)), np.nan)
        filled = np.where(known, filled, np.mean(filled[known]))
        if filled.std() > 0:
            columns.append((filled - filled.mean()) / filled.std())
    return np.column_stack(columns) if columns else np.empty((len(units.outcome), 0))


def _effect(material: _Material, j: int) -> Effect:
    candidate = material.units.candidates[j]
    rows = np.isfinite(candidate.exposed)
    known = rows & material.answered
    lived, spared = (int((candidate.exposed[known] == arm).sum()) for arm in (1, 0))
    if not rows.any() or min(lived, spared) == 0:
        return _unknown(candidate, "same_always", int(rows.sum()))
    if min(lived, spared) < FEW_EXPOSED or min(lived, spared) * _unusual(material) < FEW_UNUSUAL:
        return _unknown(candidate, "too_few_exposed", int(rows.sum()))
    return _compared(material, j, rows, int(known.sum()))


def _compared(material: _Material, j: int, rows: BoolArray, answers: int) -> Effect:
    """The precise comparison first; the robust one, which takes far longer, where that may have found something."""
    candidate, full = material.units.candidates[j], material.full
    exposure, values = candidate.exposed[rows], _centred(full.values[rows])
    held = material.plan.held_equal(j, rows, answers)
    precise = partial(held, exposure, values, _centred(full.what_if[rows]))
    if precise is None:
        return _unknown(candidate, "collinear", int(rows.sum()))
    error = _errors(material, precise.estimate, rows, precise.held, answers)[0]
    promising = stats.t.sf(abs(precise.estimate.effects[0]) / error, _degrees(answers, precise)) <= WORTH_A_LOOK / 2
    other = robust(held, exposure, values, material.fold[rows], FOLDS) if promising else None
    return _judged(material, j, precise, other, rows, answers)


def _centred(values: FloatArray) -> FloatArray:
    """The outcome's level has no part in an effect, and must not come in through rounding either."""
    return np.asarray(values - values.mean(0))


def _degrees(answers: int, precise: Partial) -> int:
    return max(answers - precise.held - 1, 3)


def _unusual(material: _Material) -> float:
    """Share of known outcomes that differ from the commonest one: 0.006 where hardly anybody buys again."""
    known = material.units.outcome[material.answered]
    return float(1 - np.unique(known, return_counts=True)[1].max() / len(known))


@dataclass(frozen=True, eq=False)
class _Sized:
    """The estimate that is reported. error, own: its standard error, with and without the uncertainty about who
    answers; robust: the doubly robust comparison, where that is the one."""

    effect: float
    error: float
    own: float
    p_value: float
    robust: Robust | None


def _sized(material: _Material, precise: Partial, other: Robust | None, rows: BoolArray, answers: int) -> _Sized:
    """The robust estimate where overlap allows it and it is nearly as precise; found is only what both find."""
    error, own = _errors(material, precise.estimate, rows, precise.held, answers)
    effect = float(precise.estimate.effects[0])
    p_value = _chance(material, effect, error, precise, answers)
    if other is None or other.overlap < POOR_OVERLAP:
        return _Sized(effect, error, own, p_value, None)
    robust_error, robust_own = _errors(material, other.estimate, rows, precise.held, answers)
    if robust_error > DEARER * error:
        return _Sized(effect, error, own, p_value, None)
    robust_effect = float(other.estimate.effects[0])
    both = max(p_value, _chance(material, robust_effect, robust_error, precise, answers))
    agreed = both if np.sign(robust_effect) == np.sign(effect) else 1.0
    return _Sized(robust_effect, robust_error, robust_own, agreed, other)


def _judged(
    material: _Material, j: int, precise: Partial, other: Robust | None, rows: BoolArray, answers: int
) -> Effect:
    units, full = material.units, material.full
    candidate, degrees = units.candidates[j], _degrees(answers, precise)
    sized = _sized(material, precise, other, rows, answers)
    effect, t = sized.effect, abs(sized.effect) / sized.error
    reach = float(stats.t.ppf(0.5 + material.level / 2, degrees))
    low, high = effect - reach * sized.error, effect + reach * sized.error
    first = precise.estimate.effects
    drift = first[1 + full.influence.shape[1] :] - first[0]
    mediators = tuple(units.candidates[k].key for k in np.flatnonzero(material.plan.set_off[j]))
    return Effect(
        key=candidate.key,
        effect=effect,
        low=low,
        high=high,
        p_value=sized.p_value,
        q_value=None,
        n_exposed=int(candidate.exposed[rows].sum()),
        n=int(rows.sum()),
        method="aipw" if sized.robust else "partial",
        exposed=_among_exposed(material, sized.robust, rows, precise, answers) or Level(effect, low, high),
        overlap=other.overlap if other else None,
        n_effective=min(float(answers), full.noise / (precise.spare * sized.error**2)),
        robustness=judge.robustness(t, degrees),
        robustness_interval=judge.robustness(t - reach, degrees),
        sensitivity_low=min([low, *(effect + drift - reach * sized.own)]),
        sensitivity_high=max([high, *(effect + drift + reach * sized.own)]),
        corrected=full.correction,
        mediators=mediators,
        assumptions=_assumptions(material, poor=bool(other and not sized.robust), mediators=bool(mediators)),
    )


def _among_exposed(
    material: _Material, sized_by: Robust | None, rows: BoolArray, precise: Partial, answers: int
) -> Level | None:
    """The effect on those who lived it, where that is known apart."""
    if sized_by is None:
        return None
    error = _errors(material, sized_by.exposed, rows, precise.held, answers)[0]
    reach = float(stats.t.ppf(0.5 + material.level / 2, _degrees(answers, precise))) * error
    effect = float(sized_by.exposed.effects[0])
    return Level(effect, effect - reach, effect + reach)


def _chance(material: _Material, effect: float, error: float, precise: Partial, answers: int) -> float:
    """The p value of an estimate."""
    nothing = NOTHING * float(np.nanstd(material.units.outcome))
    return judge.p_value(effect, max(error, _doubt(material, precise, answers)), nothing, _degrees(answers, precise))


def _doubt(material: _Material, precise: Partial, answers: int) -> float:
    """Standard error were there no effect: where none of few exposed left, their own spread of zero proves nothing."""
    if material.full.correction != "complete":
        return 0.0
    return float(np.sqrt(material.full.noise / (precise.spare * answers)))


def _errors(material: _Material, estimate: Estimate, rows: BoolArray, held: int, answers: int) -> tuple[float, float]:
    """Standard error with and without the uncertainty about who answers; clustered by group."""
    full, groups = material.full, material.units.groups
    g = full.influence.shape[1]
    own = np.zeros(len(rows))
    own[rows] = estimate.influence
    slack = answers / max(answers - held, 1)
    whole, prior = own, 0.0
    if g:
        slope = estimate.effects[1 : 1 + g]
        whole = own + full.influence @ slope / len(rows)
        prior = float(slope @ full.prior_part @ slope)
    variance = float(np.sum(judge.cluster(whole, groups) ** 2)) * slack + prior
    alone = float(np.sum(judge.cluster(own, groups) ** 2)) * slack
    return max(float(np.sqrt(variance)), 1e-12), max(float(np.sqrt(alone)), 1e-12)


def _assumptions(material: _Material, *, poor: bool, mediators: bool) -> tuple[str, ...]:
    units, full = material.units, material.full
    told = full.correction == "instruments"
    codes = {
        "no_hidden_cause": True,
        "answers_shadow": told and bool(_shadows(units).shape[1]),
        "answers_reminder": told and units.reminded is not None,
        "answers_range": full.correction == "range",
        "answers_like_others": full.correction == "none",
        "poor_overlap": poor,
        "includes_mediators": mediators,
        "order_unknown": units.before is None,
    }
    return tuple(code for code, holds in codes.items() if holds)


def _raw(material: _Material) -> Level:
    known = material.units.outcome[material.answered]
    own = np.zeros(len(material.answered))
    own[material.answered] = (known - known.mean()) / len(known)
    return _level(float(known.mean()), own, material, np.empty(0))


def _corrected(material: _Material) -> Level:
    values = material.full.values
    mean = values.mean(0)
    return _level(float(mean[0]), (values[:, 0] - mean[0]) / len(values), material, mean[1:])


def _level(value: float, own: FloatArray, material: _Material, slope: FloatArray) -> Level:
    full = material.full
    prior = 0.0
    if slope.size:
        own = own + full.influence @ slope / len(own)
        prior = float(slope @ full.prior_part @ slope)
    error = np.sqrt(float(np.sum(judge.cluster(own, material.units.groups) ** 2)) + prior)
    reach = float(stats.norm.ppf(0.5 + material.level / 2)) * error
    return Level(value, value - reach, value + reach)


def _answer_odds(material: _Material) -> dict[str, tuple[float, float, float]]:
    model = material.full.answers
    if model is None:
        return {}
    reach = stats.norm.ppf(0.5 + material.level / 2) * np.sqrt(np.diag(model.spread))
    low, high = np.exp(model.gamma - reach), np.exp(model.gamma + reach)
    middle = np.exp(model.gamma)
    return {name: (float(middle[k]), float(low[k]), float(high[k])) for k, name in enumerate(material.full.feelings)}


def _doubts(full: completed.Completed) -> list[str]:
    model = full.answers
    if model is None:
        return []
    doubts = []
    if model.misfit_degrees > 0 and stats.chi2.sf(model.misfit, model.misfit_degrees) < 0.01:
        doubts.append("response_model_doubtful")
    if full.correction == "instruments" and np.trace(model.prior_part) > 0.5 * np.trace(model.spread):
        doubts.append("weak_instruments")
    return doubts
