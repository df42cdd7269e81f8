"""A shop asks after every delivery: one customer answers, the other is left in peace until their problem is solved."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.outreach.mail import Server, smtp_server
from tests.surveys.asking import NPS, WORDS, Person, published
from vivencia.act.outreach import mail_server, sender
from vivencia.act.outreach.mail_server import MailServer
from vivencia.foundation import inbox, organisation
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role, User
from vivencia.listen import consent
from vivencia.listen.surveys import tokens, triggers
from vivencia.listen.surveys.models import Trigger
from vivencia.understand import readings

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SAID = "Muy contenta con el reparto, llegó antes de lo prometido. Mi correo es lola@correo.example"


@pytest.fixture
def shop(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lola and Marc had a parcel today; both agreed to be asked; Marc called yesterday and nobody has solved it."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    monkeypatch.setattr(tokens, "HUMAN_SECONDS", 0.0)
    cache.clear()
    organisation.save(organisation.Organisation(name="Vivero Alba", public_url="https://cx.example"))
    inbox.put_customers(
        [
            {
                "customer_id": who,
                "name": who.title(),
                "email": f"{who}@correo.example",
                "language": "es",
                "source": "crm",
            }
            for who in ("lola", "marc")
        ]
    )
    about = {"touchpoint": "delivery", "subject_kind": "order", "source": "shop"}
    hour = timedelta(hours=1)
    inbox.put(
        [
            {"event_id": "d1", "customer_id": "lola", "occurred_at": NOON - hour, "name": "order delivered",
             "subject_id": "L1", **about},
            {"event_id": "d2", "customer_id": "marc", "occurred_at": NOON - hour, "name": "order delivered",
             "subject_id": "M1", **about},
            {"event_id": "t1", "customer_id": "marc", "occurred_at": NOON - 24 * hour, "name": "ticket opened",
             "touchpoint": "contact centre", "subject_kind": "ticket", "subject_id": "T1", "source": "desk"},
        ]
    )  # fmt: skip
    inbox.drain()
    for who in ("lola", "marc"):
        consent.give(who, "surveys", "Ticked the box at checkout", NOON - timedelta(days=60))


@pytest.fixture
def post() -> Iterator[Server]:
    with smtp_server() as server:
        mail_server.save(MailServer("127.0.0.1", server.port, "none", sender="hola@vivero.example", sender_name="Alba"))
        yield server


@pytest.fixture
def analyst() -> Client:
    """Reads Spanish, and no personal data."""
    client = Client(HTTP_ACCEPT_LANGUAGE="es")
    client.force_login(User.objects.create_user("analyst@example.org", role=Role.ANALYST))
    return client


@pytest.mark.usefixtures("shop")
def test_one_answers_and_is_heard_everywhere_the_other_is_left_in_peace(post: Server, analyst: Client) -> None:
    survey = published(NPS, WORDS, name="After delivery")
    after = Trigger.objects.create(
        survey=survey, on="name", value="order delivered", delay_hours=0, since=NOON - timedelta(days=1)
    )
    assert triggers.look(after, open_ledger().read(), NOON) == 2

    told = sender.send_what_is_due(lambda: NOON)

    assert (told.sent, told.held) == (1, 1)
    (letter,) = post.letters
    assert letter["To"] == "lola@correo.example"
    inbox.drain()
    marc = analyst.get(reverse("customer", args=["marc"])).content.decode()
    assert "Pidió ayuda y aún no está resuelto" in marc, "the reason stands on his timeline, in Spanish"

    body = letter.get_body(("plain",))
    assert body is not None
    link = re.search(r"https://cx\.example(/s/i/[^/?\s]+/)", body.get_content())
    assert link is not None
    lola = Person(link.group(1), Client(HTTP_ACCEPT_LANGUAGE="es"))
    lola.send(nps="9")
    lola.send(why=SAID)
    inbox.drain()
    readings.read_new()

    assert "llegó antes de lo prometido" in analyst.get(reverse("customer", args=["lola"])).content.decode()
    voices = analyst.get(reverse("voices")).content.decode()
    assert "llegó antes de lo prometido" in voices and ">Alegría<" in voices
    assert "lola@correo.example" not in voices, "masked for who may not read personal data"
    nps = analyst.get(reverse("metric-card", args=["nps"])).content.decode()
    assert "Datos insuficientes" in nps and "n = 1<" in nps, "one answer is heard, not yet a figure"
    assert "9" in analyst.get(reverse("survey-results", args=[survey.pk])).content.decode()
