"""Erasing a person: from the ledger, the inbox, the imports' files and every cache, with a receipt that it happened.

An erasure is a row (`PendingErasure`) until it is finished: whatever cuts it short, it goes on from there.

What stays: the receipt (when, and how many rows from where) and keyed digests of the ids, so that importing an old file
again does not bring the person back.
"""

import csv
import html
import json
import logging
import mmap
import re
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from vivencia.foundation import traces
from vivencia.foundation.audit import record
from vivencia.foundation.home import home
from vivencia.foundation.inbox import KINDS
from vivencia.foundation.ledger.disk import only_one
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import Act, Erasure, InboxEvent, PendingErasure, User
from vivencia.foundation.sealed import UnreadableSecretError, seal, unseal

logger = logging.getLogger("vivencia.erasure")

# SQLite keeps deleted rows in its pages and its write-ahead log until they are used again: rewrite both.
LEAVE_NOTHING = ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")

LONGEST_SECONDS = 60.0  # that somebody waits for another's erasure

SEARCHABLE = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xes", ".xml", ".toml"}

# For each encoding, a character of a word before and after: "ana" is not in "Juana".
ENCODINGS = {
    "utf-8": (rb"[\w-]", rb"[\w-]"),
    "latin-1": (rb"[\w-]", rb"[\w-]"),
    "utf-16-le": (rb"[\w-]\x00", rb"[\w-]\x00"),
    "utf-16-be": (rb"\x00[\w-]", rb"\x00[\w-]"),
}

OURS = ("rejects", "told-", "lock")  # in an import's folder: searched otherwise, digests that name nobody, a lock


class UnknownPersonError(LookupError):
    """Nobody here has that id."""


@dataclass(frozen=True)
class Receipt:
    """Proof of an erasure. counts: rows removed from each place."""

    receipt: uuid.UUID
    erased_at: datetime
    counts: dict[str, int]


@dataclass(frozen=True)
class Whom:
    """The person: all their ids; `marks`: these, their addresses and telephone numbers."""

    ids: frozenset[str]
    marks: frozenset[str]


def known(identifier: str, ledger: Ledger | None = None) -> bool:
    """Whether anything here is about this id, or an erasure of it is still to be finished."""
    ids = (ledger or open_ledger()).same_person(identifier)
    found = len(ids) > 1 or _in_ledger(ids, ledger or open_ledger()) or bool(_in_inbox(ids))
    return found or _pending(identifier) is not None


def erase(identifier: str, *, by: object = None, ledger: Ledger | None = None) -> Receipt:
    """Erase the person who has this id, under all their ids.

    What is to be done is written down first, so that it goes on after any failure: when it is asked for again, under
    any id or address of the person, and by the worker (`go_on`). Raises UnknownPersonError where nobody has the id.
    """
    ledger = ledger or open_ledger()
    with _alone():
        pending = _pending(identifier)
        if pending is None:
            if not known(identifier, ledger):
                raise UnknownPersonError(f"Nobody here has the id {identifier!r}")
            pending = _begin(ledger.same_person(identifier), by, ledger)
        return _finish(pending, ledger)


def go_on(ledger: Ledger | None = None) -> int:
    """Finish the erasures that were cut short; returns how many. One that cannot be finished keeps no other back."""
    if not PendingErasure.objects.exists():
        return 0
    finished = 0
    with _alone():
        for pending in PendingErasure.objects.all():
            try:
                _finish(pending, ledger or open_ledger())
            except Exception as problem:  # noqa: BLE001  # its text may quote the person
                logger.error("Erasure %s cannot be finished yet (%s)", pending.receipt, type(problem).__name__)
            else:
                finished += 1
    return finished


def _alone() -> AbstractContextManager[None]:
    """One erasure at a time: who asks twice at once must not be counted twice."""
    return only_one(home() / "erasure.lock", "an erasure", LONGEST_SECONDS)


def _pending(identifier: str) -> PendingErasure | None:
    """The erasure of this person that is still to be finished."""
    wanted = identifier.casefold()
    for pending in PendingErasure.objects.exclude(sealed=""):
        with suppress(UnreadableSecretError):  # sealed before the secret key was changed: whose it is nobody can tell
            if wanted in {mark.casefold() for mark in _whom(pending).marks}:
                return pending
    return None


def _whom(pending: PendingErasure) -> Whom:
    told = json.loads(unseal(pending.sealed))
    return Whom(frozenset(told["ids"]), frozenset(told["marks"]))


def _begin(ids: frozenset[str], by: object, ledger: Ledger) -> PendingErasure:
    """Write down whom it is about, and see to what must hold from now on."""
    marks = ids | _reachable_at(ids, ledger)
    sealed = seal(json.dumps({"ids": sorted(ids), "marks": sorted(marks)}))
    with transaction.atomic():
        traces.begin(marks)
        return PendingErasure.objects.create(
            receipt=uuid.uuid4(), sealed=sealed, by=by if isinstance(by, User) else None, asked_at=timezone.now()
        )


def _finish(pending: PendingErasure, ledger: Ledger) -> Receipt:
    """Everything that has not been done yet. Each step can be done again; what is written down is not."""
    if pending.sealed:
        whom = _whom(pending)
        _erase_from_ledger(pending, whom, ledger)
        _step(pending, "inbox", lambda: _erase_from_inbox(whom.ids))
        _step(pending, "rejects", lambda: _erase_from_rejects(whom.marks))
        _step(pending, "files", lambda: _erase_files(whom.marks))
        _erase_from_database(pending, whom)
        _leave_receipt(pending)
    erasure = Erasure.objects.get(pk=pending.receipt)
    _leave_nothing_in_database_files()
    pending.delete()
    return Receipt(erasure.receipt, erasure.erased_at, erasure.counts)


