"""Voices: everything customers wrote, searched and filtered; personal data only for who may read them."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse

from vivencia.foundation.ledger.schema import EVENTS, READINGS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import AuditEntry, Role
from vivencia.listen.surveys.models import Survey
from vivencia.understand import voices
from vivencia.understand.voice_spelling import distance, suggested
from vivencia.understand.voices import Asked, Heard

Enter = Callable[..., Client]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

# who, days later, words, score of 5, feeling, emotion, intent, topics
SAID: list[tuple[str | None, int, str, float | None, int, str, str | None, list[str]]] = [
    ("ana", 0, "El envío llegó tarde, llámame al 612 345 678", 1, -1, "frustration", "where is it", ["delivery"]),
    ("bruno", 1, "Envío rápido y el regalo ¡precioso!", 5, 1, "delight", None, ["delivery", "product"]),
    ("ana", 2, "La app se cierra sola", 2, -1, "disappointment", None, ["app"]),
    (None, 3, "Normal", 3, 0, "none", None, []),
]


def fill(ledger: Ledger) -> None:
    common = {
        "received_at": NOON,
        "seq": 0,
        "source": "test",
        "batch_id": "b",
        "touchpoint": "survey",
        "channel": "web",
    }
    events: list[dict[str, Any]] = [
        {
            **common, "source": "test" if who else "survey:mudanza", "event_id": f"e{place}", "customer_id": who,
            "occurred_at": NOON + timedelta(days=days),
            "name": "survey answered", "metric": "csat", "score": score, "scale_max": 5.0, "text": words,
        }
        for place, (who, days, words, score, *_rest) in enumerate(SAID)
    ]  # fmt: skip
    colleague = {**common, "event_id": "c", "customer_id": "x", "occurred_at": NOON, "name": "employee survey answered"}
    events.append({**colleague, "metric": "enps", "score": 1.0, "scale_max": 10.0, "text": "No nos escuchan"})
    ledger.append(pa.Table.from_pylist(events, schema=EVENTS))
    ledger.put_readings(pa.Table.from_pylist([_reading(place) for place in range(3)], schema=READINGS))


def _reading(place: int) -> dict[str, Any]:
    _who, _days, words, _score, feeling, emotion, intent, topics = SAID[place]
    return {
        "event_id": f"e{place}", "language": "es", "sentiment": feeling, "strength": 0.5 + place / 10,
        "emotion": emotion, "intent": intent, "intent_certainty": 0.9,
        "topics": json.dumps([{"topic": topic, "sentiment": feeling} for topic in topics]),
        "masked": words.replace("612 345 678", "[phone]"), "model": "test-1", "read_at": NOON, "batch_id": "b",
    }  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voices")
    fill(open_ledger(folder))
    return folder


def hear(home: Path, asked: Asked, *, masked: bool = False) -> Heard:
    return voices.heard(voices.voices(open_ledger(home).read()), asked, 0, 10, masked=masked)


def ids(heard: Heard) -> list[str]:
    return [row["event_id"] for row in heard.rows]


def test_the_latest_come_first_and_colleagues_words_are_not_among_them(home: Path) -> None:
    assert ids(hear(home, Asked())) == ["e3", "e2", "e1", "e0"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(words="envio"), ["e1", "e0"]),
        (Asked(words="ENVÍO tarde"), ["e0"]),
        (Asked(words='"llegó tarde"'), ["e0"]),
        (Asked(words='"tarde llegó"'), []),
        (Asked(feeling="bad"), ["e2", "e0"]),
        (Asked(emotion="delight"), ["e1"]),
        (Asked(topic="delivery"), ["e1", "e0"]),
        (Asked(topic="delivery", feeling="good"), ["e1"]),
        (Asked(unknown=True), ["e2", "e1"]),
        (Asked(score="low"), ["e2", "e0"]),
        (Asked(score="middle"), ["e3"]),
        (Asked(since=NOON + timedelta(days=2)), ["e3", "e2"]),
        (Asked(until=NOON + timedelta(days=1)), ["e0"]),
        (Asked(sort="strongest"), ["e2", "e1", "e0", "e3"]),
        (Asked(members=pa.table({"customer_id": ["ana"]})), ["e2", "e0"]),
        (Asked(events=pa.table({"event_id": ["e0", "e3"]})), ["e0", "e3"]),
    ],
)
def test_each_filter_leaves_exactly_those_that_match(home: Path, asked: Asked, expected: list[str]) -> None:
    assert ids(hear(home, asked)) == expected


def test_what_all_that_match_have_in_common_is_counted(home: Path) -> None:
    heard = hear(home, Asked(words="envío"))
    assert (heard.total, heard.read) == (2, 2)
    assert heard.feelings == {"good": 1, "middle": 0, "bad": 1}
    assert [(topic.name, topic.bad, topic.good) for topic in heard.topics] == [("delivery", 1, 1), ("product", 0, 1)]


def test_nobody_finds_by_a_number_they_may_not_read(home: Path) -> None:
    assert ids(hear(home, Asked(words="612"))) == ["e0"]
    assert ids(hear(home, Asked(words="612"), masked=True)) == []


@pytest.mark.parametrize(
    ("looked_for", "meant"),
    [("envoi", "envio"), ("EMVÍO rápido", "envio rapido"), ("envio", ""), ("vío", ""), ("xyzzy", ""), ('"envoi"', "")],
)
def test_a_slip_of_the_keys_leads_to_the_word_people_say(home: Path, looked_for: str, meant: str) -> None:
    assert suggested(voices.voices(open_ledger(home).read()), looked_for, masked=True) == meant


def test_two_letters_swapped_are_one_slip() -> None:
    assert [distance("envoi", each) for each in ("envio", "enviado", "envoi", "")] == [1, 4, 0, 5]


@pytest.fixture
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVENCIA_HOME", str(home))


@pytest.mark.django_db
@pytest.mark.usefixtures("at_home")
class TestPage:
    def test_an_agent_reads_the_number_and_an_analyst_does_not(self, browser: Enter) -> None:
        assert "612 345 678" in browser(Role.AGENT).get(reverse("voices")).content.decode()
        page = browser(Role.ANALYST).get(reverse("voices")).content.decode()
        assert "612 345 678" not in page
        assert "[telephone]" in page

    def test_a_surveys_words_lead_to_its_results(self, browser: Enter) -> None:
        survey = Survey.objects.create(name="Mudanza", slug="mudanza")
        page = browser(Role.ANALYST).get(reverse("voices"), {"source": survey.source}).content.decode()
        assert "1 of 4 voices" in page
        assert "Normal" in page
        assert f'answers to the survey: <a href="{reverse("survey-results", args=[survey.pk])}">Mudanza</a>' in page
        assert "Survey: Mudanza</option>" in page

    def test_what_was_looked_for_is_marked_and_markup_stays_text(self, browser: Enter) -> None:
        page = browser(Role.ANALYST).get(reverse("voices"), {"q": "envio"}).content.decode()
        assert "<mark>Envío</mark> rápido" in page
        assert 'value="envio"' in page
        assert "<script>x" not in browser(Role.AGENT).get(reverse("voices"), {"q": "<script>x"}).content.decode()

    def test_where_nobody_said_it_the_nearest_word_and_the_meaning_are_offered(self, browser: Enter) -> None:
        page = browser(Role.ANALYST, "es").get(reverse("voices"), {"q": "envoi", "channel": "web"}).content.decode()
        assert "Nadie ha dicho eso" in page
        assert 'href="?q=envio&amp;channel=web"' in page
        assert 'href="?q=envoi&amp;channel=web&amp;meaning=on"' in page

    def test_the_part_answers_filters_and_the_page_is_spanish(self, browser: Enter) -> None:
        client = browser(Role.CX_LEAD, "es")
        part = client.get(reverse("voices"), {"feeling": "bad"}, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        assert "2 de 4 voces" in re.sub(r"\s+", " ", part)
        assert "¿Qué dicen los clientes" in client.get(reverse("voices")).content.decode()

    def test_what_they_had_lived_opens_beside_the_words(self, browser: Enter) -> None:
        voices_page = browser(Role.AGENT).get(reverse("voices")).content.decode()
        assert """hx-trigger='toggle from:"closest details" once'""" in voices_page, "htmx 4 wants words in quotes"
        page = browser(Role.EXECUTIVE).get(reverse("voice-context", args=["e2"])).content.decode()
        assert page.count("<li") == 2
        assert 'aria-current="true"' in page
        assert browser(Role.ANALYST).get(reverse("voice-context", args=["nothing"])).status_code == 404

    def test_an_export_holds_what_matches_masked_where_it_must_be_and_is_audited(self, browser: Enter) -> None:
        answer = browser(Role.ANALYST).get(reverse("voices-export", args=["csv"]), {"topic": "delivery"})
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert len(lines) == 3
        assert "[telephone]" in lines[2]
        assert AuditEntry.objects.filter(details__what="voices").count() == 1
        assert browser(Role.AGENT).get(reverse("voices-export", args=["csv"])).status_code == 403

    def test_a_question_that_makes_no_sense_is_not_asked(self, browser: Enter) -> None:
        client = browser(Role.ANALYST)
        for name, value in (("page", "99"), ("since", "never"), ("since", "2026-13-45"), ("saved", "7"), ("sort", "x")):
            assert client.get(reverse("voices"), {name: value}).status_code == 200


@pytest.mark.django_db
def test_an_empty_page_says_how_voices_come_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Enter) -> None:
    monkeypatch.setenv("VIVENCIA_HOME", str(tmp_path))
    assert "Nobody has said anything yet" in browser(Role.ANALYST).get(reverse("voices")).content.decode()
