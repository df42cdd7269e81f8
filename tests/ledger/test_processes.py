"""One writer at a time among all processes, and any number of readers meanwhile."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.ledger.shop import event, events
from vivencia.foundation.ledger import store
from vivencia.foundation.ledger.disk import LedgerBusyError, only_one
from vivencia.foundation.ledger.store import Ledger

ROOT = Path(__file__).resolve().parents[2]

WRITER = """
import sys
from tests.ledger.shop import event, events
from vivencia.foundation.ledger.store import open_ledger
name = sys.argv[1]
for n in range(6):
    open_ledger().append(events(*(event(f"{name}-{n}-{i}") for i in range(10)), event(f"shared-{n}")))
"""

READER = """
import json
from vivencia.foundation.ledger.store import open_ledger
seen = []
for n in range(12):
    read = open_ledger().read()
    seen.append(read.to_arrow(read.events.count())["value"][0].as_py())
print(json.dumps(seen))
"""


def started(home: Path, program: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "VIVENCIA_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_two_writers_and_two_readers_in_processes_of_their_own(home: Path, ledger: Ledger) -> None:
    ledger.append(events(event("first")))
    writers = [started(home, WRITER, name) for name in ("one", "two")]
    reader = started(home, READER)
    here = ledger.read()  # this process reads while the others write
    for process in (*writers, reader):
        output, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
    seen = json.loads(output)
    assert seen == sorted(seen)  # nobody ever saw an event go
    assert here.to_arrow(here.events.count())["value"].to_pylist() == [1]
    read = ledger.read()
    assert read.to_arrow(read.events.count())["value"].to_pylist() == [1 + 2 * 6 * 10 + 6]
    assert read.to_arrow(read.events["event_id"].nunique())["value"].to_pylist() == [1 + 2 * 6 * 10 + 6]


def test_a_writer_who_waits_too_long_is_told_what_for(
    home: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.append(events(event("1")))
    monkeypatch.setattr(store, "LOCK_TIMEOUT_SECONDS", 0.05)
    with only_one(home / "ledger" / "writer.lock", "the ledger"):
        with pytest.raises(LedgerBusyError, match=r"the ledger is busy: another process has held .*writer\.lock"):
            ledger.append(events(event("2")))
        assert ledger.read().version == "e1-c0-a0"  # readers need no lock


def test_threads_writing_at_once_lose_nothing(ledger: Ledger) -> None:
    threads = [
        threading.Thread(target=lambda name=name: ledger.append(events(event(f"own-{name}"), event("shared"))))
        for name in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read = ledger.read()
    ids = read.to_arrow(read.events.order_by("event_id"))["event_id"].to_pylist()
    assert ids == ["own-0", "own-1", "own-2", "own-3", "own-4", "shared"]
