"""The first events a mapping would make, from the rows already looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from vivencia.foundation.ledger.databases import database
from vivencia.listen.imports import rejects as rejected
from vivencia.listen.imports.assign import Assigned
from vivencia.listen.imports.events import Batch, plan
from vivencia.listen.imports.mapping import Mapping
from vivencia.listen.imports.people import plan_aliases, plan_customers
from vivencia.listen.imports.readers.jsonl import NOT_AN_OBJECT
from vivencia.listen.imports.readers.table import Look, Relation, quoted
from vivencia.listen.imports.rejects import Reject
from vivencia.listen.imports.tables import Tables

WHOLE_BYTES = 30 << 20  # files that others are joined with are read whole up to this size, else their first rows
TRIAL = Batch("preview", "preview", "2000-01-01T00:00:00Z")


@dataclass(frozen=True)
class Preview:
    """What the first rows of each file would give. `misshapen`: rows with more or fewer cells than the header; they
    are among `rows` and `rejected`, and in none of `rejects`."""

    events: tuple[dict[str, Any], ...]
    customers: int
    rejects: tuple[Reject, ...]
    rejected: int
    rows: int
    misshapen: int = 0


def preview(mapping: Mapping, assigned: Assigned, folder: Path, limit: int = 12) -> Preview:
    """The first `limit` events, in the order they happened, and what would be rejected. Raises Problem."""
    folder.mkdir(parents=True, exist_ok=True)
    joined = {join.source for join in mapping.joins}
    spoiled: dict[str, int] = {}
    with database() as connection:
        run = connection.execute

        def instead(name: str, look: Look) -> Relation | None:
            if _whole(name, look, joined):
                return None
            if look.kind == "csv":
                spoiled[str(look.file)] = sum(len(row) != len(look.columns) for row in look.rows if row)
            return sampled(look, connection)

        tables = Tables(connection, mapping, assigned, folder, lambda sql: _nothing(run(sql)), instead=instead)
        made = plan(mapping, tables, TRIAL)
        people = plan_customers(mapping, tables, TRIAL)
        for name in tables.staged:
            tables.load(name)
        rejected.collect(connection, made, tables)
        count, _rows = rejected.count(connection, tables)
        few = tuple(item for item, _ in zip(rejected.every(connection, tables), range(limit), strict=False))
        events = _first(connection, [one.select() for one in made], limit)
        customers = _count(connection, people)
        lost = sum(spoiled.values())
        return Preview(events, customers, few, count + lost, tables.rows() + lost, lost)


def try_on(mapping: Mapping, assigned: Assigned, folder: Path) -> None:
    """Plan an import without reading more than was looked at. Raises Problem where the files lack what is asked."""
    folder.mkdir(parents=True, exist_ok=True)
    with database() as connection:
        tables = Tables(
            connection,
            mapping,
            assigned,
            folder,
            lambda sql: None,
            instead=lambda name, look: sampled(look, connection),
        )
        plan(mapping, tables, TRIAL)
        plan_customers(mapping, tables, TRIAL)
        plan_aliases(mapping, tables, TRIAL)


def sampled(look: Look, connection: duckdb.DuckDBPyConnection) -> Relation:
    """The rows of a look as a relation of text."""
    width = len(look.columns)
    rows = [row for row in look.rows if len(row) == width]
    columns = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(look.columns)}
    if look.kind == "jsonl":
        columns[NOT_AN_OBJECT] = pa.array([False] * len(rows), pa.bool_())
    data = pa.table(columns)
    name = f"sample_{id(data):x}"
    connection.register(name, data)
    return Relation(quoted(name), look.columns, first_row=2, rows=data.num_rows)


def _whole(name: str, look: Look, joined: set[str]) -> bool:
    return name in joined and look.file.stat().st_size <= WHOLE_BYTES


def _first(connection: duckdb.DuckDBPyConnection, selects: Sequence[str], limit: int) -> tuple[dict[str, Any], ...]:
    if not selects:
        return ()
    # A few whole rows, so that one sees which events come of one row.
    everything = " UNION ALL BY NAME ".join(selects)
    found = connection.execute(f"SELECT * FROM ({everything}) ORDER BY seq LIMIT {limit}")  # noqa: S608
    return tuple(found.to_arrow_table().to_pylist())


def _count(connection: duckdb.DuckDBPyConnection, selects: Sequence[str]) -> int:
    total = 0
    for select in selects:
        counted = connection.execute(f"SELECT count(*) FROM ({select})").fetchone()  # noqa: S608
        total += int(counted[0]) if counted else 0
    return total


def _nothing(_result: object) -> None:
    return None
