"""People answer at once here: the wait that keeps machines out has a test of its own."""

import pytest
from django.core.cache import cache

from vivencia.foundation.models import Role, User
from vivencia.listen.surveys import tokens


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "HUMAN_SECONDS", 0.0)
    cache.clear()


@pytest.fixture(autouse=True)
def _own_home(home: object) -> None:
    """A ledger of the test's own."""


@pytest.fixture(autouse=True)
def _set_up(request: pytest.FixtureRequest) -> None:
    """An administrator exists: before, there is nothing but the welcome page."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        User.objects.create_user("ana@example.org", role=Role.ADMINISTRATOR)
