"""A ledger with the cast in it, and browsers for the people who may look at it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests.customers import shop
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import Role, User


@pytest.fixture(scope="session")
def cast_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the cast in its ledger, made once; nobody may write to it."""
    folder = tmp_path_factory.mktemp("cast")
    shop.fill(open_ledger(folder))
    return folder


@pytest.fixture(scope="session")
def cast(cast_home: Path) -> Ledger:
    return open_ledger(cast_home)


@pytest.fixture
def read(cast: Ledger) -> Read:
    return cast.read()


@pytest.fixture
def at_the_shop(cast_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's data folder is the cast's, and it is 1 June 2026."""
    monkeypatch.setenv("VIVENCIA_HOME", str(cast_home))
    monkeypatch.setattr(timezone, "now", lambda: shop.TODAY)


@pytest.fixture
def browser(db: None) -> Callable[..., Client]:
    """`browser(Role.AGENT)`: a browser in which somebody of that role has signed in."""

    def enter(role: str = Role.ADMINISTRATOR, language: str = "en") -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(User.objects.create_user(f"{role}@example.org", role=role))
        return client

    return enter
