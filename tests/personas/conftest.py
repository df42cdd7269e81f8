"""The town's ledger, made once, and browsers for the people who may look at it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.db import transaction
from django.test import Client

from tests.personas import town
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role, User
from vivencia.understand.models import Segment
from vivencia.understand.personas import assignments, findings
from vivencia.understand.personas.models import Finding, Persona, Statement


@pytest.fixture(scope="session")
def town_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the town in its ledger; tests get copies."""
    folder = tmp_path_factory.mktemp("town")
    ledger = open_ledger(folder)
    ledger.append(town.events())
    ledger.put_customers(town.customers())
    return folder


@pytest.fixture(scope="session")
def found_once(town_home: Path, django_db_setup: None, django_db_blocker: Any) -> str:
    """What the town's finding leaves in the database (asked for three, which is quick), worked out once."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setenv("VIVENCIA_HOME", str(town_home))
        finding = findings.at_once(3)
        assert finding.state == Finding.State.DONE, finding.error
        rows = [row for model in (Segment, Finding, Persona, Statement) for row in model.objects.all()]
        kept: str = serializers.serialize("json", rows)
        transaction.set_rollback(True)
    return kept


@pytest.fixture
def in_town(town_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The product's data folder is a copy of the town's."""
    copy = tmp_path / "home"
    shutil.copytree(town_home, copy)
    monkeypatch.setenv("VIVENCIA_HOME", str(copy))
    return copy


@pytest.fixture
def found(found_once: str, in_town: Path, db: None) -> list[Persona]:
    """The town's personas: the three that were planted."""
    for row in serializers.deserialize("json", found_once):
        row.save()
    return assignments.offered()


@pytest.fixture
def browser(db: None) -> Callable[..., Client]:
    """`browser(Role.AGENT)`: a browser in which somebody of that role has signed in."""

    def enter(role: str = Role.CX_LEAD, language: str = "en") -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        client.force_login(User.objects.create_user(f"{role}@example.org", role=role))
        return client

    return enter
