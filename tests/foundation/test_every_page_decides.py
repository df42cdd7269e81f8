"""Each page says who may see it, and means it: tried by the stranger and by every role."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.foundation.addresses import Address, addresses
from vivencia.foundation.models import Role
from vivencia.foundation.rights import RIGHTS, Right

ALL = addresses()
GUARDED = [address for address in ALL if address.fixed and address.decided != "public"]
ANSWERED = {200, 302, 303, 400, 404, 405, 422}  # let in: what the page then says is its own matter


def named(address: Address) -> str:
    return address.route or "/"


@pytest.mark.parametrize("address", ALL, ids=named)
def test_every_view_has_decided_who_may_see_it(address: Address) -> None:
    assert address.decided in {*Right, "public", "signed in"}, (
        f"{address.path}: decorate the view with @needs or @public"
    )


def test_only_pages_that_must_be_open_are_public() -> None:
    public = {address.route for address in ALL if address.decided == "public"}
    assert public <= {
        "favicon.ico",
        "sign-in/",
        "sign-out/",
        "welcome/",
        "set-password/<str:uid>/<str:token>/",
        "preferences/theme/",
        "preferences/language/",
        "health",
        # the API: its callers bring a write key; its document and the browser script are for everybody
        "v1/<str:call>",
        "v1/openapi.json",
        "v1/projects/<str:key>/settings",
        "v.js",
        "analytics.js/v1/<str:key>/analytics.min.js",
        "api/",
        "s/answer/",  # people answer surveys without signing in
        "s/thanks/",
        "s/widget.js",
        "s/i/<str:token>/",
        "s/r/<uuid:key>/",
        "s/<slug:slug>/",
        "hooks/in/<str:token>/",  # other systems; every message is signed
        "plan/roadmap/calendar/<str:token>.ics",  # calendar programmes; the address is a secret of one person
        "unsubscribe/<str:token>/",  # whoever has the message; the address is signed
    }


@pytest.mark.django_db
@pytest.mark.parametrize("address", GUARDED, ids=named)
def test_a_stranger_is_sent_to_sign_in(address: Address, client: Client, person: Callable[..., object]) -> None:
    person(Role.ADMINISTRATOR)
    for answer in (client.get(address.path), client.post(address.path)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_each_role_gets_in_exactly_where_its_rights_say(role: str, signed_in: Callable[..., Client]) -> None:
    client = signed_in(role)
    for address in GUARDED:
        status = client.get(address.path).status_code
        allowed = address.decided == "signed in" or address.decided in RIGHTS[role]
        assert (status in ANSWERED) if allowed else (status == 403), f"{role} at {address.path}: {status}"


@pytest.mark.django_db
def test_somebody_whose_access_was_withdrawn_is_a_stranger_at_once(signed_in: Callable[..., Client]) -> None:
    from vivencia.foundation.models import User

    client = signed_in(Role.ADMINISTRATOR)
    assert client.get("/settings/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/settings/").headers["Location"].startswith("/sign-in/")
