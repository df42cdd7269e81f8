"""Run by `test_kill.py` in a process of its own: works, is killed with -9 in the middle, works again.

`python crash_actor.py append|drain HOME TRIALS SEED` writes one JSON line: the ids of events that were acknowledged.
"""

import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable

Acknowledge = Callable[[list[str]], object]


def append_for_ever(trial: int, acknowledge: Acknowledge) -> None:
    """Append batches, half of them given before; tidy in between."""
    from tests.ledger.shop import event, events
    from vivencia.foundation.ledger.store import open_ledger

    ledger, batch = open_ledger(), 0
    while True:
        ids = [f"{trial}-{batch + n}" for n in range(20)]
        ledger.append(events(*(event(each) for each in ids)))
        acknowledge(ids)
        batch += 10
        if batch % 50 == 0:
            ledger.tidy(grace_seconds=0)


def drain_for_ever(trial: int, acknowledge: Acknowledge) -> None:
    """Put events into the inbox, acknowledge when they are committed, drain."""
    from vivencia.foundation import inbox

    batch = 0
    while True:
        ids = [f"{trial}-{batch + n}" for n in range(20)]
        said = {"customer_id": "ana", "occurred_at": "2026-03-02T09:00:00Z", "name": "purchase", "source": "shop"}
        inbox.put([said | {"event_id": each} for each in ids])
        acknowledge(ids)
        batch += 20
        inbox.drain()


def killed_in_the_middle(work: Callable[[int, Acknowledge], None], trial: int, chance: random.Random) -> list[str]:
    """Fork, let the child work, kill it at a random moment after its first acknowledgement; what it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        work(trial, lambda ids: os.write(writing, json.dumps(ids).encode() + b"\n") and None)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        first = told.readline()
        time.sleep(chance.random() * 0.4)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = [first, *told.readlines()]
    if not first:
        raise RuntimeError("the child died before it acknowledged anything")
    return [each for line in lines for each in json.loads(line)]


def main() -> None:
    what, home, trials, seed = sys.argv[1:]
    os.environ["VIVENCIA_HOME"] = home
    os.environ.pop("VIVENCIA_DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "vivencia.project.settings"
    if what == "drain":
        import django

        django.setup()
        import vivencia.foundation.inbox  # once, before the forks
    else:
        import vivencia.foundation.ledger.store  # noqa: F401
    importlib.import_module("pandas")  # pyarrow asks for it at its first conversion; once, before the forks

    work = drain_for_ever if what == "drain" else append_for_ever
    chance = random.Random(int(seed))
    acknowledged = [each for trial in range(int(trials)) for each in killed_in_the_middle(work, trial, chance)]
    print(json.dumps(acknowledged))


if __name__ == "__main__":
    main()
