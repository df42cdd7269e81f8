"""Calls in Segment's form become events, customers and joined ids: by the track plan, or as their names propose."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.conftest import Send
from vivencia.foundation.arriving import Told
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import InboxEvent
from vivencia.listen.api import arrivals, planning
from vivencia.listen.api.models import PlannedCall
from vivencia.listen.api.protocol import calls
from vivencia.listen.api.protocol.calls import Origin
from vivencia.listen.api.protocol.plan import Label, Meaning, Plan, proposed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHOP, PAGE = Origin("shop"), Origin("web", "web", trusted=False)
UUID = "0b2e8cbe-9c5f-4b1e-8f6f-5d3f0d5a4a10"
Lived = Callable[[], list[dict[str, Any]]]


def told(call: dict[str, Any], origin: Origin = SHOP, plan: Plan | None = None) -> Told:
    return calls.told({"messageId": "m", **call}, NOON, origin, plan or Plan())


def event(plan: Plan | None = None, **call: Any) -> dict[str, Any]:
    said: dict[str, Any] = told({"type": "track", "userId": "ana", "event": "Looked", **call}, plan=plan).events[0]
    return said


def test_what_is_paid_is_an_amount_and_a_carts_value_is_not() -> None:
    money = {"revenue": 25.5, "currency": "EUR", "order_id": "o-1", "colour": "red"}
    paid = event(event="Order Completed", properties=money)
    assert (paid["amount"], paid["currency"], paid["subject_kind"], paid["subject_id"]) == (25.5, "EUR", "order", "o-1")
    assert paid["properties"] == {"colour": "red"}
    assert event(event="Order Refunded", properties={"total": "9.50"})["amount"] == -9.5
    assert "amount" not in event(event="Cart Viewed", properties={"value": 25.5})
    assert "amount" not in event(event="Level Reached", properties={"value": 3})
    assert event(event="Repair Done", properties={"revenue": 40})["amount"] == 40


def test_a_promise_is_opened_by_its_time_and_kept_by_the_name() -> None:
    opened = event(event="Order Completed", properties={"orderId": "o-1", "promisedAt": "2026-03-05T12:00:00+01:00"})
    assert (opened["promise"], opened["promised_at"]) == ("delivery", "2026-03-05T11:00:00+00:00")
    kept = event(event="Order Delivered", properties={"orderId": "o-1"})
    assert (kept["promise"], "promised_at" in kept) == ("delivery", False)
    assert "promise" not in event(event="Order Completed", properties={"orderId": "o-1"})


def test_the_property_a_promise_stands_in_is_the_companys_choice() -> None:
    fields = {"promised_at": "eta", "amount": "-"}
    plan = Plan({Label("track", "Taxi Called"): Meaning(touchpoint="taxi", promise="arrival", properties=fields)})
    said = event(plan, event="Taxi Called", properties={"eta": "2026-03-02T13:00:00Z", "revenue": 5})
    assert (said["promise"], said["promised_at"], said["touchpoint"]) == (
        "arrival",
        "2026-03-02T13:00:00+00:00",
        "taxi",
    )
    assert said["properties"] == {"revenue": 5}
    with pytest.raises(ValueError, match="eta is 'soon'; the track plan takes it for promised_at, it must be a time"):
        event(plan, event="Taxi Called", properties={"eta": "soon"})


@pytest.mark.parametrize(
    ("properties", "answer"),
    [
        ({"metric": "nps", "score": 9}, ("nps", 9, 10)),
        ({"nps": "3"}, ("nps", 3, 10)),
        ({"rating": 4}, ("csat", 4, 5)),
        ({"metric": "CSAT", "score": 6, "scale_max": 7}, ("csat", 6, 7)),
        ({"score": 4711}, None),
        ({"rating": "awful"}, None),
    ],
)
def test_a_score_says_what_was_asked_and_its_scale(properties: dict[str, Any], answer: Any) -> None:
    said = event(properties={**properties, "comment": "slow", "agentId": 7})
    assert (said["text"], said["employee_id"]) == ("slow", "7")
    found = (said.get("metric"), said.get("score"), said.get("scale_max")) if "score" in said else None
    assert found == answer


@pytest.mark.parametrize(
    ("name", "touchpoint"),
    [
        ("Order Completed", "purchase"), ("order_cancelled", "cancellation"), ("orderRefunded", "refund"),
        ("Pedido entregado", "delivery"), ("Product Added", "cart"), ("Products Searched", "search"),
        ("Búsqueda", "search"), ("Ticket Solved", "ticket solved"), ("Ticket", "contact"),
        ("Trial Ended", "trial ended"),
        ("page left", ""),
    ],
)  # fmt: skip
def test_a_name_proposes_a_touchpoint(name: str, touchpoint: str) -> None:
    assert proposed(Label("track", name)).touchpoint == touchpoint


def test_a_page_proposes_a_touchpoint_however_its_file_ends() -> None:
    pages = ("/index.html", "/", "/inicio", "/gracias.php", "/producto.html", "/sobre-nosotros.html", "/homewares")
    told = ["home page", "home page", "home page", "thank-you page", "product page", "sobre nosotros", "homewares"]
    assert [proposed(Label("page", page)).touchpoint for page in pages] == told


@pytest.mark.parametrize(
    ("call", "name", "touchpoint"),
    [
        ({"properties": {"path": "/"}}, "/", "home page"),
        ({"properties": {"path": "/es/productos/42"}}, "/productos/*", "product page"),
        ({"context": {"page": {"path": "/about-us"}}}, "/about-us", "about us"),
        ({"name": "Pricing", "properties": {"path": "/x"}}, "Pricing", "prices"),
        ({}, "page", "page"),
    ],
)
def test_a_page_is_known_by_its_name_or_its_part_of_the_site(call: dict[str, Any], name: str, touchpoint: str) -> None:
    said = told({"type": "page", "anonymousId": "a-1", **call}, PAGE).events[0]
    assert (said["name"], said["properties"]["page"], said["touchpoint"]) == ("page viewed", name, touchpoint)
    assert (said["customer_id"], said["channel"]) == ("a-1", "web")


def test_a_pattern_for_paths_is_the_most_particular_that_fits() -> None:
    decided = {Label("page", p): Meaning(touchpoint=t) for p, t in (("/p/*", "product"), ("/p/new/*", "novelty"))}
    for path, touchpoint in (("/p/1", "product"), ("/p/new/1", "novelty")):
        call = {"type": "page", "userId": "ana", "properties": {"path": path}}
        assert told(call, plan=Plan(decided)).events[0]["touchpoint"] == touchpoint


def test_the_senders_own_touchpoint_and_channel_hold() -> None:
    said = event(properties={"touchpoint": "till", "channel": "store"})
    assert (said["touchpoint"], said["channel"], said["properties"]) == ("till", "store", {})


@pytest.mark.parametrize(
    ("times", "at"),
    [
        ({"timestamp": "2026-03-01T10:00:00+02:00"}, datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ({"timestamp": "2026-03-01T10:00:00"}, datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ({"originalTimestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:01:00Z"}, NOON - timedelta(minutes=1)),
        ({"originalTimestamp": "2026-03-01T10:00:00Z"}, datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ({"sentAt": "2020-01-01T00:00:00Z"}, NOON),
        ({}, NOON),
    ],
)  # fmt: skip
def test_the_clock_is_put_right_where_no_time_was_given(times: dict[str, Any], at: datetime) -> None:
    assert datetime.fromisoformat(event(**times)["occurred_at"]) == at


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ({"event": " "}, "a track call needs event"),
        ({"event": 7}, "a track call needs event"),
        ({"userId": None}, "userId or anonymousId must be given"),
        ({"userId": {"id": 1}}, "userId is {'id': 1}; it must be text"),
        ({"userId": "x" * 501}, "userId is 501 characters long"),
        ({"timestamp": "yesterday"}, "timestamp is 'yesterday'; it must be a time"),
        ({"timestamp": "2026-03-04T00:00:00Z"}, "which has not been yet"),
        ({"properties": [1]}, "properties must be a JSON object"),
        ({"messageId": None}, "messageId is missing"),
        ({"type": "group"}, "a group call needs groupId"),
        ({"type": "alias"}, "an alias call needs userId and previousId"),
        ({"type": "alias", "previousId": "ana"}, "are the same id"),
    ],
)
def test_what_is_wrong_is_said_with_the_field(call: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError) as raised:
        event(**call)
    assert problem in str(raised.value)


def test_a_message_id_unlike_any_other_is_the_events_wherever_it_comes_from() -> None:
    assert calls.event_id(f"ajs-next-1-{UUID}", "web") == f"ajs-next-1-{UUID}"
    assert calls.event_id("17", "web") == "web/17"
    assert calls.event_id("17", "app") == "app/17"


def test_an_identified_visitor_is_one_person_with_what_they_did_before(
    send: Send, lived: Lived, ledger: Ledger
) -> None:
    send("page", {"anonymousId": "a-1", "messageId": "1", "properties": {"path": "/"}})
    assert lived()[0]["customer_id"] == "a-1"
    traits = {"email": "ana@x.org", "firstName": "Ana", "lastName": "Ruiz", "createdAt": "2025-01-02", "pets": 2}
    send("identify", {"anonymousId": "a-1", "userId": "ana", "traits": traits, "context": {"locale": "es-ES"}})
    send("identify", {"anonymousId": "a-1", "userId": "bea"})
    assert lived()[0]["customer_id"] == "ana"
    read = ledger.read()
    ana = read.to_arrow(read.customers.filter(read.customers.customer_id == "ana")).to_pylist()[0]
    assert (ana["name"], ana["email"], ana["language"]) == ("Ana Ruiz", "ana@x.org", "es-ES")
    assert ana["since"] == datetime(2025, 1, 2, tzinfo=UTC)
    assert '"pets": 2' in ana["traits"]
    assert read.to_arrow(read.told_aliases).to_pylist()[0]["reason"] == "An identify call named both ids."


def test_an_alias_joins_two_ids_and_only_a_servers_key_may_say_so_against_what_was_said(
    send: Send, browser_key: str, lived: Lived, ledger: Ledger
) -> None:
    send("track", {"userId": "old", "event": "Looked", "messageId": "1"})
    send("alias", {"previousId": "old", "userId": "ana"}, browser_key)
    assert lived()[0]["customer_id"] == "ana"
    send("alias", {"previousId": "old", "userId": "eve"}, browser_key)
    assert lived()[0]["customer_id"] == "ana"
    send("alias", {"previousId": "old", "userId": "bea"})
    assert lived()[0]["customer_id"] == "bea"


def test_a_group_call_describes_the_account_and_who_belongs_to_it(send: Send, lived: Lived, ledger: Ledger) -> None:
    send("group", {"userId": "ana", "groupId": "acme", "traits": {"name": "Acme", "seats": 12}})
    said = lived()[0]
    assert (said["name"], said["account_id"], said["customer_id"]) == ("account described", "acme", None)
    assert said["properties"] == {"name": "Acme", "seats": 12}
    read = ledger.read()
    assert read.to_arrow(read.customers)["account_id"].to_pylist() == ["acme"]


def test_the_plan_fills_itself_and_what_is_decided_holds_from_then_on(send: Send, lived: Lived) -> None:
    for number in range(2):
        send(
            "track", {"userId": "ana", "event": "Robot Waved", "messageId": str(number), "properties": {"arm": "left"}}
        )
    lived()
    line = PlannedCall.objects.get()
    assert (line.name, line.touchpoint, line.arrived, line.seen, line.sources) == (
        "Robot Waved", "robot waved", 2, ["arm"], ["shop"],
    )  # fmt: skip
    line.touchpoint = "robot"
    planning.decide(line, by=None)
    send("track", {"userId": "ana", "event": "Robot Waved", "messageId": "2"})
    assert [row["touchpoint"] for row in lived()] == ["robot waved", "robot waved", "robot"]
    line.left_out = True
    planning.decide(line, by=None)
    send("track", {"userId": "ana", "event": "Robot Waved", "messageId": "3"})
    assert len(lived()) == 3
    assert PlannedCall.objects.get().arrived == 4


def test_what_was_rejected_is_read_again_after_a_correction(send: Send, lived: Lived) -> None:
    line = PlannedCall.objects.create(kind="track", name="Paid", pays="paid", properties={"amount": "sum"})
    send("track", {"userId": "ana", "event": "Paid", "messageId": "1", "properties": {"sum": "ten"}})
    assert lived() == []
    reason = "sum is 'ten'; the track plan takes it for amount, it must be a number"
    assert [(one.problem, one.count) for one in arrivals.reasons()] == [(reason, 1)]
    line.properties = {"amount": "-"}
    planning.decide(line, by=None)
    assert arrivals.try_again(reason) == 1
    assert [row["name"] for row in lived()] == ["Paid"]
    assert not InboxEvent.objects.exists()


def test_erasing_a_person_removes_the_calls_that_name_them(send: Send, ledger: Ledger, lived: Lived) -> None:
    from vivencia.foundation import erasure

    send("track", {"userId": "ana", "anonymousId": "a-1", "event": "Looked", "messageId": "1"})
    lived()
    send("batch", {"batch": [{"type": "track", "userId": each, "event": ""} for each in ("ana", "bea")]})
    lived()
    assert erasure.erase("ana", ledger=ledger).counts["inbox"] == 1
    assert [row.event["call"]["userId"] for row in InboxEvent.objects.all()] == ["bea"]
