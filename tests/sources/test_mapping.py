"""JSON of other systems as events, and chats as contacts: small samples, checked by hand."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivencia.listen.sources.chats.transcripts import NotATranscriptError, contacts, customer_words
from vivencia.listen.sources.webhooks.mapping import CannotMapError, at, check, mapped, paths
from vivencia.listen.sources.webhooks.proposing import propose

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CHAT = {
    "conversationId": "c1",
    "startedAt": 1_780_300_800_000,
    "contact": {"id": "ana"},
    "messages": [
        {"role": "bot", "body": "How can we help?"},
        {"role": "Visitor", "body": "Where is my parcel?"},
        {"role": "agent", "body": "Let me look."},
        {"role": "visitor", "body": "Thanks!"},
    ],
}


def one(mapping: dict[str, str], body: Any) -> dict[str, Any]:
    (found,) = mapped(mapping, body, "m", NOW, "webhook:1")
    return found.event


def test_a_path_leads_through_objects_and_lists_and_nowhere_else() -> None:
    body = {"order": {"lines": [{"name": "olive"}, {"name": "fig"}]}}
    assert at("order.lines[1].name", body) == "fig"
    assert at("order.lines[2].name", body) is None
    assert at("order.name.first", body) is None
    assert paths(body) == ["order.lines", "order.lines[0].name"]


def test_each_thing_of_a_list_becomes_an_event_and_the_unwanted_are_passed_over() -> None:
    body = {"items": [{"k": "a", "t": "x"}, {"k": "b", "t": "y"}, {"k": "a", "t": "z"}]}
    found = mapped({"each": "items", "name": "=seen", "text": "t", "only_if": "k=a"}, body, "m", NOW, "w")
    assert [each.event["text"] for each in found] == ["x", "z"]
    assert len({each.event["event_id"] for each in found}) == 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-05-30T12:00:00+02:00", "2026-05-30T12:00:00+02:00"),
        ("2026-05-30 10:00", "2026-05-30T10:00:00+00:00"),
        (1_780_135_200, "2026-05-30T10:00:00+00:00"),
        ("1780135200000", "2026-05-30T10:00:00+00:00"),
    ],
)
def test_times_are_read_in_the_forms_systems_write_them(written: object, read: str) -> None:
    assert one({"name": "=x", "occurred_at": "t"}, {"t": written})["occurred_at"] == read


def test_without_a_time_it_happened_when_it_came_and_decimals_may_have_a_comma() -> None:
    event = one({"name": "=x", "amount": "a"}, {"a": "12,5"})
    assert (event["occurred_at"], event["amount"]) == (NOW.isoformat(), 12.5)


def test_a_post_without_stars_is_words_and_no_answer() -> None:
    event = one({"name": "=post", "metric": "=csat", "scale_max": "=5", "score": "stars", "text": "t"}, {"t": "Nice"})
    assert "metric" not in event and "scale_max" not in event


def test_what_cannot_be_read_says_which_field_and_what_it_may_be() -> None:
    for mapping, said in (
        ({"name": "=x", "score": "s"}, "score is 'many'; it must be a number"),
        ({"name": "=x", "score": "endless"}, "score is 9999"),
        ({"name": "=x", "occurred_at": "s"}, "occurred_at is 'many'; it must be a time"),
        ({"name": "nowhere"}, "what happened is not said: nothing lies at nowhere"),
        ({"name": "=x", "each": "list"}, "nothing lies at list"),
        ({"name": "=x", "turns": "s"}, "no list of turns lies at s"),
    ):
        with pytest.raises(CannotMapError, match=said):
            one(mapping, {"s": "many", "endless": int("9" * 400)})
    with pytest.raises(ValueError, match="no such field: colour; allowed:"):
        check({"colour": "x", "name": "=x"})
    with pytest.raises(ValueError, match="say what happened"):
        check({"text": "x"})


def test_a_chat_becomes_one_contact_in_the_customers_own_words() -> None:
    mapping = propose("chats", CHAT)
    event = one({**mapping, "turn_who": "role", "turn_text": "body"}, CHAT)
    assert (event["name"], event["channel"], event["customer_id"]) == ("chat held", "chat", "ana")
    assert event["text"] == "Where is my parcel?\nThanks!"
    assert event["properties"] == {"customer_turns": 2, "other_turns": 2}
    assert customer_words([("Ana", "hi"), ("Luis", "hello")], "ana") == ("hi", {"customer_turns": 1, "other_turns": 1})


def test_a_file_of_turns_becomes_one_event_a_conversation() -> None:
    rows = [
        {"conversation_id": "1", "who": "customer", "text": "Hola", "time": "2026-05-30T10:00:00Z", "email": "A@x.es"},
        {"conversation_id": "2", "who": "customer", "text": "Hey", "time": "2026-05-30T11:00:00Z", "email": ""},
        {"conversation_id": "1", "who": "agent", "text": "Hola, Ana", "time": "2026-05-30T10:01:00Z", "email": ""},
    ]
    first, second = contacts(rows, "chats")
    assert (first["text"], first["email"], first["occurred_at"]) == ("Hola", "a@x.es", "2026-05-30T10:00:00Z")
    assert second["text"] == "Hey"
    with pytest.raises(NotATranscriptError, match="there is no column for the who; it may be called who, role"):
        contacts([{"conversation_id": "1", "text": "x", "time": "y"}], "chats")


_words = st.sampled_from(["id", "text", "score", "created_at", "email", "messages", "a.b", "[0]", "", "2026", "1e999"])
_leaves = st.none() | st.booleans() | st.integers() | st.floats() | _words
_objects = st.dictionaries(_words, _leaves | st.lists(_leaves, max_size=2), max_size=3)


@given(_leaves | _objects | st.lists(_objects, max_size=2) | st.dictionaries(_words, _objects, max_size=2))
def test_whatever_comes_is_mapped_or_refused(body: Any) -> None:
    for shape in ("events", "reviews", "chats"):
        with suppress(CannotMapError):
            mapped(propose(shape, body), body, "m", NOW, "w")
