"""Accounts: companies with their people, rolled up and opened again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse

from vivencia.foundation.ledger.schema import CUSTOMERS, EVENTS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import Role
from vivencia.understand.accounts import account, accounts, find

DAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
NOW = DAY + timedelta(days=9)


def event(who: str | None, day: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "event_id": f"{who}-{day}-{name}", "customer_id": who, "occurred_at": DAY + timedelta(days=day),
        "received_at": DAY, "seq": day, "name": name, "source": "shop", "batch_id": "b", **more,
    }  # fmt: skip


LIVED = [
    event("ana", 1, "order purchased", amount=100.0, currency="EUR", subject_kind="order", subject_id="1",
          promise="delivery", promised_at=DAY + timedelta(days=3)),
    event("leo", 2, "order purchased", amount=50.0, currency="EUR", subject_kind="order", subject_id="2"),
    event("leo", 3, "survey answered", metric="csat", score=2.0, scale_max=5.0, text="Slow"),
    event("leo", 4, "order purchased", amount=9.0, currency="USD", subject_kind="order", subject_id="2"),
    event("eva", 4, "page viewed", account_id="beta"),
    event("eva", 5, "order purchased", account_id="beta", properties='{"account_name": "Beta SL", "account_id": "b"}'),
    event(None, 0, "account described", account_id="acme", properties='{"name": "Acme Ltd", "industry": "parts"}'),
]  # fmt: skip


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Acme has Ana, whose parcel is overdue, and Leo, who is unhappy; of Beta only Eva's visit is known."""
    ledger = open_ledger(tmp_path_factory.mktemp("accounts"))
    ledger.append(pa.Table.from_pylist(LIVED, schema=EVENTS))
    people = [
        {
            "customer_id": who,
            "name": who.title(),
            "account_id": "acme",
            "updated_at": DAY,
            "source": "s",
            "batch_id": "b",
        }
        for who in ("ana", "leo")
    ]
    ledger.put_customers(pa.Table.from_pylist(people, schema=CUSTOMERS))
    return ledger


def test_an_account_is_the_sum_of_its_people(ledger: Ledger) -> None:
    rows, total = find(accounts(ledger.read(), NOW), "", 0, 9)
    acme, beta = (next(row for row in rows if row["account_id"] == one) for one in ("acme", "beta"))
    assert total == 2
    assert (acme["name"], acme["people"], acme["orders"], acme["revenue"], acme["overdue"], acme["unhappy"]) == (
        "Acme Ltd",
        2,
        2,
        150.0,
        1,
        1,
    )
    assert acme["elsewhere"] == [{"currency": "USD", "amount": 9.0}] and beta["elsewhere"] is None
    assert (beta["name"], beta["people"], beta["revenue"]) == ("Beta SL", 1, None), "as an import names it"
    assert find(accounts(ledger.read(), NOW), "ACMÉ", 0, 9)[1] == 1


def test_it_opens_to_its_people_and_what_they_lived(ledger: Ledger) -> None:
    found = account(ledger.read(), "acme", NOW)
    assert found is not None
    assert (found.name, found.traits) == ("Acme Ltd", {"industry": "parts"})
    assert {row["customer_id"] for row in found.people} == {"ana", "leo"}
    assert [(one.metric, one.n, one.mean) for one in found.answers] == [("csat", 1, 2.0)]
    assert account(ledger.read(), "nobody", NOW) is None


@pytest.mark.django_db
def test_the_pages_are_for_who_may_see_customers(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, browser: Callable[..., Client]
) -> None:
    monkeypatch.setenv("VIVENCIA_HOME", str(ledger.cache.parent))
    client = browser(Role.AGENT, "es")
    assert "Acme Ltd" in client.get(reverse("accounts")).content.decode()
    page = client.get(reverse("account", args=["acme"])).content.decode()
    assert "Slow" in page
    assert "Datos insuficientes" in page
    assert client.get(reverse("account", args=["nobody"])).status_code == 404
    assert browser(Role.VIEWER).get(reverse("accounts")).status_code == 403


@pytest.mark.django_db
def test_without_accounts_the_page_says_how_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Callable[..., Client]
) -> None:
    monkeypatch.setenv("VIVENCIA_HOME", str(tmp_path))
    assert "No accounts yet" in browser(Role.ANALYST).get(reverse("accounts")).content.decode()
