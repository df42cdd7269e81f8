"""Consent is what the person said last, wherever they said it, with its proof."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from vivencia.foundation import erasure, inbox
from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.listen import consent
from vivencia.listen.consent import Given, Unknown, Withdrawn
from vivencia.listen.models import Consent

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def told(ledger: Ledger, who: str, said: dict[str, Any], at: datetime = MAY) -> None:
    row = {"customer_id": who, "consent": json.dumps(said), "updated_at": at, "source": "shop", "batch_id": "b1"}
    ledger.put_customers(pa.Table.from_pylist([row], schema=CUSTOMERS))


@pytest.fixture
def ledger(home: Path) -> Ledger:
    return open_ledger()


def test_who_was_never_asked_has_said_nothing(ledger: Ledger) -> None:
    assert consent.of("ana", "surveys") == Unknown()


def test_the_newest_statement_holds_and_the_history_keeps_all(ledger: Ledger) -> None:
    consent.give("ana", "surveys", "Ticked the box at checkout", MAY)
    consent.withdraw("ana", "surveys", "Said so on the phone", JUNE)

    assert consent.of("ana", "surveys") == Withdrawn(JUNE, "Said so on the phone")
    assert [one.given for one in consent.history("ana")] == [False, True]
    assert consent.of("ana", "newsletter") == Unknown(), "one purpose says nothing about another"


def test_what_an_import_told_counts_until_the_person_says_otherwise_here(ledger: Ledger) -> None:
    told(
        ledger, "ana", {"surveys": {"given": True, "at": MAY.isoformat(), "proof": "shop account"}, "newsletter": False}
    )
    assert consent.of("ana", "surveys") == Given(MAY, "shop account")
    assert consent.of("ana", "newsletter") == Withdrawn(MAY, "")

    consent.withdraw("ana", "surveys", "Unsubscribed", JUNE)
    assert consent.of("ana", "surveys") == Withdrawn(JUNE, "Unsubscribed")


def test_a_no_under_another_id_is_the_same_persons_no(ledger: Ledger) -> None:
    alias = {"alias_id": "app-7", "customer_id": "ana", "reason": "same e-mail", "made_at": MAY}
    ledger.put_aliases(pa.Table.from_pylist([{**alias, "source": "app", "batch_id": "b1"}], schema=ALIASES))
    consent.give("ana", "surveys", "Ticked the box", MAY)
    consent.withdraw("app-7", "surveys", "Switched off in the app", JUNE)

    assert consent.of("ana", "surveys") == Withdrawn(JUNE, "Switched off in the app")


def test_every_statement_is_part_of_the_persons_life(ledger: Ledger) -> None:
    consent.give("ana", "surveys", "Ticked the box", MAY)
    assert inbox.drain(ledger).accepted == 1
    read = ledger.read()
    row = read.to_arrow(read.events).to_pylist()[0]
    assert (row["customer_id"], row["name"]) == ("ana", "consent given")
    assert json.loads(row["properties"]) == {"purpose": "surveys", "proof": "Ticked the box"}


def test_there_is_no_consent_without_proof(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="proof is empty"):
        consent.give("ana", "surveys", " ", MAY)
    assert not Consent.objects.exists()


def test_erasing_a_person_removes_their_consents(ledger: Ledger) -> None:
    consent.give("ana", "surveys", "Ticked the box", MAY)
    consent.give("bea", "surveys", "Ticked the box", MAY)
    inbox.drain(ledger)
    erasure.erase("ana")
    assert [one.customer_id for one in Consent.objects.all()] == ["bea"]
