"""From a request to a mailbox, or to the reason why not: with a real ledger and a real SMTP server."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from ibis import _ as ibis

from tests.outreach.conftest import TODAY, at
from tests.outreach.mail import Server, smtp_server
from vivencia.act.models import Block
from vivencia.act.outreach import addresses, mail_server, rules, sender, telling
from vivencia.act.outreach.mail_server import MailServer
from vivencia.act.outreach.rules import Rules
from vivencia.foundation import inbox
from vivencia.foundation.ledger.store import Ledger
from vivencia.listen import consent, reasons
from vivencia.listen.models import OutgoingRequest, Standing

pytestmark = pytest.mark.django_db
Ask = Callable[..., OutgoingRequest]


def told(ledger: Ledger, who: str) -> list[tuple[str, dict[str, Any]]]:
    """What the person's timeline says of our writing to them, oldest first."""
    inbox.drain(ledger)
    read = ledger.read()
    rows = read.to_arrow(read.events_of(who).filter(ibis.source == "outreach").order_by("occurred_at"))
    return [(row["name"], json.loads(row["properties"])) for row in rows.to_pylist()]


def state_of(request: OutgoingRequest) -> tuple[str, str]:
    request.refresh_from_db()
    return request.state, request.reason


def test_a_survey_reaches_the_mailbox_once_and_the_timeline_says_so(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    request = ask("carla")
    assert sender.send_what_is_due(at(12)).sent == 1
    assert sender.send_what_is_due(at(12)).sent == 0
    assert state_of(request) == (Standing.SENT, "")

    (letter,) = post.letters
    assert letter["To"] == "carla@correo.example"
    assert letter["From"] == "Vivero Alba <hola@vivero.example>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].startswith("<https://cx.example/unsubscribe/")
    assert letter.get_content_type() == "multipart/alternative"
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None and "Tell us: https://cx.example/s/1" in plain.get_content()
    assert html is not None and ">Unsubscribe</a></p></body>" in html.get_content()

    inbox.drain(ledger)
    read = ledger.read()
    event = read.to_arrow(read.events.filter(read.events.name == "survey sent")).to_pylist()[0]
    assert (event["customer_id"], event["touchpoint"], event["metric"], event["channel"]) == (
        "carla", "purchase", "nps", "email",
    )  # fmt: skip


def test_an_open_problem_holds_a_survey_back_and_the_timeline_says_why(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    request = ask("eva")
    assert sender.send_what_is_due(at(12)).held == 1
    assert sender.send_what_is_due(at(12, day=2)).held == 1, "looked at again, still open"
    assert post.letters == []
    assert state_of(request) == (Standing.HELD, "open_issue")

    ((name, properties),) = told(ledger, "eva")
    assert name == "message held back", "told once, however often it is looked at"
    assert properties["why"] == "They asked for help and it is not solved yet."


def test_once_the_problem_is_solved_the_survey_goes_out(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    ask("eva")
    sender.send_what_is_due(at(12))
    solved = {"customer_id": "eva", "subject_kind": "ticket", "subject_id": "T2", "source": "desk"}
    inbox.put([{"event_id": "solved", "occurred_at": TODAY, "name": "ticket solved", **solved}])
    inbox.drain(ledger)
    sender.send_what_is_due(at(12, day=2))
    assert [letter["To"] for letter in post.letters] == ["eva@correo.example"]


def test_a_survey_about_the_problem_itself_may_be_sent(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    request = ask("eva", about=("ticket", "T2"))
    sender.send_what_is_due(at(12))
    assert state_of(request) == (Standing.SENT, "")


@pytest.mark.parametrize(("who", "reason"), [("bruno", "overdue"), ("ana", "broken_promise")])
def test_promises_not_kept_hold_surveys_back(
    ledger: Ledger, ask: Ask, our_server: MailServer, who: str, reason: str
) -> None:
    request = ask(who)
    sender.send_what_is_due(at(12))
    assert state_of(request) == (Standing.HELD, reason)


def test_without_consent_nothing_is_sent_and_nobody_is_asked_twice(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    consent.withdraw("carla", "surveys", "Said so on the phone", TODAY - timedelta(days=1))
    refused, news = ask("carla"), ask("dario", purpose="newsletter", kind="message", key="news")
    assert sender.send_what_is_due(at(12)).refused == 2
    assert (state_of(refused), state_of(news)) == (("refused", "withdrawn"), ("refused", "no_consent"))
    assert [name for name, _properties in told(ledger, "carla")] == ["message not sent"]
    assert post.letters == []


def test_one_cap_counts_everything_a_person_got_from_whoever(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    newsletter = {"customer_id": "carla", "name": "newsletter sent", "source": "campaigns"}
    inbox.put([{"event_id": "n", "occurred_at": TODAY - timedelta(days=2), **newsletter}])
    inbox.drain(ledger)
    first, second = (
        ask("carla"),
        ask("carla", key="another", source="survey:other", expires_at=TODAY + timedelta(days=60)),
    )
    sender.send_what_is_due(at(12))
    assert state_of(first) == (Standing.SENT, "")
    assert state_of(second) == (Standing.HELD, "enough_lately")
    assert second.next_try_at == TODAY + timedelta(days=12), "when the newsletter is fourteen days old"


def test_at_night_in_their_time_zone_it_waits_for_the_morning(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    request = ask("carla")
    sender.send_what_is_due(at(22))
    assert state_of(request) == (Standing.HELD, "quiet_hours")
    sender.send_what_is_due(at(8, day=2))
    assert post.letters == []
    sender.send_what_is_due(at(9, day=2))
    assert len(post.letters) == 1


def test_an_address_nobody_is_at_is_never_tried_again(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    post.refuse["carla@correo.example"] = "550 5.1.1 <carla@correo.example> unknown user"
    request = ask("carla")
    sender.send_what_is_due(at(12))
    assert state_of(request) == (Standing.BOUNCED, "server_refused")
    assert reasons.say(request.reason, request.facts).endswith("550 5.1.1 <…> unknown user"), "the address stays out"
    assert [one.reason for one in addresses.blocks_of("Carla@correo.example")] == [Block.UNDELIVERABLE]

    again = ask("carla", key="again")
    sender.send_what_is_due(at(12))
    assert state_of(again) == (Standing.REFUSED, "undeliverable")


def test_a_refusal_of_what_we_wrote_is_not_held_against_the_address(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    post.refuse["carla@correo.example"] = "550 5.7.1 looks like advertising"
    ask("carla")
    sender.send_what_is_due(at(12))
    assert addresses.blocks_of("carla@correo.example") == []


def test_a_full_mailbox_is_tried_again_later_and_later(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    post.refuse["carla@correo.example"] = "452 4.2.2 mailbox full"
    request = ask("carla")
    sender.send_what_is_due(at(12))
    assert state_of(request) == (Standing.HELD, "later")
    assert request.next_try_at == TODAY + timedelta(minutes=10)
    del post.refuse["carla@correo.example"]
    sender.send_what_is_due(at(13))
    assert state_of(request) == (Standing.SENT, "")


def test_without_a_server_messages_wait_and_the_timeline_is_not_told_of_our_machinery(
    ledger: Ledger, ask: Ask, db: None
) -> None:
    request = ask("carla")
    done = sender.send_what_is_due(at(12))
    assert state_of(request) == (Standing.HELD, "no_mail_server")
    assert told(ledger, "carla") == []
    mail_server.save(MailServer("127.0.0.1", 1, "none", sender="hola@vivero.example"))
    done = sender.send_what_is_due(at(13))
    assert "127.0.0.1:1 cannot be reached" in done.trouble
    assert state_of(request) == (Standing.HELD, "no_mail_server")


def test_what_somebody_else_has_claimed_is_left_alone_until_the_claim_runs_out(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server
) -> None:
    request = ask("carla")
    OutgoingRequest.objects.update(claimed_until=TODAY + timedelta(minutes=5))
    assert sender.send_what_is_due(at(12)).sent == 0
    assert sender.send_what_is_due(at(13)).sent == 1
    first = post.letters[0]["Message-ID"]

    OutgoingRequest.objects.update(state=Standing.WAITING, claimed_until=TODAY)  # as after a crash past the server's OK
    sender.send_what_is_due(at(14))
    assert post.letters[1]["Message-ID"] == first, "a repetition can be told by its Message-ID"
    assert [name for name, _properties in told(ledger, "carla")] == ["survey sent"]
    request.refresh_from_db()
    assert request.attempts == 2


def test_too_late_is_said_with_what_was_in_the_way(ledger: Ledger, ask: Ask, our_server: MailServer) -> None:
    request = ask("eva", expires_at=TODAY + timedelta(hours=6))
    sender.send_what_is_due(at(12))
    sender.send_what_is_due(at(18))
    assert state_of(request) == (Standing.EXPIRED, "open_issue")
    assert [name for name, _properties in told(ledger, "eva")] == ["message held back", "message not sent"]


def test_the_companys_own_rules_hold(ledger: Ledger, ask: Ask, our_server: MailServer, post: Server) -> None:
    rules.save(Rules(quiet_from=11, quiet_until=14, remember_days=1))
    rested, forgiven = ask("carla"), ask("ana")
    sender.send_what_is_due(at(12))
    assert (state_of(rested), state_of(forgiven)) == ((Standing.HELD, "quiet_hours"), (Standing.HELD, "quiet_hours"))
    sender.send_what_is_due(at(14))
    assert (state_of(rested), state_of(forgiven)) == ((Standing.SENT, ""), (Standing.SENT, ""))


def test_what_was_said_is_forgotten_after_ninety_days_and_that_it_was_said_is_not(
    ledger: Ledger, ask: Ask, our_server: MailServer
) -> None:
    request = ask("carla")
    sender.send_what_is_due(at(12))
    assert sender.forget_contents(TODAY + timedelta(days=90)) == 0
    assert sender.forget_contents(TODAY + timedelta(days=91)) == 1
    request.refresh_from_db()
    assert (request.text, request.html, request.state) == ("", "", Standing.SENT)


def test_signing_in_and_tls_problems_are_told_in_words(db: None) -> None:
    with smtp_server() as server:
        wrong = mail_server.with_password(MailServer("127.0.0.1", server.port, "none", user="cx"), "wrong")
        refused = pytest.raises(mail_server.UnreachableError, match="refuses the user name or password")
        with refused, mail_server.conversation(wrong):
            pass
        with mail_server.conversation(mail_server.with_password(wrong, "secret-7")):
            pass
        starttls = MailServer("127.0.0.1", server.port, "starttls")
        with pytest.raises(mail_server.UnreachableError, match="no STARTTLS"), mail_server.conversation(starttls):
            pass
        assert "secret-7" not in mail_server.with_password(wrong, "secret-7").sealed_password


@pytest.mark.parametrize("failures", [2, 5])
def test_what_the_mail_server_took_is_never_sent_again_though_it_could_not_be_written(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    """A database that is locked for a moment, or for longer than a round."""
    left, mark = [failures], sender._mark_sent

    def locked(*args: Any) -> bool:
        left[0] -= 1
        if left[0] >= 0:
            raise OperationalError("database is locked")
        return mark(*args)

    monkeypatch.setattr(sender, "_mark_sent", locked)
    monkeypatch.setattr(sender, "WRITE_AGAIN_SECONDS", (0, 0))
    request = ask("carla")
    for day in (1, 2, 3):
        sender.send_what_is_due(at(12, day=day))
    assert len(post.letters) == 1
    assert state_of(request) == (Standing.SENT, "")
    assert [name for name, _properties in told(ledger, "carla")] == ["survey sent"]
    assert sender.HANDED_OVER == {}


def test_what_cannot_be_told_is_written_all_the_same_and_told_when_it_can(
    ledger: Ledger, ask: Ask, our_server: MailServer, post: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_args: Any) -> None:
        raise RuntimeError("no timeline today")

    monkeypatch.setattr(sender, "WRITE_AGAIN_SECONDS", (0, 0))
    request = ask("carla")
    with monkeypatch.context() as broken:
        broken.setattr(telling, "sent", failing)
        assert sender.send_what_is_due(at(12)).sent == 1
    assert state_of(request) == (Standing.SENT, "")
    assert sender.send_what_is_due(at(13)).sent == 0
    assert [name for name, _properties in told(ledger, "carla")] == ["survey sent"]
    assert len(post.letters) == 1
