"""What is sent is kept before it is acknowledged; what is no call is refused with the reason; nothing is a 5xx."""

import gzip
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.api.conftest import Send, basic
from vivencia.foundation import inbox
from vivencia.foundation.models import InboxEvent
from vivencia.listen.api import keys, limits, receiving
from vivencia.listen.api.models import Scope, WriteKey
from vivencia.listen.api.protocol import body

pytestmark = pytest.mark.django_db
Lived = Callable[[], list[dict[str, Any]]]
VISIT = {"event": "Signed Up", "userId": "ana", "messageId": "m-1"}


@pytest.mark.parametrize("call", [*receiving.ALLOWED])
def test_every_call_is_taken_in_and_acknowledged_once_it_is_kept(send: Send, call: str) -> None:
    said = {"batch": [{"type": "track", **VISIT}]} if receiving.ALLOWED[call] == "batch" else VISIT
    answer = send(call, said)
    assert (answer.status_code, json.loads(answer.content)) == (200, {"success": True})
    assert InboxEvent.objects.get().event["call"]["messageId"] == "m-1"


@pytest.mark.parametrize("call", [*receiving.ALLOWED])
def test_every_call_needs_a_key_in_force(send: Send, call: str, browser_key: str) -> None:
    for key in (None, "vk_wrong", "", "né"):
        answer = send(call, {"batch": [], **VISIT}, key)
        assert (answer.status_code, json.loads(answer.content)["code"]) == (401, "invalid_key")
    keys.revoke(WriteKey.objects.get(source="web"), by=None)
    assert send(call, {"batch": [], **VISIT}, browser_key).status_code == 401
    assert not InboxEvent.objects.exists()


def test_the_key_may_stand_in_the_body_as_browsers_send_it_and_is_not_kept(send: Send, browser_key: str) -> None:
    assert send("t", {**VISIT, "writeKey": browser_key}, None).status_code == 200
    assert browser_key not in json.dumps(InboxEvent.objects.get().event)
    assert not WriteKey.objects.filter(digest=browser_key).exists()


def test_a_browser_key_may_send_and_not_import(send: Send, browser_key: str) -> None:
    batch = {"batch": [{"type": "track", **VISIT}]}
    assert send("batch", batch, browser_key).status_code == 200
    answer = send("import", batch, browser_key)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "scope")


def test_a_servers_key_in_a_page_is_refused(send: Send) -> None:
    answer = send("track", VISIT, Origin="https://shop.example")
    assert (answer.status_code, json.loads(answer.content)["code"]) == (403, "server_key_in_browser")
    assert not InboxEvent.objects.exists()


def test_a_browser_key_may_be_for_named_sites_only(send: Send) -> None:
    key = keys.make("Shop", "web", Scope.BROWSER, origins="https://shop.example\nhttps://www.shop.example", by=None)
    assert send("t", VISIT, key, Origin="https://www.shop.example").status_code == 200
    assert send("t", VISIT, key, Origin="https://evil.example").status_code == 403


def test_a_page_of_another_site_may_send(send: Send, browser_key: str) -> None:
    asked = Client().options("/v1/t", headers={"Origin": "https://shop.example"})
    assert asked.status_code == 204
    assert {"Authorization", "X-Retry-Count"} <= set(asked["Access-Control-Allow-Headers"].split(", "))
    answer = send("t", VISIT, browser_key, Origin="https://shop.example")
    assert (asked["Access-Control-Allow-Origin"], answer["Access-Control-Allow-Origin"]) == ("*", "*")
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"[]", "invalid_json"),
        (b'"track"', "invalid_json"),
        (b"\xff\xfe{}", "invalid_json"),
        (b'{"event": ' + b"9" * 5000 + b"}", "invalid_json"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "too_deep"),
        (b'{"event": "' + b"x" * body.MOST_BYTES_A_CALL + b'"}', "too_large"),
        (b'{"event": "' + b"x" * body.MOST_BYTES + b'"}', "too_large"),
        (json.dumps({"event": "ñ" * (body.MOST_BYTES_A_CALL // 2)}).encode(), "too_large"),
    ],
)
def test_what_is_no_call_is_refused(send: Send, sent: bytes, code: str) -> None:
    answer = send("track", sent)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, code)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"batch": {}}, "invalid_batch"),
        ({}, "invalid_batch"),
        ({"batch": [{}] * (body.MOST_CALLS + 1)}, "too_many"),
        ({"batch": [{}, {"event": "x" * body.MOST_BYTES_A_CALL}]}, "too_large"),
    ],
)
def test_what_is_no_batch_is_refused(send: Send, sent: Any, code: str) -> None:
    answer = send("batch", sent)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, code)
    assert not InboxEvent.objects.exists()


def test_brackets_in_words_do_not_count_as_depth(send: Send) -> None:
    assert send("track", {**VISIT, "properties": {"note": "[" * 300 + '"' + "{" * 300}}).status_code == 200
    deep: Any = "end"
    for _level in range(60):
        deep = {"a": deep}
    assert send("track", {**VISIT, "properties": deep}).status_code == 200


