"""Giving and withdrawing access, one-time links, and never without an administrator."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from vivencia.foundation import people
from vivencia.foundation.models import Act, AuditEntry, Role, User

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "a-password-of-their-own-3"


def link_in(html: str) -> str:
    found = re.search(r"http://testserver(/set-password/[^\"]+)", html)
    assert found, "the page shows no link"
    return found.group(1)


def test_somebody_new_gets_in_by_a_link_that_works_once(signed_in: Callable[..., Client]) -> None:
    added = signed_in().post("/settings/people/", {"email": "Luis@example.org", "role": Role.ANALYST})
    link = link_in(added.content.decode())
    assert added.headers["Cache-Control"].startswith("max-age=0")
    theirs = Client()
    assert theirs.get(link).status_code == 200
    said = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert theirs.post(link, said).status_code == 302
    assert theirs.get("/account/").status_code == 200
    assert Client().get(link).status_code == 410
    assert User.objects.get(email="luis@example.org").role == Role.ANALYST


def test_a_made_up_link_opens_nothing(client: Client, person: Callable[..., User]) -> None:
    user = person(Role.ADMINISTRATOR)
    for link in (f"/set-password/{user.pk}/abc-123/", "/set-password/MQ/abc-123/", "/set-password/%2F/x/"):
        assert client.get(link).status_code in {404, 410}


def test_a_link_of_somebody_whose_access_was_withdrawn_opens_nothing(
    signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    luis = person(Role.AGENT)
    administrator = signed_in()
    link = link_in(administrator.post(f"/settings/people/{luis.pk}/change/", {"act": "link"}).content.decode())
    administrator.post(f"/settings/people/{luis.pk}/change/", {"act": "withdraw"})
    assert Client().get(link).status_code == 410


def test_the_same_address_cannot_be_added_twice(signed_in: Callable[..., Client], person: Callable[..., User]) -> None:
    person(Role.AGENT, "luis@example.org")
    answer = signed_in().post("/settings/people/", {"email": "LUIS@example.org", "role": Role.VIEWER})
    assert answer.status_code == 200
    assert User.objects.filter(email="luis@example.org").count() == 1


def test_the_last_administrator_stays_one(person: Callable[..., User]) -> None:
    ana = person(Role.ADMINISTRATOR)
    with pytest.raises(people.LastAdministratorError):
        people.withdraw(ana, by=ana)
    with pytest.raises(people.LastAdministratorError):
        people.change_role(ana, Role.VIEWER, by=ana)
    ana.refresh_from_db()
    assert (ana.role, ana.is_active) == (Role.ADMINISTRATOR, True)


def test_a_withdrawn_administrator_does_not_count_as_one(person: Callable[..., User]) -> None:
    ana, eva = person(Role.ADMINISTRATOR), person(Role.ADMINISTRATOR, "eva@example.org")
    people.withdraw(eva, by=ana)
    with pytest.raises(people.LastAdministratorError):
        people.withdraw(ana, by=ana)
    people.restore(eva, by=ana)
    people.change_role(ana, Role.CX_LEAD, by=eva)
    assert User.objects.get(pk=ana.pk).role == Role.CX_LEAD


def test_the_page_says_why_the_last_administrator_stays(signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    ana = User.objects.get()
    client.post(f"/settings/people/{ana.pk}/change/", {"act": "withdraw"})
    assert "last administrator" in client.get("/account/").content.decode()


def test_the_audit_log_says_who_changed_whose_role_in_words(
    signed_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    luis = person(Role.VIEWER, "luis@example.org")
    client = signed_in()
    client.post(f"/settings/people/{luis.pk}/change/", {"act": "role", "role": Role.ANALYST})
    entry = AuditEntry.objects.get(act=Act.ROLE_CHANGED)
    assert entry.details == {"person": luis.pk, "before": "viewer", "role": "analyst"}
    html = client.get("/settings/audit/?act=role_changed").content.decode()
    assert "luis@example.org · Viewer → Analyst" in html
