"""Messages of other systems: checked, taken once, turned into events by the endpoint's mapping.

What cannot be mapped is answered with 200 all the same, because sending it again would not help; it is kept with the
reason, and taken in once the mapping is mended.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from vivencia.foundation import inbox
from vivencia.foundation.arriving import plain
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.sealed import seal, unseal
from vivencia.listen.sources import people
from vivencia.listen.sources.models import Arrival, Endpoint
from vivencia.listen.sources.webhooks import cloudevents, signing
from vivencia.listen.sources.webhooks.mapping import CannotMapError, Mapped, mapped

KEPT_DAYS = 14
KEPT_BODIES = 200  # an endpoint, for mapping and mending
OVERLAP = timedelta(days=7)  # both secrets hold while one is exchanged


class BadBodyError(Exception):
    """Not JSON."""


@dataclass(frozen=True)
class Received:
    """What became of one message. `known`: it had come before, and nothing was done again."""

    events: int
    known: bool = False
    problem: str = ""


def make(name: str, shape: str, by: object = None) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is shown once."""
    secret = signing.new_secret()
    who = getattr(by, "pk", None)
    return Endpoint.objects.create(name=name, shape=shape, sealed_secret=seal(secret), by_id=who), secret


def exchange(endpoint: Endpoint, now: datetime) -> str:
    """A new secret; the old one holds for a week more."""
    secret = signing.new_secret()
    changed = {
        "sealed_previous": endpoint.sealed_secret,
        "previous_until": now + OVERLAP,
        "sealed_secret": seal(secret),
    }
    Endpoint.objects.filter(pk=endpoint.pk).update(**changed)
    return secret


def secrets_of(one: Any, now: datetime) -> list[str]:
    """The secrets of an endpoint or subscription that hold now, the newest first."""
    valid = [unseal(one.sealed_secret)]
    if one.sealed_previous and one.previous_until and now < one.previous_until:
        valid.append(unseal(one.sealed_previous))
    return valid


def receive(endpoint: Endpoint, headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
    """Take one message in. Raises signing.NotGenuineError and BadBodyError; nothing is kept of either."""
    message_id = signing.check(secrets_of(endpoint, now), headers, body)[:200]
    try:
        said = plain(json.loads(body))
    except (ValueError, RecursionError):
        raise BadBodyError("the body is not JSON") from None
    said = cloudevents.unwrapped({name.lower(): value for name, value in headers.items()}, said)
    try:
        with transaction.atomic():
            arrival = Arrival.objects.create(
                endpoint=endpoint, webhook_id=message_id, at=now, outcome=Arrival.Outcome.UNMAPPED, body=said
            )
            return _take(arrival, endpoint)
    except IntegrityError:
        return Received(0, known=True)


def take_again(endpoint: Endpoint) -> int:
    """Try what waits or was not understood again, by the mapping as it is now; returns how many became events."""
    found = Arrival.objects.filter(endpoint=endpoint, body__isnull=False).exclude(outcome=Arrival.Outcome.TAKEN)
    taken = 0
    for arrival in found.order_by("pk"):
        with transaction.atomic():
            taken += not _take(arrival, endpoint).problem
    return taken


def _take(arrival: Arrival, endpoint: Endpoint) -> Received:
    """Put the events into the inbox and write down what became of it, both or neither."""
    if not endpoint.mapping:
        return Received(0)
    try:
        found = mapped(endpoint.mapping, arrival.body, arrival.webhook_id, arrival.at, source_of(endpoint))
    except CannotMapError as problem:
        _write(arrival, Arrival.Outcome.NOT_UNDERSTOOD, str(problem)[:300], 0)
        return Received(0, problem=str(problem))
    inbox.put(events_of(found, source_of(endpoint)))
    _write(arrival, Arrival.Outcome.TAKEN, "", len(found))
    return Received(len(found))


def _write(arrival: Arrival, outcome: Arrival.Outcome, problem: str, events: int) -> None:
    arrival.outcome, arrival.problem, arrival.events = outcome, problem, events
    arrival.save(update_fields=["outcome", "problem", "events"])


def source_of(endpoint: Endpoint) -> str:
    return f"webhook:{endpoint.pk}"


def events_of(found: Sequence[Mapped], source: str) -> list[dict[str, Any]]:
    """The events, each with its person: by id where it has one, else by address, made known where nobody has it."""
    nameless = [one for one in found if one.email and not one.event.get("customer_id")]
    known = people.by_address([one.email for one in nameless], open_ledger().read()) if nameless else {}
    events = []
    for one in found:
        event = dict(one.event)
        if one in nameless:
            address = one.email.strip().lower()
            event["customer_id"] = known.get(address) or people.make_known(address, one.person, source)
        elif one.event.get("customer_id") and (one.email or one.person):
            told = {"customer_id": event["customer_id"], "source": source, "email": one.email, "name": one.person}
            inbox.put_customers([{name: value for name, value in told.items() if value}])
        events.append(event)
    return events


def clear_away(now: datetime) -> None:
    """Bodies hold what people wrote: kept no longer than mapping and mending need them."""
    Arrival.objects.filter(at__lt=now - timedelta(days=KEPT_DAYS)).exclude(body=None).update(body=None)
    for endpoint in Endpoint.objects.all():
        taken = Arrival.objects.filter(endpoint=endpoint, outcome=Arrival.Outcome.TAKEN, body__isnull=False)
        beyond = list(taken.order_by("-pk").values_list("pk", flat=True)[KEPT_BODIES:])
        Arrival.objects.filter(pk__in=beyond).update(body=None)
