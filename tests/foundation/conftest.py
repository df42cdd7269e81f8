"""The cast: one person a role, and a browser for each."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from vivencia.foundation.models import Role, User

PASSWORD = "correct-horse-battery-7"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Makes somebody: `person(Role.ANALYST)`."""

    def make(role: str = Role.VIEWER, email: str = "", *, password: str = PASSWORD) -> User:
        return User.objects.create_user(email or f"{role}@example.org", password, role=role)

    return make


@pytest.fixture
def signed_in(person: Callable[..., User]) -> Callable[..., Client]:
    """A browser in which somebody of that role has signed in: `signed_in(Role.ADMINISTRATOR).get(...)`."""

    def enter(role: str = Role.ADMINISTRATOR) -> Client:
        client = Client()
        client.force_login(User.objects.filter(role=role).first() or person(role))
        return client

    return enter
