"""From an effect study to findings: kinds, value at stake, order, months. Pure: no Django, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import polars as pl

from vivencia.moments.assembly import Assembly, floats
from vivencia.moments.clocks import DAY
from vivencia.moments.effects.units import Effect, FloatArray, Level, Study
from vivencia.moments.exposures import Exposure
from vivencia.moments.findings import Consequence, Dose, Findings, Kind, Moment, Month, Range

LEAST_YEARS = 1 / 12  # shorter periods are not blown up to a year


@dataclass(frozen=True)
class Afterwards:
    """A moment's effects on buying again and on what is spent; None = not known."""

    repurchase: Effect | None
    spent: Effect | None


NOTHING_KNOWN = Afterwards(None, None)


def findings_of(
    made: Assembly,
    study: Study,
    doses: Mapping[str, Sequence[Dose]],
    afterwards: Mapping[str, Afterwards],
    *,
    version: str,
    as_of: datetime,
    share: float = 1.0,
    drawn_from: int | None = None,
) -> Findings:
    """All candidates, strongest proven first. `share`: of all customers, how many were studied."""
    drawn = made.drawn
    starts = drawn.frame["start"]
    first, last = _day(starts.min()), _day(drawn.frame["cutoff"].max())
    years = max((last - first).days / 365.25, LEAST_YEARS)
    moments = [
        _moment(
            exposure,
            effect,
            made,
            years * share,
            doses.get(exposure.key, ()),
            afterwards.get(exposure.key, NOTHING_KNOWN),
        )
        for exposure, effect in zip(made.exposures, study.effects, strict=True)
    ]
    told = Findings(
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
        drawn_from=drawn_from,
    )
    return replace(told, moments=with_stake_ranks(told))


def _day(micros: object) -> datetime:
    assert isinstance(micros, int)
    return datetime.fromtimestamp(micros / 1e6, UTC)


def _range(level: Level) -> Range:
    return Range(level.value, level.low, level.high)


def _moment(
    exposure: Exposure, effect: Effect, made: Assembly, years: float, doses: Sequence[Dose], afterwards: Afterwards
) -> Moment:
    condition = exposure.condition
    exposed = exposure.exposed == 1
    outcome = made.units.outcome
    scale = 100.0 if made.units.kind == "share" else 1.0
    start, cutoff = floats(made.drawn.frame["start"]), floats(made.drawn.frame["cutoff"])
    a_year = float(exposed.sum() / years)
    at = exposure.moments
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
        exposed_a_year=a_year,
        stake=_stake(effect, a_year, made.units.kind),
        level_exposed=_mean(outcome[exposed], scale),
        level_others=_mean(outcome[exposure.exposed == 0], scale),
        place=_median((at - start) / np.maximum(cutoff - start, 1)),
        days_after_start=_median((at - start) / DAY),
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
        repurchases=_consequence(afterwards.repurchase, a_year, "share"),
        money=_consequence(afterwards.spent, a_year, "money"),
    )


def _kind(effect: Effect, better: int) -> Kind:
    return "pain" if (effect.effect or 0.0) * better < 0 else "gain"


def _stake(effect: Effect, exposed_a_year: float, kind: str) -> Range:
    """Effect among those who lived it x how many do a year: points, money, or (from percentage points) customers."""
    told = effect.exposed
    if told is None or told.value is None or told.low is None or told.high is None:
        return Range(None, None, None)
    per_unit = exposed_a_year / 100 if kind == "share" else exposed_a_year
    return Range(told.value * per_unit, told.low * per_unit, told.high * per_unit)


def _consequence(effect: Effect | None, exposed_a_year: float, kind: str) -> Consequence | None:
    told = effect.exposed if effect else None
    if effect is None or effect.q_value is None or told is None:
        return None
    if told.value is None or told.low is None or told.high is None:
        return None
    return Consequence(told.value, told.low, told.high, effect.q_value, _stake(effect, exposed_a_year, kind))


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
    """Proven first, strongest effect first, each with its rank."""
    ordered = sorted(moments, key=lambda moment: (not moment.proven, -abs(moment.effect or 0.0), moment.key))
    ranks = _ranks({moment.key: Range(moment.effect, moment.low, moment.high) for moment in ordered}, ordered)
    return [replace(moment, rank=ranks.get(moment.key)) for moment in ordered]


def with_stake_ranks(told: Findings) -> tuple[Moment, ...]:
    """The moments with their ranks by what is at stake a year."""
    ranks = _ranks({moment.key: told.at_stake(moment) for moment in told.moments}, told.moments)
    return tuple(replace(moment, stake_rank=ranks.get(moment.key)) for moment in told.moments)


def _ranks(sizes: Mapping[str, Range], moments: Sequence[Moment]) -> dict[str, int]:
    """Rank of each proven moment among its kind, 1 = largest; whoever's interval overlaps that of the first of a rank
    shares it: a difference that may be chance is no order."""
    ranks: dict[str, int] = {}
    for kind in ("pain", "gain"):
        own = [item.key for item in moments if item.proven and item.kind == kind and sizes[item.key].value is not None]
        leader, rank = "", 0
        for place, key in enumerate(sorted(own, key=lambda key: -abs(sizes[key].value or 0.0)), start=1):
            if not leader or _far(sizes[key]) < _near(sizes[leader]):
                leader, rank = key, place
            ranks[key] = rank
    return ranks


def _near(size: Range) -> float:
    """The end of the interval that is nearest to nothing; an interval about nothing reaches it."""
    low, high = size.low or 0.0, size.high or 0.0
    return 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))


def _far(size: Range) -> float:
    return max(abs(size.low or 0.0), abs(size.high or 0.0))
