"""The one door to the ledger: what customers lived, who they are, and which ids are one person."""

import functools
import operator
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import pyarrow as pa
from deltalake.exceptions import DeltaError
from duckdb import ColumnExpression, ConstantExpression, Expression
from ibis import _

from vivencia.foundation.home import home
from vivencia.foundation.ledger import engines, known, results, settled, tidying, writing
from vivencia.foundation.ledger.change import Appended, Change
from vivencia.foundation.ledger.disk import LOCK_TIMEOUT_SECONDS, only_one
from vivencia.foundation.ledger.erased import read_erased, write_erased
from vivencia.foundation.ledger.head import Head, missing_tables, publish, read_head
from vivencia.foundation.ledger.reading import Read, Snapshot
from vivencia.foundation.ledger.schema import TABLES
from vivencia.foundation.ledger.table import Table
from vivencia.foundation.ledger.told import NOBODY, Heirs
from vivencia.foundation.ledger.writing import Rows

_CLOCKS = {"events": "occurred_at", "customers": "updated_at", "aliases": "made_at", "readings": "read_at"}


def open_ledger(folder: Path | None = None) -> "Ledger":
    """The ledger of VIVENCIA_HOME (or of another data folder), made on first use. Cheap."""
    return Ledger(folder or home())


class Ledger:
    """Four append-only tables on disk; one writer at a time among all processes, any number of readers."""

    def __init__(self, data: Path) -> None:
        self._folder, self._cache = data / "ledger", data / "cache"
        self._tables = {name: Table(self._folder / name, schema, _CLOCKS[name]) for name, schema in TABLES.items()}

    def read(self) -> Read:
        """What the ledger says now; stays the same however much is written meanwhile."""
        return Read(self._now, self._cache, engines.engine(self._cache), added=self._added)

    def read_at(self, head: Head) -> Read:
        """What the ledger said at an earlier version, or what it says now where that version is no more."""
        return Read(self._now, self._cache, engines.engine(self._cache), added=self._added, at=self._snapshot(head))

    @property
    def head(self) -> Head:
        """Where each table stands now. Cheap."""
        return self._head()

    @property
    def cache(self) -> Path:
        """The folder of what can be worked out again."""
        return self._cache

    def only_more_since(self, earlier: Head) -> bool:
        """Whether nothing was taken out of the events since an earlier version, as far as can be told."""
        return self._added(earlier, self._head(), "events") is not None

    def _added(self, earlier: Head, later: Head, table: str) -> tuple[Path, ...] | None:
        return self._tables[table].added(earlier.place(table).delta, later.place(table).delta)

    def _snapshot(self, head: Head) -> Snapshot | None:
        try:
            files = {name: table.files(head.place(name).delta) for name, table in self._tables.items()}
        except (DeltaError, OSError):
            return None
        found = Snapshot(head.version, head.readings_version, self._folder, files, head)
        return found if all(file.exists() for each in files.values() for file in each) else None

    def _now(self) -> Snapshot:
        """The published head with its files. An erasure may remove both while we look: then we look again."""
        while True:
            head = self._head()
            try:
                files = {name: table.files(head.place(name).delta) for name, table in self._tables.items()}
            except (DeltaError, OSError):
                if head == self._head():
                    raise
                continue
            return Snapshot(head.version, head.readings_version, self._folder, files, head)

    def append(self, events: Rows) -> Appended:
        """Add events in EVENTS' shape; those whose event_id is known are counted, not added.

        When this returns the events are on the disk. Raises ValueError naming a column that is missing, unknown or
        empty where it must not be, and LedgerBusyError when another writer does not finish.
        """
        with self._change() as change:
            return change.append(events)

    def put_customers(self, customers: Rows) -> None:
        """Add what is known of customers, in CUSTOMERS' shape; reads see the newest `updated_at` of each."""
        with self._change() as change:
            change.put("customers", customers)

    def put_aliases(self, aliases: Rows) -> None:
        """Add statements that two ids are one person, in ALIASES' shape; the newest about an alias holds."""
        with self._change() as change:
            change.put("aliases", aliases)

    def put_readings(self, readings: Rows) -> None:
        """Add what was read in events' texts, in READINGS' shape; the newest `read_at` of an event wins.

        Readings of events that are not in the ledger (any more) are left out.
        """
        with self._change() as change:
            change.put_readings(readings)

    def amend(self, name: Literal["customers", "aliases"], say: Callable[[Read], pa.Table]) -> int:
        """Add rows made from what is known, while nobody else writes: between asking and telling nothing is lost.

        Returns how many rows were added.
        """
        with self._change() as change:
            rows = say(self.read())
            if rows.num_rows:
                change.put(name, rows)
        return int(rows.num_rows)

    def undo(self, batch_id: str, heirs: Heirs = NOBODY) -> int:
        """Take out what a batch brought, but for rows another batch said too: they become its. Returns how many went.

        heirs: for each table, `told` (`told.digests`) and `batch_id` of those who said the same.
        """
        with self._change() as change:
            gone = _undo(change, batch_id, heirs)
        settled.forget(self._cache)  # what was taken out is not to be shown while the rest is worked out anew
        return gone

    def replace(
        self, batch_ids: str | Collection[str], events: Rows, customers: Rows, aliases: Rows, heirs: Heirs = NOBODY
    ) -> Appended:
        """Put a corrected file's rows in the place of what earlier batches brought, in one step; `heirs` as `undo`."""
        with self._change() as change:
            for batch_id in [batch_ids] if isinstance(batch_ids, str) else batch_ids:
                _undo(change, batch_id, heirs)
            appended = change.append(events)
            change.put("customers", customers)
            change.put("aliases", aliases)
        settled.forget(self._cache)
        return appended

    def same_person(self, identifier: str) -> frozenset[str]:
        """Every id that is the same person as this one, itself among them."""
        read = self.read()
        led = read.to_arrow(read.aliases.filter(_.alias_id == identifier))["person_id"].to_pylist()
        person = led[0] if led else identifier
        others = read.to_arrow(read.aliases.filter(_.person_id == person))["alias_id"].to_pylist()
        return frozenset({identifier, person, *others})

    def erase(
        self, ids: Collection[str], at: datetime, tell: Callable[[dict[str, int]], None] = lambda counts: None
    ) -> dict[str, int]:
        """Remove the people who have these ids, and every old file that knew them; returns rows removed by table.

        `ids` must hold all ids of a person (`same_person`). Events of theirs dated up to `at` are refused from now on.
        `tell` hears how many rows it is before they go: whoever is cut short afterwards still knows it.
        """
        unwanted = {
            "events": _theirs(ids),
            "customers": _names(ids, "customer_id"),
            "aliases": _names(ids, "alias_id", "customer_id"),
        }
        self._head()
        with only_one(self._folder / "tidy.lock", "tidying the ledger", LOCK_TIMEOUT_SECONDS):
            with self._change() as change:
                write_erased(self._folder, read_erased(self._folder).with_ids(ids, at))
                theirs = change.event_ids(unwanted["events"])
                counts = {name: change.remove(name, rows) for name, rows in unwanted.items()}
                change.blank("events", "anonymous_id", _names(ids, "anonymous_id"))
                counts["readings"] = change.remove("readings", _names(theirs, "event_id")) if theirs else 0
                tell(counts)
            with self._writer():
                self._clear_away(grace_seconds=0.0)
                results.forget(self._cache)
                settled.forget(self._cache)
        return counts

    def keep_scores_alone(self, sources: Collection[str], metrics: Collection[str]) -> int:
        """Of what these sources said keep the scores of these metrics, without words; the rest, and what was read in
        their words, goes. Returns how many events that changes.
        """
        theirs, scores = _names(sources, "source"), _names(metrics, "metric")
        with self._change() as change:
            worded = theirs & ColumnExpression("text").isnotnull()
            read_in = change.event_ids(worded)
            changed = {*read_in, *change.event_ids(theirs & ~scores)}
            change.remove("events", theirs & ~scores)
            change.blank("events", "text", worded)
            if read_in:
                change.remove("readings", _names(read_in, "event_id"))
        settled.forget(self._cache)
        return len(changed)

    def erased_among(self, ids: Collection[str]) -> dict[str, datetime]:
        """Which of these ids belonged to people who were erased, and when that was."""
        rows = read_erased(self._folder).among(ids).to_pylist()
        return {row["id"]: row["erased_at"] for row in rows}

    def tidy(self, grace_seconds: float = tidying.GRACE_SECONDS) -> None:
        """Sort what has piled up, and clear away what nobody has needed for the grace. Quick where there is nothing."""
        if not (self._folder / "HEAD").exists():
            return
        with only_one(self._folder / "tidy.lock", "tidying the ledger", LOCK_TIMEOUT_SECONDS):
            self._sort()
            with self._writer():
                self._clear_away(grace_seconds)
        head = self._head()
        shown = [each.head.version for each in settled.all_told(self._cache)]
        results.forget_old(self._cache, (head.version, head.readings_version, *shown))

    def _sort(self) -> None:
        head = self._head()
        for name, table in self._tables.items():
            old = tidying.due(table.files(head.place(name).delta))
            if not old:
                continue
            new = tidying.sort(name, table, old, self._cache)
            with self._change(changed=False) as change:
                if not change.exchange(name, old, new):
                    for file in new:
                        file.unlink(missing_ok=True)

    def _clear_away(self, grace_seconds: float) -> None:
        writing.clear_spill(self._cache)
        known.forget(self._cache, self._tables["events"].files(read_head(self._folder).events.delta))
        head = read_head(self._folder)
        for name, table in self._tables.items():
            tidying.clear_away(table, head.place(name).delta, grace_seconds)
            tidying.shorten_log(table, head.place(name).delta, grace_seconds)

    def _head(self) -> Head:
        if missing_tables(self._folder):
            with self._writer():
                pass
        return read_head(self._folder)

    @contextmanager
    def _writer(self) -> Iterator[None]:
        """Alone at the ledger, which is as its last published head says."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with only_one(self._folder / "writer.lock", "the ledger", LOCK_TIMEOUT_SECONDS):
            if missing := missing_tables(self._folder):
                for name in missing:
                    self._tables[name].create()
                publish(self._folder, read_head(self._folder) if (self._folder / "HEAD").exists() else Head())
            head = read_head(self._folder)
            for name, table in self._tables.items():
                table.forget_after(head.place(name).delta)
            yield

    @contextmanager
    def _change(self, *, changed: bool = True) -> Iterator[Change]:
        with self._writer():
            change = Change(self._tables, read_head(self._folder), self._cache, read_erased(self._folder))
            try:
                yield change
                change.commit(self._folder, changed=changed)
            except BaseException:
                change.abandon()
                raise


def _undo(change: Change, batch_id: str, heirs: Heirs) -> int:
    own = ColumnExpression("batch_id") == ConstantExpression(batch_id)
    left = {name: change.hand_over(name, batch_id, claims) for name, claims in heirs.items()}
    gone = sum(change.remove(name, own) for name in TABLES)
    for name, files in left.items():
        change.take_up(name, files)
    return gone - sum(rows for files in left.values() for rows in files.values())


def _theirs(ids: Collection[str]) -> Expression:
    """Whether an event is one of the people's: by its customer's id; by the device's where it names nobody."""
    return _names(ids, "customer_id") | (ColumnExpression("customer_id").isnull() & _names(ids, "anonymous_id"))


def _names(ids: Collection[str], *columns: str) -> Expression:
    """Whether one of the columns holds one of the ids; never null."""
    wanted = [ConstantExpression(each) for each in ids]
    named = [ColumnExpression(column).isnotnull() & ColumnExpression(column).isin(*wanted) for column in columns]
    return functools.reduce(operator.or_, named)
