"""From files and a mapping to Parquet files in the ledger's shapes: the whole of an import but its last step.

    looks = [look_at(file) for file in files_at(path)]
    taken = take_in(mapping, assign(mapping, looks, "olist"), Batch("b1", "olist", "2026-11-22T10:00:00Z"), folder)
    ledger.append(taken.events)

Everything is planned before it is read, so a file is parsed once; rows that cannot be used are written to
`rejects.csv`, and the others go on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from vivencia.foundation.ledger.writing import ROW_GROUP
from vivencia.listen.imports import rejects as rejected
from vivencia.listen.imports.assign import Assigned
from vivencia.listen.imports.conventions import Conventions
from vivencia.listen.imports.events import Batch, Made, plan
from vivencia.listen.imports.mapping import Mapping
from vivencia.listen.imports.people import plan_aliases, plan_customers
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.registry import reader_of
from vivencia.listen.imports.readers.table import How, Look, literal, quoted
from vivencia.listen.imports.tables import Tables, how_of
from vivencia.listen.imports.watch import Progress, silent, watched


@dataclass(frozen=True)
class Taken:
    """What an import made of its files. Files are absent (None) where they would be empty."""

    rows: int  # rows read, of all files
    events: int
    customers: int
    aliases: int
    rejected: int  # events left out, and rows that could not be read at all
    rejected_rows: int  # the rows these come from
    events_file: Path | None
    customers_file: Path | None
    aliases_file: Path | None
    rejects_file: Path | None


def look_at(file: Path, how: How | None = None) -> Look:
    """A file's columns, first rows and detected conventions. Raises Problem."""
    return reader_of(file).look(file, how or How())  # readers look again when they read; `remembered` spares the work


def look_again(assigned: Assigned, mapping: Mapping) -> Assigned:
    """The same files, looked at as the mapping declares them (encoding, delimiter, rows to skip)."""
    again: Assigned = {}
    for name, looks in assigned.items():
        how = how_of(mapping.tables[name], mapping.defaults)
        again[name] = looks if how == How() else [look_at(look.file, how) for look in looks]
    return again


def values_in(look: Look, column: str) -> set[str]:
    """The different values of one column in the whole file. Raises Problem."""
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        how = How(look.conventions or Conventions())
        relation = reader_of(look.file).relation(look.file, how, connection, Path(folder))
        name = quoted(column)
        told = f"SELECT DISTINCT trim(CAST({name} AS VARCHAR)) FROM {relation.probe or relation.sql}"  # noqa: S608
        found = connection.execute(f"{told} WHERE {name} IS NOT NULL")
        return {str(value) for (value,) in found.fetchall()}


def take_in(
    mapping: Mapping,
    assigned: Assigned,
    batch: Batch,
    folder: Path,
    progress: Progress = silent,
    say: rejected.Say = rejected.in_english,
) -> Taken:
    """Write `events.parquet`, `customers.parquet`, `aliases.parquet` and `rejects.csv` into `folder`.

    Raises Problem where a file or the mapping cannot be used at all, or not a single row can.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _engine(folder, watched=progress is not silent) as connection:
        return _take_in(connection, mapping, assigned, batch, folder, progress, say)


def _engine(folder: Path, *, watched: bool) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"temp_directory": str(folder / "spill"), "threads": 1})
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar_print = false")
    connection.execute(f"SET enable_progress_bar = {'true' if watched else 'false'}")
    return connection


def _share_work(connection: duckdb.DuckDBPyConnection, mapping: Mapping, tables: Tables) -> None:
    """Use all processors where there is work to share: DuckDB parts it by row groups.

    With less than one of them a second thread gives the first nothing to do but wait, which it does at full speed.
    """
    rows = {
        name: sum(part.relation.rows or ROW_GROUP for part in staged.parts) for name, staged in tables.staged.items()
    }
    written = sum(rows[event.table] for event in mapping.events if event.table in tables)
    if max([written, *rows.values()]) >= ROW_GROUP:
        connection.execute("RESET threads")


def _take_in(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    assigned: Assigned,
    batch: Batch,
    folder: Path,
    progress: Progress,
    say: rejected.Say,
) -> Taken:
    run = watched(connection, progress)
    tables = Tables(connection, mapping, look_again(assigned, mapping), folder / "plain", run.reading)
    _share_work(connection, mapping, tables)
    made = plan(mapping, tables, batch)
    customers, aliases = plan_customers(mapping, tables, batch), plan_aliases(mapping, tables, batch)
    wanted = [name for name in tables.staged if _is_used(name, mapping)]
    run.expect(len(wanted))
    for name in wanted:
        tables.load(name)
    rejected.collect(connection, made, tables)
    out, rejected_rows = rejected.count(connection, tables)
    # `seq` tells the order of events, so that the order in which they are written need not be kept, which costs much.
    connection.execute("SET preserve_insertion_order = false")
    events = _written(connection, [one.select() for one in made], folder / "events.parquet", run.writing)
    people = _written(connection, customers, folder / "customers.parquet", run.writing)
    same = _written(connection, aliases, folder / "aliases.parquet", run.writing)
    rejects_file = folder / "rejects.csv" if out else None
    if rejects_file:
        rejected.write(rejects_file, rejected.every(connection, tables), say)
    if out and not events and not people:
        first = next(rejected.every(connection, tables))
        raise Problem(
            "nothing-usable",
            file=first.file, count=out, row=first.row, field=first.field, value=first.value[:80], why=say(first),
        )  # fmt: skip
    return Taken(
        rows=tables.rows() + rejected.unreadable(tables),
        events=events,
        customers=people,
        aliases=same,
        rejected=out,
        rejected_rows=rejected_rows,
        events_file=folder / "events.parquet" if events else None,
        customers_file=folder / "customers.parquet" if people else None,
        aliases_file=folder / "aliases.parquet" if same else None,
        rejects_file=rejects_file,
    )


def _written(connection: duckdb.DuckDBPyConnection, selects: list[str], file: Path, run: Callable[[str], None]) -> int:
    file.unlink(missing_ok=True)
    if not selects:
        return 0
    everything = " UNION ALL BY NAME ".join(selects)
    run(f"COPY ({everything}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION snappy)")
    counted = connection.fetchone()
    return int(counted[0]) if counted else 0


def _is_used(name: str, mapping: Mapping) -> bool:
    used = {event.table for event in mapping.events} | {people.table for people in mapping.customers}
    used |= {account.table for account in mapping.accounts} | {alias.table for alias in mapping.aliases}
    return name in used


def events_of(made: list[Made]) -> str:
    """SQL for all events, for previews."""
    return " UNION ALL BY NAME ".join(one.select() for one in made)
