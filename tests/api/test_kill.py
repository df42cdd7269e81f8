"""`kill -9` under load: nothing that was acknowledged over HTTP is lost, and nothing is there twice.

`VIVENCIA_KILL_TRIALS=20` kills as often as that; the suite kills fewer times.
"""

import base64
import json
import os
import random
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.api.stage import Stage, stage

TRIALS = int(os.environ.get("VIVENCIA_KILL_TRIALS", "1"))
SENDERS, A_BATCH = 4, 20


def send_until(stop: threading.Event, running: Stage, who: str, acknowledged: list[str]) -> None:
    """Batch after batch; one that is not acknowledged is sent again, as every client does."""
    key = base64.b64encode(f"{running.server_key}:".encode()).decode()
    number = 0
    while not stop.is_set():
        ids = [f"{who}-{number + n}" for n in range(A_BATCH)]
        batch = [{"type": "track", "event": "Load", "userId": who, "messageId": each} for each in ids]
        request = urllib.request.Request(
            f"{running.url}/v1/batch", json.dumps({"batch": batch}).encode(), {"Authorization": f"Basic {key}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30):
                acknowledged += ids
                number += A_BATCH
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.05)


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_is_twice(home: Path) -> None:
    chance, told = random.Random(7), [list[str]() for _sender in range(SENDERS)]
    with stage(home) as running:
        stop = threading.Event()
        senders = [
            threading.Thread(target=send_until, args=(stop, running, f"s{place}", told[place]), daemon=True)
            for place in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for _trial in range(TRIALS):
            enough = sum(map(len, told)) + 200
            while sum(map(len, told)) < enough:
                time.sleep(0.01)
            time.sleep(chance.random() * 1.5)
            running.kill()
            running.start()
        stop.set()
        for sender in senders:
            sender.join(60)
        acknowledged = {f"tests/{each}" for ids in told for each in ids}
        found = running.wait_for("Load", len(acknowledged))
    assert len(acknowledged) >= TRIALS * 200
    assert acknowledged <= set(found)
    assert len(found) == len(set(found))
