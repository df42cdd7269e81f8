"""What one writer is about to do to the tables; nobody sees any of it before it is published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression, Expression

from vivencia.foundation.ledger import known, told, writing
from vivencia.foundation.ledger.erased import Erased, welcome_events, welcome_people
from vivencia.foundation.ledger.head import Head, publish
from vivencia.foundation.ledger.table import Table
from vivencia.foundation.ledger.writing import Rows


@dataclass(frozen=True)
class Appended:
    """What became of the events given to `append`."""

    accepted: int
    duplicates: int  # already in the ledger, or a second time in what was given
    erased: int = 0  # of people who were erased, dated before their erasure


class Change:
    """The files each table is to consist of, starting from what it consists of now."""

    def __init__(self, tables: dict[str, Table], head: Head, cache: Path, erased: Erased) -> None:
        self._tables, self._head, self._cache, self._erased = tables, head, cache, erased
        self._db = writing.connection(cache)
        self._files = {name: list(table.files(head.place(name).delta)) for name, table in tables.items()}
        self._before = {name: frozenset(files) for name, files in self._files.items()}
        self._written: list[Path] = []

    def append(self, events: Rows) -> Appended:
        """Stage the events whose event_id nobody has seen."""
        staged = self._stage("events", events)
        arriving = self._rows(staged)
        given = writing.require(arriving, self._tables["events"].schema)
        welcome = welcome_events(self._db, arriving, self._erased) if self._erased.moments else arriving
        expected = given if welcome is arriving else _count(welcome)
        fresh = self._fresh(welcome, staged)
        accepted = expected if fresh is welcome else _count(fresh)
        self._take("events", staged, fresh, accepted, given)
        return Appended(accepted, expected - accepted, given - expected)

    def put(self, name: str, rows: Rows) -> None:
        """Stage rows of customers or aliases."""
        if isinstance(rows, pa.Table) and not rows.num_rows:
            return
        staged = self._stage(name, rows)
        arriving = self._rows(staged)
        given = writing.require(arriving, self._tables[name].schema)
        welcome = arriving
        if self._erased.moments:
            events = self._rows(self._files["events"]) if self._files["events"] else None
            welcome = welcome_people(self._db, arriving, events, self._erased)
        self._take(name, staged, welcome, _count(welcome), given)

    def put_readings(self, rows: Rows) -> None:
        """Stage readings, without those of events that are no longer there: an undo or an erasure came in between."""
        staged = self._stage("readings", rows)
        arriving = self._rows(staged)
        given = writing.require(arriving, self._tables["readings"].schema)
        ids = arriving.project("event_id, hash(event_id) AS h").fetchnumpy()
        held = np.zeros(len(ids["h"]), dtype=bool)
        for file in self._files["events"]:
            held |= known.each_held(ids["h"], self._hashes([file]))
        if not held.all():
            there = self._db.from_arrow(pa.table({"there_id": pa.array(ids["event_id"][held], pa.string())}))
            arriving = arriving.join(there.distinct(), "event_id = there_id", how="semi")
        self._take("readings", staged, arriving, int(held.sum()), given)

    def event_ids(self, wanted: Expression) -> list[str]:
        """The ids of the events for which `wanted` is true (never null)."""
        if not self._files["events"]:
            return []
        found = self._rows(self._files["events"]).filter(wanted).project("event_id").fetchall()
        return [each for (each,) in found]

    def remove(self, name: str, unwanted: Expression) -> int:
        """Take the rows out for which `unwanted` is true (never null); only files that hold some are written again."""
        gone = 0
        for file in tuple(self._files[name]):
            rows = self._rows([file])
            count = _count(rows.filter(unwanted))
            if not count:
                continue
            gone += count
            self._files[name].remove(file)
            if count < _count(rows):
                self._files[name].append(self._write(name, rows.filter(~unwanted)))
        return gone

    def blank(self, name: str, column: str, unwanted: Expression) -> None:
        """Make a column null where `unwanted` is true (never null); only files with such rows are written again."""
        for file in tuple(self._files[name]):
            rows = self._rows([file])
            if not _count(rows.filter(unwanted)):
                continue
            said = duckdb.CaseExpression(unwanted, ConstantExpression(None).cast("VARCHAR")).otherwise(
                ColumnExpression(column)
            )
            kept = [said.alias(column) if each == column else ColumnExpression(each) for each in rows.columns]
            self._files[name].remove(file)
            self._files[name].append(self._write(name, rows.select(*kept)))

    def hand_over(self, name: str, batch_id: str, claims: pa.Table) -> dict[Path, int]:
        """Write a batch's rows that others told too, as theirs, to files that are no part of the table yet."""
        if not claims.num_rows or not self._files[name]:
            return {}
        rows = self._rows(self._files[name]).filter(ColumnExpression("batch_id") == ConstantExpression(batch_id))
        heirs = self._db.from_arrow(claims).query("claims", "SELECT told, min(batch_id) AS heir FROM claims GROUP BY 1")
        theirs = rows.join(heirs, f"{told.digest(name)} = told").project(
            "* EXCLUDE (told, heir) REPLACE (heir AS batch_id)"
        )
        count = _count(theirs)
        return {self._write(name, theirs): count} if count else {}

    def take_up(self, name: str, files: Iterable[Path]) -> None:
        """Make files that `hand_over` wrote part of the table."""
        self._files[name] += files

    def exchange(self, name: str, old: Sequence[Path], new: Sequence[Path]) -> bool:
        """Put files that say the same in the place of others; False where somebody changed those meanwhile."""
        if not set(old) <= set(self._files[name]) or not all(file.exists() for file in new):
            return False
        self._files[name] = [file for file in self._files[name] if file not in set(old)] + list(new)
        return True

    def commit(self, folder: Path, *, changed: bool = True) -> Head:
        """Write each table's next version, then publish all of them at once.

        changed: whether what the tables say has changed, or only how it is stored.
        """
        head, retired = self._head, [file for name in self._files for file in self._before[name] - {*self._files[name]}]
        for name, table in self._tables.items():
            before, now = self._before[name], frozenset(self._files[name])
            if before != now:
                delta = table.commit(
                    head.place(name).delta, sorted(now - before), sorted(before - now), changed=changed
                )
                head = head.moved(name, delta, changed=changed)
        self._written = []  # once published they are the ledger's
        if head != self._head:
            publish(folder, head)
        for file in retired:
            file.touch()  # its age is now how long nobody new has needed it
        return head

    def abandon(self) -> None:
        """Leave nothing behind of a change that failed."""
        self._drop(self._written)

    def _stage(self, name: str, rows: Rows) -> list[Path]:
        staged = writing.stage(self._db, rows, self._tables[name].schema, self._tables[name].folder)
        self._written += staged
        return staged

    def _take(self, name: str, staged: list[Path], kept: duckdb.DuckDBPyRelation, count: int, given: int) -> None:
        """Make the rows to keep part of the table: the staged files as they are where that is all of them."""
        if count == given and given:
            self._files[name] += staged
            return
        if count:
            self._files[name].append(self._write(name, kept))
        self._drop(staged)

    def _write(self, name: str, rows: duckdb.DuckDBPyRelation) -> Path:
        file = writing.write(rows, self._tables[name].folder)
        self._written.append(file)
        return file

    def _drop(self, files: list[Path]) -> None:
        for file in files:
            file.unlink(missing_ok=True)

    def _rows(self, files: list[Path]) -> duckdb.DuckDBPyRelation:
        return self._db.read_parquet([str(file) for file in files])

    def _fresh(self, arriving: duckdb.DuckDBPyRelation, staged: list[Path]) -> duckdb.DuckDBPyRelation:
        """The rows whose event_id is new; of those given twice, the one of least seq."""
        fresh, ids = arriving, self._hashes(staged)
        if known.any_twice(ids):
            fresh = fresh.query(
                "fresh", "FROM fresh QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY seq) = 1"
            )
        suspects = [file for file in self._files["events"] if known.any_shared(ids, self._hashes([file]))]
        if suspects:
            held = self._rows(suspects).project("event_id AS held_id")
            fresh = fresh.join(held, "event_id = held_id", how="anti")
        return fresh

    def _hashes(self, files: list[Path]) -> known.Hashes:
        parts = [known.hashes(self._db, self._cache, file) for file in files]
        return parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts or [np.empty(0, np.uint64)]))


def _count(rows: duckdb.DuckDBPyRelation) -> int:
    counted = rows.aggregate("count(*)").fetchone()
    return int(counted[0]) if counted else 0
