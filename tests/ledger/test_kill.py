"""`kill -9` at any moment: nothing acknowledged is lost, nothing is there twice, and the ledger reads and writes on."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.ledger.shop import event, events
from vivencia.foundation.ledger.store import open_ledger

ROOT = Path(__file__).resolve().parents[2]
TRIALS = 20


def run(home: Path, *command: str) -> str:
    environment = {**os.environ, "VIVENCIA_HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment.pop("VIVENCIA_DATABASE_URL", None)
    done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def acknowledged(home: Path, what: str) -> list[str]:
    actor = str(Path(__file__).parent / "crash_actor.py")
    ids: list[str] = json.loads(run(home, actor, what, str(home), str(TRIALS), "7").splitlines()[-1])
    return ids


def in_ledger(home: Path) -> Counter[str]:
    read = open_ledger(home).read()
    return Counter(read.to_arrow(read.events.select("event_id"))["event_id"].to_pylist())


@pytest.mark.slow
def test_twenty_kills_during_appends_and_tidying(home: Path) -> None:
    told = acknowledged(home, "append")
    found = in_ledger(home)
    assert len(set(told)) > TRIALS * 10
    assert set(told) <= set(found)
    assert set(found.values()) == {1}
    assert open_ledger(home).append(events(event("after"), event(told[0]))).accepted == 1


@pytest.mark.slow
def test_twenty_kills_during_drains(home: Path) -> None:
    run(home, "manage.py", "migrate", "--verbosity", "0")
    told = acknowledged(home, "drain")
    finish = (
        "import django; django.setup(); from vivencia.foundation import inbox; inbox.drain(); print(inbox.waiting())"
    )
    assert run(home, "-c", finish).split() == ["0"]
    found = in_ledger(home)
    assert len(told) >= TRIALS * 20
    assert set(told) <= set(found)
    assert set(found.values()) == {1}
