"""Consent: what a person agreed to hear about, purpose by purpose, with the history and its proof.

The newest statement holds, whether it was made here or came with an import or the API. Every statement made here is
also an event of the person's life ("consent given", "consent withdrawn").
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from ibis import _

from vivencia.foundation import inbox, traces
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import User
from vivencia.listen.models import Consent, OutgoingRequest


@dataclass(frozen=True)
class Given:
    """They agreed: when, and how we know."""

    at: datetime
    proof: str


@dataclass(frozen=True)
class Withdrawn:
    """They said no, or no longer: when, and how we know."""

    at: datetime
    proof: str


@dataclass(frozen=True)
class Unknown:
    """Nobody has asked them."""


Answer = Given | Withdrawn | Unknown


def give(customer_id: str, purpose: str, proof: str, at: datetime, *, by: object = None) -> Consent:
    """They agree to hear about `purpose`. `proof` says where and how, in words; without it there is no consent."""
    return _state(customer_id, purpose, proof, at, given=True, by=by)


def withdraw(customer_id: str, purpose: str, proof: str, at: datetime, *, by: object = None) -> Consent:
    """They do not want to hear about `purpose`, or no longer."""
    return _state(customer_id, purpose, proof, at, given=False, by=by)


def of(customer_id: str, purpose: str, ledger: Ledger | None = None) -> Answer:
    """What the person last said about a purpose, under whichever of their ids."""
    return all_of(customer_id, ledger).get(purpose, Unknown())


def all_of(customer_id: str, ledger: Ledger | None = None) -> dict[str, Answer]:
    """What the person last said, by purpose. At the same moment a no outweighs a yes."""
    ledger = ledger or open_ledger()
    ids = ledger.same_person(customer_id)
    read = ledger.read()
    rows = read.to_arrow(read.customers.filter(_.customer_id.isin(list(ids))).select("consent", "updated_at"))
    told = [said for row in rows.to_pylist() for said in _told_by(row)]
    return _newest([*told, *((one.purpose, _answer(one)) for one in _rows(ids))])


def of_people(
    ids: Mapping[str, Collection[str]], rows: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Answer]]:
    """As `all_of` for many people at once. `ids`: every id of each person; `rows`: their `consent`, `updated_at`."""
    person_of = {one: person for person, own in ids.items() for one in own}
    said: dict[str, list[tuple[str, Given | Withdrawn]]] = {person: [] for person in ids}
    for person, row in rows.items():
        said[person] += _told_by(row)
    for statement in _rows(list(person_of)):
        said[person_of[statement.customer_id]].append((statement.purpose, _answer(statement)))
    return {person: _newest(statements) for person, statements in said.items()}


def _newest(said: Iterable[tuple[str, Given | Withdrawn]]) -> dict[str, Answer]:
    newest: dict[str, Given | Withdrawn] = {}
    for purpose, answer in said:
        before = newest.get(purpose)
        if before is None or _order(answer) > _order(before):
            newest[purpose] = answer
    return dict(newest)


def history(customer_id: str, ledger: Ledger | None = None) -> list[Consent]:
    """Every statement made here, the newest first."""
    return list(_rows((ledger or open_ledger()).same_person(customer_id)).select_related("by"))


def _rows(ids: Collection[str]) -> Any:
    return Consent.objects.filter(customer_id__in=ids)


def _order(answer: Given | Withdrawn) -> tuple[datetime, bool]:
    return answer.at, isinstance(answer, Withdrawn)


def _answer(one: Consent) -> Given | Withdrawn:
    return Given(one.at, one.proof) if one.given else Withdrawn(one.at, one.proof)


@transaction.atomic
def _state(customer_id: str, purpose: str, proof: str, at: datetime, *, given: bool, by: object) -> Consent:
    for name, value in {"customer_id": customer_id, "purpose": purpose, "proof": proof}.items():
        if not value.strip():
            raise ValueError(f"{name} is empty")
    if at.tzinfo is None:
        raise ValueError("at must say its time zone")
    one = Consent.objects.create(
        customer_id=customer_id,
        purpose=purpose,
        given=given,
        proof=proof,
        at=at,
        by=by if isinstance(by, User) and by.pk else None,
    )
    inbox.put(
        [
            {
                "event_id": f"consent-{one.pk}-{one.recorded_at.timestamp():.0f}",
                "customer_id": customer_id,
                "occurred_at": at,
                "name": "consent given" if given else "consent withdrawn",
                "source": "vivencia",
                "properties": {"purpose": purpose, "proof": proof},
            }
        ]
    )
    return one


def _told_by(row: Mapping[str, Any]) -> list[tuple[str, Given | Withdrawn]]:
    """What imports and the API told of a person: one row of the ledger's customers."""
    said = ((purpose, _told(told, row["updated_at"])) for purpose, told in _object(row["consent"]).items())
    return [(purpose, answer) for purpose, answer in said if answer is not None]


def _told(told: object, otherwise: datetime) -> Given | Withdrawn | None:
    """`{"given": true, "at": …, "proof": …}`, or a plain true or false; None where it says neither."""
    if isinstance(told, bool):
        told = {"given": told}
    if not isinstance(told, dict) or not isinstance(told.get("given"), bool):
        return None
    kind = Given if told["given"] else Withdrawn
    return kind(_time(told.get("at")) or otherwise, str(told.get("proof") or ""))


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _object(text: str | None) -> dict[str, Any]:
    try:
        said = json.loads(text) if text else {}
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


@traces.wiper
def _forget(marks: Collection[str]) -> int:
    """An erased person's consents, and whatever was to be sent to them or was sent."""
    consents, _by = Consent.objects.filter(customer_id__in=marks).delete()
    sent, _by = OutgoingRequest.objects.filter(customer_id__in=marks).delete()
    there = OutgoingRequest.objects.annotate(lower=Lower("address")).filter(lower__in=[mark.lower() for mark in marks])
    addressed, _by = there.delete()
    return consents + sent + addressed
