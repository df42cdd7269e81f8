"""An initiative with its case filled in from what is known of a moment: what, to whom, how sure, what it is worth."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.organisation import organisation
from vivencia.foundation.vocabulary import title
from vivencia.moments import studies
from vivencia.moments.findings import Findings, Moment, Range, StakeUnit
from vivencia.moments.models import MomentStudy
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.studies import Question
from vivencia.moments.witnesses import witnesses
from vivencia.moments.wording import Words
from vivencia.plan.initiatives import claims, overlaps
from vivencia.plan.initiatives.models import Initiative, InitiativeVoice, Stream
from vivencia.plan.initiatives.quarters import last_day, later, quarter_of
from vivencia.plan.initiatives.wording import rounded

VOICES = 6
FIRST_SHARE = 50.0  # nobody closes the whole of a gap; without a past to go by, half of it is a sober beginning
METRIC_OF = {
    "csat": ("csat", "mean"),
    "nps": ("nps", "standard"),
    "ces": ("ces", "mean"),
    "repurchase": ("repurchase", "within"),
    "churn": ("churn", "inactivity"),
    "revenue": ("revenue_per_customer", "per_customer"),
}
STREAM_OF = {
    "promise": Stream.ORGANISATION,
    "slow": Stream.ORGANISATION,
    "missed": Stream.ORGANISATION,
    "repeated": Stream.ORGANISATION,
    "failed": Stream.SYSTEMS,
    "duration": Stream.SYSTEMS,
    "channel": Stream.SYSTEMS,
    "employee": Stream.TRAINING,
}


@dataclass(frozen=True)
class Draft:
    """An initiative not saved yet, and what people said that its case rests on."""

    initiative: Initiative
    voices: list[InitiativeVoice] = field(default_factory=list)


class UnknownSourceError(ValueError):
    """What an initiative was to be made from is not there (any more)."""


def of_moment(question: Question, key: str, today: date) -> Draft:
    """The case of a moment as the newest study tells it. Raises UnknownSourceError where it tells of no such moment."""
    study = studies.latest(question)
    findings = studies.findings_of(study) if study else None
    moment = findings.moment(key) if findings else None
    if study is None or findings is None or moment is None:
        raise UnknownSourceError(key)
    words = Words(findings, organisation().currency)
    initiative = _described(findings, moment, words)
    initiative.moment_outcome, initiative.moment_key = findings.outcome, moment.key
    initiative.population = population(question.segment)
    initiative.claim = claims.claim_of(initiative)
    stake, unit = _worth(question, findings, moment)
    value_it(initiative, stake, unit=unit)
    if unit != findings.stake_unit:
        initiative.evidence["figures"].append(_figure("stake", stake, moment.n_exposed, unit))
    _promise(initiative, findings, moment, today)
    return Draft(initiative, voices_of(study, moment, findings))


def population(segment: str) -> str:
    """A moment's segment, as metrics call it."""
    return segment if not segment or segment.startswith(studies.SAVED) else f"company:{segment}"


def _described(findings: Findings, moment: Moment, words: Words) -> Initiative:
    said = words.title(moment).rstrip(".")
    pattern = _("Put right: %(moment)s") if moment.kind == "pain" else _("More of this: %(moment)s")
    doubt = [] if moment.proven else [_("This may be chance: it is no reason to act yet.")]
    stakes = words.stakes(moment) if moment.proven else []
    problem = [words.sentence(moment), *doubt, *(f"{stake[:1].upper()}{stake[1:]}." for stake in stakes)]
    stream = STREAM_OF.get(moment.family, Stream.CENTRICITY if moment.kind == "gain" else Stream.ORGANISATION)
    return Initiative(
        title=(pattern % {"moment": said})[:160],
        problem="\n".join(dict.fromkeys(problem)),
        approach=words.next_step(moment),
        evidence={"figures": _figures(findings, moment), "basis": words.basis()},
        touchpoint=moment.touchpoint[:300],
        step_name=title(moment.touchpoint)[:200],
        stream=stream,
    )


