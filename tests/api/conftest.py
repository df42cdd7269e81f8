"""Who sends: a web shop with a browser key, its back office with a server key."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from vivencia.foundation import inbox
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.listen.api import keys, receiving
from vivencia.listen.api.limits import Gate
from vivencia.listen.api.models import Scope

Send = Callable[..., HttpResponse]


@pytest.fixture
def ledger(home: Any) -> Ledger:
    return open_ledger(home)


@pytest.fixture
def server_key(db: None) -> str:
    return keys.make("Back office", "shop", Scope.SERVER, by=None)


@pytest.fixture
def browser_key(db: None) -> str:
    return keys.make("Web shop", "web", Scope.BROWSER, channel="web", by=None)


@pytest.fixture(autouse=True)
def _fresh_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "gate", Gate())
    keys._forget()


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


@pytest.fixture
def send(server_key: str) -> Send:
    """Posts JSON (or bytes as they are) to /v1/<call>."""

    def post(call: str, said: Any, key: str | None = server_key, **headers: str) -> HttpResponse:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        if key is not None:
            headers["Authorization"] = basic(key)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = Client().post(f"/v1/{call}", body, content_type="application/json", headers=given)
        assert isinstance(answer, HttpResponse)
        return answer

    return post


@pytest.fixture
def lived(ledger: Ledger) -> Callable[[], list[dict[str, Any]]]:
    """Everything that has arrived, carried over: events as the ledger has them, properties read."""

    def events() -> list[dict[str, Any]]:
        inbox.drain(ledger)
        read = ledger.read()
        rows = read.to_arrow(read.events.order_by("seq")).to_pylist()
        return [{**row, "properties": json.loads(row["properties"] or "{}")} for row in rows]

    return events
