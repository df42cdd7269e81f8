"""What the gate must know of a batch of requests: gathered from the ledger, consents and what went out before."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from ibis import _

from vivencia.act.models import Block, BlockedAddress
from vivencia.act.outreach import addresses
from vivencia.act.outreach.gate import Problem, Situation
from vivencia.act.outreach.rules import SERVICE, Rules
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.organisation import organisation
from vivencia.foundation.viewer import zone_of
from vivencia.listen import consent
from vivencia.listen.consent import Answer, Given, Unknown
from vivencia.listen.models import OutgoingRequest, Standing
from vivencia.understand.customers import issues_close
from vivencia.understand.lived import Lived, Promised, lives_of
from vivencia.understand.now import as_of
from vivencia.understand.situations import situation

SOURCE = "outreach"  # of the events that tell what we sent: counted as requests, not twice
WRITTEN = re.compile(r"^(survey|survey reminder|message|newsletter|campaign|promotion|e-?mail) sent$")
ANSWERED = re.compile(r"\b(answered|responded|replied|called back|call-back made|contacted|solved|resolved)\b")
PROBLEMS = frozenset({"open_issue", "overdue", "broken_promise", "bad_answer"})


@dataclass(frozen=True)
class Batch:
    """Requests whose people are looked up together, in one version of the ledger."""

    requests: Sequence[OutgoingRequest]
    ledger: Ledger
    read: Read
    rules: Rules
    now: datetime

    def situation(self, request: OutgoingRequest) -> Situation:
        """What the gate may know of one of the requests."""
        person = self.person_of(request.customer_id)
        told = self._people.get(person, {})
        lived, promised = self._lives.get(person, ([], []))
        answer = self._consents.get(person, {}).get(request.purpose, Unknown())
        erased = not told and not lived and request.customer_id in self._erased
        found = situation(lived, promised, self._as_of, issues_close=self._issues_close)
        return Situation(
            now=self.now,
            zone=_zone(told.get("timezone"), self._company_zone),
            purpose=request.purpose,
            expires_at=request.expires_at,
            has_address=_is_address(request.address),
            blocked="erased" if erased else _blocked(self._blocks[request.address], request.purpose, answer),
            consent=answer,
            written=self._written(request, person, lived),
            problems=tuple(
                Problem(one.kind, *_subject(one.promise or one.event))
                for one in found
                if one.kind in PROBLEMS and self._is_still_open(one, lived)
            ),
            about=(request.about_kind, request.about_id) if request.about_id else None,
            held_for=request.reason if request.reason in PROBLEMS else "",
        )

    def person_of(self, identifier: str) -> str:
        """The canonical id of whoever is called so."""
        return self._persons.get(identifier, identifier)

    def _is_still_open(self, one: Any, lived: Sequence[Lived]) -> bool:
        """What nobody has mended or answered, and what is not yet too long ago to matter."""
        if one.kind == "bad_answer":
            return self._within(one.since, self.rules.remember_days) and not any(_answers(e, one.since) for e in lived)
        if one.kind == "broken_promise":
            return self._within(one.promise.fulfilled_at, self.rules.remember_days)
        return self._within(one.promise.promised_at if one.promise else one.since, self.rules.open_days)

    def _within(self, moment: datetime, days: int) -> bool:
        return moment > self._as_of - timedelta(days=days)

    def _written(self, request: OutgoingRequest, person: str, lived: Sequence[Lived]) -> tuple[datetime, ...]:
        """When the person was written to in the window, by us or by any system that tells of it."""
        since = self.now - self.rules.window
        ours = (
            OutgoingRequest.objects.filter(
                Q(customer_id__in=self._ids[person]) | Q(address__iexact=request.address),
                state__in=(Standing.SENT, Standing.BOUNCED),
                settled_at__gt=since,
            )
            .exclude(purpose=SERVICE)
            .exclude(pk=request.pk)
        )
        theirs = (
            one.at for one in lived if one.at > since and one.source != SOURCE and WRITTEN.match(_plain(one.name))
        )
        return (*(at for at in ours.values_list("settled_at", flat=True) if at), *theirs)

    @cached_property
    def _as_of(self) -> datetime:
        return as_of(self.read.horizon, self.now)

    @cached_property
    def _issues_close(self) -> bool:
        return issues_close(self.read)

    @cached_property
    def _lives(self) -> dict[str, tuple[list[Lived], list[Promised]]]:
        return lives_of(self.read, self._ids, self._as_of)

    @cached_property
    def _company_zone(self) -> ZoneInfo:
        return zone_of(organisation())

    @cached_property
    def _persons(self) -> dict[str, str]:
        told = {one.customer_id for one in self.requests}
        rows = self.read.to_arrow(self.read.aliases.filter(_.alias_id.isin(list(told)))).to_pylist()
        return {row["alias_id"]: row["person_id"] for row in rows}

    @cached_property
    def _ids(self) -> dict[str, set[str]]:
        """Every id of each person."""
        ids = {self.person_of(one.customer_id): {one.customer_id} for one in self.requests}
        rows = self.read.to_arrow(self.read.aliases.filter(_.person_id.isin(list(ids)))).to_pylist()
        for row in rows:
            ids[row["person_id"]] |= {row["person_id"], row["alias_id"]}
        return {person: {person, *own} for person, own in ids.items()}

    @cached_property
    def _people(self) -> dict[str, dict[str, Any]]:
        """What the customer list says of each person who is on it."""
        customers = self.read.customers.filter(_.customer_id.isin(list(self._ids)))
        rows = self.read.to_arrow(customers.select("customer_id", "timezone", "consent", "updated_at")).to_pylist()
        return {row["customer_id"]: row for row in rows}

    @cached_property
    def _consents(self) -> dict[str, dict[str, Answer]]:
        return consent.of_people(self._ids, self._people)

    @cached_property
    def _blocks(self) -> dict[str, list[BlockedAddress]]:
        return addresses.blocks_among({one.address for one in self.requests})

    @cached_property
    def _erased(self) -> Collection[str]:
        return self.ledger.erased_among([one.customer_id for one in self.requests])


def gather(requests: Iterable[OutgoingRequest], ledger: Ledger, rules: Rules, now: datetime) -> Batch:
    """Look up the people of these requests."""
    return Batch(tuple(requests), ledger, ledger.read(), rules, now)


def _blocked(blocks: Sequence[BlockedAddress], purpose: str, answer: Answer) -> str:
    """Why the address may not be written to for this purpose. A later yes takes back a no, but mends no address."""
    agreed = answer.at if isinstance(answer, Given) else None
    for reason in (Block.ERASED, Block.UNDELIVERABLE, Block.UNSUBSCRIBED):
        for one in blocks:
            if one.reason == reason and one.purpose in ("", purpose):
                if reason != Block.UNDELIVERABLE and agreed is not None and agreed > one.at:
                    continue
                return str(reason)
    return ""


def _answers(event: Lived, since: datetime) -> bool:
    """Whether somebody of ours took up what the person said."""
    return event.at > since and not event.about_surveys and bool(ANSWERED.search(_plain(event.name)))


def _subject(of: Any) -> tuple[str | None, str | None]:
    return (of.subject_kind, of.subject_id) if of is not None else (None, None)


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", " ")


def _zone(name: str | None, otherwise: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(name) if name else otherwise
    except (KeyError, ValueError, OSError):  # what a source took for a time zone
        return otherwise


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True
