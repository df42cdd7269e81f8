"""The one door to the ledger: what customers lived, who they are, and which ids are one person."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from vivencia.foundation.home import home
from vivencia.foundation.ledger import engines, writing
from vivencia.foundation.ledger.disk import LOCK_TIMEOUT_SECONDS, only_one
from vivencia.foundation.ledger.head import Head, publish, read_head
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.schema import TABLES
from vivencia.foundation.ledger.table import Table
from vivencia.foundation.ledger.writing import Rows

_CLOCKS = {"events": "occurred_at", "customers": "updated_at", "aliases": "made_at"}


@dataclass(frozen=True)
class Appended:
    """What became of the events given to `append`."""

    accepted: int
    duplicates: int  # already in the ledger, or a second time in what was given
    erased: int = 0  # of people who were erased, dated before their erasure


def open_ledger(folder: Path | None = None) -> "Ledger":
    """The ledger of VIVENCIA_HOME (or of another data folder), made on first use. Cheap."""
    return Ledger(folder or home())


class Ledger:
    """Three append-only tables on disk; one writer at a time among all processes, any number of readers."""

    def __init__(self, data: Path) -> None:
        self._folder, self._cache = data / "ledger", data / "cache"
        self._tables = {name: Table(self._folder / name, schema, _CLOCKS[name]) for name, schema in TABLES.items()}

    def read(self) -> Read:
        """What the ledger says now; stays the same however much is written meanwhile."""
        return Read(self._head(), self._tables, self._cache, engines.engine(self._cache / "spill"))

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

    def undo(self, batch_id: str) -> int:
        """Take out everything a batch brought; returns how many rows that was."""
        with self._change() as change:
            return change.undo(batch_id)

    def replace(self, batch_id: str, events: Rows, customers: Rows, aliases: Rows) -> Appended:
        """Put a corrected file's rows in the place of an earlier batch's, in one step."""
        with self._change() as change:
            change.undo(batch_id)
            appended = change.append(events)
            change.put("customers", customers)
            change.put("aliases", aliases)
            return appended

    def _head(self) -> Head:
        if not (self._folder / "HEAD").exists():
            with self._writer():
                pass
        return read_head(self._folder)

    @contextmanager
    def _writer(self) -> Iterator[None]:
        """Alone at the ledger, which is as its last published head says."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with only_one(self._folder / "writer.lock", "the ledger", LOCK_TIMEOUT_SECONDS):
            if not (self._folder / "HEAD").exists():
                for table in self._tables.values():
                    table.create()
                publish(self._folder, Head())
            head = read_head(self._folder)
            for name, table in self._tables.items():
                table.forget_after(head.place(name).delta)
            yield

    @contextmanager
    def _change(self) -> Iterator["Change"]:
        with self._writer():
            change = Change(self._tables, read_head(self._folder), writing.connection(self._cache / "spill"))
            try:
                yield change
                change.commit(self._folder)
            except BaseException:
                change.abandon()
                raise


class Change:
    """What one writer is about to do to the tables; nobody sees any of it before `commit`."""

    def __init__(self, tables: dict[str, Table], head: Head, db: duckdb.DuckDBPyConnection) -> None:
        self._tables, self._head, self._db = tables, head, db
        self._files = {name: list(table.files(head.place(name).delta)) for name, table in tables.items()}
        self._before = {name: frozenset(files) for name, files in self._files.items()}
        self._written: list[Path] = []

    def append(self, events: Rows) -> Appended:
        """Stage the events whose event_id nobody has seen."""
        table = self._tables["events"]
        staged = self._stage("events", events)
        arriving = self._rows(staged)
        given = writing.require(arriving, table.schema)
        fresh = self._fresh(arriving, given)
        accepted = _count(fresh)
        if accepted < given:
            fewer = [writing.write(fresh, table.folder)] if accepted else []
            self._drop(staged)
            self._written += fewer
            staged = fewer
        self._files["events"] += staged
        return Appended(accepted, given - accepted)

    def put(self, name: str, rows: Rows) -> None:
        staged = self._stage(name, rows)
        if writing.require(self._rows(staged), self._tables[name].schema):
            self._files[name] += staged
        else:
            self._drop(staged)

    def undo(self, batch_id: str) -> int:
        return sum(
            self._without(name, duckdb.ColumnExpression("batch_id") == duckdb.ConstantExpression(batch_id))
            for name in TABLES
        )

    def commit(self, folder: Path) -> None:
        """Write each changed table's next version, then publish all of them at once."""
        head = self._head
        for name, table in self._tables.items():
            before, now = self._before[name], frozenset(self._files[name])
            if before != now:
                delta = table.commit(head.place(name).delta, sorted(now - before), sorted(before - now))
                head = head.moved(name, delta)
        self._written = []  # once published they are the ledger's
        if head != self._head:
            publish(folder, head)

    def abandon(self) -> None:
        """Leave nothing behind of a change that failed."""
        self._drop(self._written)

    def _stage(self, name: str, rows: Rows) -> list[Path]:
        staged = writing.stage(self._db, rows, self._tables[name].schema, self._tables[name].folder)
        self._written += staged
        return staged

    def _drop(self, files: list[Path]) -> None:
        for file in files:
            file.unlink(missing_ok=True)

    def _rows(self, files: list[Path]) -> duckdb.DuckDBPyRelation:
        return self._db.read_parquet([str(file) for file in files])

    def _fresh(self, arriving: duckdb.DuckDBPyRelation, given: int) -> duckdb.DuckDBPyRelation:
        """The rows whose event_id is new; of those given twice, the one of least seq."""
        fresh = arriving
        ids = arriving.aggregate("count(DISTINCT event_id)").fetchone()
        if ids and ids[0] < given:
            fresh = arriving.query(
                "arriving", "FROM arriving QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY seq) = 1"
            )
        if self._files["events"]:
            held = self._rows(self._files["events"]).project("event_id AS held_id")
            fresh = fresh.join(held, "event_id = held_id", how="anti")
        return fresh

    def _without(self, name: str, unwanted: duckdb.Expression) -> int:
        """Rewrite the files that hold unwanted rows; returns how many those were."""
        gone = 0
        for file in tuple(self._files[name]):
            rows = self._rows([file])
            count = _count(rows.filter(unwanted))
            if not count:
                continue
            gone += count
            self._files[name].remove(file)
            if count < _count(rows):
                kept = writing.write(rows.filter(~unwanted), self._tables[name].folder)
                self._written.append(kept)
                self._files[name].append(kept)
        return gone


def _count(rows: duckdb.DuckDBPyRelation) -> int:
    counted = rows.aggregate("count(*)").fetchone()
    return int(counted[0]) if counted else 0
