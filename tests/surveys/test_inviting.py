"""People are asked after what they lived: once an event, a stated share, by a request that only the gate lets out."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.surveys.asking import NPS, WHY, WORDS, Person, published
from vivencia.foundation import inbox
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role, User
from vivencia.listen.models import OutgoingRequest, Standing
from vivencia.listen.surveys import inviting, letters, people, triggers
from vivencia.listen.surveys.answering import newest
from vivencia.listen.surveys.models import Link, Response, Round, Survey, Trigger
from vivencia.understand.models import Segment
from vivencia.understand.segments import Definition, Trait, to_json

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def client() -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    browser.force_login(User.objects.create_user("analyst@example.org", role=Role.ANALYST))
    return browser


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def customer(number: int, **told: Any) -> dict[str, Any]:
    return {"customer_id": f"C-{number}", "email": f"c{number}@example.org", "language": "es", "source": "crm", **told}


def delivered(number: int, hours_ago: float = 1, **told: Any) -> dict[str, Any]:
    return {
        "event_id": f"delivered-{number}",
        "customer_id": f"C-{number}",
        "occurred_at": NOW - timedelta(hours=hours_ago),
        "name": "order delivered",
        "touchpoint": "delivery",
        "subject_kind": "order",
        "subject_id": f"O-{number}",
        "source": "shop",
        **told,
    }


def lived(*events: dict[str, Any], customers: int = 3) -> None:
    inbox.put_customers([customer(number) for number in range(1, customers + 1)])
    inbox.put(events)
    inbox.drain()


def trigger(survey: Survey, **told: Any) -> Trigger:
    usual: dict[str, Any] = {"on": "name", "value": "order delivered", "since": NOW - timedelta(days=1)}
    return Trigger.objects.create(survey=survey, **{**usual, **told})


def look(one: Trigger) -> int:
    return triggers.look(one, open_ledger().read(), NOW)


@pytest.mark.usefixtures("at_noon")
def test_each_event_is_asked_about_once_however_often_it_is_looked_at() -> None:
    lived(delivered(1), delivered(2), delivered(2, event_id="second-parcel"))
    one = trigger(published(NPS, WHY), delay_hours=24)
    assert [look(one), look(one)] == [2, 0]
    inbox.put([delivered(3)])
    inbox.drain()
    assert look(one) == 1
    request = OutgoingRequest.objects.get(customer_id="C-1")
    assert (request.kind, request.purpose, request.address, request.language) == (
        "survey", "surveys", "c1@example.org", "es",
    )  # fmt: skip
    assert request.not_before == NOW + timedelta(hours=23)
    assert (request.about_kind, request.about_id) == ("order", "O-1")
    assert request.told_as["metric"] == "nps" and request.told_as["touchpoint"] == "delivery"
    assert request.source == "survey:shop"


@pytest.mark.usefixtures("at_noon")
def test_what_is_old_what_surveys_themselves_tell_and_people_without_an_address_are_not_asked_about() -> None:
    lived(
        delivered(1, hours_ago=24 * 30),
        delivered(2, name="survey answered"),
        delivered(3, name="survey sent"),
        delivered(9),
        customers=3,
    )
    survey = published(NPS)
    assert look(trigger(survey, since=NOW - timedelta(days=90))) == 0
    assert look(trigger(survey, on="touchpoint", value="delivery")) == 0
    assert not OutgoingRequest.objects.exists()


def test_the_share_asked_is_drawn_from_the_events_ids_and_stays_the_same() -> None:
    one = trigger(published(NPS), percent=30)
    chosen = [number for number in range(2_000) if triggers.is_chosen(one, f"e-{number}")]
    assert 530 < len(chosen) < 670  # 600, and four standard deviations
    assert chosen == [number for number in range(2_000) if triggers.is_chosen(one, f"e-{number}")]


@pytest.mark.usefixtures("at_noon")
def test_one_reminder_follows_an_invitation_that_went_out_and_was_not_answered() -> None:
    lived(delivered(1), delivered(2), delivered(3))
    look(trigger(published(NPS), reminder_days=3, delay_hours=0))
    OutgoingRequest.objects.exclude(customer_id="C-3").update(state=Standing.SENT, settled_at=NOW)
    Person(reverse("survey-link", args=[Link.objects.get(customer_id="C-2").token])).send(nps="9")
    assert inviting.remind(NOW + timedelta(days=2)) == 0
    assert inviting.remind(NOW + timedelta(days=3)) == 1
    assert inviting.remind(NOW + timedelta(days=9)) == 0
    reminder = OutgoingRequest.objects.get(kind="survey_reminder")
    assert reminder.customer_id == "C-1"
    assert reminder.subject.startswith("Recordatorio: ")
    Person(reverse("survey-link", args=[Link.objects.get(customer_id="C-1").token])).send(nps="9")
    reminder.refresh_from_db()
    assert (reminder.state, reminder.reason) == (Standing.REFUSED, "not_needed")


@pytest.mark.usefixtures("at_noon")
def test_the_letter_asks_in_the_persons_language_and_each_score_leads_to_its_page() -> None:
    lived(delivered(1))
    survey = published(NPS, WHY)
    look(trigger(survey))
    link, request = Link.objects.get(), OutgoingRequest.objects.get()
    assert request.subject == "Would you recommend us? (es)"
    for score in range(11):
        assert f"/s/i/{link.token}/?a={score}" in request.text and f"/s/i/{link.token}/?a={score}" in request.html
    assert "Hola" in request.text
    unscored = published(WORDS, name="Words")
    said = letters.letter(unscored, unscored.questionnaire, link, people.Person("C-1", "Ana <b>", "a@example.org"))
    assert "?a=" not in said.text and f"/s/i/{link.token}/" in said.html
    assert "<b>" not in said.html


@pytest.mark.parametrize(
    ("content", "found", "left_out"),
    [
        (b"email,name\nC1@example.org,Ana\nnone,Bo\nnew@example.org,Cy\n", ["C-1", "new@example.org"], 1),
        ("correo;idioma\nc2@example.org;en\n".encode("utf-16").replace(b"\xff\xfe", b""), None, 0),
        (b"c2@example.org\nc2@example.org\nc3@example.org\n", ["C-2", "C-3"], 0),
        (b"name\nAna\n", None, 0),
        (b"", None, 0),
    ],
)
def test_a_file_of_addresses_is_read_with_or_without_headings(
    content: bytes, found: list[str] | None, left_out: int
) -> None:
    lived()
    if found is None:
        with pytest.raises(ValueError):
            inviting.read_addresses(content)
        return
    listed = inviting.read_addresses(content)
    assert [one.customer_id for one in listed.people] == found
    assert sum(listed.left_out.values()) == left_out


def test_a_segment_or_a_file_is_invited_on_the_page_each_person_once(client: Client) -> None:
    inbox.put_customers([customer(1, traits={"plan": "gold"}), customer(2, traits={"plan": "gold"}), customer(3)])
    inbox.put([delivered(number) for number in (1, 2, 3)])
    inbox.drain()
    segment = Segment.objects.create(name="Gold", stored=to_json(Definition((Trait("plan", "is", "gold"),))))
    survey = published(NPS)
    address = reverse("survey-invite", args=[survey.pk])
    told = {"reminder_days": "0", "expires_days": "14"}
    client.post(address, {**told, "audience": f"segment:{segment.pk}"})
    file = SimpleUploadedFile("list.csv", b"email\nc3@example.org\nc3@example.org\nNobody\nnew@example.org\n")
    client.post(address, {**told, "file": file})
    assert [(one.what, one.invited, one.left_out) for one in Round.objects.order_by("pk")] == [
        ("Gold", 2, {}), ("list.csv", 2, {"no_address": 1}),
    ]  # fmt: skip
    assert OutgoingRequest.objects.count() == 4
    inbox.drain()
    assert people.find(["new@example.org"])["new@example.org"].email == "new@example.org"
    both = client.post(address, {**told, "audience": f"segment:{segment.pk}", "file": file})
    assert both.status_code == 422
    assert "2 invited" in client.get(reverse("survey-ask", args=[survey.pk])).content.decode()


def test_a_double_click_asks_once_and_who_waits_for_an_invitation_is_not_asked_again(client: Client) -> None:
    survey = published(NPS)
    address = reverse("survey-invite", args=[survey.pk])
    page = client.get(reverse("survey-ask", args=[survey.pk]))
    told = {"reminder_days": "0", "expires_days": "14", "form": str(page.context["by_hand"]["form"].value())}
    assert f'value="{told["form"]}"' in page.content.decode(), "the form says which one it is"

    def ask(*people: str, **changed: str) -> None:
        file = SimpleUploadedFile("list.csv", "\n".join(("email", *people)).encode())
        assert client.post(address, {**told, **changed, "file": file}).status_code == 302

    ask("pepa@example.org")
    ask("pepa@example.org")
    assert (OutgoingRequest.objects.count(), Round.objects.count()) == (1, 1)
    ask("pepa@example.org", "luis@example.org", form=str(uuid.uuid4()))
    newest = Round.objects.latest("pk")
    assert (newest.invited, newest.left_out) == (1, {"waiting": 1})
    OutgoingRequest.objects.update(state=Standing.SENT)
    ask("pepa@example.org", form=str(uuid.uuid4()))
    assert OutgoingRequest.objects.count() == 3, "what went out is the gate's to weigh"


@pytest.mark.usefixtures("at_noon")
def test_looking_for_reminders_costs_the_same_however_many_have_answered_and_looks_at_them_once() -> None:
    survey = published(NPS)
    version = newest(survey)
    assert version is not None
    looked: list[int] = []
    for number in range(12):
        told = {"survey": survey, "customer_id": f"C-{number}"}
        Link.objects.create(way="personal", request_key=f"k{number}", reminder_days=3, **told)
        OutgoingRequest.objects.create(
            key=f"k{number}", source=survey.source, kind="survey", customer_id=f"C-{number}", state=Standing.SENT,
            settled_at=NOW, not_before=NOW, expires_at=NOW, next_try_at=NOW, address=f"c{number}@example.org",
        )  # fmt: skip
        Response.objects.create(version=version, channel="web", language="es", finished_at=NOW, **told)
        if number in (1, 11):
            Link.objects.update(made_at=NOW, reminder_days=3)
            with CaptureQueriesContext(connection) as asked:
                assert inviting.remind(NOW + timedelta(days=4)) == 0
            looked.append(len(asked))
    assert looked[0] == looked[1]
    assert not Link.objects.filter(reminder_days__gt=0).exists()


@pytest.mark.usefixtures("at_noon")
def test_many_reminders_are_asked_for_in_several_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "REMINDED_AT_ONCE", 2)
    lived(delivered(1), delivered(2), delivered(3))
    look(trigger(published(NPS), reminder_days=3, delay_hours=0))
    OutgoingRequest.objects.update(state=Standing.SENT, settled_at=NOW)
    assert [inviting.remind(NOW + timedelta(days=4)) for _run in range(3)] == [2, 1, 0]


@pytest.mark.usefixtures("at_noon")
def test_who_answered_lately_in_another_way_is_neither_invited_nor_reminded() -> None:
    survey = published(NPS)
    lived(delivered(1), delivered(2))
    look(trigger(survey, reminder_days=3, delay_hours=0))
    OutgoingRequest.objects.update(state=Standing.SENT, settled_at=NOW)
    Link.objects.update(made_at=NOW)
    version = newest(survey)
    assert version is not None
    Response.objects.create(
        survey=survey, version=version, customer_id="C-1", channel="button", language="es", finished_at=NOW
    )
    assert inviting.remind(NOW + timedelta(days=3)) == 1
    assert OutgoingRequest.objects.get(kind="survey_reminder").customer_id == "C-2"
    OutgoingRequest.objects.update(state=Standing.SENT)

    def again(days: int) -> Round:
        at = NOW + timedelta(days=days)
        found = [people.Person(f"C-{number}", email=f"c{number}@example.org") for number in (1, 2)]
        terms = inviting.Terms(at, at + timedelta(days=9))
        return inviting.invite_all(survey, found, "list", terms, by=None, left_out={})

    assert [(one.invited, one.left_out) for one in (again(5), again(31))] == [(1, {"answered": 1}), (1, {"waiting": 1})]


def test_employees_are_never_invited_by_name(client: Client) -> None:
    survey = published(NPS, of_employees=True)
    for name, sent in (("survey-invite", {"audience": "x"}), ("survey-trigger-add", {"after": "name:x"})):
        client.post(reverse(name, args=[survey.pk]), sent)
    with pytest.raises(inviting.CannotInviteError):
        inviting.invite(survey, people.Person("C-1", email="c1@example.org"), inviting.Terms(NOW, NOW))
    assert not Trigger.objects.exists() and not OutgoingRequest.objects.exists()


def test_a_trigger_is_added_stopped_and_taken_away_on_the_page(client: Client) -> None:
    lived(delivered(1))
    survey = published(NPS)
    told = {"delay_hours": "48", "percent": "50", "reminder_days": "5", "expires_days": "10"}
    add = reverse("survey-trigger-add", args=[survey.pk])
    assert client.post(add, {**told, "after": "name:no such event"}).status_code == 422
    client.post(add, {**told, "after": "touchpoint:delivery"})
    one = Trigger.objects.get()
    assert (one.on, one.value, one.delay_hours, one.percent) == ("touchpoint", "delivery", 48, 50)
    change: Callable[[str], Any] = lambda verb: client.post(  # noqa: E731
        reverse("survey-trigger-change", args=[survey.pk, one.pk]), {"verb": verb}
    )
    change("stop")
    assert triggers.due() == []
    change("start")
    assert triggers.due() == [one]
    change("delete")
    assert not Trigger.objects.exists()
