"""Live sources and the track plan: keys are shown once, what comes in is seen with what it means, and corrected."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.api.conftest import Send
from tests.foundation.conftest import person, signed_in  # noqa: F401  # the cast
from vivencia.foundation.models import Act, AuditEntry, InboxEvent, Role
from vivencia.listen.api import arrivals, keys, wording
from vivencia.listen.api.documents import document
from vivencia.listen.api.models import PlannedCall, WriteKey
from vivencia.listen.api.receiving import ALLOWED

pytestmark = pytest.mark.django_db
Lived = Callable[[], list[dict[str, Any]]]
Enter = Callable[..., Client]


@pytest.fixture
def analyst(signed_in: Enter) -> Client:  # noqa: F811
    return signed_in(Role.ANALYST)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_key_is_made_shown_once_and_revoked(analyst: Client) -> None:
    assert "Let your website, app or help desk tell what happens" in text(analyst, "/sources/live/")
    said = {"name": "Web shop", "scope": "browser", "source": "", "channel": "web", "origins": "https://Shop.example/x"}
    made = analyst.post("/sources/live/keys/", said)
    kept = WriteKey.objects.get()
    assert (kept.source, kept.origins) == ("web-shop", "https://shop.example")
    key = made.context["key"]
    assert keys.find(key) is not None
    assert f"data-key=&quot;{key}&quot;" in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    page = text(analyst, "/sources/live/")
    assert key not in page and f"…{kept.hint}" in page
    assert analyst.post(f"/sources/live/keys/{kept.pk}/revoke/").status_code == 302
    assert keys.find(key) is None
    assert [entry.act for entry in AuditEntry.objects.order_by("pk")][-2:] == [Act.KEY_MADE, Act.KEY_REVOKED]


def test_a_site_that_is_none_is_told(analyst: Client) -> None:
    said = {"name": "Web", "scope": "browser", "origins": "shop.example"}
    answer = analyst.post("/sources/live/keys/", said)
    assert (answer.status_code, "shop.example is no site" in answer.content.decode()) == (422, True)
    assert not WriteKey.objects.exists()


def test_the_track_plan_shows_what_comes_in_and_keeps_what_is_decided(
    analyst: Client, send: Send, lived: Lived
) -> None:
    properties = {"order_id": "1", "due": "2026-03-05T10:00:00Z", "mail": "ana@x.org"}
    send("track", {"userId": "ana", "event": "Order Completed", "messageId": "1", "properties": properties})
    lived()
    assert "Order Completed" in text(analyst, "/sources/plan/")
    line = PlannedCall.objects.get()
    page = text(analyst, f"/sources/plan/{line.pk}/")
    assert "•••" in page and "ana@x.org" not in page
    said = {"touchpoint": "buying", "channel": "", "pays": "paid", "promise": "parcel", "from_promised_at": "due"}
    assert analyst.post(f"/sources/plan/{line.pk}/", said).status_code == 302
    send("track", {"userId": "ana", "event": "Order Completed", "messageId": "2", "properties": properties})
    newest = lived()[-1]
    assert (newest["touchpoint"], newest["promise"], newest["promised_at"].hour) == ("buying", "parcel", 10)
    assert "due" not in newest["properties"]
    assert AuditEntry.objects.get(act=Act.TRACK_PLAN_CHANGED).details["line"] == line.pk


def test_the_track_plan_speaks_the_readers_language_and_keeps_the_names(
    analyst: Client, send: Send, lived: Lived
) -> None:
    send("track", {"userId": "ana", "event": "Order Delivered", "properties": {"score": 4, "metric": "csat"}})
    lived()
    analyst.cookies["django_language"] = "es"
    line = PlannedCall.objects.get()
    assert ">entrega</td>" in text(analyst, "/sources/plan/")
    page = text(analyst, f"/sources/plan/{line.pk}/")
    assert 'value="entrega"' in page and 'value="delivery"' not in page and "Satisfacción" in page
    analyst.post(f"/sources/plan/{line.pk}/", {"touchpoint": "entrega", "channel": "tienda", "fulfils": "reembolso"})
    line.refresh_from_db()
    assert (line.touchpoint, line.channel, line.fulfils) == ("delivery", "store", "refund")


def test_all_proposals_can_be_taken_at_once_and_names_found(analyst: Client, send: Send, lived: Lived) -> None:
    for name in ("Robot Waved", "Robot Danced"):
        send("track", {"userId": "ana", "event": name})
    lived()
    found = text(analyst, "/sources/plan/?q=danced&undecided=1")
    assert "Robot Danced" in found and "Robot Waved" not in found
    analyst.post("/sources/plan/confirm/")
    assert not PlannedCall.objects.filter(decided_at=None).exists()


def test_rejected_calls_are_seen_read_again_and_discarded(analyst: Client, send: Send, lived: Lived) -> None:
    send("track", {"event": "Looked"})
    send("track", {"userId": "ana"})
    assert lived() == []
    page = text(analyst, "/sources/plan/")
    assert "2 calls were rejected" in page
    reason = "userId or anonymousId must be given"
    page = text(analyst, f"/sources/plan/rejected/?problem={reason}")
    assert all(each in page for each in ("Looked", "Read again", "Discard", f'value="{reason}"'))
    analyst.post("/sources/plan/rejected/again/", {"problem": reason})
    assert InboxEvent.objects.filter(problem="").count() == 1
    lived()
    analyst.post("/sources/plan/rejected/discard/", {"problem": reason})
    assert [row.problem for row in InboxEvent.objects.all()] == ["a track call needs event, the name of what happened"]


def test_reasons_are_told_in_the_readers_language() -> None:
    with translation.override("es"):
        assert wording.reason("userId is {'id': 1}; it must be text") == "userId es {'id': 1}; debe ser texto"
        assert wording.reason("what nobody foresaw") == "what nobody foresaw"


def test_the_document_names_every_call_and_every_answer(client: Client) -> None:
    said = json.loads(client.get("/v1/openapi.json").content)
    assert {path.removeprefix("/v1/") for path in said["paths"]} == set(ALLOWED)
    assert said["paths"]["/v1/track"]["post"]["responses"].keys() == {"200", "400", "401", "403", "429"}
    assert document("https://cx.example")["servers"] == [{"url": "https://cx.example"}]


def test_developers_read_how_to_send_without_signing_in(client: Client, signed_in: Enter) -> None:  # noqa: F811
    signed_in(Role.VIEWER)
    page = text(client, "/api/")
    assert "/v1/track" in page and "WRITE_KEY" in page


def test_segments_own_script_is_told_to_send_here(client: Client) -> None:
    told = json.loads(client.get("/v1/projects/vk_1/settings").content)
    assert told["integrations"]["Segment.io"] == {"apiKey": "vk_1", "apiHost": "testserver/v1", "protocol": "http"}


def test_the_browser_script_is_small_and_for_every_site(client: Client) -> None:
    answer = client.get("/v.js", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert len(answer.content) < 10_000
    assert (answer["Content-Encoding"], answer["Access-Control-Allow-Origin"]) == ("gzip", "*")
    assert client.get("/analytics.js/v1/vk_1/analytics.min.js").status_code == 200


def test_rejected_calls_go_by_themselves_and_the_page_says_when(
    analyst: Client, send: Send, lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    send("batch", {"batch": [{"type": "track", "userId": each, "event": ""} for each in ("ana", "bea")]})
    lived()
    came = datetime(2026, 3, 1, 12, tzinfo=UTC)
    InboxEvent.objects.update(received_at=came)
    page = text(analyst, "/sources/plan/")
    assert "kept for 90 days" in page
    assert "30 May 2026" in page
    assert arrivals.clear_old(came + timedelta(days=90)) == 0
    monkeypatch.setenv("VIVENCIA_REJECTED_DAYS", "0")
    assert arrivals.clear_old(came + timedelta(days=9000)) == 0
    assert "kept until you decide" in text(analyst, "/sources/plan/")
    monkeypatch.setenv("VIVENCIA_REJECTED_DAYS", "30")
    assert arrivals.clear_old(came + timedelta(days=31)) == 2
    entry = AuditEntry.objects.get(act=Act.ARRIVALS_DISCARDED)
    assert (entry.by, entry.details) == (None, {"events": 2, "after_days": 30})
    assert not InboxEvent.objects.exists()
