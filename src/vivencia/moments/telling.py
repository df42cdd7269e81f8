"""From an effect study to findings: kinds, value at stake, order, months. Pure: no Django, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl

from vivencia.moments.assembly import Assembly, floats
from vivencia.moments.clocks import DAY
from vivencia.moments.effects.units import Effect, FloatArray, Level, Study
from vivencia.moments.exposures import Exposure
from vivencia.moments.findings import Dose, Findings, Kind, Moment, Month, Range

LEAST_YEARS = 1 / 12  # shorter periods are not blown up to a year


def findings_of(
    made: Assembly, study: Study, doses: Mapping[str, Sequence[Dose]], *, version: str, as_of: datetime
) -> Findings:
    """All candidates, strongest proven first."""
    drawn = made.drawn
    starts = drawn.frame["start"]
    first, last = _day(starts.min()), _day(drawn.frame["cutoff"].max())
    years = max((last - first).days / 365.25, LEAST_YEARS)
    moments = [
        _moment(exposure, effect, made, years, doses.get(exposure.key, ()))
        for exposure, effect in zip(made.exposures, study.effects, strict=True)
    ]
    return Findings(
        outcome=drawn.outcome.name,
        kind=drawn.outcome.kind,
        better=drawn.outcome.better,
        by=drawn.by,
        scale_max=drawn.scale_max,
        n=study.n,
        n_answered=study.n_answered,
        answered_share=study.answered_share,
        raw=_range(study.raw),
        corrected=_range(study.corrected),
        correction=study.correction,
        notes=study.notes,
        answer_odds=dict(study.answer_odds),
        adjusted_for=made.background.kinds,
        left_out=dict(drawn.left_out),
        clock=drawn.clock.name if drawn.clock else None,
        follow_up_days=None if drawn.outcome.asked else drawn.follow_up_days,
        since=first.date().isoformat(),
        until=last.date().isoformat(),
        years=years,
        ledger_version=version,
        as_of=as_of.isoformat(),
        moments=tuple(ranked(moments)),
    )


def _day(micros: object) -> datetime:
    assert isinstance(micros, int)
    return datetime.fromtimestamp(micros / 1e6, UTC)


def _range(level: Level) -> Range:
    return Range(level.value, level.low, level.high)


def _moment(exposure: Exposure, effect: Effect, made: Assembly, years: float, doses: Sequence[Dose]) -> Moment:
    condition = exposure.condition
    exposed = exposure.exposed == 1
    outcome = made.units.outcome
    scale = 100.0 if made.units.kind == "share" else 1.0
    start, cutoff = floats(made.drawn.frame["start"]), floats(made.drawn.frame["cutoff"])
    return Moment(
        key=exposure.key,
        touchpoint=exposure.touchpoint,
        condition=condition.code,
        family=condition.family,
        condition_key=condition.key,
        condition_value=condition.value,
        percentile=condition.percentile,
        threshold=condition.threshold,
        synonyms=tuple(synonym.code for synonym in exposure.synonyms),
        kind=_kind(effect, made.drawn.outcome.better),
        effect=effect.effect,
        low=effect.low,
        high=effect.high,
        p_value=effect.p_value,
        q_value=effect.q_value,
        effect_exposed=effect.effect_exposed,
        n_exposed=effect.n_exposed,
        n=effect.n,
        exposed_a_year=float(exposed.sum() / years),
        stake=_stake(effect, float(exposed.sum() / years), made.units.kind),
        level_exposed=_mean(outcome[exposed], scale),
        level_others=_mean(outcome[exposure.exposed == 0], scale),
        place=_median((exposure.at[exposed] - start[exposed]) / np.maximum(cutoff[exposed] - start[exposed], 1)),
        days_after_start=_median((exposure.at[exposed] - start[exposed]) / DAY),
        robustness=effect.robustness,
        robustness_interval=effect.robustness_interval,
        sensitivity_low=effect.sensitivity_low,
        sensitivity_high=effect.sensitivity_high,
        overlap=effect.overlap,
        method=effect.method,
        corrected=effect.corrected,
        mediators=effect.mediators,
        assumptions=effect.assumptions,
        why_none=effect.why_none,
        doses=tuple(doses),
        months=_months(exposure.exposed, made.drawn.frame["start"]),
    )


def _kind(effect: Effect, better: int) -> Kind:
    return "pain" if (effect.effect or 0.0) * better < 0 else "gain"


def _stake(effect: Effect, exposed_a_year: float, kind: str) -> Range:
    """Effect x exposed a year: points, money, or (from percentage points) customers."""
    if effect.effect is None or effect.low is None or effect.high is None:
        return Range(None, None, None)
    per_unit = exposed_a_year / 100 if kind == "share" else exposed_a_year
    return Range(effect.effect * per_unit, effect.low * per_unit, effect.high * per_unit)


def _mean(values: FloatArray, scale: float) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean() * scale) if len(known) else None


def _median(values: FloatArray) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def _months(exposed: FloatArray, start: pl.Series) -> tuple[Month, ...]:
    months = start.cast(pl.Datetime("us")).dt.strftime("%Y-%m")
    table = pl.DataFrame({"month": months, "exposed": exposed == 1, "applicable": ~np.isnan(exposed)})
    counted = table.group_by("month").agg(pl.col("exposed").sum(), pl.col("applicable").sum()).sort("month")
    return tuple(Month(*row) for row in counted.filter(pl.col("applicable") > 0).iter_rows())


def ranked(moments: Sequence[Moment]) -> list[Moment]:
    """Proven first, strongest effect first; among one kind, whoever's interval overlaps the group's first shares its
    rank."""
    ordered = sorted(moments, key=lambda moment: (not moment.proven, -abs(moment.effect or 0.0), moment.key))
    told: list[Moment] = []
    for kind in ("pain", "gain"):
        leader: Moment | None = None
        rank = 0
        for place, moment in enumerate([item for item in ordered if item.proven and item.kind == kind], start=1):
            if leader is None or _far(moment) < _near(leader):
                leader, rank = moment, place
            told.append(replace(moment, rank=rank))
    ranks = {moment.key: moment for moment in told}
    return [ranks.get(moment.key, moment) for moment in ordered]


def _near(moment: Moment) -> float:
    return min(abs(moment.low or 0.0), abs(moment.high or 0.0))


def _far(moment: Moment) -> float:
    return max(abs(moment.low or 0.0), abs(moment.high or 0.0))
