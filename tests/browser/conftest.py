"""A real browser before a real server, with a data folder of its own and a small demonstration company."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "una-clave-bastante-larga-7"
CUSTOMERS = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser(chrome: Browser) -> Browser:
    return chrome


@dataclass(frozen=True)
class Stage:
    """A running Vivencia: its address, and the environment its commands need."""

    url: str
    environment: dict[str, str]


@contextmanager
def database_of_its_own(environment: dict[str, str]) -> Iterator[None]:
    """SQLite needs nothing: it lies in the data folder. On PostgreSQL a new database, dropped afterwards."""
    url = environment.get("VIVENCIA_DATABASE_URL")
    if not url:
        yield
        return
    name = f"vivencia_browser_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        environment["VIVENCIA_DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        yield
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(environment: dict[str, str], *command: str) -> dict[str, object]:
    """A `vivencia` command; what it printed as JSON."""
    line = [sys.executable, "-c", "from vivencia.cli import main; main()", *command, "--json"]
    done = subprocess.run(line, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout)
    return said


def free_port() -> int:
    with closing(socket.socket()) as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def serving(environment: dict[str, str], port: int, log: Path) -> Iterator[str]:
    url = f"http://127.0.0.1:{port}"
    line = [sys.executable, "-c", "from vivencia.cli import main; main()", "serve", "--port", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(line, env=environment, cwd=ROOT, stdout=out, stderr=out)
    try:
        wait_for(url, log)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(url: str, log: Path) -> None:
    for _attempt in range(120):
        try:
            urllib.request.urlopen(url + "/sign-in/", timeout=5)
        except OSError:
            time.sleep(0.25)
        else:
            return
    pytest.fail(f"the server did not answer: {log.read_text()[-2000:]}")


def started(folder: Path, settings: str = "vivencia.project.settings") -> dict[str, str]:
    ours = {
        "VIVENCIA_HOME": str(folder),
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    return {**os.environ, **ours, "VIVENCIA_LOG_LEVEL": "WARNING"}


def welcome(browser: Browser, url: str) -> None:
    """The first administrator, made the way people do it: on the welcome page."""
    page = browser.new_page(locale="en")
    page.goto(url)
    page.get_by_label("Company").fill("Mercado Sur")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("E-mail address").fill("ana@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/welcome/data/")
    page.close()


@pytest.fixture(scope="session")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Vivencia with a small demonstration company, its moments looked for, and Ana, its administrator."""
    folder = tmp_path_factory.mktemp("stage")
    environment = started(folder / "home", "tests.browser.gallery_settings")
    with database_of_its_own(environment):
        run(environment, "demo", "--customers", str(CUSTOMERS))
        with serving(environment, free_port(), folder / "server.log") as url:
            welcome(browser, url)
            look_for_moments(browser, url)
            yield Stage(url, environment)


def look_for_moments(browser: Browser, url: str) -> None:
    """Open the moments, which sets the worker to work, and wait until it is done."""
    page = browser.new_page(locale="en")
    enter(page, url)
    page.goto(url + "/moments/")
    expect(page.locator("main progress")).to_have_count(0, timeout=180_000)
    page.close()


@pytest.fixture(scope="session")
def empty_stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Vivencia as it is on its first day: an administrator and no data."""
    folder = tmp_path_factory.mktemp("empty-stage")
    environment = started(folder / "home")
    with database_of_its_own(environment):
        run(environment, "demo", "--remove")  # any command makes the database
        with serving(environment, free_port(), folder / "server.log") as url:
            welcome(browser, url)
            yield Stage(url, environment)


def enter(page: Page, url: str) -> None:
    """Ana signs in."""
    page.goto(url + "/sign-in/")
    page.locator("[name=username]").fill("ana@example.org")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
