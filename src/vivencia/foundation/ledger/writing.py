"""Rows into Parquet files in the ledger's shape, written by DuckDB, for a commit to adopt."""

import os
import shutil
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

# What an append takes: rows in memory, a stream of them, a DuckDB relation (computed once, on its own connection), or
# Parquet files; files in exactly the table's shape are adopted as they are, without being written again.
Rows: TypeAlias = "pa.Table | pa.RecordBatchReader | duckdb.DuckDBPyRelation | Path | Sequence[Path]"

ROW_GROUP = 122_880  # DuckDB's own; readers on several cores share a file by row groups
_spilling = "spill"
_database: dict[int, duckdb.DuckDBPyConnection] = {}
_making = threading.Lock()


def spill_folder(cache: Path) -> Path:
    """Where this process's DuckDB puts what does not fit into memory; two processes must not share one folder."""
    folder = cache / _spilling / str(os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def clear_spill(cache: Path) -> None:
    """Remove what processes that are no more have left."""
    for folder in (cache / _spilling).glob("*"):
        if folder.name.isdigit() and not _alive(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def connection(cache: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection of the caller's own on this process's one in-memory database."""
    with _making:
        database = _database.get(os.getpid())
        if database is None:
            database = duckdb.connect(
                ":memory:", config={"temp_directory": str(spill_folder(cache)), "preserve_insertion_order": False}
            )
            _database.clear()
            _database[os.getpid()] = database
    cursor = database.cursor()
    cursor.execute("SET TimeZone = 'UTC'")
    cursor.execute("SET enable_progress_bar = false")  # see `databases.database`
    return cursor


def stage(db: duckdb.DuckDBPyConnection, rows: Rows, schema: pa.Schema, folder: Path) -> list[Path]:
    """Put the rows into new Parquet files in `folder`, in the schema's shape.

    Raises ValueError naming the missing columns, and those the ledger has no place for.
    """
    if isinstance(rows, pa.Table | pa.RecordBatchReader):
        return [write(shaped(db.from_arrow(rows), schema), folder)]
    if isinstance(rows, duckdb.DuckDBPyRelation):
        return [write(shaped(rows, schema), folder)]
    files = [rows] if isinstance(rows, Path) else list(rows)
    return [_adopt(file, folder) if _has_shape(file, schema) else _rewrite(db, file, schema, folder) for file in files]


def shaped(rows: duckdb.DuckDBPyRelation, schema: pa.Schema) -> duckdb.DuckDBPyRelation:
    """The rows with exactly the schema's columns and types."""
    missing = [name for name in schema.names if name not in rows.columns]
    unknown = [name for name in rows.columns if name not in schema.names]
    if missing or unknown:
        raise ValueError(f"columns missing: {missing}; columns the ledger has no place for: {unknown}")
    return rows.project(
        ", ".join(f'CAST("{field.name}" AS {_SQL[str(field.type)]}) AS "{field.name}"' for field in schema)
    )


def _has_shape(file: Path, schema: pa.Schema) -> bool:
    found = pq.read_schema(file)
    return bool(found.names == schema.names and found.types == schema.types)


def _adopt(file: Path, folder: Path) -> Path:
    ours = folder / f"{uuid.uuid4().hex}.parquet"
    try:
        os.link(file, ours)
    except OSError:  # on another disk
        shutil.copyfile(file, ours)
    return ours


def _rewrite(db: duckdb.DuckDBPyConnection, file: Path, schema: pa.Schema, folder: Path) -> Path:
    return write(shaped(db.read_parquet(str(file)), schema), folder)


_SQL = {
    "string": "VARCHAR",
    "double": "DOUBLE",
    "int8": "TINYINT",
    "int64": "BIGINT",
    "timestamp[us, tz=UTC]": "TIMESTAMPTZ",
}


def write(rows: duckdb.DuckDBPyRelation, folder: Path, compression: Literal["snappy", "zstd"] = "snappy") -> Path:
    """Write the rows to a new Parquet file in `folder`, named by nobody else.

    Arriving rows are written fast (snappy); compaction writes them small (zstd).
    """
    file = folder / f"{uuid.uuid4().hex}.parquet"
    rows.write_parquet(str(file), compression=compression, row_group_size=ROW_GROUP)
    return file


def require(rows: duckdb.DuckDBPyRelation, schema: pa.Schema) -> int:
    """How many rows there are. Raises ValueError naming a column that must be known and is not."""
    needed = [field.name for field in schema if not field.nullable]
    counts = rows.aggregate(", ".join(["count(*)", *(f'count("{name}")' for name in needed)])).fetchone() or ()
    for name, known in zip(needed, counts[1:], strict=True):
        if known < counts[0]:
            raise ValueError(f"{name} is empty in {counts[0] - known} of {counts[0]} rows; every row needs one")
    return int(counts[0])
