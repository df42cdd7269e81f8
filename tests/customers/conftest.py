"""A ledger with the cast in it."""

import pytest

from tests.customers import shop
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import Ledger, open_ledger


@pytest.fixture(scope="session")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Made once; nobody may write to it."""
    return shop.fill(open_ledger(tmp_path_factory.mktemp("cast")))


@pytest.fixture
def read(cast: Ledger) -> Read:
    return cast.read()
