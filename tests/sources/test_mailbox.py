"""A mailbox we listen to: over a real IMAP conversation, each message becomes one event on the right timeline."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from tests.customers import shop
from tests.sources.imap_server import Folder, imap_server
from vivencia.foundation import inbox
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.sealed import seal
from vivencia.listen.models import ReturnedMail
from vivencia.listen.sources import people
from vivencia.listen.sources.mailbox import letters, listening
from vivencia.listen.sources.mailbox.pages import MailboxForm
from vivencia.listen.sources.models import Mailbox

pytestmark = pytest.mark.django_db

QUESTION = b"""From: "Ana Mu\xc3\xb1oz" <Ana@Correo.Example>
To: hola@vivero.example
Subject: =?utf-8?q?Mi_pedido_lleg=C3=B3_roto?=
Date: Mon, 1 Jun 2026 11:30:00 +0200
Message-ID: <q1@correo.example>
Content-Type: text/plain; charset=utf-8

Hola, la maceta lleg\xc3\xb3 rota.

Ana
--
Enviado desde la oficina
"""
AGAIN = b"""From: ana@correo.example
Subject: Re: Mi pedido
Message-ID: <q2@correo.example>
References: <q1@correo.example> <a1@vivero.example>
Content-Type: text/html; charset=utf-8

<div>Gracias, <b>perfecto</b>.<script>alert(1)</script></div>
<div class="gmail_quote">El lun, 1 jun 2026 Vivero Alba escribio:<blockquote>Le enviamos otra</blockquote></div>
"""
STRANGER = b"From: Nuevo <nuevo@otro.example>\nMessage-ID: <n1@x>\n\nDo you have olive trees?\n"
OUT_OF_OFFICE = b"From: bruno@correo.example\nMessage-ID: <o1@x>\nAuto-Submitted: auto-replied\n\nI am away.\n"
BOUNCE = b"""From: MAILER-DAEMON@mx.example
Message-ID: <b1@mx.example>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; carla@correo.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

