"""Journeys' pages: each answers its question, keeps its filters, and shows people only to those who may see them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role
from vivencia.understand import journey_asking, journey_reading
from vivencia.understand.journey_asking import Asked
from vivencia.understand.journey_reading import Journeys
from vivencia.understand.journey_words import share
from vivencia.understand.models import Phase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_shop")]
Browser = Callable[..., Client]
PAGES = ("journeys", "journey-lanes", "journey-variants", "journey-funnel", "journey-compare")


def page(client: Client, name: str, **asked: str | list[str]) -> str:
    answer = client.get(reverse(name), asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("case", ["customer", "subject"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_says_its_question_for_customers_and_for_orders(
    browser: Browser, name: str, case: str, language: str
) -> None:
    shown = page(browser(language=language), name, case=case)
    assert "?</p>" in shown
    assert "None" not in shown


@pytest.mark.parametrize("name", PAGES)
def test_without_data_every_page_says_how_to_fill_it(
    browser: Browser, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVENCIA_HOME", str(tmp_path))
    assert "No journeys yet" in page(browser(), name)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "asked",
    [
        {"outcome": "unhappy:"},
        {"outcome": "never:delivery"},
        {"outcome": "through:nonsense", "segment": "s:999", "since": "yesterday"},
        {"since": "2031-01-01"},
        {"segment": "c:nobody"},
    ],
)
def test_filters_narrow_and_nonsense_does_not_break(browser: Browser, name: str, asked: dict[str, str]) -> None:
    page(browser(), name, **asked)


def test_days_begin_at_midnight_in_the_company_s_time_zone() -> None:
    read = open_ledger().read()
    table = journey_reading.journey_table(read, Journeys("customer"))
    wish = Asked("customer", since=date(2026, 3, 1), until=date(2026, 3, 1))
    with timezone.override("America/Bogota"):
        found = journey_asking.selection(read, table, wish)
    assert (found.since, found.until) == (datetime(2026, 3, 1, 5, tzinfo=UTC), datetime(2026, 3, 2, 5, tzinfo=UTC))


def test_the_map_says_what_follows_what_and_how_it_felt(browser: Browser) -> None:
    answer = browser().get(reverse("journeys"))
    steps = {step["id"]: step for step in answer.context["map"]["nodes"]}
    assert steps["visit"]["journeys"] == 82 and steps["contact centre"]["journeys"] == 40
    assert (steps["contact centre"]["tone"], steps["contact centre"]["score"]) == ("pain", "1.00 of 5")
    moves = {(move["source"], move["target"]): move for move in answer.context["map"]["edges"]}
    assert moves["purchase", "delivery"]["wait"] == "1.2 days"


def test_what_is_behind_a_step_or_a_move_opens(browser: Browser) -> None:
    client = browser()
    step = page(client, "journey-detail", step="contact centre")
    assert "Remark" in step and "&lt;b&gt;" in step
    assert "1.2 days" in page(client, "journey-detail", source="purchase", target="delivery")
    assert client.get(reverse("journey-detail"), {"step": "nowhere"}).status_code == 404


def test_the_people_behind_every_number_are_those_it_counts(browser: Browser) -> None:
    client = browser()
    for asked, journeys in (
        ({"step": "contact centre"}, 40),
        ({"source": "purchase", "target": "delivery"}, 40),
        ({"again": "contact centre"}, 40),
        ({"path": ["visit", "purchase", "delivery", "review"]}, 40),
        ({"funnel": "visit|purchase", "lost": "1"}, 2),
        ({"funnel": "visit|purchase", "reached": "1"}, 80),
        ({"step": "delivery", "outcome": "unhappy:"}, 40),
    ):
        answer = client.get(reverse("journey-customers"), asked)
        assert answer.context["journeys"] == journeys, asked


def test_a_viewer_sees_figures_but_no_person_and_no_words(browser: Browser) -> None:
    client = browser(Role.VIEWER)
    shown = "".join(page(client, name) for name in PAGES) + page(client, "journey-detail", step="contact centre")
    assert "Remark" not in shown
    assert reverse("journey-customers") not in shown
    assert client.get(reverse("journey-customers")).status_code == 403


def test_a_stranger_is_asked_to_sign_in() -> None:
    for name in (*PAGES, "journey-detail", "journey-customers", "journey-phases"):
        assert Client().get(reverse(name)).status_code == 302


def test_phases_are_proposed_then_arranged_then_given_back(browser: Browser) -> None:
    client = browser(Role.ANALYST)
    rows = client.get(reverse("journey-phases")).context["rows"]
    assert {row["step"]: row["phase"] for row in rows} == {
        "visit": 0, "purchase": 1, "contact centre": 2, "delivery": 2, "review": 2,
    }  # fmt: skip
    form = {"phase-0": "Discovering", "phase-1": "Living with it"}
    form |= {f"name-{n}": row["step"] for n, row in enumerate(rows)}
    form |= {f"step-{n}": "1" if row["step"] == "delivery" else "0" for n, row in enumerate(rows)}
    client.post(reverse("journey-phases"), form)
    assert [phase.name for phase in Phase.objects.all()] == ["Discovering", "Living with it"]
    assert "Living with it" in page(client, "journey-lanes")
    client.post(reverse("journey-phases"), {"forget": "1"})
    assert not Phase.objects.exists()


def test_an_agent_may_not_arrange_phases(browser: Browser) -> None:
    assert browser(Role.AGENT).get(reverse("journey-phases")).status_code == 403


def test_bad_against_good_is_compared_when_nothing_is_chosen(browser: Browser) -> None:
    answer = browser().get(reverse("journey-compare"))
    first = answer.context["step_rows"][0]
    assert (first["name"], first["clear"], first["points"]) == ("Contact centre", True, 100)


@pytest.mark.parametrize("what", ["moves", "variants", "funnel"])
def test_what_a_page_counts_is_taken_out_by_those_who_may(browser: Browser, what: str) -> None:
    analyst = browser(role=Role.ANALYST)
    taken = analyst.get(reverse("journey-export", args=[what, "csv"]))
    lines = taken.content.decode("utf-8-sig").splitlines()
    assert taken.status_code == 200 and "attachment" in taken["Content-Disposition"] and len(lines) > 1
    assert analyst.get(reverse("journey-export", args=[what, "xlsx"])).content[:2] == b"PK"
    assert analyst.get(reverse("journey-export", args=["people", "csv"])).status_code == 404
    assert browser(role=Role.EXECUTIVE).get(reverse("journey-export", args=[what, "csv"])).status_code == 403


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0 %"),
        (0.0004, "under 0.1 %"),
        (0.0526, "5.3 %"),
        (0.8997, "90 %"),
        (0.9972, "99.7 %"),
        (0.9999, "over 99.9 %"),
        (1, "100 %"),
    ],
)
def test_only_all_is_a_hundred_percent_and_only_none_is_zero(value: float, said: str) -> None:
    assert share(value) == said
