"""Asking after something happened: new events of the ledger are looked at, a share of them chosen, each once."""

import hashlib
from datetime import datetime, timedelta

import ibis
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.listen.surveys import people
from vivencia.listen.surveys.inviting import Occasion, Terms, invite, is_address
from vivencia.listen.surveys.models import Link, State, Trigger

OVERLAP = timedelta(hours=1)  # events are looked at again, in case some reached the ledger out of turn
TOO_OLD = timedelta(days=3)  # an event told later than this beyond its delay is not asked about any more
NOT_LIVED = (
    "survey",
    "message",
    "consent",
    "feedback answered",
    "account described",
)  # what we do ourselves is no reason to ask
SHARES = 10_000


def is_chosen(trigger: Trigger, event_id: str) -> bool:
    """Whether this event is in the sample: decided by its id, the same whenever and wherever it is asked."""
    digest = hashlib.sha256(f"{trigger.pk}:{event_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % SHARES < trigger.percent * (SHARES // 100)


def look(trigger: Trigger, read: Read, now: datetime) -> int:
    """Ask about every new event the trigger waits for; returns how many invitations were asked for."""
    events = read.to_arrow(_waiting(trigger, read, now)).to_pylist()
    done = set(Link.objects.filter(trigger=trigger).values_list("event_id", flat=True))
    chosen = [one for one in events if one["event_id"] not in done and is_chosen(trigger, one["event_id"])]
    known = people.find({event["customer_id"] for event in chosen}, read)
    asked = 0
    for event in chosen:
        person = known.get(event["customer_id"])
        if person is None or not is_address(person.email):
            continue
        begin = event["occurred_at"] + timedelta(hours=trigger.delay_hours)
        begin = max(begin, now)
        terms = Terms(begin, begin + timedelta(days=trigger.expires_days), trigger.reminder_days)
        asked += invite(trigger.survey, person, terms, _occasion(event), trigger=trigger) is not None
    newest = max((event["received_at"] for event in events), default=None)
    if newest and (trigger.looked_until is None or newest > trigger.looked_until):
        trigger.looked_until = newest
        trigger.save(update_fields=["looked_until"])
    return asked


def _waiting(trigger: Trigger, read: Read, now: datetime) -> ibis.Table:
    column = _.name if trigger.on == "name" else _.touchpoint
    oldest = now - timedelta(hours=trigger.delay_hours) - TOO_OLD
    seen = (trigger.looked_until or trigger.since) - OVERLAP
    lived = read.events.filter(
        _.customer_id.notnull()
        & (column.lower() == trigger.value.lower())
        & (_.received_at > seen)
        & (_.occurred_at >= max(trigger.since, oldest))
        & (_.occurred_at <= now)
        & _.metric.isnull()
    )
    for beginning in NOT_LIVED:
        lived = lived.filter(~_.name.startswith(beginning))
    wanted = lived.select(
        "event_id",
        "customer_id",
        "occurred_at",
        "received_at",
        "touchpoint",
        "subject_kind",
        "subject_id",
        "employee_id",
    )
    return wanted.order_by(["received_at", "event_id"])


def _occasion(event: dict[str, str | None]) -> Occasion:
    names = ("touchpoint", "subject_kind", "subject_id", "employee_id", "event_id")
    return Occasion(**{name: event[name] or "" for name in names})


def due() -> list[Trigger]:
    """The triggers that look at anything at all."""
    live = Trigger.objects.filter(active=True, survey__state=State.LIVE, survey__of_employees=False)
    return list(live.select_related("survey"))
