"""The one sentence an overview begins with: what hurts customers most, and what it costs."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.organisation import organisation
from vivencia.moments import studies
from vivencia.moments.findings import Findings, Moment
from vivencia.moments.models import State
from vivencia.moments.pages import Standing, address, progress_of, standing
from vivencia.moments.wording import OUTCOME_NAMES, Words, reason_words

BEHAVIOUR = "repurchase"  # what people do afterwards, beside what they say
MOST = 3


@dataclass(frozen=True)
class Said:
    """One moment in words: `afterwards` is what the same moment does to buying again, "" where that is not known."""

    moment: Moment
    title: str
    effect: str
    stake: str
    afterwards: str
    href: str


def headline(read: Read, user: object) -> dict[str, Any]:
    """`first` (the strongest pain, else gain), `others`, or why there is none; studies start by themselves."""
    question = studies.Question(studies.usual_outcome())
    now = standing(question, read, user)
    findings = studies.findings_of(now.shown) if now.shown else None
    told: dict[str, Any] = {"now": now, "outcome": OUTCOME_NAMES[question.outcome], "all": address("moments", question)}
    told |= progress_of(now.running)
    if findings is None:
        return told | {"why_empty": _why_empty(now)}
    behaviour = _behaviour(read, user, question, now)
    said = [_said(moment, findings, question, behaviour) for moment in _first_ones(findings)]
    return told | {"first": said[0] if said else None, "others": said[1:], "findings": findings}


def _why_empty(now: Standing) -> Any:
    return reason_words(now.shown.reason) if now.shown and now.shown.state == State.EMPTY else ""


def _first_ones(findings: Findings) -> list[Moment]:
    """Pains before gains, circumstances last; the most at stake first."""
    return sorted(findings.by_stake(), key=lambda moment: (moment.circumstance, moment.kind == "gain"))[:MOST]


def _behaviour(read: Read, user: object, question: studies.Question, now: Standing) -> Findings | None:
    """What decides buying again; studied once the first study is over."""
    if question.outcome == BEHAVIOUR or now.running:
        return None
    beside = standing(studies.Question(BEHAVIOUR), read, user)
    return studies.findings_of(beside.shown) if beside.shown else None


def _said(moment: Moment, findings: Findings, question: studies.Question, behaviour: Findings | None) -> Said:
    words = Words(findings, organisation().currency)
    same = behaviour.moment(moment.key) if behaviour else None
    afterwards = ""
    if behaviour and same:
        proven = Words(behaviour, organisation().currency).effect(same)
        afterwards = proven if same.proven else _("No effect on buying again is proven.")
    return Said(
        moment,
        words.title(moment),
        words.effect(moment),
        words.stake(moment),
        afterwards,
        address("moment", question, outcome=question.outcome, key=moment.key),
    )
