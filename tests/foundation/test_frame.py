"""The frame of every page: menu, language, light and dark, numbers, and what to do when something is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import pytest
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation

from vivencia.foundation import charts
from vivencia.foundation.error_pages import broken
from vivencia.foundation.models import Role, User
from vivencia.foundation.organisation import Organisation, save

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Measured:
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    unit: str = ""
    definition: str = "Mean of the answers."


def shown(template: str, **context: object) -> str:
    return engines["django"].from_string("{% load viv %}" + template).render(context)


def test_the_menu_offers_only_what_a_person_may_use(signed_in: Callable[..., Client]) -> None:
    assert 'href="/settings/"' in signed_in(Role.ADMINISTRATOR).get("/account/").content.decode()
    assert 'href="/settings/"' not in signed_in(Role.VIEWER).get("/account/").content.decode()


@pytest.mark.parametrize(
    ("asked", "language"),
    [("es-MX,es;q=0.9,en;q=0.5", "es"), ("en-GB,en", "en"), ("de-DE,de;q=0.9", "es"), ("", "es")],
)
def test_the_browser_chooses_the_language_and_the_company_where_the_browser_asks_for_another(
    client: Client, person: Callable[..., User], asked: str, language: str
) -> None:
    person(Role.VIEWER)
    save(Organisation(language="es"))
    html = client.get("/sign-in/", HTTP_ACCEPT_LANGUAGE=asked).content.decode()
    assert f'<html lang="{language}"' in html


def test_a_chosen_language_stays_with_the_person_on_every_browser(signed_in: Callable[..., Client]) -> None:
    signed_in(Role.VIEWER).post("/preferences/language/", {"language": "es", "next": "/account/"})
    elsewhere = signed_in(Role.VIEWER).get("/account/", HTTP_ACCEPT_LANGUAGE="en")
    assert elsewhere.headers["Content-Language"] == "es"


def test_a_dark_page_is_dark_from_its_first_byte(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.VIEWER)
    client.post("/preferences/theme/", {"theme": "dark", "next": "/account/"})
    assert 'data-bs-theme="dark"' in client.get("/account/").content.decode()


def test_numbers_are_rounded_not_cut_and_written_in_the_page_s_language() -> None:
    with translation.override("es"):
        assert shown("{{ x|number:1 }}", x=82.79) == "82,8"
        assert shown("{{ x|number }}", x=1234567) == "1.234.567"
        assert shown("{{ x|signed:2 }}", x=-1.685) == "\u22121,69"  # a true minus
    with translation.override("en"):
        assert shown("{{ x|number:2 }}", x=4.084) == "4.08"
        assert shown("{{ x|signed:1 }}", x=0.44) == "+0.4"


def test_a_figure_travels_with_interval_count_and_definition() -> None:
    html = shown('{% figure f label="Satisfaction" decimals=2 %}', f=Measured(4.084, 4.06, 4.108, 14518))
    for part in ("4.08", "4.06", "4.11", "14,518", "Mean of the answers."):
        assert part in html


def test_too_little_data_says_so_instead_of_a_number() -> None:
    html = shown('{% figure f label="Effort" %}', f=Measured(None, n=3))
    assert "Not enough data" in html
    assert "n = 3" in html


def test_a_chart_gives_its_numbers_in_a_table_too() -> None:
    points = (charts.Point("May", 4.1, 4.0, 4.2, 900), charts.Point("June", None, n=2))
    chart = charts.Chart("line", "Satisfaction by month", (charts.Series("All", points),), decimals=1)
    html = shown("{% chart c %}", c=chart)
    assert "<viv-chart>" in html
    assert "4.0 to 4.2" in html
    assert "not enough data" in html


def test_a_label_from_people_s_data_stays_text() -> None:
    point = charts.Point("</script><script>alert(1)</script>", 1.0)
    html = shown("{% chart c %}", c=charts.Chart("bars", "x", (charts.Series("s", (point,)),)))
    assert "<script>alert" not in html


@pytest.mark.parametrize("language", ["es", "en"])
def test_pages_that_went_wrong_say_so_in_both_languages_with_a_way_on(
    signed_in: Callable[..., Client], language: str
) -> None:
    client = signed_in(Role.VIEWER)
    for address, status in (("/nowhere/", 404), ("/settings/", 403)):
        answer = client.get(address, HTTP_ACCEPT_LANGUAGE=language)
        assert answer.status_code == status
        html = answer.content.decode()
        assert f'lang="{language}"' in html
        assert 'class="btn btn-primary" href="/"' in html


def test_the_page_for_our_own_mistakes_needs_no_database(django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        answer = cast("HttpResponse", broken(RequestFactory().get("/")))
    assert answer.status_code == 500
    assert 'href="/"' in answer.content.decode()
