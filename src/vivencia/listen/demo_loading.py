"""Brings the demonstration company into the ledger, and takes it out again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.listen.demo.company import BATCH
from vivencia.listen.demo.generate import CUSTOMERS, generate


@dataclass(frozen=True)
class Loaded:
    """What the demonstration brought."""

    events: int
    customers: int
    until: datetime


def load(
    progress: Callable[[float], None] = lambda share: None,
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
