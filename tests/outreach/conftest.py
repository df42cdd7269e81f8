"""The cast of `tests.customers.shop`, all of whom agreed to surveys, and a mail server of our own."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.customers import shop
from tests.outreach.mail import Server, smtp_server
from vivencia.act.outreach import mail_server
from vivencia.act.outreach.mail_server import MailServer
from vivencia.foundation import organisation
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import Role, User
from vivencia.listen import consent, requests
from vivencia.listen.models import OutgoingRequest

TODAY = shop.TODAY  # 1 June 2026, noon UTC


@pytest.fixture(scope="session")
def cast_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the cast in its ledger, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("cast")
    shop.fill(open_ledger(folder))
    return folder


@pytest.fixture
def ledger(cast_home: Path, home: Path, db: None) -> Ledger:
    """Carla is silent, Dario new: both fine. Bruno waits for a parcel, Eva for help; Ana had a parcel late."""
    shutil.copytree(cast_home, home, dirs_exist_ok=True)
    ledger = open_ledger()
    for who in ("ana", "bruno", "carla", "dario", "eva"):
        consent.give(who, "surveys", "Ticked the box at checkout", TODAY - timedelta(days=60))
    organisation.save(organisation.Organisation(name="Vivero Alba", public_url="https://cx.example"))
    return ledger


@pytest.fixture
def post() -> Iterator[Server]:
    """A mail server that takes everything, and is the company's."""
    with smtp_server() as server:
        yield server


@pytest.fixture
def our_server(post: Server, db: None) -> MailServer:
    server = MailServer("127.0.0.1", post.port, "none", sender="hola@vivero.example", sender_name="Vivero Alba")
    mail_server.save(server)
    return server


@pytest.fixture
def ask(db: None) -> Callable[..., OutgoingRequest]:
    """`ask("carla")`: a survey for somebody of the cast."""

    def make(who: str, **changed: Any) -> OutgoingRequest:
        said: dict[str, Any] = {
            "kind": "survey", "purpose": "surveys", "customer_id": who, "channel": "email",
            "address": f"{who}@correo.example", "language": "en", "subject": "How was it?",
            "text": "Tell us: https://cx.example/s/1", "html": "<html><body><p>Tell us</p></body></html>",
            "key": f"survey-{who}", "not_before": TODAY, "source": "survey:after-purchase",
            "told_as": {"touchpoint": "purchase", "metric": "nps"}, **changed,
        }  # fmt: skip
        return requests.ask(**said)

    return make


@pytest.fixture
def browser(db: None) -> Callable[..., Client]:
    """`browser(Role.ANALYST)`: a browser in which somebody of that role has signed in."""

    def enter(role: str = Role.ADMINISTRATOR, language: str = "en") -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(User.objects.create_user(f"{role}@example.org", role=role))
        return client

    return enter


def at(hour: int, day: int = 1) -> Callable[[], datetime]:
    """A clock that stands still in June 2026."""
    return lambda: datetime(2026, 6, day, hour, tzinfo=UTC)
