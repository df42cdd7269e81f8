"""Inviting people: a personal link and a request to send it. Whether and when it goes out, the gate decides."""

import csv
import hashlib
import io
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from vivencia.foundation import inbox
from vivencia.foundation.models import User
from vivencia.foundation.organisation import organisation
from vivencia.listen import requests
from vivencia.listen.models import Kind, OutgoingRequest, Standing
from vivencia.listen.surveys import people
from vivencia.listen.surveys.answering import REMINDER, newest
from vivencia.listen.surveys.letters import letter
from vivencia.listen.surveys.models import Link, Response, Round, State, Survey, Trigger, Way
from vivencia.listen.surveys.people import Person

PURPOSE = "surveys"
COLUMNS = {
    "email": ("email", "e-mail", "mail", "correo", "correo electrónico", "address"),
    "name": ("name", "nombre"),
    "language": ("language", "lang", "idioma"),
}
MOST_ADDRESSES = 50_000
ANSWERED_LATELY = timedelta(days=30)
REMINDED_AT_ONCE = 1_000


@dataclass(frozen=True)
class Occasion:
    """What somebody is asked about: the event's columns that the invitation and the answers carry on."""

    touchpoint: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    employee_id: str = ""
    event_id: str = ""


@dataclass(frozen=True)
class Terms:
    """When it may go, until when it can be answered, and how many days later one reminder may follow (0: none)."""

    not_before: datetime
    expires_at: datetime
    reminder_days: int = 0


class CannotInviteError(ValueError):
    """The survey takes no answers, or is for employees, who are never invited by name."""


@transaction.atomic
def invite(
    survey: Survey,
    person: Person,
    terms: Terms,
    occasion: Occasion = Occasion(),
    *,
    trigger: Trigger | None = None,
    by_hand: Round | None = None,
) -> Link | None:
    """Ask for one invitation; None where this trigger has asked about this event, or this round this person."""
    version = newest(survey)
    if version is None or survey.state != State.LIVE or survey.of_employees:
        raise CannotInviteError(survey.slug)
    if _asked_already(person, occasion, trigger, by_hand):
        return None
    link = Link.objects.create(
        survey=survey,
        way=Way.PERSONAL,
        customer_id=person.customer_id,
        channel="email",
        language=_language(person, version.questionnaire.languages),
        touchpoint=occasion.touchpoint,
        subject_kind=occasion.subject_kind,
        subject_id=occasion.subject_id,
        employee_id=occasion.employee_id,
        trigger=trigger,
        round=by_hand,
        event_id=occasion.event_id,
        request_key=_key(person, occasion, trigger, by_hand),
        reminder_days=terms.reminder_days,
        expires_at=terms.expires_at,
    )
    _request(link, person, Kind.SURVEY, link.request_key, terms.not_before)
    return link


def _asked_already(person: Person, occasion: Occasion, trigger: Trigger | None, by_hand: Round | None) -> bool:
    """An order has many events; one of them is asked about."""
    if trigger is None:
        return Link.objects.filter(round=by_hand, customer_id=person.customer_id).exists()
    earlier = Link.objects.filter(trigger=trigger)
    if earlier.filter(event_id=occasion.event_id).exists():
        return True
    same = {"subject_kind": occasion.subject_kind, "subject_id": occasion.subject_id}
    return bool(occasion.subject_id) and earlier.filter(**same).exists()


def _key(person: Person, occasion: Occasion, trigger: Trigger | None, by_hand: Round | None) -> str:
    if trigger is not None:
        return f"survey-trigger-{trigger.pk}-{_digest(occasion.event_id)}"
    return f"survey-round-{by_hand.pk if by_hand else 0}-{_digest(person.customer_id)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _language(person: Person, languages: Sequence[str]) -> str:
    wishes = (person.language.split("-")[0].lower(), organisation().language)
    return next((wish for wish in wishes if wish in languages), languages[0])


def _request(link: Link, person: Person, kind: str, key: str, not_before: datetime) -> OutgoingRequest:
    survey = link.survey
    version = newest(survey)
    assert version is not None  # only what was published is asked
    it = version.questionnaire
    said = letter(survey, it, link, person, reminder=kind == Kind.REMINDER)
    return requests.ask(
        kind=kind,
        purpose=PURPOSE,
        customer_id=person.customer_id,
        channel="email",
        address=person.email,
        language=link.language,
        subject=said.subject,
        text=said.text,
        html=said.html,
        about=(link.subject_kind or "order", link.subject_id) if link.subject_id else None,
        not_before=not_before,
        expires_at=link.expires_at,
        key=key,
        source=survey.source,
        told_as=_told_as(link, it.first_score.metric if it.first_score else None),
    )


def _told_as(link: Link, metric: str | None) -> dict[str, Any]:
    told = {
        "touchpoint": link.touchpoint or link.survey.touchpoint,
        "metric": metric or "",
        "employee_id": link.employee_id,
        "subject_kind": link.subject_kind,
        "subject_id": link.subject_id,
    }
    known: dict[str, Any] = {name: value for name, value in told.items() if value}
    return known | {"properties": {"survey": link.survey.slug}}


def remind(now: datetime) -> int:
    """Ask for the reminders that are due: the invitation went out so many days ago and nobody has answered. Once.

    At most `REMINDED_AT_ONCE` of them, the oldest first; the next run asks for the rest.
    """
    _forget_answered(now)
    due = list(_due(now).order_by("pk").select_related("survey")[:REMINDED_AT_ONCE])
    known, asked = people.find([link.customer_id for link in due]), 0
    for link in due:
        person = known.get(link.customer_id) or Person(link.customer_id, email=link.sent_to)
        with transaction.atomic():
            _request(link, person, Kind.REMINDER, link.request_key + REMINDER, now)
            asked += Link.objects.filter(pk=link.pk, reminded_at__isnull=True).update(reminded_at=now)
    return asked


