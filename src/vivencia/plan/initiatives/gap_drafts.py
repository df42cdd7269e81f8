"""An initiative with its case filled in from a priced gap of a journey map."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from vivencia.foundation.organisation import organisation
from vivencia.measure.metrics.metric import Variant
from vivencia.moments import studies
from vivencia.moments.findings import Range
from vivencia.moments.studies import Question
from vivencia.moments.wording import Words
from vivencia.plan.initiatives import claims, drafts
from vivencia.plan.initiatives.drafts import Draft, UnknownSourceError
from vivencia.plan.initiatives.models import Initiative, InitiativeVoice, Stream
from vivencia.plan.initiatives.quarters import last_day, later, quarter_of
from vivencia.plan.initiatives.wording import rounded, variant_of
from vivencia.plan.journeys import gap_words, gaps
from vivencia.plan.journeys.gaps import Gap
from vivencia.plan.journeys.models import JourneyMap

STREAM_OF = {
    "promise": Stream.ORGANISATION,
    "waiting": Stream.ORGANISATION,
    "pass_share": Stream.SYSTEMS,
    "effort": Stream.SYSTEMS,
    "human_reachable": Stream.ORGANISATION,
    "score": Stream.CENTRICITY,
    "feeling": Stream.TRAINING,
}
SCORES = {"csat": "mean", "nps": "standard", "ces": "mean"}
HOUR = 3600.0


def of_gap(key: str, today: date) -> Draft:
    """The case of a gap as the data tell it now. Raises UnknownSourceError where there is no such gap (any more)."""
    gap = gaps.named(key)
    the_map = JourneyMap.objects.filter(pk=gap.map_id).first() if gap and gap.map_id else None
    if gap is None or the_map is None:
        raise UnknownSourceError(key)
    initiative = _described(gap, the_map)
    source = next(iter(gap.effect.sources), None)
    if source:
        initiative.moment_outcome, initiative.moment_key = source[1], source[2]
    initiative.claim = claims.claim_of(initiative)
    worth = gap.priced
    told = Range(worth.value, worth.low, worth.high) if worth else Range(None, None, None)
    drafts.value_it(initiative, told, unit=worth.unit if worth else "money")
    _promise(initiative, gap, today)
    return Draft(initiative, _voices(initiative, gap))


def _described(gap: Gap, the_map: JourneyMap) -> Initiative:
    what = gap_words.name(gap.expectation, gap.about)
    people, effects = gap_words.concerned(gap), gap_words.effect(gap)
    told = [
        gap_words.sentence(gap),
        _("It concerns %(people)s.") % {"people": people} if people else "",
        _("Each time: %(effects)s.") % {"effects": "; ".join(effects)} if effects else "",
        *gap_words.why(gap),
    ]
    step = next((one for one in the_map.drawing.steps if one.key == gap.step_key), None)
    return Initiative(
        title=(_("Close the gap at “%(step)s”: %(what)s") % {"step": gap.step_name, "what": what})[:160],
        problem="\n".join(line for line in told if line),
        evidence={"figures": _figures(gap), "basis": _("Journey map: %(map)s.") % {"map": gap.map}},
        persona=the_map.persona[:160],
        journey_map=gap.map_id,
        step_key=gap.step_key[:80],
        step_name=gap.step_name[:200],
        expectation=gap.expectation,
        touchpoint=((step.touchpoint if step else "") or "")[:300],
        population=claims.population(gap.segment),
        stream=STREAM_OF.get(gap.expectation, Stream.ORGANISATION),
    )


def _figures(gap: Gap) -> list[dict[str, Any]]:
    lived, scale, unit = gap.lived, 1.0, gap.lived.unit
    if gap.expectation == "waiting":
        scale, unit = HOUR, "h"

    def in_unit(value: float | None) -> float | None:
        return None if value is None else value / scale

    told = [
        ("lived_value", in_unit(lived.value), in_unit(lived.low), in_unit(lived.high), gap.n, unit),
        ("wanted_value", in_unit(gap.wanted), None, None, None, unit),
        ("customers_a_year", gap.customers_a_year, None, None, gap.n, "times"),
        *(("worth", one.value, one.low, one.high, gap.n, one.unit) for one in gap.worth),
    ]
    names = ("code", "value", "low", "high", "n", "unit")
    return [dict(zip(names, one, strict=True)) | {"metric": ""} for one in told]


def _promise(initiative: Initiative, gap: Gap, today: date) -> None:
    """What closing its share does to the figure itself, where a metric of the catalogue is that figure."""
    initiative.effect_by = last_day(later(quarter_of(today), 3))
    known = metric_of(gap)
    if known is None:
        return
    metric, variant = known
    initiative.metric, initiative.variant = metric, variant.name
    lived = gap.lived
    if lived.value is None or lived.low is None or lived.high is None:
        return
    part = initiative.gap_share / 100
    initiative.effect = rounded((gap.wanted - lived.value) * part)
    initiative.effect_low = rounded((gap.wanted - lived.high) * part)
    initiative.effect_high = rounded((gap.wanted - lived.low) * part)


def metric_of(gap: Gap) -> tuple[str, Variant] | None:
    """The metric that is the gap's own figure; None where none is."""
    metric, variant = "", ""
    if gap.expectation == "promise":
        metric, variant = "promise_kept", "due"
    elif gap.expectation == "effort":
        metric, variant = "ces", "mean"
    elif gap.expectation == "score" and gap.about in SCORES:
        metric, variant = gap.about, SCORES[gap.about]
    found = variant_of(metric, variant)
    return (metric, found) if found else None


def _voices(initiative: Initiative, gap: Gap) -> list[InitiativeVoice]:
    """What those said who lived the moment that tells of the gap."""
    if not initiative.moment_key:
        return []
    segment = initiative.population.removeprefix("company:")
    asked = [Question(initiative.moment_outcome, one) for one in dict.fromkeys((segment, ""))]
    study = next((found for found in map(studies.latest, asked) if found), None)
    findings = studies.findings_of(study) if study else None
    moment = findings.moment(initiative.moment_key) if findings else None
    if study is None or findings is None or moment is None:
        return []
    initiative.approach = Words(findings, organisation().currency).next_step(moment)
    return drafts.voices_of(study, moment, findings)
