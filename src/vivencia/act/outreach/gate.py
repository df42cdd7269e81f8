"""The sincerity gate: may this message go to this person now? A pure decision on facts; the clock is one of them.

Everything that leaves the house passes here. The checks stand in the order in which they are told: what can never be
mended first (erased, no address, unsubscribed, no consent), then what time mends (an open problem, written to too often
lately, night).
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from vivencia.act.outreach.rules import SERVICE, Rules
from vivencia.listen.consent import Answer, Given, Unknown, Withdrawn

LAST_DAY_OF_WORK = 4  # Friday


@dataclass(frozen=True)
class Problem:
    """Something that is open between the person and us. `kind`: open_issue, overdue, broken_promise or bad_answer."""

    kind: str
    subject_kind: str | None = None
    subject_id: str | None = None


@dataclass(frozen=True)
class Situation:
    """All that the gate may know of a message and the person it is for.

    `zone`: whose evenings are quiet. `blocked`: why the address may not be written to (unsubscribed, undeliverable,
    erased), empty where it may. `written`: when the person was written to lately, through anything, on any channel.
    `about`: kind and id of what the message is about. `held_for`: why it was held back when last looked at.
    """

    now: datetime
    zone: ZoneInfo
    purpose: str
    expires_at: datetime
    has_address: bool = True
    blocked: str = ""
    consent: Answer = field(default_factory=Unknown)
    written: tuple[datetime, ...] = ()
    problems: tuple[Problem, ...] = ()
    about: tuple[str, str] | None = None
    held_for: str = ""


@dataclass(frozen=True)
class Send:
    """It may go out now."""


@dataclass(frozen=True)
class HoldUntil:
    """Not now: look again then. `reason` is a code of `listen.reasons`."""

    time: datetime
    reason: str


@dataclass(frozen=True)
class Refuse:
    """Never. `reason` is a code of `listen.reasons`."""

    reason: str


Decision = Send | HoldUntil | Refuse


def decide(situation: Situation, rules: Rules) -> Decision:
    """Whether the message may go out now, later or never, and why."""
    if refusal := _never(situation, rules):
        return Refuse(refusal)
    if situation.now >= situation.expires_at:
        return Refuse(situation.held_for or "expired")
    if situation.purpose != SERVICE:
        if problem := _open_problem(situation):
            return HoldUntil(_sooner(situation, timedelta(hours=rules.look_again_hours)), problem.kind)
        if (free := _free_at(situation, rules)) > situation.now:
            return _held(situation, free, "enough_lately", "too_often")
    if (morning := awake_at(situation.now, situation.zone, rules)) > situation.now:
        return _held(situation, morning, "quiet_hours", "expired")
    return Send()


def _never(situation: Situation, rules: Rules) -> str:
    if situation.blocked == "erased":
        return "erased"
    if not situation.has_address:
        return "no_address"
    if situation.blocked:
        return situation.blocked
    if isinstance(situation.consent, Withdrawn):
        return "withdrawn"
    if situation.purpose in rules.consent_needed and not isinstance(situation.consent, Given):
        return "no_consent"
    return ""


def _open_problem(situation: Situation) -> Problem | None:
    """The first problem the message is not about."""
    about = situation.about
    return next(
        (one for one in situation.problems if about is None or about != (one.subject_kind, one.subject_id)), None
    )


def _free_at(situation: Situation, rules: Rules) -> datetime:
    """When one more message would be no more than the cap."""
    lately = sorted(at for at in situation.written if at > situation.now - rules.window)
    return situation.now if len(lately) < rules.most else lately[-rules.most] + rules.window


def awake_at(moment: datetime, zone: ZoneInfo, rules: Rules) -> datetime:
    """The moment itself, or where it is quiet, when it is no longer. Counted on the clock on the person's wall."""
    local = moment.astimezone(zone)
    while quiet_ends := _quiet_ends(local, rules):
        local = quiet_ends
    return local.astimezone(moment.tzinfo)


def _quiet_ends(local: datetime, rules: Rules) -> datetime | None:
    """When the quiet that reigns at a local moment ends; None where none reigns."""
    if rules.quiet_weekends and local.weekday() > LAST_DAY_OF_WORK:
        return _at(local + timedelta(days=1), 0)
    if rules.quiet_from > rules.quiet_until:  # over midnight
        if local.hour >= rules.quiet_from:
            return _at(local + timedelta(days=1), rules.quiet_until)
        return _at(local, rules.quiet_until) if local.hour < rules.quiet_until else None
    return _at(local, rules.quiet_until) if rules.quiet_from <= local.hour < rules.quiet_until else None


def _at(local: datetime, hour: int) -> datetime:
    return datetime.combine(local.date(), time(hour), local.tzinfo)


def _held(situation: Situation, until: datetime, reason: str, too_late: str) -> Decision:
    """Held back, or refused at once where it would be too late by then."""
    return HoldUntil(until, reason) if until < situation.expires_at else Refuse(too_late)


def _sooner(situation: Situation, wait: timedelta) -> datetime:
    """Not past the end of the message's time: then it is told that it never went out."""
    return min(situation.now + wait, situation.expires_at)
