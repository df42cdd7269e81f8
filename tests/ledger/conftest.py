from pathlib import Path

import pytest

from vivencia.foundation.ledger.store import Ledger, open_ledger


@pytest.fixture
def ledger(home: Path) -> Ledger:
    return open_ledger(home)
