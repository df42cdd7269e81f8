"""Webhooks in and out: signed as Standard Webhooks has it, over real HTTP, told once."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from tests.customers import shop
from vivencia.foundation import erasure, inbox
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import Role, User
from vivencia.foundation.sealed import seal
from vivencia.listen.sources.models import Arrival, Delivery, Endpoint, Subscription
from vivencia.listen.sources.webhooks import delivering, happenings, receiving, signing

pytestmark = pytest.mark.django_db

REVIEW = {
    "type": "review.created",
    "review": {"id": 77, "stars": "2", "comment": "Arrived broken.", "createdAt": "2026-05-30T10:00:00Z"},
    "author": {"name": "Ana Muñoz", "email": "ANA@correo.example"},
    "platform": "Maps",
}
MAPPING = {
    "name": "=review written", "touchpoint": "=review", "metric": "=csat", "scale_max": "=5", "score": "review.stars",
    "text": "review.comment", "occurred_at": "review.createdAt", "event_id": "review.id", "channel": "platform",
    "customer_email": "author.email", "customer_name": "author.name", "only_if": "type=review.created",
}  # fmt: skip


@pytest.fixture
def ledger(home: Path) -> Ledger:
    return shop.fill(open_ledger())


def post(endpoint: Endpoint, secret: str, said: Any, message_id: str = "msg_1", **changed: str) -> Any:
    """A message as another system's library sends it."""
    body, now = json.dumps(said), timezone.now()
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body),
        **changed,
    }
    return Client().post(f"/hooks/in/{endpoint.token}/", body, content_type="application/json", headers=headers)


def reviews(ledger: Ledger) -> list[dict[str, Any]]:
    inbox.drain(ledger)
    read = ledger.read()
    found: list[dict[str, Any]] = read.to_arrow(read.events.filter(read.events.touchpoint == "review")).to_pylist()
    return found


@pytest.fixture
def endpoint(db: None) -> tuple[Endpoint, str]:
    User.objects.create_user("admin@example.org", role=Role.ADMINISTRATOR)  # until somebody is, every page says welcome
    made, secret = receiving.make("Reviews", "reviews")
    Endpoint.objects.filter(pk=made.pk).update(mapping=MAPPING)
    return made, secret


def test_a_signed_message_becomes_an_event_on_the_timeline_once(ledger: Ledger, endpoint: tuple[Endpoint, str]) -> None:
    assert post(*endpoint, REVIEW).json() == {"events": 1, "known": False}
    assert post(*endpoint, REVIEW).json() == {"events": 0, "known": True}
    (event,) = reviews(ledger)
    assert (event["customer_id"], event["score"], event["scale_max"], event["text"]) == (
        "ana",
        2.0,
        5.0,
        "Arrived broken.",
    )
    assert event["occurred_at"] == datetime(2026, 5, 30, 10, tzinfo=UTC)

    assert post(*endpoint, REVIEW, "msg_2").json()["known"] is False, "another message about the same review"
    assert len(reviews(ledger)) == 1, "is the same review"


def test_what_is_not_genuine_is_refused_and_nothing_is_kept(ledger: Ledger, endpoint: tuple[Endpoint, str]) -> None:
    made, secret = endpoint
    old = str(int((timezone.now() - timedelta(minutes=6)).timestamp()))
    assert post(made, signing.new_secret(), REVIEW).status_code == 401
    assert post(made, secret, REVIEW, **{"webhook-timestamp": old}).status_code == 401
    assert post(made, secret, REVIEW, **{"webhook-signature": "v1,x"}).status_code == 401
    assert post(made, secret, REVIEW, **{"webhook-signature": "nonsense"}).status_code == 401
    assert Client().post(f"/hooks/in/{made.token}/", "{}", content_type="application/json").status_code == 401
    assert Client().post("/hooks/in/unknown/", "{}", content_type="application/json").status_code == 404
    assert Client().get(f"/hooks/in/{made.token}/").status_code == 405
    assert not Arrival.objects.exists()


def test_while_a_secret_is_exchanged_both_hold_for_a_week(ledger: Ledger, endpoint: tuple[Endpoint, str]) -> None:
    made, old = endpoint
    new = receiving.exchange(made, timezone.now())
    assert post(made, new, REVIEW, "a").status_code == post(made, old, REVIEW, "b").status_code == 200
    Endpoint.objects.update(previous_until=timezone.now())
    assert post(made, old, REVIEW, "c").status_code == 401


def test_what_cannot_be_read_is_kept_with_its_reason_and_taken_in_once_mended(
    ledger: Ledger, endpoint: tuple[Endpoint, str]
) -> None:
    made, secret = endpoint
    strange = {**REVIEW, "review": {**REVIEW["review"], "stars": "two"}}  # type: ignore[dict-item]
    answer = post(made, secret, strange)
    assert (answer.status_code, answer.json()["problem"]) == (200, "score is 'two'; it must be a number")
    Endpoint.objects.update(mapping={**MAPPING, "score": ""})
    made.refresh_from_db()
    assert receiving.take_again(made) == 1
    assert reviews(ledger)[0]["text"] == "Arrived broken."
    assert post(made, secret, {"type": "review.deleted"}, "other").json() == {"events": 0, "known": False}


