"""The first administrator: made by whoever sits at the machine, or whoever knows the set-up code."""

from typing import Any

import pytest
from django.test import Client, override_settings

from vivencia.foundation import first_run
from vivencia.foundation.home import home
from vivencia.foundation.models import Role, User
from vivencia.foundation.organisation import organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
SAID = {
    "company": "Mercado Sur",
    "first_name": "Ana",
    "email": "Ana@Example.org",
    "password": "una-clave-bastante-larga",
}
LOCAL: dict[str, Any] = {"HTTP_HOST": "localhost:8000", "REMOTE_ADDR": "127.0.0.1"}


def test_while_nobody_has_access_every_page_leads_to_the_welcome(client: Client) -> None:
    for address in ("/", "/settings/", "/sign-in/", "/nowhere/"):
        assert client.get(address).headers["Location"] == "/welcome/", address


def test_at_the_machine_itself_the_first_person_becomes_administrator_and_is_led_to_data(client: Client) -> None:
    answer = client.post("/welcome/", SAID, **LOCAL, HTTP_ACCEPT_LANGUAGE="es")
    assert answer.headers["Location"] == "/welcome/data/"
    user = User.objects.get()
    assert (user.email, user.role, user.language) == ("ana@example.org", Role.ADMINISTRATOR, "es")
    assert organisation().name == "Mercado Sur"
    assert client.get("/welcome/data/").status_code == 200


def test_afterwards_the_welcome_is_closed(client: Client) -> None:
    client.post("/welcome/", SAID, **LOCAL)
    again = Client().post("/welcome/", {**SAID, "email": "eva@example.org"}, **LOCAL)
    assert again.headers["Location"] == "/sign-in/"
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"HTTP_X_REAL_IP": "192.0.2.7"},
        {"SERVER_PROTOCOL": "HTTP/1.0"},
        {"HTTP_HOST": "testserver"},
    ],
)
def test_from_elsewhere_it_takes_the_set_up_code(client: Client, elsewhere: dict[str, str]) -> None:
    there = {**LOCAL, **elsewhere}
    assert client.post("/welcome/", SAID, **there).status_code == 200
    assert client.post("/welcome/", {**SAID, "code": "0000-0000"}, **there).status_code == 200
    assert not User.objects.exists()
    code = first_run.setup_code()
    assert client.post("/welcome/", {**SAID, "code": f" {code.upper()} "}, **there).status_code == 302
    assert User.objects.exists()


@pytest.mark.parametrize("known", [{"SECURE": True}, {"CSRF_TRUSTED_ORIGINS": ["https://cx.example.org"]}])
def test_where_a_proxy_is_known_of_nobody_is_at_the_machine_itself(client: Client, known: dict[str, Any]) -> None:
    with override_settings(**known):
        assert client.post("/welcome/", SAID, **LOCAL).status_code == 200
    assert not User.objects.exists()


def test_the_set_up_code_is_kept_private_and_goes_with_the_first_administrator() -> None:
    file = home() / "setup_code"
    code = first_run.setup_code()
    assert first_run.setup_code() == code
    assert file.stat().st_mode & 0o777 == 0o600
    first_run.make_administrator("ana@example.org", "una-clave-bastante-larga")
    assert not file.exists()


def test_of_two_who_come_at_the_same_moment_one_wins() -> None:
    first_run.make_administrator("ana@example.org", "una-clave-bastante-larga")
    with pytest.raises(first_run.AlreadySetUpError):
        first_run.make_administrator("eva@example.org", "otra-clave-bastante-larga")
    assert User.objects.count() == 1


def test_a_common_password_is_refused(client: Client) -> None:
    answer = client.post("/welcome/", {**SAID, "password": "password"}, **LOCAL)
    assert answer.status_code == 200
    assert not User.objects.exists()
