"""The worker: one process that runs background tasks, carries the inbox into the ledger, and keeps the ledger tidy.

A task runs in the main thread; the inbox is drained by a thread of its own, so that a long import delays no event,
and so are the packages' chores.
Whoever stops the worker in the middle of a task puts the task back: every task may run twice.
"""

import gc
import logging
import os
import signal
import threading
from types import FrameType

from django.db import close_old_connections
from django.urls import get_resolver
from django.utils.crypto import get_random_string
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as TaskLoop
from django_tasks_db.models import DBTaskResult

from vivencia.foundation.chores import CHORES, Chore
from vivencia.foundation.erasure import go_on
from vivencia.foundation.home import home
from vivencia.foundation.inbox import drain
from vivencia.foundation.ledger.disk import LedgerBusyError, only_one
from vivencia.foundation.ledger.store import open_ledger

logger = logging.getLogger("vivencia.worker")

LOOK_EVERY_SECONDS = 0.5
DRAIN_EVERY_SECONDS = 1.0
TIDY_EVERY_SECONDS = 60.0
GO_ON_WITH_ERASURES_EVERY_SECONDS = 60.0
FINISH_WITHIN_SECONDS = 5.0  # what a running task is given when the worker is told to stop
MOST_ATTEMPTS = 3  # a task that took its worker down this often is given up


def run_worker() -> None:
    """Work until told to stop by SIGTERM or SIGINT.

    Raises LedgerBusyError where another worker runs on this data folder.
    """
    with only_one(home() / "worker.lock", "the work of this data folder", timeout_seconds=0):
        put_back_orphans()
        _leave_what_stays_alone()
        stop = threading.Event()
        loop = _task_loop()
        _listen_for_stop(loop, stop)
        parent = os.getppid()
        own = [
            Chore("inbox", drain, DRAIN_EVERY_SECONDS),
            Chore("tidy", _tidy, TIDY_EVERY_SECONDS),
            Chore("erasures", go_on, GO_ON_WITH_ERASURES_EVERY_SECONDS),
        ]
        threads = [
            threading.Thread(target=_again_and_again, args=(chore, stop), name=chore.name, daemon=True)
            for chore in (*own, *CHORES.values())
        ]
        for thread in threads:
            thread.start()
        logger.info("Worker %s is at work for %s (parent %s)", os.getpid(), home(), parent)
        loop.run()
        stop.set()
        for thread in threads:
            thread.join(FINISH_WITHIN_SECONDS)
        logger.info("Worker %s has stopped", os.getpid())


def _leave_what_stays_alone() -> None:
    """What is loaded by now stays for good: Python's search for garbage need not go through it again and again.

    Expressions over the ledger make much garbage, and a fifth of the time they took went into searching all the rest.
    """
    get_resolver().url_patterns  # noqa: B018 - else the pages, most of what there is, would be loaded later
    gc.collect()
    gc.freeze()


def put_back_orphans() -> None:
    """Tasks found running were left by a worker that died: run them again, unless they keep killing their worker."""
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    for task in running:
        if len(task.worker_ids) < MOST_ATTEMPTS:
            task.status, task.started_at = TaskResultStatus.READY, None
            task.save(update_fields=["status", "started_at"])
            logger.warning("Task %s was interrupted and runs again", task.task_path)
        else:
            task.set_failed(RuntimeError(f"its worker died {len(task.worker_ids)} times while running it"))


def _task_loop() -> TaskLoop:
    return TaskLoop(
        queue_names=["*"],
        interval=LOOK_EVERY_SECONDS,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )


def _listen_for_stop(loop: TaskLoop, stop: threading.Event) -> None:
    def stopping(signum: int, frame: FrameType | None) -> None:
        loop.running = False
        stop.set()
        impatience = threading.Timer(FINISH_WITHIN_SECONDS, _leave_at_once)
        impatience.daemon = True
        impatience.start()

    signal.signal(signal.SIGTERM, stopping)
    signal.signal(signal.SIGINT, stopping)


def _leave_at_once() -> None:
    """The running task did not finish in time; the next worker runs it again."""
    logger.info("Putting the running task back for the next worker")
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).update(status=TaskResultStatus.READY, started_at=None)
    os._exit(0)


def _tidy() -> None:
    open_ledger().tidy()


def _again_and_again(chore: Chore, stop: threading.Event) -> None:
    """A chore that fails is told of and tried again: the inbox keeps what it has, the ledger what it had."""
    while not stop.wait(chore.every_seconds):
        close_old_connections()
        try:
            chore.do()
        except LedgerBusyError as busy:
            logger.info("%s; trying again", busy)
        except Exception:
            logger.exception("%s failed; trying again", chore.name)
        close_old_connections()