def test_a_cloud_event_is_taken_in_both_its_forms(ledger: Ledger, endpoint: tuple[Endpoint, str]) -> None:
    made, secret = endpoint
    mapping = {
        "name": "type",
        "touchpoint": "=review",
        "customer_id": "subject",
        "text": "data.words",
        "event_id": "id",
    }
    Endpoint.objects.update(mapping=mapping)
    whole = {"specversion": "1.0", "id": "7", "type": "post liked", "subject": "ana", "data": {"words": "Nice"}}
    binary = {"ce-specversion": "1.0", "ce-id": "8", "ce-type": "post liked", "ce-subject": "ana"}
    assert post(made, secret, whole, "a").json()["events"] == 1
    assert post(made, secret, {"words": "Nicer"}, "b", **binary).json()["events"] == 1
    assert {event["text"] for event in reviews(ledger)} == {"Nice", "Nicer"}


def test_somebody_makes_an_endpoint_maps_its_first_message_with_a_preview_and_sees_the_event(ledger: Ledger) -> None:
    client = Client()
    client.force_login(User.objects.create_user("analyst@example.org", role=Role.ANALYST))
    page = client.post("/sources/connected/in/", {"name": "Maps", "shape": "reviews"}, follow=True)
    secret = next(word for word in page.content.decode().split(">") if word.startswith("whsec_")).split("<")[0]
    made = Endpoint.objects.get()
    assert secret not in client.get(f"/sources/connected/in/{made.pk}/").content.decode(), "shown once"
    assert secret not in made.sealed_secret

    assert post(made, secret, REVIEW).json() == {"events": 0, "known": False}
    page = client.get(f"/sources/connected/in/{made.pk}/")
    proposed = {f"map.{field.name}": field.value for field in page.context["fields"] if field.value}
    assert proposed["map.score"] == "review.stars"
    assert proposed["map.customer_email"] == "author.email"
    assert ("What they said", "Arrived broken.") in page.context["events"][0]
    preview = client.post(
        f"/sources/connected/in/{made.pk}/preview/",
        {**proposed, "map.score": "review.id", "sample": json.dumps(REVIEW)},
    )
    assert b"<dd>77</dd>" in preview.content

    client.post(f"/sources/connected/in/{made.pk}/", proposed)
    assert [event["score"] for event in reviews(ledger)] == [2.0]


def test_stored_names_in_a_mapping_are_shown_and_taken_in_the_readers_language(
    ledger: Ledger, endpoint: tuple[Endpoint, str]
) -> None:
    made = endpoint[0]
    Endpoint.objects.filter(pk=made.pk).update(mapping={"name": "=review written", "touchpoint": "=delivery"})
    client = Client()
    client.force_login(User.objects.create_user("analyst@example.org", role=Role.ANALYST, language="es"))
    address = f"/sources/connected/in/{made.pk}/"
    shown = client.get(address).content.decode()
    assert 'value="=Escribió una reseña"' in shown and 'value="=entrega"' in shown
    said = {"map.name": "=Escribió una reseña", "map.touchpoint": "= Pago", "map.channel": "=tienda", "map.text": "t"}
    preview = client.post(f"{address}preview/", {**said, "sample": '{"t": "Muy bien"}'}).content.decode()
    assert "<dd>Escribió una reseña</dd>" in preview and "<dd>pago</dd>" in preview and "<dd>tienda</dd>" in preview
    nameless = client.post(address, {"map.text": "t"}, follow=True).content.decode()
    assert "Hay que indicar qué ocurrió" in nameless
    client.post(address, said)
    made.refresh_from_db()
    assert made.mapping == {
        "name": "=review written", "touchpoint": "=payment", "channel": "=store", "text": "t",
    }  # fmt: skip


def test_an_agent_makes_no_endpoints_and_an_analyst_tells_nobody_outside(db: None) -> None:
    for role, address in ((Role.AGENT, "in"), (Role.ANALYST, "out"), (Role.ANALYST, "mailbox")):
        client = Client()
        client.force_login(User.objects.create_user(f"{role}-{address}@example.org", role=role))
        assert client.get(f"/sources/connected/{address}/").status_code == 403


def test_erasing_a_person_removes_the_bodies_that_name_them(ledger: Ledger, endpoint: tuple[Endpoint, str]) -> None:
    post(*endpoint, REVIEW)
    post(*endpoint, {**REVIEW, "author": {"email": "bruno@correo.example"}}, "other")
    inbox.drain(ledger)
    erasure.erase("ana")
    kept = [arrival.body for arrival in Arrival.objects.order_by("pk")]
    assert kept[0] is None
    assert kept[1] is not None


class Listener:
    """Another system's server. `status`: what it answers; `got`: headers and body of what came."""

    def __init__(self) -> None:
        self.status, self.got = 200, list[tuple[dict[str, str], str]]()
        self.url = ""


