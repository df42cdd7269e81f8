"""What was put into the inbox reaches the ledger once, and what cannot is kept with the reason."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from tests.ledger.shop import MONDAY
from vivencia.foundation import inbox
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import InboxEvent

pytestmark = pytest.mark.django_db


def said(event_id: str, **more: Any) -> dict[str, Any]:
    return {"event_id": event_id, "occurred_at": "2026-03-02T10:00:00+01:00", "name": "visit", "source": "web", **more}


def test_events_reach_the_ledger_and_leave_the_inbox(ledger: Ledger) -> None:
    inbox.put([said("1", score=4, properties={"page": "Precios"}, text=""), said("2", occurred_at=MONDAY)])
    assert inbox.waiting() == 2
    assert inbox.drain(ledger) == inbox.Drained(accepted=2)
    assert inbox.waiting() == 0
    read = ledger.read()
    first = read.to_arrow(read.events.order_by("event_id")).to_pylist()[0]
    assert first["occurred_at"] == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert (first["score"], first["properties"], first["text"]) == (4.0, '{"page": "Precios"}', None)
    assert first["batch_id"].startswith("inbox-2")


def test_an_event_sent_twice_counts_once(ledger: Ledger) -> None:
    inbox.put([said("1"), said("1")])
    inbox.drain(ledger)
    inbox.put([said("1")])
    assert inbox.drain(ledger) == inbox.Drained(duplicates=1)


def test_a_crash_after_the_append_doubles_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.put([said("1"), said("2")])
    with monkeypatch.context() as crash:
        crash.setattr(inbox, "_let_go", lambda rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            inbox.drain(ledger)
    assert inbox.waiting() == 2
    assert inbox.drain(ledger) == inbox.Drained(duplicates=2)
    assert inbox.waiting() == 0


def test_what_is_rolled_back_was_never_there(ledger: Ledger) -> None:
    with transaction.atomic():
        inbox.put([said("1")])
        transaction.set_rollback(True)
    assert inbox.drain(ledger) == inbox.Drained()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"event_id": ""}, "missing: event_id"),
        ({"name": None, "source": None}, "missing: name, source"),
        ({"mood": "good"}, "no such field: mood; put what has no column into properties"),
        ({"occurred_at": "yesterday"}, "occurred_at is 'yesterday'; it must be a time such as 2026-03-01T09:30:00Z"),
        ({"occurred_at": "2026-03-01T09:30:00"}, "it must say its time zone"),
        ({"score": "9"}, "score is '9'; it must be a number"),
        ({"score": True}, "score is True; it must be a number"),
        ({"amount": float("nan")}, "amount is 'nan'; it must be a number"),
        ({"channel": ["web"]}, "channel is ['web']; it must be text"),
        ({"occurred_at": "0001-01-01T00:00:00+10:00"}, "allowed: the years 1900 to 2199"),
        ({"amount": 10**400}, "it must be a finite number"),
        ({"properties": "colour: red"}, "properties is 'colour: red'; it must be a JSON object"),
        ({"properties": "[1]"}, "it must be a JSON object"),
    ],
)
def test_a_bad_event_is_kept_with_the_reason(ledger: Ledger, wrong: dict[str, Any], reason: str) -> None:
    inbox.put([{**said("1"), **wrong}, said("2")])
    assert inbox.drain(ledger) == inbox.Drained(accepted=1, bad=1)
    assert reason in InboxEvent.objects.get().problem
    assert inbox.drain(ledger) == inbox.Drained()


def test_characters_no_database_takes_do_no_harm(ledger: Ledger) -> None:
    inbox.put([said("1", text="a\0b\ud800", properties={"x": float("inf")})])
    assert inbox.drain(ledger).accepted == 1


def test_more_than_one_batch_is_drained(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "AT_A_TIME", 2)
    inbox.put([said(str(n)) for n in range(5)])
    assert inbox.drain(ledger) == inbox.Drained(accepted=5)
