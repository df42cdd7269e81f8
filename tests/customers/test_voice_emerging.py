"""What customers suddenly talk about: a theme nobody named, told when it rises, gone with the people who said it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation

from vivencia.foundation.erasure import erase
from vivencia.foundation.ledger.schema import EVENTS, READINGS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import Act, AuditEntry, Role
from vivencia.understand import emerging, emerging_noticed, emerging_words, reading_vectors
from vivencia.understand.noticed_models import Noticed
from vivencia.understand.text.emerging.again import rises_again
from vivencia.understand.text.meaning import Space

Enter = Callable[..., Client]
NOW = datetime(2026, 5, 29, 12, tzinfo=UTC)
WEEKS, A_WEEK, NEW = 20, 12, 24
SPACE = Space("test", {})
WORDS = {"courier": "repartidor dejó paquete vecino", "payment": "tarjeta rechazada pago pantalla"}
ANSWERED = {"category": "vouchers", "survey": "shop", "survey_name": "Shop", "question": "why", "language": "es"}
VOUCHER = "vale regalo caducado tienda"


def said() -> list[dict[str, Any]]:
    """Twelve texts a week about the courier or about paying; in the newest week 24 about vouchers besides, most of
    them in the app."""
    rows = []
    for number in range(WEEKS * A_WEEK):
        kind = ("courier", "payment")[number % 2]
        ago = timedelta(days=7 * (number // A_WEEK), hours=13 * (number % A_WEEK))
        rows.append(_one(f"{kind}-{number}", f"{WORDS[kind]} número {_letters(number)}", ago, "web", kind))
    for number in range(NEW):
        channel = "web" if number % 8 == 0 else "app"
        text = f"{VOUCHER} aviso {_letters(number)} me@example.org"
        rows.append(_one(f"voucher-{number}", text, timedelta(hours=4 * number + 1), channel, None))
    return rows


def _letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) * 2 for digit in f"{number:03d}")


def _one(key: str, text: str, ago: timedelta, channel: str, topic: str | None) -> dict[str, Any]:
    return {"event_id": key, "text": text, "at": NOW - ago, "channel": channel, "topic": topic}


def vector(key: str) -> np.ndarray:
    """Near the direction of its kind, as encoders would have it."""
    towards = {"courier": 0, "payment": 1, "voucher": 2}[key.partition("-")[0]]
    draw = np.random.default_rng(int.from_bytes(key.encode()[-8:], "big")).normal(size=32).astype(np.float32) * 0.08
    draw[towards] += 1
    return draw


def fill(ledger: Ledger) -> None:
    rows = said()
    events = [
        {
            "event_id": row["event_id"], "customer_id": f"c-{row['event_id']}", "occurred_at": row["at"],
            "received_at": row["at"], "seq": 0, "name": "review", "touchpoint": "review", "channel": row["channel"],
            "text": row["text"], "source": "test", "batch_id": "new" if "voucher" in row["event_id"] else "old",
            "properties": json.dumps(ANSWERED) if "voucher" in row["event_id"] else None,
        }
        for row in rows
    ]  # fmt: skip
    readings = [
        {
            "event_id": row["event_id"], "language": "es", "sentiment": -1, "strength": 0.9, "emotion": "frustration",
            "topics": json.dumps([{"topic": row["topic"], "sentiment": -1}] if row["topic"] else []),
            "masked": row["text"].replace("me@example.org", "[email]"), "model": "m", "read_at": NOW,
            "batch_id": "new" if "voucher" in row["event_id"] else "old",
        }
        for row in rows
    ]  # fmt: skip
    ledger.append(pa.Table.from_pylist(events, schema=EVENTS))
    ledger.put_readings(pa.Table.from_pylist(readings, schema=READINGS))
    ids = [row["event_id"] for row in rows]
    reading_vectors.store(SPACE).add(ids, np.array([vector(each) for each in ids]))


@pytest.fixture
def ledger(home: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(reading_vectors, "open_space", lambda: SPACE)
    ledger = open_ledger(home)
    fill(ledger)
    return ledger


def risen(ledger: Ledger) -> list[dict[str, Any]]:
    told = emerging.look(ledger, NOW)
    assert told is not None
    return [one for one in told["week"]["subjects"] if one["alarm"]]


@pytest.mark.django_db
def test_a_theme_that_did_not_exist_is_told_with_its_words_its_day_and_where_it_comes_from(ledger: Ledger) -> None:
    (voucher,) = risen(ledger)
    assert voucher["kind"] == "theme"
    assert voucher["about"] == ""
    assert {"vale", "regalo", "caducado"} & {word for each in voucher["words"] for word in each.split()}
    assert NEW - 4 <= voucher["observed"] <= NEW
    assert voucher["usual"] < 3
    assert voucher["most"] < NEW - 4
    assert NOW.date() - timedelta(days=5) <= datetime.fromisoformat(voucher["since"]).date() <= NOW.date()
    assert [(each["dimension"], each["value"]) for each in voucher["whom"]] == [
        ("property:category", "vouchers"), ("property:survey", "shop"), ("channel", "app"),
    ]  # fmt: skip
    assert len(voucher["examples"]) >= 3
    assert all(each.startswith("voucher-") for each in voucher["examples"])
    assert not any("email" in word for word in [*voucher["words"], *voucher["new_words"]])


@pytest.mark.django_db
def test_looking_again_finds_the_same_and_known_themes_say_what_they_are_about(ledger: Ledger) -> None:
    first, again = emerging.look(ledger, NOW), emerging.look(ledger, NOW)
    assert first == again
    assert again == emerging.latest()
    assert first is not None
    abouts = {one["about"] for one in first["week"]["subjects"] if one["kind"] == "theme"}
    assert abouts == {"", "topic:courier", "topic:payment"}


@pytest.mark.django_db
def test_an_erased_persons_vector_is_gone_at_once_and_so_is_what_was_seen(ledger: Ledger) -> None:
    risen(ledger)
    erase("c-voucher-3", ledger=ledger)
    assert "voucher-3" not in reading_vectors.store(SPACE).held().table()["id"].to_list()
    assert emerging.latest() is None
    assert NEW - 6 < risen(ledger)[0]["observed"] < NEW  # founded anew, without what the person said


@pytest.mark.django_db
def test_what_is_undone_no_longer_rises(ledger: Ledger) -> None:
    risen(ledger)
    ledger.undo("new")
    assert risen(ledger) == []
    assert reading_vectors.store(SPACE).held().table().height == WEEKS * A_WEEK


@pytest.mark.django_db
class TestPage:
    def test_it_says_what_rose_and_leads_to_the_words(self, ledger: Ledger, browser: Enter) -> None:
        observed = risen(ledger)[0]["observed"]
        client = browser(Role.CX_LEAD)
        page = client.get(reverse("emerging")).content.decode()
        assert "unknown: no topic or intent covers it" in page
        assert "me@example.org" not in browser(Role.ANALYST).get(reverse("emerging")).content.decode()
        href = next(each for each in page.split('"') if "theme=t" in each).replace("&amp;", "&")
        heard = client.get(href).content.decode()
        assert f"{observed:.0f} of {NEW + WEEKS * A_WEEK} voices" in " ".join(heard.split())

    def test_it_speaks_spanish_and_by_day(self, ledger: Ledger, browser: Enter) -> None:
        risen(ledger)
        page = browser(Role.AGENT, "es").get(reverse("emerging"), {"by": "day"}).content.decode()
        assert "¿De qué hablan de pronto los clientes?" in page

    def test_before_the_worker_has_looked_it_says_so(self, ledger: Ledger, browser: Enter) -> None:
        assert ledger
        assert "Nothing has been looked at yet" in browser(Role.AGENT).get(reverse("emerging")).content.decode()

    def test_where_nobody_said_anything_it_says_how_to_fill_it(self, home: Path, browser: Enter) -> None:
        assert home
        assert "Nobody has said anything yet" in browser(Role.AGENT).get(reverse("emerging")).content.decode()


def again(ledger: Ledger, day: datetime) -> dict[str, Any]:
    """The worker looks on this day."""
    told = emerging.look(ledger, day)
    assert told is not None
    emerging_noticed.keep_up(told)
    return told


def marked_by(client: Client, one: dict[str, Any], **said: str) -> HttpResponse:
    form = {"by": "week", "kind": one["kind"], "key": one["key"], "state": "known", "note": "", **said}
    return client.post(reverse("emerging-notice"), form)  # type: ignore[return-value]


@pytest.mark.django_db
class TestMarks:
    def test_a_known_problem_leaves_the_overview_and_stands_under_its_own_heading_with_who_and_why(
        self, ledger: Ledger, browser: Enter
    ) -> None:
        (voucher,) = risen(ledger)
        lead = browser(Role.CX_LEAD)
        assert lead.get(reverse("overview")).content.decode().count("Read their words") == 1
        assert "What customers are suddenly talking about" in lead.get(reverse("overview")).content.decode()
        marked_by(lead, voucher, note="Supplier knows; write to jo@example.org")
        assert "What customers are suddenly talking about" not in lead.get(reverse("overview")).content.decode()
        page = lead.get(reverse("emerging")).content.decode()
        assert "Known problems that are still high" in page
        assert "Supplier knows" in page
        assert "jo@example.org" not in page
        assert "Marked as known problem by" in page
        assert AuditEntry.objects.get(act=Act.ALARM_NOTICED).details == {"what": "known", "subject": "theme"}

    def test_seen_is_a_heading_of_its_own_and_can_be_taken_back(self, ledger: Ledger, browser: Enter) -> None:
        (voucher,) = risen(ledger)
        analyst = browser(Role.ANALYST)
        marked_by(analyst, voucher, state="seen")
        assert "Seen already" in analyst.get(reverse("emerging")).content.decode()
        (noticed,) = emerging_noticed.open_ones()
        analyst.post(reverse("emerging-reopen", args=[noticed.pk]))
        assert len(emerging_noticed.open_alarms()) == 1
        assert AuditEntry.objects.filter(act=Act.ALARM_REOPENED).count() == 1

    def test_it_stays_marked_while_it_stays_as_high(self, ledger: Ledger, browser: Enter) -> None:
        (voucher,) = risen(ledger)
        marked_by(browser(Role.ANALYST), voucher)
        again(ledger, NOW + timedelta(days=1))
        again(ledger, NOW + timedelta(days=1))
        assert emerging_noticed.open_alarms() == []

    def test_it_comes_back_when_it_grows_surely_and_says_what_was_known_no_more(
        self, ledger: Ledger, browser: Enter
    ) -> None:
        (voucher,) = risen(ledger)
        marked_by(browser(Role.ANALYST), voucher)
        Noticed.objects.update(observed=voucher["observed"] / 3)
        again(ledger, NOW)
        assert [one["key"] for one in emerging_noticed.open_alarms()] == [voucher["key"]]
        (noticed,) = Noticed.objects.all()
        assert (noticed.ended_at is None, noticed.words) == (False, [])

    def test_it_comes_back_when_it_rises_after_a_week_of_quiet(self, ledger: Ledger, browser: Enter) -> None:
        (voucher,) = risen(ledger)
        marked_by(browser(Role.ANALYST), voucher)
        Noticed.objects.update(last_rose=NOW.date() - timedelta(days=8))
        again(ledger, NOW)
        assert len(emerging_noticed.open_alarms()) == 1

    def test_an_erasure_forgets_no_mark_and_leaves_no_words_but_those_of_others(
        self, ledger: Ledger, browser: Enter
    ) -> None:
        (voucher,) = risen(ledger)
        marked_by(browser(Role.ANALYST), voucher)
        Noticed.objects.update(key="t99", words=[*voucher["words"][:3], "word-of-the-erased"])
        erase("c-voucher-3", ledger=ledger)
        told = again(ledger, NOW)
        (theme,) = [one for one in told["week"]["subjects"] if one["alarm"]]
        (noticed,) = emerging_noticed.open_ones()
        assert (noticed.key, noticed.words) == (theme["key"], theme["words"])
        assert emerging_noticed.open_alarms() == []

    def test_another_theme_under_an_old_key_is_not_taken_for_it(self, ledger: Ledger, browser: Enter) -> None:
        (voucher,) = risen(ledger)
        marked_by(browser(Role.ANALYST), voucher)
        Noticed.objects.update(words=["quite", "other", "words"])
        again(ledger, NOW)
        assert len(emerging_noticed.open_alarms()) == 1

    def test_who_may_not_analyse_marks_nothing(self, ledger: Ledger, browser: Enter) -> None:
        (voucher,) = risen(ledger)
        agent = browser(Role.AGENT)
        assert marked_by(agent, voucher).status_code == 403
        assert "A known problem" not in agent.get(reverse("emerging")).content.decode()
        analyst = browser(Role.ANALYST)
        assert marked_by(analyst, voucher | {"key": "t77"}).status_code == 302
        assert marked_by(analyst, voucher, state="gone").status_code == 404
        assert not Noticed.objects.exists()

    def test_who_may_not_read_voices_sees_no_words_of_theirs_on_the_overview(
        self, ledger: Ledger, browser: Enter
    ) -> None:
        (voucher,) = risen(ledger)
        page = browser(Role.VIEWER).get(reverse("overview")).content.decode()
        assert voucher["words"][0] not in page
        assert voucher["words"][0] in browser(Role.EXECUTIVE).get(reverse("overview")).content.decode()


@pytest.mark.parametrize(
    ("observed", "days", "before", "days_before", "again"),
    [(24, 7, 24, 7, False), (36, 7, 24, 7, False), (45, 7, 24, 7, True), (150, 7, 110, 7, False), (12, 1, 20, 7, True)],
)
def test_what_was_high_already_rises_again_only_surely_and_by_half(
    observed: float, days: int, before: float, days_before: int, again: bool
) -> None:
    assert rises_again(observed, days, before, days_before) is again


@pytest.mark.parametrize(
    ("language", "usual", "most", "said"),
    [
        ("en", 0.3, None, "12 voices in the last 7 days, where none was to be expected"),
        ("en", 1.2, None, "12 voices in the last 7 days, where one was to be expected"),
        ("es", 1.2, 4, "12 voces en los últimos 7 días, donde cabía esperar una y difícilmente más de 4"),
        ("es", 3.6, None, "12 voces en los últimos 7 días, donde cabía esperar unas 4"),
        ("es", 0.2, 2, "12 voces en los últimos 7 días, donde difícilmente cabía esperar más de 2"),
    ],
)
def test_none_and_one_are_said_as_people_say_them(language: str, usual: float, most: float | None, said: str) -> None:
    with translation.override(language):
        assert f"{emerging_words.voices(12, 7)}, {emerging_words.expected(usual, most)}" == said
