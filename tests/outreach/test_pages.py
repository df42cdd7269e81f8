"""The pages of outreach: what went out and why not, a person's consents, the settings; tried by the wrong role too."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.outreach.conftest import at
from tests.outreach.mail import Server
from vivencia.act.models import Block
from vivencia.act.outreach import addresses, mail_server, rules, sender
from vivencia.act.outreach.mail_server import MailServer
from vivencia.foundation import doctor
from vivencia.foundation.doctor import State
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import Role
from vivencia.listen import consent
from vivencia.listen.consent import Given, Withdrawn
from vivencia.listen.models import OutgoingRequest, Standing

pytestmark = pytest.mark.django_db
Ask = Callable[..., OutgoingRequest]
Browser = Callable[..., Client]


def test_an_analyst_sees_what_went_out_and_why_the_rest_did_not(
    ledger: Ledger, ask: Ask, our_server: MailServer, browser: Browser
) -> None:
    ask("carla"), ask("eva")
    sender.send_what_is_due(at(12))
    page = browser(Role.ANALYST).get("/surveys/outreach/").content.decode()
    assert "Carla Díaz" in page and "Eva Ruiz" in page
    assert "They asked for help and it is not solved yet." in page
    assert "carla@correo.example" not in page
    spanish = browser(Role.CX_LEAD, "es").get("/surveys/outreach/?state=held").content.decode()
    assert "Pidió ayuda y aún no está resuelto." in spanish and "Carla Díaz" not in spanish


def test_a_message_can_be_taken_back_and_a_held_one_looked_at_now(
    ledger: Ledger, ask: Ask, our_server: MailServer, browser: Browser
) -> None:
    request, client = ask("eva"), browser(Role.ANALYST)
    sender.send_what_is_due(at(12))
    client.post(f"/surveys/outreach/{request.pk}/change/", {"act": "now"})
    request.refresh_from_db()
    assert request.state == Standing.HELD
    client.post(f"/surveys/outreach/{request.pk}/change/", {"act": "cancel"})
    request.refresh_from_db()
    assert (request.state, request.reason) == (Standing.REFUSED, "not_needed")
    assert client.get(f"/surveys/outreach/{request.pk}/").status_code == 200


def test_an_agent_writes_down_what_a_person_says_with_its_proof_and_a_reader_of_figures_does_not(
    ledger: Ledger, browser: Browser
) -> None:
    agent = browser(Role.AGENT)
    said = {"purpose": "surveys", "said": "no", "proof": "On the phone, 1 June"}
    agent.post("/customers/messages/app-7", said)
    assert isinstance(answer := consent.of("ana", "surveys"), Withdrawn)
    assert answer.proof == "On the phone, 1 June"
    page = agent.get("/customers/messages/ana").content.decode()
    assert "On the phone, 1 June" in page and "agent@example.org" in page
    agent.post("/customers/messages/ana", {**said, "said": "yes", "proof": ""})
    assert not isinstance(consent.of("ana", "surveys"), Given), "without proof there is no consent"
    assert browser(Role.EXECUTIVE).post("/customers/messages/ana", said).status_code == 403
    assert browser(Role.VIEWER).get("/customers/messages/ana").status_code == 403
    assert agent.get("/customers/messages/nobody").status_code == 404


def test_an_address_that_came_back_can_be_written_to_again(ledger: Ledger, browser: Browser) -> None:
    addresses.block("ana@correo.example", Block.UNDELIVERABLE, at(9)())
    agent = browser(Role.AGENT)
    assert "Mail to this address comes back." in agent.get("/customers/messages/ana").content.decode()
    agent.post("/customers/messages/ana", {"act": "reachable"})
    assert addresses.blocks_of("ana@correo.example") == []


def test_an_administrator_sets_mail_up_and_tries_it(home: object, post: Server, browser: Browser) -> None:
    admin = browser(Role.ADMINISTRATOR)
    given = {
        "host": "127.0.0.1", "port": str(post.port), "security": "none", "user": "cx", "password": "secret-7",
        "sender": "hola@vivero.example", "save": "1",
    }  # fmt: skip
    admin.post("/settings/outgoing-mail/", given)
    assert "secret-7" not in admin.get("/settings/outgoing-mail/").content.decode()
    admin.post("/settings/outgoing-mail/", {"to": "me@example.org", "test": "1"})
    assert [letter["To"] for letter in post.letters] == ["me@example.org"]
    admin.post("/settings/outgoing-mail/", {**given, "password": "", "user": "cx", "port": "1"})
    server = mail_server.load()
    assert server is not None and server.sealed_password, "an empty password keeps the one that is set"
    answer = admin.post("/settings/outgoing-mail/", {"to": "me@example.org", "test": "1"}, follow=True)
    assert "127.0.0.1:1 cannot be reached" in answer.content.decode()


def test_the_doctor_says_whether_mail_can_leave(home: object, our_server: MailServer) -> None:
    def finding() -> doctor.Finding:
        return next(one for one in doctor.examine() if one.name == "outgoing mail")

    assert finding().state == State.OK
    mail_server.save(MailServer("127.0.0.1", 1, "none", sender="hola@vivero.example"))
    assert finding().state == State.WRONG
    assert "cannot be reached" in finding().found


def test_the_rules_are_the_companys_own(home: object, browser: Browser) -> None:
    admin = browser(Role.ADMINISTRATOR)
    given = {
        "most": "1", "days": "30", "quiet_from": "20", "quiet_until": "10", "consent_needed": ["newsletter"],
        "remember_days": "10", "open_days": "90", "look_again_hours": "6",
    }  # fmt: skip
    admin.post("/settings/sincerity/", given)
    assert rules.load() == rules.Rules(
        most=1, days=30, quiet_from=20, quiet_until=10, consent_needed=("newsletter",), remember_days=10, open_days=90,
        look_again_hours=6,
    )  # fmt: skip
    assert admin.post("/settings/sincerity/", {**given, "most": "0"}).status_code == 422
