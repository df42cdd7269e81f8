"""What every test may ask for."""

from pathlib import Path

import pytest

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("VIVENCIA_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; they are not part of the project, so the test skips where they are absent."""
    if not REAL_DATA.is_dir():
        pytest.skip("real data sets are absent")
    return REAL_DATA
