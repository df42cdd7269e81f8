"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone, translation

from tests.chromium import chrome  # noqa: F401  # a fixture

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True, scope="session")
def _plain_spaces() -> None:
    """Tests read pages as they are written, with plain spaces before units; what keeps them together when a page is
    sent is tested by itself (foundation/test_unbroken.py)."""
    settings.MIDDLEWARE.remove("vivencia.foundation.unbroken.NumbersKeepTheirUnits")


@pytest.fixture(autouse=True)
def _no_language_left_over() -> Iterator[None]:
    """A request leaves its language and time zone active in the thread; the next test begins without."""
    yield
    translation.deactivate()
    timezone.deactivate()


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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database", action="store_true", help="only tests that touch the operational database: for PostgreSQL"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--only-database"):
        return
    touching = {"db", "transactional_db", "django_db_setup", "live_server"}
    kept = [item for item in items if item.get_closest_marker("django_db") or touching & set(_fixtures(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []
