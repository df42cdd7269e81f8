"""A small shop in a ledger of the test's own, and browsers for the people who may look at it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.journeys import plain
from tests.journeys.plain import Lived
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role, User

HAPPY = ("visit", "purchase", "delivery", "review")
ANGRY = ("visit", "purchase", "contact centre", "contact centre", "delivery", "review")


def shop() -> list[Lived]:
    """Forty people for whom it went well and forty for whom it did not; two visitors who never bought."""
    lived = []
    for number in range(80):
        steps, score = (HAPPY, 5.0) if number % 2 else (ANGRY, 1.0)
        for place, step in enumerate(steps):
            answer = score if step == "review" else None
            text = f"Remark {number} <b>" if answer == 1.0 and number < 6 else None
            order = None if step == "visit" else f"o{number}"
            lived.append(Lived(f"customer {number}", step, number + 30 * place, order, "web", answer, text=text))
    return [*lived, Lived("lurker", "visit", 1), Lived("lurker 2", "visit", 2), Lived(None, "visit", 3)]


@pytest.fixture(scope="session")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("journeys")
    open_ledger(folder).append(plain.arrow(shop()))
    return folder


@pytest.fixture
def at_the_shop(shop_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's data folder is the shop's."""
    monkeypatch.setenv("VIVENCIA_HOME", str(shop_home))


@pytest.fixture
def browser(db: None) -> Callable[..., Client]:
    """`browser(Role.AGENT)`: a browser in which somebody of that role has signed in."""

    def enter(role: str = Role.ADMINISTRATOR, language: str = "en") -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(User.objects.create_user(f"{role}@example.org", role=role))
        return client

    return enter
