"""How a person says that they want no more: by one click of their mail program, or on the page of the link."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests.outreach.conftest import TODAY, at
from tests.outreach.mail import Server
from vivencia.act.models import Block
from vivencia.act.outreach import addresses, letters, returning, sender
from vivencia.act.outreach.mail_server import MailServer
from vivencia.foundation import erasure, inbox
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import Role, User
from vivencia.listen import consent
from vivencia.listen.consent import Given, Withdrawn
from vivencia.listen.models import OutgoingRequest, ReturnedMail, Standing

pytestmark = pytest.mark.django_db
Ask = Callable[..., OutgoingRequest]


@pytest.fixture
def link(ledger: Ledger, ask: Ask, our_server: MailServer, post: Server) -> str:
    """The address in the message that Carla got."""
    User.objects.create_user("admin@example.org", role=Role.ADMINISTRATOR)
    ask("carla")
    sender.send_what_is_due(at(12))
    return str(post.letters[0]["List-Unsubscribe"]).strip("<>").removeprefix("https://cx.example")


def again(ask: Ask, key: str) -> tuple[str, str]:
    request = ask("carla", key=key, not_before=TODAY + timedelta(days=20))
    sender.send_what_is_due(at(12, day=25))
    request.refresh_from_db()
    return request.state, request.reason


def test_one_click_of_the_mail_program_and_it_was_the_last_message(link: str, ask: Ask, ledger: Ledger) -> None:
    answer = Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200, "RFC 8058: no redirect, no cookie, no form"
    said = consent.of("carla", "surveys")
    assert isinstance(said, Withdrawn)
    assert said.proof.startswith("Unsubscribed by the link in a message of")
    assert again(ask, "next") == (Standing.REFUSED, "unsubscribed")


def test_opening_the_link_changes_nothing_because_mail_scanners_open_links(link: str, ask: Ask) -> None:
    page = Client().get(link)
    assert page.status_code == 200
    assert b"Would you rather not hear from us?" in page.content
    assert len(page.content) < 50_000 and b"<script" not in page.content
    assert isinstance(consent.of("carla", "surveys"), Given)
    assert again(ask, "next") == (Standing.SENT, "")


def test_on_the_page_one_can_leave_everything_and_change_ones_mind(link: str, ask: Ask) -> None:
    browser = Client()
    browser.post(link, {"wish": "everything"})
    assert isinstance(consent.of("carla", "newsletter"), Withdrawn)
    page = browser.get(link)
    assert b"we will not write to you any more" in page.content
    browser.post(link, {"wish": "come-back"})
    assert isinstance(consent.of("carla", "surveys"), Given)
    assert again(ask, "next") == (Standing.SENT, "")


def test_the_page_speaks_the_language_of_the_message(ledger: Ledger, ask: Ask, our_server: MailServer) -> None:
    User.objects.create_user("admin@example.org", role=Role.ADMINISTRATOR)
    request = ask("carla", language="es-MX")
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get(
        letters.unsubscribe_address(request).removeprefix("https://cx.example")
    )
    assert "¿Prefiere no recibir nuestros mensajes?" in page.content.decode()
    assert page.headers["Content-Language"] == "es"


def test_nobody_can_unsubscribe_somebody_else(link: str) -> None:
    token = link.rstrip("/").rpartition("/")[2]
    number, _dot, signature = token.partition(".")
    forged = f"/unsubscribe/{int(number) + 1}.{signature}/"
    assert Client().post(forged, {"wish": "everything"}).status_code == 404
    assert Client().get("/unsubscribe/1/").status_code == 404
    assert isinstance(consent.of("carla", "surveys"), Given)


def test_a_link_pressed_without_end_is_stopped(link: str) -> None:
    statuses = [Client().post(link, {"wish": "this"}).status_code for _turn in range(31)]
    assert (statuses[0], statuses[-1]) == (302, 429)


def test_the_link_of_an_erased_person_still_answers_kindly_and_their_address_stays_unwritten(
    link: str, ask: Ask, ledger: Ledger
) -> None:
    inbox.drain(ledger)
    erasure.erase("carla")
    assert b"We keep nothing about you any more" in Client().get(link).content
    assert [one.reason for one in addresses.blocks_of("carla@correo.example")] == [Block.ERASED]
    assert again(ask, "next") == (Standing.REFUSED, "erased")


def returned(what: str, request: OutgoingRequest, status: str = "5.1.1") -> None:
    request.refresh_from_db()
    ReturnedMail.objects.create(what=what, message_id=request.message_id, status=status, said="no such user", at=TODAY)
    returning.take_notice(at(13))
    request.refresh_from_db()


def test_a_bounce_ends_the_request_and_the_address_and_is_told_on_the_timeline(
    ledger: Ledger, ask: Ask, our_server: MailServer
) -> None:
    request = ask("carla")
    sender.send_what_is_due(at(12))
    returned("failed", request)
    assert (request.state, request.facts) == (Standing.BOUNCED, {"said": "5.1.1 no such user"})
    assert again(ask, "next") == (Standing.REFUSED, "undeliverable")
    inbox.drain(ledger)
    read = ledger.read()
    assert "message came back" in read.to_arrow(read.events_of("carla").select("name"))["name"].to_pylist()


def test_a_full_mailbox_or_a_forged_report_says_nothing_against_the_address(
    ledger: Ledger, ask: Ask, our_server: MailServer
) -> None:
    request = ask("carla")
    sender.send_what_is_due(at(12))
    returned("failed", request, "5.2.2")
    ReturnedMail.objects.create(
        what="failed", message_id="<x@y>", address="carla@correo.example", status="5.1.1", at=TODAY
    )
    returning.take_notice(at(13))
    assert addresses.blocks_of("carla@correo.example") == []


def test_who_calls_a_message_unwanted_gets_no_more(ledger: Ledger, ask: Ask, our_server: MailServer) -> None:
    request = ask("carla")
    sender.send_what_is_due(at(12))
    returned("complained", request)
    assert again(ask, "next") == (Standing.REFUSED, "unsubscribed")
