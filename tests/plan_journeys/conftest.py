"""The shop in a ledger of the tests' own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from tests.plan_journeys import shop
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role, User


@pytest.fixture(scope="session")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps")
    ledger = open_ledger(folder)
    ledger.append(shop.events())
    ledger.put_customers(shop.customers())
    return folder


@pytest.fixture
def at_the_shop(shop_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The product's data folder is the shop's."""
    monkeypatch.setenv("VIVENCIA_HOME", str(shop_home))
    return shop_home


@pytest.fixture
def browser(db: None) -> Callable[..., Client]:
    """`browser(Role.AGENT)`: a browser in which somebody of that role has signed in."""

    def enter(role: str = Role.ADMINISTRATOR, language: str = "en") -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(User.objects.create_user(f"{role}-{language}@example.org", role=role))
        return client

    return enter