def test_gzip_is_unpacked_and_a_bomb_is_not(send: Send) -> None:
    assert send("track", gzip.compress(json.dumps(VISIT).encode()), Content_Encoding="gzip").status_code == 200
    for packed in (b"no gzip", gzip.compress(b" " * 50_000_000), gzip.compress(json.dumps(VISIT).encode())[:-12]):
        assert send("track", packed, Content_Encoding="gzip").status_code == 400
    assert send("track", VISIT, Content_Encoding="br").status_code == 400


def test_other_methods_and_other_calls_are_told_so(send: Send) -> None:
    answer = Client().get("/v1/track")
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")
    assert send("sing", VISIT).status_code == 404


def test_the_outer_context_is_merged_into_each_call(send: Send, lived: Lived) -> None:
    outer = {"library": {"name": "analytics-node"}, "page": {"path": "/a", "title": "A"}}
    own = {"page": {"path": "/b"}}
    send("batch", {"context": outer, "batch": [{"type": "track", **VISIT, "context": own}]})
    assert lived()[0]["properties"] == {"path": "/b", "title": "A"}


def test_single_bad_calls_are_kept_with_the_reason_and_the_rest_lives(send: Send, lived: Lived) -> None:
    batch = [{"type": "track", **VISIT}, {"type": "sing"}, 7, None, {"type": "track", "event": "x"}]
    assert send("batch", {"batch": batch}).status_code == 200
    assert [row["name"] for row in lived()] == ["Signed Up"]
    problems = sorted(InboxEvent.objects.values_list("problem", flat=True))
    assert problems[:2] == ["a call is a JSON object"] * 2
    assert problems[2].startswith("type is 'sing'; allowed: identify")
    assert problems[3] == "userId or anonymousId must be given"


def test_what_no_database_holds_does_no_harm(send: Send, lived: Lived) -> None:
    sent = b'{"event": "a\\u0000b\\ud800", "userId": "ana", "messageId": "m", "properties": {"x": NaN, "y": 1e999}}'
    assert send("track", sent).status_code == 200
    assert lived()[0]["name"] == "ab?"
    assert lived()[0]["properties"] == {"x": "nan", "y": "inf"}


def test_a_call_sent_twice_counts_once_and_one_without_an_id_gets_one(send: Send, lived: Lived) -> None:
    for _time in range(2):
        send("track", VISIT)
        send("track", {"event": "Looked", "anonymousId": "a-1"})
    assert sorted(row["name"] for row in lived()) == ["Looked", "Looked", "Signed Up"]


def test_too_many_at_once_are_asked_to_come_again(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "gate", limits.Gate(at_once=0))
    answer = send("track", VISIT)
    assert (answer.status_code, answer["Retry-After"]) == (429, "2")


def test_a_full_inbox_takes_nothing_more_until_it_is_drained(
    send: Send, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BACKLOG_MOST", 1)
    monkeypatch.setattr(limits, "LOOK_EVERY_SECONDS", -1)
    assert [send("track", VISIT).status_code for _time in range(3)] == [200, 200, 429]
    lived()
    assert send("track", VISIT).status_code == 200


def test_one_address_with_a_public_key_does_not_take_all_room(
    send: Send, browser_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "A_SECOND_FROM_ONE_ADDRESS", 0)
    assert send("track", VISIT, browser_key).status_code == 429
    assert send("track", VISIT).status_code == 200


def test_what_could_not_be_written_is_not_acknowledged(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(rows: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(inbox._together, "_write", locked)
    assert send("track", VISIT).status_code == 429


def test_callers_who_come_together_share_one_write_and_fail_alone() -> None:
    from vivencia.foundation.group_commit import GroupCommit

    written: list[list[int]] = []
    first_writes, go_on = threading.Event(), threading.Event()

    def write(rows: list[int]) -> None:
        first_writes.set()
        go_on.wait(10)
        if 13 in rows:
            raise ValueError("unlucky")
        written.append(rows)

    together, failures = GroupCommit(write), []

    def put(number: int) -> None:
        try:
            together([number])
        except ValueError:
            failures.append(number)

    threads = [threading.Thread(target=put, args=(number,)) for number in (1, 2, 3, 13)]
    threads[0].start()
    first_writes.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < 3:
        pass
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert written[0] == [1]
    assert sorted(row for rows in written for row in rows) == [1, 2, 3]
    assert failures == [13]


def test_a_key_is_made_once_and_kept_as_a_digest_only(db: None) -> None:
    key = keys.make("Shop", "web", Scope.BROWSER, by=None)
    kept = WriteKey.objects.get()
    assert key not in str(vars(kept))
    assert key.endswith(kept.hint)
    found = keys.find(key)
    assert found is not None and found.origin.source == "web"
    assert basic(key).startswith("Basic ")
