"""Whatever is sent, however wrong, is answered with a reason: never a 5xx, in receiving or in carrying over.

`VIVENCIA_MALFORMED=100000` sends as many as that; the suite sends fewer.
"""

import gzip
import json
import os
import random
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import basic
from vivencia.foundation import inbox
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import InboxEvent
from vivencia.listen.api import limits
from vivencia.listen.api.receiving import ALLOWED

COUNT = int(os.environ.get("VIVENCIA_MALFORMED", "1000"))
DRAIN_EVERY = 20_000
FIELDS = (
    "userId", "anonymousId", "messageId", "timestamp", "originalTimestamp", "sentAt", "context", "properties", "traits",
    "event", "name", "type", "groupId", "previousId", "batch", "writeKey", "integrations",
)  # fmt: skip
INSIDE = ("revenue", "currency", "order_id", "promised_at", "score", "metric", "text", "page", "path", "library", "x")
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, 10**400, 2**63, 0.1, "", " ", "x", "x" * 600, "\0", "\ud800", "é", "💥",
    "NaN", "2026-03-02T10:00:00Z", "2026-13-99", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00", "-0", "1e5",
    [], {}, [[]], [None], {"": ""}, {"a": {"a": {"a": [1, [2, [3]]]}}}, "identify", "track", "page", "group", "alias",
    float("nan"), float("inf"), "../../etc/passwd", "'; DROP TABLE x; --", "{{7*7}}", "<script>",
)  # fmt: skip

pytestmark = pytest.mark.django_db


def anything(chance: random.Random, depth: int = 0) -> Any:
    if depth < 3 and chance.random() < 0.3:
        members = [anything(chance, depth + 1) for _member in range(chance.randrange(4))]
        return members if chance.random() < 0.5 else {chance.choice(FIELDS + INSIDE): each for each in members}
    return chance.choice(ODD)


def call(chance: random.Random) -> dict[str, Any]:
    """Fields of calls with values that may be anything; often nearly right, which is where mistakes hide."""
    said = {name: anything(chance) for name in FIELDS if chance.random() < 0.35}
    if chance.random() < 0.6:
        said |= {"userId": "ana", "event": "Looked", "type": chance.choice(["track", "page", "identify", "group"])}
    if chance.random() < 0.5:
        said["properties"] = {name: anything(chance) for name in INSIDE if chance.random() < 0.5}
    return said


def sent(chance: random.Random) -> bytes:
    """A body: JSON, JSON cut off or with bytes changed, or no JSON at all."""
    said: Any = call(chance) if chance.random() < 0.6 else {"batch": [call(chance) for _each in range(4)]}
    body = json.dumps(said).encode()
    fate = chance.random()
    if fate < 0.15:
        body = body[: chance.randrange(len(body))]
    elif fate < 0.3:
        spoilt = bytearray(body)
        for _byte in range(3):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        body = bytes(spoilt)
    elif fate < 0.33:
        body = chance.randbytes(chance.randrange(200))
    return body


def test_no_payload_is_answered_with_a_5xx(server_key: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BACKLOG_MOST", 10**9)
    chance, client, calls = random.Random(11), Client(raise_request_exception=True), [*ALLOWED]
    statuses: dict[int, int] = {}
    for number in range(COUNT):
        body = sent(chance)
        headers = {"Authorization": basic(server_key)} if chance.random() < 0.95 else {"Authorization": "Basic é"}
        if chance.random() < 0.1:
            headers["Content-Encoding"] = chance.choice(["gzip", "br", "", "GZIP"])
            body = gzip.compress(body) if chance.random() < 0.5 else body
        answer = client.post(
            f"/v1/{chance.choice(calls)}", body, content_type=chance.choice(["application/json", "text/plain", ""]),
            headers=headers,
        )  # fmt: skip
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        if number % DRAIN_EVERY == DRAIN_EVERY - 1:
            inbox.drain(ledger)
    assert set(statuses) <= {200, 400, 401}, statuses
    assert statuses[200] > COUNT / 10
    inbox.drain(ledger)
    assert not InboxEvent.objects.filter(problem="").exists()
    inbox.drain(ledger)


KEPT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS + INSIDE), inner, max_size=3),
    max_leaves=8,
)


@KEPT
@given(said=st.dictionaries(st.sampled_from(FIELDS), values), kind=st.sampled_from([*ALLOWED]))
def test_whatever_json_can_say_is_kept_or_refused(said: Any, kind: str, server_key: str, ledger: Ledger) -> None:
    answer = Client().post(
        f"/v1/{kind}", json.dumps(said), content_type="application/json", headers={"Authorization": basic(server_key)}
    )
    assert answer.status_code in {200, 400}
    inbox.drain(ledger)
    assert not InboxEvent.objects.filter(problem="").exists()
