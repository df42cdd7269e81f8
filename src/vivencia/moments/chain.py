"""The whole chain of a study: ledger in, findings out. Pure but for the progress it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from vivencia.moments import sides
from vivencia.moments.assembly import Assembly, Say, assemble, floats
from vivencia.moments.conditions import PLAUSIBLE
from vivencia.moments.effects.estimate import estimate
from vivencia.moments.effects.judge import q_values
from vivencia.moments.effects.units import Candidate, Effect, FloatArray, OutcomeKind, Study, Units
from vivencia.moments.exposures import Exposure
from vivencia.moments.findings import CIRCUMSTANCES, PROVEN, Dose, Findings, Moment
from vivencia.moments.lived import Lived
from vivencia.moments.occasions import Period
from vivencia.moments.outcomes import Outcome
from vivencia.moments.telling import Afterwards, findings_of

MOST_EVIDENCE = 300  # people kept for each proven moment
CLEARLY_FIRST = 0.6  # share of the units in which an earlier candidate came first


@dataclass(frozen=True, eq=False)
class Studied:
    """`evidence`: one row a proven moment and one of those who lived it: `key`, `customer_id`, `subject_kind`,
    `subject_id`, `at` (microseconds), `outcome`; at most `MOST_EVIDENCE` each, the outcomes that show it best first.
    `sides`: see `sides.of`."""

    findings: Findings
    evidence: pl.DataFrame
    sides: pl.DataFrame


def study(
    lived: Lived,
    outcome: Outcome,
    *,
    version: str,
    members: Sequence[str] | None = None,
    period: Period | None = None,
    say: Say,
) -> Studied:
    """Raises occasions.NotEnoughDataError."""
    made = assemble(lived, outcome, members=members, period=period, say=say)
    say("effects", 0.5)
    result = _judged(made, made.units, range(len(made.exposures)), say)
    say("afterwards", 0.8)
    afterwards = _afterwards(made, result)
    say("doses", 0.95)
    doses = _doses(made, result)
    told = findings_of(
        made,
        result,
        doses,
        afterwards,
        version=version,
        as_of=lived.as_of,
        share=lived.share,
        drawn_from=lived.everyone if lived.share < 1 else None,
    )
    return Studied(told, _evidence(made, told, lived), sides.of(made, told, lived))


def _estimated(made: Assembly, units: Units, wanted: Sequence[int], say: Say) -> Study:
    """Moments first, by themselves; then the circumstances (what, where, by whom), moments held equal as far as they
    came before. Circumstances of a touchpoint are parts of its having happened: holding them equal would leave of
    "advice in store" only what the usual adviser in the usual store does.
    """
    circumstances = [exposure.condition.family in CIRCUMSTANCES for exposure in made.exposures]
    lead = [place for place, beside in enumerate(circumstances) if not beside]
    wanted_lead = [place for place in wanted if not circumstances[place]]
    rest = [place for place in wanted if circumstances[place]]
    if not wanted_lead:
        return estimate(units, only=rest)
    first = estimate(only(units, lead), only=[lead.index(place) for place in wanted_lead])
    if not rest:
        return first
    say("circumstances", 0.65)
    second = estimate(units, only=rest)
    own = dict(zip([*wanted_lead, *rest], [*first.effects, *second.effects], strict=True))
    return replace(first, effects=tuple(own[place] for place in wanted))


def _judged(made: Assembly, units: Units, wanted: Sequence[int], say: Say) -> Study:
    """The same, with q values over all of them together: what is more plausible beforehand counts for more."""
    told = _estimated(made, units, wanted, say)
    weights = [PLAUSIBLE[made.exposures[place].condition.family] for place in wanted]
    judged = q_values([effect.p_value for effect in told.effects], weights)
    effects = tuple(replace(effect, q_value=q) for effect, q in zip(told.effects, judged, strict=True))
    return replace(told, effects=effects)


def _afterwards(made: Assembly, result: Study) -> Mapping[str, Afterwards]:
    """What the moments that were found do to buying again and to what is spent, in the same units: what they cost."""
    found = [place for place, effect in enumerate(result.effects) if (effect.q_value or 0.0) <= PROVEN]
    found = [place for place in found if result.effects[place].q_value is not None]
    if not made.drawn.outcome.asked or not found:
        return {}
    told: dict[str, dict[int, Effect]] = {}
    kinds: dict[str, OutcomeKind] = {"repurchase": "share", "spent": "money"}
    for name, kind in kinds.items():
        if name in made.drawn.frame.columns:
            outcome = floats(made.drawn.frame[name])
            units = replace(made.units, outcome=outcome, kind=kind, shadows={}, reminded=None)
            effects = _judged(made, units, found, lambda stage, share: None).effects
            told[name] = dict(zip(found, effects, strict=True))
    spare: dict[int, Effect] = {}
    return {
        made.exposures[place].key: Afterwards(
            told.get("repurchase", spare).get(place), told.get("spent", spare).get(place)
        )
        for place in found
    }


def only(units: Units, places: list[int]) -> Units:
    """The same units with these candidates alone."""
    before = units.before[np.ix_(places, places)] if units.before is not None else None
    return replace(units, candidates=tuple(units.candidates[place] for place in places), before=before)


def _doses(made: Assembly, result: Study) -> Mapping[str, list[Dose]]:
    """How much worse later is, for each broken promise that was found to matter."""
    told: dict[str, list[Dose]] = {}
    for place, (exposure, effect) in enumerate(zip(made.exposures, result.effects, strict=True)):
        if exposure.doses and effect.q_value is not None and effect.q_value <= PROVEN:
            doses = (_dose(made, place, days, exposed) for days, exposed in exposure.doses.items())
            told[exposure.key] = [dose for dose in doses if dose]
    return told


def _dose(made: Assembly, place: int, days: int, exposed: FloatArray) -> Dose | None:
    """The candidate's effect at this dose, adjusted for the candidates before it as if they were background."""
    units, order = made.units, made.units.before
    assert order is not None
    earlier = [j for j in range(len(units.candidates)) if j != place and order[j, place] >= CLEARLY_FIRST]
    columns = [np.nan_to_num(units.candidates[j].exposed) for j in earlier]
    own = units.candidates[place]
    before = np.column_stack([*columns, *([own.before] if own.before is not None else [])])
    alone = replace(units, candidates=(Candidate(own.key, exposed, own.place, own.touchpoint, before),), before=None)
    effect = estimate(alone).effects[0]
    if effect.effect is None or effect.low is None or effect.high is None:
        return None
    return Dose(days, effect.effect, effect.low, effect.high, effect.n_exposed)