def _figures(findings: Findings, moment: Moment) -> list[dict[str, Any]]:
    """As `wording.figures` reads them: codes instead of words, so that each reader sees their own language."""
    own = {"score": "points", "points": "points", "share": "pp", "money": "money"}[findings.kind]
    level = (
        f"of {findings.scale_max:g}" if findings.kind == "score" and findings.scale_max else "%" if own == "pp" else own
    )
    at_stake = findings.at_stake(moment)
    lived = 100 * moment.n_exposed / moment.n if moment.n else None
    return [
        _figure("effect", Range(moment.effect, moment.low, moment.high), moment.n, own, metric=findings.outcome),
        _figure("lived", Range(lived, None, None), moment.n, "%"),
        _figure("a_year", Range(moment.exposed_a_year, None, None), moment.n_exposed, "times"),
        _figure("stake", at_stake, moment.n_exposed, findings.stake_unit),
        _figure(
            "level_lived", Range(moment.level_exposed, None, None), moment.n_exposed, level, metric=findings.outcome
        ),
    ]


def _figure(code: str, told: Range, n: int, unit: str, metric: str = "") -> dict[str, Any]:
    return {
        "code": code,
        "value": told.value,
        "low": told.low,
        "high": told.high,
        "n": n,
        "unit": unit,
        "metric": metric,
    }


def _worth(question: Question, findings: Findings, moment: Moment) -> tuple[Range, StakeUnit]:
    """What is at stake, in money or customers where that is known of this moment, if only from the study of another
    outcome; else in the points of its own."""
    if findings.stake_unit != "points":
        return _at_stake(findings, moment), findings.stake_unit
    for outcome in ("revenue", "repurchase", "churn"):
        study = studies.latest(replace(question, outcome=outcome))
        other = studies.findings_of(study) if study else None
        same = other.moment(moment.key) if other else None
        if other and same and same.proven and other.at_stake(same).value is not None:
            return _at_stake(other, same), other.stake_unit
    return _at_stake(findings, moment), "points"


def _at_stake(findings: Findings, moment: Moment) -> Range:
    """What a year is worth if the whole of it were put right, as a good thing: positive is better.

    A pain: what it costs now. A gain: what it would bring those who do not live it yet, taking it that it does for them
    what it does for those who do.
    """
    told = findings.at_stake(moment)
    consequence = findings.kind not in ("share", "money") and findings.stake_unit != "points"
    better = 1 if consequence else findings.better
    if moment.kind == "pain":
        return scaled(told, -better)
    reach = (moment.n - moment.n_exposed) / moment.n_exposed if moment.n_exposed else 0.0
    return scaled(told, better * reach)


def scaled(told: Range, by: float) -> Range:
    """The range times a number; a negative one turns it round."""
    if told.value is None or told.low is None or told.high is None:
        return Range(None, None, None)
    low, high = sorted((told.low * by, told.high * by))
    return Range(told.value * by, low, high)


def value_it(initiative: Initiative, stake: Range, *, unit: str) -> None:
    """What is at stake, and the part of it the initiative is to bring: half of the gap, or what nobody claims yet."""
    free = overlaps.left(initiative.claim, claims.claimants())
    initiative.gap_share = min(FIRST_SHARE, free) if initiative.claim else 100.0
    initiative.stake, initiative.stake_low, initiative.stake_high = stake.value, stake.low, stake.high
    initiative.value_unit = unit
    claims.take_share(initiative)


def _promise(initiative: Initiative, findings: Findings, moment: Moment, today: date) -> None:
    """What it is to do to the outcome of everybody: the effect on those who live it, thinned out over all."""
    initiative.metric, initiative.variant = METRIC_OF[findings.outcome]
    initiative.effect_by = last_day(later(quarter_of(today), 3))
    if not moment.n or not moment.exposed_a_year:
        return
    once = scaled(moment.stake, (100 if findings.kind == "share" else 1) / moment.exposed_a_year)
    part = moment.n_exposed / moment.n
    touched = -part if moment.kind == "pain" else 1 - part
    effect = scaled(once, touched * initiative.gap_share / 100)
    initiative.effect, initiative.effect_low, initiative.effect_high = (
        rounded(each) for each in (effect.value, effect.low, effect.high)
    )


def voices_of(study: MomentStudy, moment: Moment, findings: Findings) -> list[InitiativeVoice]:
    told = studies.witnesses_of(study, moment.key)
    seen = witnesses(open_ledger().read(), told, findings.outcome) if told else []
    kind = OUTCOMES[findings.outcome].kind
    return voices(
        (one.customer_id, one.text, one.outcome if kind == "score" else None, one.at) for one in seen if one.text
    )


def voices(said: Iterable[tuple[str, str, float | None, Any]]) -> list[InitiativeVoice]:
    """At most `VOICES` of who, what, score, when."""
    kept = list(said)[:VOICES]
    return [InitiativeVoice(customer_id=who, text=text, score=score, said_at=at) for who, text, score, at in kept]
