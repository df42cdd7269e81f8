"""Rows into Parquet files in the ledger's shape, by DuckDB: staged beside the tables, checked, then adopted by a commit."""

import os
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from vivencia.foundation.ledger.disk import sync

# What an append takes: rows in memory, a stream of them, or Parquet files on disk in the table's shape.
Rows = pa.Table | pa.RecordBatchReader | Path | Sequence[Path]

ROW_GROUP = 122_880  # DuckDB's own; readers on several cores share a file by row groups
_database: dict[int, duckdb.DuckDBPyConnection] = {}
_making = threading.Lock()


def connection(spill: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection of the caller's own on this process's one in-memory database."""
    with _making:
        database = _database.get(os.getpid())
        if database is None:
            spill.mkdir(parents=True, exist_ok=True)
            database = duckdb.connect(
                ":memory:", config={"temp_directory": str(spill), "preserve_insertion_order": False}
            )
            _database.clear()
            _database[os.getpid()] = database
    cursor = database.cursor()
    cursor.execute("SET TimeZone = 'UTC'")
    return cursor


def relation(db: duckdb.DuckDBPyConnection, rows: Rows, schema: pa.Schema) -> duckdb.DuckDBPyRelation:
    """The rows with exactly the schema's columns and types.

    Raises ValueError naming the missing columns, and those the ledger has no place for.
    """
    if isinstance(rows, Path):
        source = db.read_parquet(str(rows))
    elif isinstance(rows, pa.Table | pa.RecordBatchReader):
        source = db.from_arrow(rows)
    else:
        source = db.read_parquet([str(file) for file in rows])
    missing = [name for name in schema.names if name not in source.columns]
    unknown = [name for name in source.columns if name not in schema.names]
    if missing or unknown:
        raise ValueError(f"columns missing: {missing}; columns the ledger has no place for: {unknown}")
    return source.project(
        ", ".join(f'CAST("{field.name}" AS {_SQL[str(field.type)]}) AS "{field.name}"' for field in schema)
    )


_SQL = {"string": "VARCHAR", "double": "DOUBLE", "int64": "BIGINT", "timestamp[us, tz=UTC]": "TIMESTAMPTZ"}


def write(rows: duckdb.DuckDBPyRelation, folder: Path) -> Path:
    """Write the rows to a new Parquet file in `folder`, named by nobody else, and see it to the disk."""
    file = folder / f"{uuid.uuid4().hex}.parquet"
    rows.write_parquet(str(file), compression="zstd", row_group_size=ROW_GROUP)
    sync(file)
    return file


def require(rows: duckdb.DuckDBPyRelation, schema: pa.Schema) -> int:
    """How many rows there are. Raises ValueError naming a column that must be known and is not."""
    needed = [field.name for field in schema if not field.nullable]
    counts = rows.aggregate(", ".join(["count(*)", *(f'count("{name}")' for name in needed)])).fetchone() or ()
    for name, known in zip(needed, counts[1:], strict=True):
        if known < counts[0]:
            raise ValueError(f"{name} is empty in {counts[0] - known} of {counts[0]} rows; every row needs one")
    return int(counts[0])
