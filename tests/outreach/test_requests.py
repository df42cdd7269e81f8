"""What somebody wants to say to a person is asked once, whatever happens to who asks."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation

from vivencia.foundation import erasure, inbox
from vivencia.listen import reasons, requests
from vivencia.listen.models import OutgoingRequest, Standing

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def asked(**changed: Any) -> OutgoingRequest:
    said: dict[str, Any] = {
        "kind": "survey", "purpose": "surveys", "customer_id": "ana", "channel": "email",
        "address": "ana@correo.example", "language": "es", "subject": "How was it?",
        "text": "Tell us: https://x.example/s/1", "key": "survey-1-ana", "not_before": NOON, **changed,
    }  # fmt: skip
    return requests.ask(**said)


def test_asking_again_with_the_same_key_asks_once() -> None:
    first, again = asked(), asked(subject="Something else")
    assert first.pk == again.pk
    assert OutgoingRequest.objects.get().subject == "How was it?"
    assert first.state == Standing.WAITING
    assert first.expires_at == NOON + requests.LIFETIME


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", "spam", "kind is 'spam'; allowed: survey, survey_reminder, message"),
        ("channel", "pigeon", "channel is 'pigeon'; allowed: email"),
        ("customer_id", "", "customer_id is empty"),
        ("text", " ", "text is empty"),
        ("told_as", {"customer_id": "bea"}, "told_as has customer_id; allowed"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_what_is_allowed(field: str, value: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        asked(**{field: value})
    assert not OutgoingRequest.objects.exists()


def test_a_subject_never_smuggles_in_a_header() -> None:
    assert asked(subject="Hello\r\nBcc: all@example.org").subject == "Hello Bcc: all@example.org"


def test_a_reminder_is_taken_back_unless_it_is_already_on_its_way() -> None:
    asked()
    assert requests.cancel("survey-1-ana")
    taken = OutgoingRequest.objects.get()
    assert (taken.state, reasons.say(taken.reason)) == (Standing.REFUSED, "It is no longer needed.")
    assert not requests.cancel("survey-1-ana")

    asked(key="second")
    OutgoingRequest.objects.filter(key="second").update(claimed_until=NOON)
    assert not requests.cancel("second")


def test_a_reason_is_told_with_its_time_in_the_readers_zone_and_notation() -> None:
    facts = {"until": "2026-06-02T07:30:00+00:00"}
    with timezone.override("Europe/Madrid"), translation.override("es"):
        said = reasons.say("quiet_hours", facts)
    assert "09:30" in said and "jun" in said.lower().replace("06", "jun")
    assert reasons.say("") == ""


def test_erasing_a_person_removes_what_was_asked_and_sent(home: Path) -> None:
    inbox.put([{"event_id": "1", "customer_id": "ana", "occurred_at": NOON, "name": "visit", "source": "web"}])
    asked()
    asked(key="other", customer_id="bea", address="bea@correo.example")
    erasure.erase("ana")
    assert [one.customer_id for one in OutgoingRequest.objects.all()] == ["bea"]
