"""Everybody signs in to an installation that is set up, on a data folder of the test's own."""

from collections.abc import Callable

import pytest
from django.test import Client

from vivencia.foundation.models import Role, User


@pytest.fixture(autouse=True)
def _own_home(home: object) -> None:
    """A ledger of the test's own."""


@pytest.fixture
def signed_in(db: None) -> Callable[[str], Client]:
    def sign_in(role: str) -> Client:
        User.objects.get_or_create(email="ana@example.org", defaults={"role": Role.ADMINISTRATOR})
        client = Client()
        client.force_login(User.objects.create_user(f"{role}-{User.objects.count()}@example.org", role=role))
        return client

    return sign_in


@pytest.fixture
def lead(signed_in: Callable[[str], Client]) -> Client:
    return signed_in(Role.CX_LEAD)