def _evidence(made: Assembly, told: Findings, lived: Lived) -> pl.DataFrame:
    """Who lived the proven moments: the worst outcomes first for a pain, the best for a gain, unknown outcomes last."""
    frame = made.drawn.frame.select("unit", "person", "case", "outcome", "score")
    by_key = {exposure.key: exposure for exposure in made.exposures}
    parts = [_exposed_units(frame, by_key[moment.key], moment, told.better) for moment in told.proven()]
    rows = pl.concat(parts) if parts else _exposed_units(frame.clear(), None, None, 1)
    named = rows.join(lived.people.select("person", "customer_id"), on="person", how="left", maintain_order="left")
    cased = named.join(lived.cases, on="case", how="left", maintain_order="left")
    return cased.select(
        "key",
        "customer_id",
        pl.col("kind").alias("subject_kind"),
        "subject_id",
        "at",
        (pl.coalesce("score", "outcome") if told.scale_max else pl.col("outcome")).alias("outcome"),
    )


def _exposed_units(frame: pl.DataFrame, exposure: Exposure | None, moment: Moment | None, better: int) -> pl.DataFrame:
    if exposure is None or moment is None:
        return frame.with_columns(key=pl.lit("", pl.String), at=pl.lit(0, pl.Int64))
    exposed = pl.Series(exposure.exposed == 1)
    at = pl.Series("at", np.nan_to_num(exposure.at)).cast(pl.Int64)
    worst_first = (moment.kind == "pain") == (better > 0)
    lived_it = frame.with_columns(pl.lit(moment.key).alias("key"), at).filter(exposed)
    return lived_it.sort(
        pl.coalesce("score", "outcome"), "at", descending=[not worst_first, True], nulls_last=True
    ).head(MOST_EVIDENCE)