@pytest.fixture
def listener() -> Iterator[Listener]:
    there = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            there.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(there.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        there.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield there
        server.shutdown()


@pytest.fixture
def subscribe(listener: Listener, db: None) -> Callable[..., tuple[Subscription, str]]:
    def make(*kinds: str) -> tuple[Subscription, str]:
        secret, now = signing.new_secret(), timezone.now()
        made = Subscription.objects.create(
            name="CRM", url=listener.url, happenings=list(kinds), sealed_secret=seal(secret), seen_until=now
        )
        return made, secret

    return make


def answered(ledger: Ledger, event_id: str = "answer-1") -> None:
    said = {"customer_id": "ana", "name": "survey answered", "metric": "nps", "score": 3.0, "source": "survey:nps"}
    inbox.put([{"event_id": event_id, "occurred_at": timezone.now(), **said}])
    inbox.drain(ledger)


def test_an_answer_is_told_to_who_subscribed_once_and_the_signature_proves_it_is_ours(
    ledger: Ledger, listener: Listener, subscribe: Callable[..., tuple[Subscription, str]]
) -> None:
    answered(ledger, "before")
    _made, secret = subscribe("survey.answered")
    answered(ledger)
    for _turn in range(2):
        happenings.notice(timezone.now())
        delivering.deliver()
    ((headers, body),) = listener.got
    Webhook(secret).verify(body, headers)
    told = json.loads(body)
    assert (told["specversion"], told["type"], told["subject"]) == ("1.0", "org.vivencia.survey.answered", "ana")
    assert told["data"]["score"] == 3.0
    assert headers["content-type"] == "application/cloudevents+json"


def test_who_does_not_answer_is_tried_again_later_and_later_and_the_log_says_why(
    ledger: Ledger, listener: Listener, subscribe: Callable[..., tuple[Subscription, str]]
) -> None:
    subscribe("survey.answered")
    answered(ledger)
    now = timezone.now()
    happenings.notice(now)
    listener.status = 500
    assert delivering.deliver(lambda: now) == 0
    assert delivering.deliver(lambda: now) == 0, "not yet due again"
    assert len(listener.got) == 1
    one = Delivery.objects.get()
    assert (one.state, one.problem) == (Delivery.State.WAITING, "answered 500")
    assert timedelta(0) < one.next_try_at - now < timedelta(minutes=1)

    listener.status = 302
    later = now + timedelta(minutes=1)
    delivering.deliver(lambda: later)
    assert Delivery.objects.get().problem == "answered 302", "a signed message does not follow where it is sent"
    listener.status = 204
    assert delivering.deliver(lambda: later + timedelta(hours=1)) == 1
    assert Delivery.objects.get().state == Delivery.State.DELIVERED
    assert len({headers["webhook-id"] for headers, _body in listener.got}) == 1, "the receiver can tell a repetition"


def test_who_is_gone_is_told_nothing_more(
    ledger: Ledger, listener: Listener, subscribe: Callable[..., tuple[Subscription, str]]
) -> None:
    subscribe("survey.answered")
    answered(ledger)
    happenings.notice(timezone.now())
    listener.status = 410
    delivering.deliver()
    assert Subscription.objects.get().active is False
    assert Delivery.objects.get().state == Delivery.State.GIVEN_UP


def test_an_erasure_is_told_without_saying_who_and_takes_back_what_was_on_its_way(
    ledger: Ledger, listener: Listener, subscribe: Callable[..., tuple[Subscription, str]]
) -> None:
    subscribe("survey.answered", "customer.erased")
    answered(ledger)
    happenings.notice(timezone.now())
    erasure.erase("ana")
    happenings.notice(timezone.now())
    delivering.deliver()
    ((_headers, body),) = listener.got
    assert json.loads(body)["type"] == "org.vivencia.customer.erased"
    assert "ana" not in body.replace("vivencia", "")


def test_a_receiver_that_fails_holds_no_other_back_however_much_waits_for_it(
    ledger: Ledger,
    listener: Listener,
    subscribe: Callable[..., tuple[Subscription, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dead, _secret = subscribe("survey.answered")
    Subscription.objects.filter(pk=dead.pk).update(url="http://127.0.0.1:1/nobody")
    monkeypatch.setattr(delivering, "AT_A_TIME", 3)
    for number in range(4):
        answered(ledger, f"answer-{number}")
    happenings.notice(timezone.now())
    subscribe("survey.answered")
    answered(ledger, "answer-last")
    happenings.notice(timezone.now())
    assert delivering.deliver() == 1, "though four older ones wait for the dead receiver"
    assert sorted(Delivery.objects.filter(subscription=dead).values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("delivery", ["abc", "", "-1", "9" * 30, "12"])
def test_trying_a_delivery_again_that_is_none_of_these_is_not_found(
    ledger: Ledger, subscribe: Callable[..., tuple[Subscription, str]], delivery: str
) -> None:
    made, _secret = subscribe("survey.answered")
    client = Client()
    client.force_login(User.objects.create_user("admin@example.org", role=Role.ADMINISTRATOR))
    answer = client.post(reverse("subscription-change", args=[made.pk]), {"act": "again", "delivery": delivery})
    assert answer.status_code == 404
