"""Headers, cookies, forged forms, guessed passwords, and what the logs may not say."""

import logging
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests.foundation.addresses import addresses
from tests.foundation.conftest import PASSWORD
from vivencia.foundation.models import Act, AuditEntry, Role, User

pytestmark = pytest.mark.django_db
HANDLERS = ("onclick", "onchange", "onsubmit", "onload", "oninput", "hx-on:click")


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post("/sign-in/", {"username": email, "password": password}).status_code


def test_every_answer_carries_a_policy_that_allows_no_inline_script(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    for address in [*(a.path for a in addresses() if a.fixed), "/nowhere/"]:
        answer = client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy, address
        assert "unsafe-eval" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_no_browser_sends_is_refused_and_strange_days_and_numbers_are_no_error(
    signed_in: Callable[..., Client],
) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    assert client.get("/customers/?q=%00").status_code == 400
    assert client.get("/customers/one/%00").status_code == 400
    for pages in ("/voices/", "/metrics/", "/journeys/", "/moments/", "/customers/"):
        for strange in (
            "?since=0001-01-01&until=9999-12-31",
            "?page=99999999999999999999&segment=s:99999999999999999999",
        ):
            assert client.get(pages + strange).status_code == 200, pages + strange


def test_no_page_has_an_inline_script_or_handler(signed_in: Callable[..., Client]) -> None:
    client = signed_in(Role.ADMINISTRATOR)
    for address in (a.path for a in addresses() if a.fixed):
        answer = client.get(address)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        html = answer.content.decode()
        opened = [tag.split(">")[0] for tag in html.split("<script")[1:]]
        assert all("src=" in tag or 'type="application/json"' in tag for tag in opened), address
        assert not any(f" {handler}=" in html for handler in HANDLERS), address


def test_a_form_from_another_site_is_refused(person: Callable[..., User]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person(Role.ADMINISTRATOR))
    for address in ("/settings/organisation/", "/settings/people/", "/sign-out/", "/account/", "/preferences/theme/"):
        assert strict.post(address, {}).status_code == 403, address


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client, person: Callable[..., User]) -> None:
    person(Role.VIEWER, "ana@example.org")
    sign_in(client, "ana@example.org")
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


def test_signing_in_leads_nowhere_but_here(client: Client, person: Callable[..., User]) -> None:
    person(Role.VIEWER, "ana@example.org")
    said = {"username": "ana@example.org", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert "elsewhere" not in client.post("/sign-in/", said).headers["Location"]
    there = client.post("/preferences/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert there.headers["Location"] == "/"


def test_an_address_is_one_person_however_it_is_capitalised(client: Client, person: Callable[..., User]) -> None:
    person(Role.VIEWER, "Ana@Example.org")
    assert sign_in(client, "ANA@example.ORG") == 302


@override_settings(AXES_ENABLED=True)
def test_guessing_passwords_ends_after_eight_tries_and_the_right_one_no_longer_helps(
    client: Client, person: Callable[..., User]
) -> None:
    person(Role.VIEWER, "ana@example.org")
    tries = [sign_in(client, "ana@example.org", f"guess-{n}") for n in range(settings.AXES_FAILURE_LIMIT)]
    assert tries[:-1] == [200] * (settings.AXES_FAILURE_LIMIT - 1)
    assert tries[-1] == 429
    assert sign_in(client, "ana@example.org") == 429
    assert AuditEntry.objects.filter(act=Act.SIGN_IN_LOCKED).exists()


@override_settings(AXES_ENABLED=True)
def test_somebody_locked_out_does_not_lock_others_out(client: Client, person: Callable[..., User]) -> None:
    person(Role.VIEWER, "ana@example.org")
    person(Role.VIEWER, "luis@example.org")
    for number in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "ana@example.org", f"guess-{number}")
    assert sign_in(client, "luis@example.org") == 302


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Everything any logger says, as the console would show it."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    ear = Ear()
    logging.getLogger().addHandler(ear)
    yield lines
    logging.getLogger().removeHandler(ear)


@override_settings(AXES_ENABLED=True)
def test_logs_name_nobody(client: Client, person: Callable[..., User], heard: list[str]) -> None:
    person(Role.VIEWER, "ana@example.org")
    for number in range(settings.AXES_FAILURE_LIMIT + 1):
        sign_in(client, "ana@example.org", f"guess-{number}")
    assert not any("ana" in line or "guess" in line for line in heard)


def test_sessions_end_elsewhere_when_the_password_changes(person: Callable[..., User]) -> None:
    user = person(Role.VIEWER, "ana@example.org")
    here, elsewhere = Client(), Client()
    here.force_login(user)
    elsewhere.force_login(user)
    new = "another-long-one-9"
    said = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/account/", said).status_code == 302
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