def _due(now: datetime) -> QuerySet[Any]:
    """Links whose reminder is due, with the address that was invited as `sent_to`."""
    waiting = (
        Link.objects.filter(way=Way.PERSONAL, reminder_days__gt=0, reminded_at__isnull=True, survey__state=State.LIVE)
        .exclude(responses__finished_at__isnull=False)
        .exclude(expires_at__lte=now)
    )
    sent = OutgoingRequest.objects.filter(key=OuterRef("request_key"), state=Standing.SENT)
    late = Q(pk__in=())
    for days in waiting.order_by().values_list("reminder_days", flat=True).distinct():
        late |= Q(reminder_days=days, sent_at__lte=now - timedelta(days=days))
    told = {"sent_at": Subquery(sent.values("settled_at")[:1]), "sent_to": Subquery(sent.values("address")[:1])}
    return waiting.annotate(**told).filter(late)


def _forget_answered(now: datetime) -> None:
    """Who is due and has answered by another link, or on the site, gets no reminder and is not looked at again."""
    theirs = Response.objects.filter(
        survey=OuterRef("survey"), customer_id=OuterRef("customer_id"), finished_at__gte=OuterRef("made_at")
    ).exclude(customer_id="")
    answered = _due(now).filter(Exists(theirs)).values("pk")
    Link.objects.filter(pk__in=answered).update(reminder_days=0)


def invite_all(
    survey: Survey,
    found: Iterable[Person],
    what: str,
    terms: Terms,
    *,
    by: User | None,
    left_out: Mapping[str, int],
    form: uuid.UUID | None = None,
) -> Round:
    """Invite each person once, and remember the round with who could not be invited and why.

    A `form` sent a second time (a double click) is the round it was the first time, and asks nobody. Whoever has an
    invitation to this survey that has not gone out yet, or answered it lately, is not asked again.
    """
    round_, new = Round.objects.get_or_create(
        form=form or uuid.uuid4(), defaults={"survey": survey, "what": what[:120], "by": by}
    )
    if not new:
        return round_
    counts, waiting = Counter(dict(left_out)), _waiting(survey)
    answered = answered_since(survey, terms.not_before - ANSWERED_LATELY)
    for person in found:
        if not is_address(person.email):
            counts["no_address"] += 1
        elif person.customer_id in waiting:
            counts["waiting"] += 1
        elif person.customer_id in answered:
            counts["answered"] += 1
        elif invite(survey, person, terms, by_hand=round_) is None:
            counts["twice"] += 1
        else:
            round_.invited += 1
    round_.left_out = dict(counts)
    round_.save(update_fields=["invited", "left_out"])
    return round_


def _waiting(survey: Survey) -> frozenset[str]:
    """Customers whose invitation to this survey has been asked for and is still to go out."""
    still = OutgoingRequest.objects.filter(source=survey.source, kind=Kind.SURVEY, state__in=requests.OPEN)
    return frozenset(still.values_list("customer_id", flat=True))


def answered_since(survey: Survey, since: datetime) -> frozenset[str]:
    """Customers who finished this survey since then, in whatever way they came to it."""
    theirs = Response.objects.filter(survey=survey, finished_at__gte=since).exclude(customer_id="")
    return frozenset(theirs.values_list("customer_id", flat=True))


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


@dataclass(frozen=True)
class Listed:
    """What a file of addresses holds: people, and how many lines hold none."""

    people: tuple[Person, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_addresses(content: bytes) -> Listed:
    """People of a CSV with a column of e-mail addresses (and name, language), or of one address a line.

    Raises ValueError where there is no column of addresses.
    """
    text = _decoded(content)
    rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))[: MOST_ADDRESSES + 1]
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise ValueError("empty")
    places = _places(rows[0])
    body = rows[1:] if places else rows
    places = places or {"email": next((n for n, cell in enumerate(rows[0]) if is_address(cell.strip())), -1)}
    if places["email"] < 0:
        raise ValueError("no column of addresses")
    found, bad = {}, 0
    for row in body:
        told = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        if is_address(told["email"]):
            found[told["email"].lower()] = told
        else:
            bad += 1
    return Listed(tuple(_known(found)), {"no_address": bad} if bad else {})


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max((",", ";", "\t"), key=first.count)


def _places(heads: Sequence[str]) -> dict[str, int]:
    """Where the columns are; empty where the first line is no heading."""
    plain = [head.strip().lower() for head in heads]
    found = {name: next((plain.index(one) for one in names if one in plain), -1) for name, names in COLUMNS.items()}
    return {name: place for name, place in found.items() if place >= 0} if found["email"] >= 0 else {}


def _known(listed: Mapping[str, Mapping[str, str]]) -> Iterable[Person]:
    """Who the addresses belong to; an address nobody has is a new customer, known by it."""
    known = people.by_address(list(listed))
    for address, told in listed.items():
        name, language = told.get("name", ""), told.get("language", "")
        person = known.get(address)
        if person is None:
            yield Person(address, name, address, language)
        else:
            yield Person(person.customer_id, person.name or name, person.email, person.language or language)


def keep_new(found: Iterable[Person]) -> None:
    """Tell the ledger of people nobody knew before, so that their answers have somebody to stand with."""
    new = [one for one in found if one.customer_id == one.email.lower()]
    known = people.find([one.customer_id for one in new])
    rows = [
        {"customer_id": one.customer_id, "email": one.email, "name": one.name, "language": one.language,
         "source": "survey invitations"}
        for one in new if one.customer_id not in known
    ]  # fmt: skip
    inbox.put_customers([{key: value for key, value in row.items() if value} for row in rows])
