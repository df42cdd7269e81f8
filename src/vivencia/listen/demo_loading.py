"""Brings the demonstration company into the ledger, and takes it out again."""

import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from vivencia.foundation import audit
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import Act, User
from vivencia.listen.demo.company import BATCH
from vivencia.listen.demo.generate import CUSTOMERS, generate
from vivencia.listen.models import ImportRun, State

Heard = Callable[[float], None]
logger = logging.getLogger("vivencia.imports")


@dataclass(frozen=True)
class Loaded:
    """What the demonstration brought."""

    events: int
    customers: int
    until: datetime


def begin(by: object = None) -> ImportRun:
    """The demonstration's own import, waiting to be loaded: there is one, whoever loads it how often."""
    run, _made = ImportRun.objects.update_or_create(
        batch=BATCH,
        defaults={
            "title": "Demo",
            "recognised": "demo",
            "state": State.RUNNING,
            "stage": "waiting",
            "share": 0,
            "problem": None,
            "started_at": None,
            "finished_at": None,
            "by": by if isinstance(by, User) and by.pk else None,
        },
    )
    return run


def bring_in(run: ImportRun, progress: Heard = lambda share: None, *, customers: int = CUSTOMERS) -> Loaded:
    """Load the demonstration as its import, which says how far it is and what came of it, also where it fails."""
    rows = ImportRun.objects.filter(pk=run.pk)
    rows.update(stage="writing", started_at=timezone.now())

    def report(share: float) -> None:
        rows.update(share=share)
        progress(share)

    try:
        loaded = load(report, customers=customers)
    except Exception as error:
        logger.exception("The demonstration could not be loaded")
        code = "disk-full" if getattr(error, "errno", None) == errno.ENOSPC else "unexpected"
        said = {"code": code, "facts": {"run": run.pk, "what": type(error).__name__}}
        rows.update(state=State.FAILED, stage="", problem=said, finished_at=timezone.now())
        raise
    rows.update(
        state=State.DONE,
        stage="",
        share=1,
        read=loaded.events,
        accepted=loaded.events,
        customers=loaded.customers,
        finished_at=timezone.now(),
    )
    audit.record(Act.IMPORTED, by=run.by, run=run.pk, preset="demo", events=loaded.events)
    return loaded


def take_out(*, by: object = None) -> int:
    """Take the demonstration out, and say so where it was loaded; returns how many rows that was."""
    rows = unload()
    for run in ImportRun.objects.filter(batch=BATCH).exclude(state=State.UNDONE):
        ImportRun.objects.filter(pk=run.pk).update(state=State.UNDONE, stage="")
        audit.record(Act.IMPORT_UNDONE, by=by, run=run.pk, preset="demo", rows=rows)
    return rows


def load(
    progress: Heard = lambda share: None,
    *,
    customers: int = CUSTOMERS,
    until: datetime | None = None,
    ledger: Ledger | None = None,
) -> Loaded:
    """Generate the eighteen months up to last midnight and put them into the ledger as one batch.

    Loading again replaces what was loaded before: it adds nothing on the same day, and moves the company's story up
    to today on a later one. `progress` hears the share done, 0-1. Raises LedgerBusyError when another writer does not
    finish.
    """
    until = until or timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    made = generate(until, customers=customers, progress=lambda share: progress(0.7 * share))
    (ledger or open_ledger()).replace(BATCH, made.events, made.customers, made.aliases)
    progress(1.0)
    return Loaded(made.events.num_rows, made.customers.num_rows, until)


def unload(ledger: Ledger | None = None) -> int:
    """Take the demonstration out of the ledger; returns how many rows that was."""
    return (ledger or open_ledger()).undo(BATCH)
