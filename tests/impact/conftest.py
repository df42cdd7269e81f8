"""Everybody signs in to an installation that is set up, on a data folder of the test's own."""

from collections.abc import Callable

import pytest
from django.test import Client

from vivencia.foundation.models import Role, User


@pytest.fixture
def signed_in(db: None, home: object) -> Callable[[str], Client]:
    def sign_in(role: str) -> Client:
        User.objects.get_or_create(email="ana@example.org", defaults={"role": Role.ADMINISTRATOR})
        client = Client()
        client.force_login(User.objects.create_user(f"{role}-{User.objects.count()}@example.org", role=role))
        return client

    return sign_in
