"""A whole Vivencia in processes of its own, on a data folder, that can be killed with -9 and started again."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ledger.ports import free_port
from vivencia.foundation.ledger.store import open_ledger

ROOT = Path(__file__).resolve().parents[2]
VIVENCIA = "from vivencia.cli import main; main()"
MAKE_KEYS = """
import django, json; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from vivencia.foundation.models import Role, User
User.objects.create_user("lead@example.org", role=Role.ADMINISTRATOR)
from vivencia.listen.api import keys
print(json.dumps([keys.make("Tests", "tests", scope, by=None) for scope in ("server", "browser")]))
"""


class Stage:
    """`url`, and two write keys: a server's and a browser's."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "VIVENCIA_HOME": str(home)}
        self.environment.pop("VIVENCIA_DATABASE_URL", None)
        self.environment["DJANGO_SETTINGS_MODULE"] = "vivencia.project.settings"
        made = subprocess.run(
            [sys.executable, "-c", MAKE_KEYS], env=self.environment, cwd=ROOT, capture_output=True, text=True
        )
        assert made.returncode == 0, made.stderr
        self.server_key, self.browser_key = json.loads(made.stdout.splitlines()[-1])
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when pages can be opened."""
        command = [sys.executable, "-c", VIVENCIA, "serve", "--port", str(self.port)]
        self._server = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=10) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def kill(self) -> None:
        """`kill -9` to the web server, its processes and the worker."""
        if self._server is None:
            return
        for process in [*_below(self._server.pid), self._server.pid]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._server.wait()
        self._server = None

    def events(self, named: str) -> list[str]:
        """The event ids of all events of a name on the timelines."""
        read = open_ledger(self.home).read()
        ids: list[str] = read.to_arrow(read.events.filter(read.events.name == named).select("event_id"))[
            "event_id"
        ].to_pylist()
        return ids

    def wait_for(self, named: str, count: int, seconds: float = 60) -> list[str]:
        """The same, as soon as there are so many, or when the time is over."""
        deadline = time.monotonic() + seconds
        while len(found := self.events(named)) < count and time.monotonic() < deadline:
            time.sleep(0.2)
        return found


@contextmanager
def stage(home: Path) -> Iterator[Stage]:
    home.mkdir(parents=True, exist_ok=True)
    made = Stage(home)
    made.start()
    try:
        yield made
    finally:
        made.kill()


def _below(process: int) -> list[int]:
    """Every process that descends from this one."""
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [each for child in map(int, told) for each in (*_below(child), child)]
