"""Texts of an invented shop, and the models that read them, opened once."""

from pathlib import Path

import pytest

from tests.ledger.shop import event, events
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.understand import readings
from vivencia.understand.text import heads
from vivencia.understand.text.encoders import Opened
from vivencia.understand.text.reader import Reader

LATE = "El pedido llegó dos semanas tarde, estoy harta. Mi móvil es 612 345 678"
KIND = "The lady on the phone was so kind, thank you"


@pytest.fixture(scope="session")
def opened() -> Opened:
    return readings.encoders()


@pytest.fixture(scope="session")
def reader(opened: Opened) -> Reader:
    return Reader(opened.encoders, heads.shipped(opened.encoders, readings.models_folder()))


@pytest.fixture
def ledger(home: Path) -> Ledger:
    """Ana complains, Bea is content, and somebody only buys."""
    ledger = open_ledger(home)
    said = [
        event("1", "ana-4711", name="survey answered", text=LATE, metric="csat", score=1.0, scale_max=5.0),
        event("2", "bea", hours=1, name="survey answered", text=KIND, metric="csat", score=5.0, scale_max=5.0),
        event("3", "eva", hours=2),
        event("4", "eva", hours=3, text="   "),
    ]
    ledger.append(events(*said))
    return ledger