From: hola@vivero.example
Message-ID: <abc@vivero.example>
--b--
"""


@pytest.fixture
def ledger(home: Path) -> Ledger:
    return shop.fill(open_ledger())


@pytest.fixture
def folder() -> Iterator[Folder]:
    with imap_server() as there:
        yield there


@pytest.fixture
def mailbox(folder: Folder, db: None) -> Mailbox:
    return Mailbox.objects.create(
        name="Hola", host="127.0.0.1", port=folder.port, security="none", user="hola", sealed_password=seal("secret-7")
    )


def mails(ledger: Ledger) -> list[dict[str, Any]]:
    inbox.drain(ledger)
    read = ledger.read()
    return list(read.to_arrow(read.events.filter(read.events.name == "email received").order_by("seq")).to_pylist())


def test_a_message_becomes_an_event_of_the_customer_with_that_address(
    ledger: Ledger, folder: Folder, mailbox: Mailbox
) -> None:
    folder.deliver(QUESTION)
    assert listening.look() == 1
    (event,) = mails(ledger)
    assert (event["customer_id"], event["channel"], event["touchpoint"]) == ("ana", "email", "contact")
    assert event["text"] == "Hola, la maceta llegó rota.\n\nAna"
    assert event["occurred_at"] == datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    assert json.loads(event["properties"])["subject"] == "Mi pedido llegó roto"
    assert not any("STORE" in command or "SELECT" in command for command in folder.commands), "it stays unread there"


def test_an_answer_belongs_to_the_same_conversation_and_says_only_what_is_new(
    ledger: Ledger, folder: Folder, mailbox: Mailbox
) -> None:
    folder.deliver(QUESTION)
    folder.deliver(AGAIN)
    listening.look()
    first, second = mails(ledger)
    assert second["text"] == "Gracias, perfecto."
    assert (first["subject_kind"], first["subject_id"]) == (second["subject_kind"], second["subject_id"])
    assert first["subject_kind"] == "thread"


def test_every_message_is_heard_once_whatever_the_server_does(ledger: Ledger, folder: Folder, mailbox: Mailbox) -> None:
    folder.deliver(QUESTION)
    assert [listening.look(), listening.look()] == [1, 0]
    folder.validity = 8  # the server numbers anew: everything is read again, and known already
    folder.deliver(STRANGER)
    assert listening.look() == 2
    assert len(mails(ledger)) == 2


def test_somebody_new_is_known_by_their_address(ledger: Ledger, folder: Folder, mailbox: Mailbox) -> None:
    folder.deliver(STRANGER)
    listening.look()
    (event,) = mails(ledger)
    assert event["customer_id"] == people.new_id("nuevo@otro.example")
    assert "nuevo" not in event["customer_id"]
    read = ledger.read()
    known = read.to_arrow(read.customers.filter(read.customers.customer_id == event["customer_id"])).to_pylist()[0]
    assert (known["name"], known["email"]) == ("Nuevo", "nuevo@otro.example")


def test_what_machines_write_is_nobodys_voice(ledger: Ledger, folder: Folder, mailbox: Mailbox) -> None:
    folder.deliver(OUT_OF_OFFICE)
    listening.look()
    mailbox.refresh_from_db()
    assert (mails(ledger), mailbox.skipped) == ([], 1)


def test_returned_mail_goes_to_outreach_and_not_to_a_timeline(ledger: Ledger, folder: Folder, mailbox: Mailbox) -> None:
    folder.deliver(BOUNCE)
    listening.look()
    heard = ReturnedMail.objects.get()
    assert (heard.what, heard.message_id, heard.status) == ("failed", "<abc@vivero.example>", "5.1.1")
    assert mails(ledger) == []


def test_a_mailbox_can_begin_with_what_comes_from_now_on(ledger: Ledger, folder: Folder, mailbox: Mailbox) -> None:
    folder.deliver(QUESTION)
    listening.start_from_now(mailbox)
    mailbox.save()
    folder.deliver(STRANGER)
    assert listening.look() == 1


def test_what_keeps_a_mailbox_from_being_read_is_said_and_forgotten_once_mended(
    ledger: Ledger, folder: Folder, mailbox: Mailbox
) -> None:
    Mailbox.objects.update(sealed_password=seal("wrong"))
    assert listening.look() == 0
    mailbox.refresh_from_db()
    assert mailbox.problem == "127.0.0.1 refuses the user name or password"
    Mailbox.objects.update(sealed_password=seal("secret-7"), folder="Absent")
    listening.look()
    mailbox.refresh_from_db()
    assert mailbox.problem == "there is no folder 'Absent'"
    Mailbox.objects.update(folder="INBOX")
    listening.look()
    mailbox.refresh_from_db()
    assert mailbox.problem == ""


def test_the_touchpoint_is_shown_and_taken_in_the_readers_language(mailbox: Mailbox) -> None:
    mailbox.touchpoint = "contact centre"
    said = {"name": "M", "host": "h", "port": "143", "security": "none", "user": "u", "folder": "INBOX"}
    with translation.override("es"):
        assert 'value="atención al cliente"' in str(MailboxForm(instance=mailbox)["touchpoint"])
        form = MailboxForm({**said, "touchpoint": "Contacto"}, instance=mailbox)
        assert form.is_valid(), form.errors
    assert form.instance.touchpoint == "contact"


MALFORMED = (
    b"From: x@y.example\nMessage-ID: <m1@x>\nDate: Fri, 31 Dec 9999 23:59:59 -1200\n\nFrom the end of time.\n",
    b'From: x@y.example\nMessage-ID: <m2@x>\nContent-Type: text/plain; charset="a\0b"\n\nA set nobody has.\n',
    b"From: x@y.example\nMessage-ID: <m3@x>\nContent-Type: text/plain; charset=undefined\n\nOr wants.\n",
)


def test_malformed_mail_is_read_as_far_as_it_goes(ledger: Ledger, folder: Folder, mailbox: Mailbox) -> None:
    for raw in MALFORMED:
        folder.deliver(raw)
    assert listening.look() == 3
    assert [each["text"] for each in mails(ledger)] == ["From the end of time.", "A set nobody has.", "Or wants."]


def test_a_message_that_cannot_be_read_is_counted_and_stops_neither_its_mailbox_nor_others(
    ledger: Ledger, folder: Folder, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = letters.parse
    monkeypatch.setattr(listening, "parse", lambda raw: 1 / 0 if b"Do you have" in raw else parse(raw))
    folder.deliver(STRANGER)
    folder.deliver(QUESTION)
    listening.look()
    mailbox.refresh_from_db()
    assert (mailbox.skipped, mailbox.last_uid, len(mails(ledger))) == (1, 2, 1)

    monkeypatch.setattr(listening, "open_ledger", lambda: 1 / 0)
    Mailbox.objects.create(name="Otra", host="127.0.0.1", port=1, security="none", user="x", sealed_password=seal("x"))
    assert listening.look() == 0
    problems = list(Mailbox.objects.order_by("pk").values_list("problem", flat=True))
    assert problems[0] == "unexpected trouble (ZeroDivisionError)" and "cannot be reached" in problems[1]


def test_folders_and_passwords_may_have_letters_of_any_language(folder: Folder, mailbox: Mailbox) -> None:
    folder.name, folder.password = "Atenci&APM-n &- quejas", "contrase\N{LATIN SMALL LETTER N WITH TILDE}a"
    Mailbox.objects.update(
        sealed_password=seal(folder.password), folder="Atenci\N{LATIN SMALL LETTER O WITH ACUTE}n & quejas"
    )
    listening.look()
    mailbox.refresh_from_db()
    assert mailbox.problem == ""
