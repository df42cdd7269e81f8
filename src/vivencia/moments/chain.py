"""The whole chain of a study: ledger in, findings out. Pure but for the progress it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from vivencia.moments.assembly import Assembly, Say, assemble
from vivencia.moments.effects.estimate import estimate
from vivencia.moments.effects.judge import q_values
from vivencia.moments.effects.units import Candidate, FloatArray, Study, Units
from vivencia.moments.exposures import Exposure
from vivencia.moments.findings import CIRCUMSTANCES, PROVEN, Dose, Findings, Moment
from vivencia.moments.lived import Lived
from vivencia.moments.occasions import Period
from vivencia.moments.outcomes import Outcome
from vivencia.moments.telling import findings_of

MOST_EVIDENCE = 300  # people kept for each proven moment
CLEARLY_FIRST = 0.6  # share of the units in which an earlier candidate came first


@dataclass(frozen=True, eq=False)
class Studied:
    """`evidence`: one row a proven moment and one of those who lived it: `key`, `customer_id`, `subject_kind`,
    `subject_id`, `at` (microseconds), `outcome`; at most `MOST_EVIDENCE` each, the outcomes that show it best first."""

    findings: Findings
    evidence: pl.DataFrame


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
    result = _estimated(made, say)
    say("doses", 0.9)
    doses = _doses(made, result)
    told = findings_of(made, result, doses, version=version, as_of=lived.as_of)
    return Studied(told, _evidence(made, told, lived))


def _estimated(made: Assembly, say: Say) -> Study:
    """Moments first, by themselves; then the circumstances (what, where, by whom), moments held equal as far as they
    came before. Circumstances of a touchpoint are parts of its having happened: holding them equal would leave of
    "advice in store" only what the usual adviser in the usual store does. All are judged together.
    """
    circumstances = [exposure.condition.family in CIRCUMSTANCES for exposure in made.exposures]
    if not any(circumstances) or all(circumstances):
        return estimate(made.units)
    lead = [place for place, beside in enumerate(circumstances) if not beside]
    first = estimate(only(made.units, lead))
    say("circumstances", 0.65)
    rest = [place for place, beside in enumerate(circumstances) if beside]
    second = estimate(made.units, only=rest)
    own = dict(zip([*lead, *rest], [*first.effects, *second.effects], strict=True))
    effects = [own[place] for place in range(len(circumstances))]
    judged = q_values([effect.p_value for effect in effects])
    told = tuple(replace(effect, q_value=q) for effect, q in zip(effects, judged, strict=True))
    return replace(first, effects=told)


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