def _erase_from_ledger(pending: PendingErasure, whom: Whom, ledger: Ledger) -> None:
    def found(counts: dict[str, int]) -> None:
        """Cut short after the ledger has let go of the rows, the next attempt finds none: what was more is true."""
        pending.counts |= {name: max(rows, pending.counts.get(name, 0)) for name, rows in counts.items()}
        pending.save(update_fields=["counts"])

    if "ledger" not in pending.done:
        ledger.erase(whom.ids, pending.asked_at, found)
        _done(pending, "ledger")


def _erase_from_database(pending: PendingErasure, whom: Whom) -> None:
    if "database" not in pending.done:
        traces.wipe(whom.marks, lambda rows: _count(pending, "database", rows))
        _done(pending, "database")


def _step(pending: PendingErasure, name: str, do: Callable[[], int]) -> None:
    if name not in pending.done:
        _count(pending, name, do())
        _done(pending, name)


def _count(pending: PendingErasure, name: str, rows: int) -> None:
    pending.counts[name] = pending.counts.get(name, 0) + rows
    pending.save(update_fields=["counts"])


def _done(pending: PendingErasure, name: str) -> None:
    pending.done.append(name)
    pending.save(update_fields=["done"])


@transaction.atomic
def _leave_receipt(pending: PendingErasure) -> None:
    """From here on nothing knows any more who it was."""
    Erasure.objects.create(receipt=pending.receipt, erased_at=timezone.now(), counts=pending.counts)
    record(Act.CUSTOMER_ERASED, by=pending.by, receipt=str(pending.receipt))
    pending.sealed = ""
    pending.save(update_fields=["sealed"])


def _in_ledger(ids: Collection[str], ledger: Ledger) -> bool:
    read = ledger.read()
    events = read.events.filter(read.events.customer_id.isin(ids) | read.events.anonymous_id.isin(ids))
    customers = read.customers.filter(read.customers.customer_id.isin(ids))
    return any(read.to_arrow(table.limit(1)).num_rows for table in (events, customers))


def _reachable_at(ids: Collection[str], ledger: Ledger) -> set[str]:
    """The person's e-mail addresses and telephone numbers."""
    read = ledger.read()
    found = read.to_arrow(read.customers.filter(read.customers.customer_id.isin(ids))["email", "phone"])
    return {each for column in found.columns for each in column.to_pylist() if each}


def _in_inbox(ids: Collection[str]) -> list[int]:
    rows = InboxEvent.objects.all().values_list("pk", "kind", "event").iterator(2_000)
    return [pk for pk, kind, said in rows if kind in KINDS and KINDS[kind].ids(said) & set(ids)]


def _erase_from_inbox(ids: Collection[str]) -> int:
    found = _in_inbox(ids)
    InboxEvent.objects.filter(pk__in=found).delete()
    return len(found)


def _erase_from_rejects(marks: Collection[str]) -> int:
    """Drop the lines that name the person from the files which say what imports refused."""
    return sum(_without_lines(file, marks) for file in (home() / "imports").glob("**/rejects*.csv"))


def _without_lines(file: Path, marks: Collection[str]) -> int:
    with file.open(newline="", encoding="utf-8") as source:
        rows = list(csv.reader(source))
    header = rows[0] if rows else []
    said = [header.index("value")] if "value" in header else list(range(len(header)))
    kept = rows[:1] + [row for row in rows[1:] if not any(_cell_names(row[at], marks) for at in said if at < len(row))]
    if len(kept) == len(rows):
        return 0
    partial = file.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(kept)
    partial.replace(file)
    return len(rows) - len(kept)


def _cell_names(cell: str, marks: Collection[str]) -> bool:
    """Whether a cell is a mark, or a line kept as it was has one in it. Short ids: as whole cells only."""
    cells = {each.strip(' "') for each in re.split("[,;|\t]", cell)}
    if cells & {*marks} or cell in marks:
        return True
    return any(traces.as_a_word(mark).search(cell) for mark in marks if len(mark) >= traces.LONG_ENOUGH)


def _erase_files(marks: Collection[str]) -> int:
    """Delete the copies of files brought in that name the person, or cannot be searched because they are compressed.

    An id as short as "1" stands in every file: those whose mapping tells which columns name people are asked by
    `listen`, which knows mappings.
    """
    telling = [mark for mark in marks if len(mark) >= traces.LONG_ENOUGH]
    files = [file for file in (home() / "imports").glob("**/*") if file.is_file()]
    guilty = [file for file in files if not file.name.startswith(OURS) and _may_name(file, telling)]
    for file in guilty:
        file.unlink(missing_ok=True)
    return len(guilty)


def _may_name(file: Path, marks: Collection[str]) -> bool:
    if not file.stat().st_size:
        return False
    if file.suffix.lower() not in SEARCHABLE:
        return True
    wanted = [pattern for mark in marks for pattern in _patterns(mark)]
    with file.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return any(pattern.search(text) for pattern in wanted)


def _patterns(mark: str) -> list[re.Pattern[bytes]]:
    """The mark as a word of its own, as CSV, JSON and XML write it, in every encoding text comes in."""
    said = {mark, mark.replace('"', '""'), json.dumps(mark)[1:-1], html.escape(mark)}
    found = []
    for encoding, (before, after) in ENCODINGS.items():
        words = {word for each in said if (word := each.encode(encoding, "ignore"))}
        found += [re.compile(b"(?<!%b)%b(?!%b)" % (before, re.escape(word), after)) for word in words]
    return found


def _leave_nothing_in_database_files() -> None:
    """PostgreSQL does the like in its own time (autovacuum); its files are the database administrator's."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        for statement in LEAVE_NOTHING:
            cursor.execute(statement)
