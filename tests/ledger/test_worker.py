"""The worker carries events over and runs tasks, alone; what it left half done runs again."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from tests.ledger.ports import free_port
from tests.ledger.shop import MONDAY
from tests.ledger.test_kill import ROOT, run
from vivencia.foundation import worker
from vivencia.foundation.ledger.disk import LedgerBusyError, only_one
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.serving import Address

VIVENCIA = "from vivencia.cli import main; main()"


def task(status: str, attempts: int = 1) -> "DBTaskResult[Any, Any]":
    return DBTaskResult.objects.create(
        status=status,
        task_path="tests.nowhere",
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
        run_after=get_date_max(),
        started_at=timezone.now(),
        worker_ids=["w"] * attempts,
    )


@pytest.mark.django_db
def test_a_task_whose_worker_died_runs_again_but_not_for_ever() -> None:
    orphan, killer, done = task("RUNNING"), task("RUNNING", attempts=3), task("SUCCESSFUL")
    worker.put_back_orphans()
    for row in (orphan, killer, done):
        row.refresh_from_db()
    assert (orphan.status, orphan.started_at) == (TaskResultStatus.READY, None)
    assert killer.status == TaskResultStatus.FAILED
    assert "its worker died 3 times" in killer.traceback
    assert done.status == TaskResultStatus.SUCCESSFUL


@pytest.mark.django_db
def test_a_data_folder_has_one_worker(home: Path) -> None:
    home.mkdir()
    with only_one(home / "worker.lock", "work"), pytest.raises(LedgerBusyError):
        worker.run_worker()


def test_the_address_is_one_a_browser_can_open() -> None:
    assert Address("127.0.0.1", 8000).url == "http://127.0.0.1:8000/"
    assert Address("0.0.0.0", 80).url == "http://127.0.0.1:80/"
    assert Address("::1", 8000).url == "http://[::1]:8000/"


def started(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "VIVENCIA_HOME": str(home)}
    environment.pop("VIVENCIA_DATABASE_URL", None)
    command = [sys.executable, "-c", VIVENCIA, *arguments]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


PUT = f"""
import django; django.setup()
from vivencia.foundation import inbox
inbox.put([{{"event_id": "1", "occurred_at": "{MONDAY.isoformat()}", "name": "visit", "source": "web"}}])
"""


@pytest.mark.slow
def test_serve_answers_drains_and_stops_both_processes(home: Path) -> None:
    port = free_port()
    server = started(home, "serve", "--port", str(port), "--json")
    try:
        assert server.stdout is not None
        said = json.loads(server.stdout.readline())
        assert said == {"url": f"http://127.0.0.1:{port}/"}
        with urllib.request.urlopen(said["url"] + "health", timeout=20) as answer:
            assert answer.status == 200
        taken = started(home, "serve", "--port", str(port))
        assert "cannot be used" in taken.communicate(timeout=60)[1]
        assert taken.returncode == 2
        run(home, "-c", PUT)
        deadline = time.monotonic() + 30
        while open_ledger(home).read().version == "e0-c0-a0" and time.monotonic() < deadline:
            time.sleep(0.2)
        assert open_ledger(home).read().version == "e1-c0-a0"
    finally:
        server.send_signal(signal.SIGINT)
        _output, complaints = server.communicate(timeout=60)
    assert server.returncode == 0, complaints
    assert "Traceback" not in complaints
    with only_one(home / "worker.lock", "the worker", timeout_seconds=20):
        pass  # the worker has gone too
