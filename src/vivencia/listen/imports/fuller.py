"""Rows from further down a file, where the first ones leave columns empty that its names say something of.

In a log few rows are answers: the first thousand may hold not one.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb

from vivencia.listen.imports.conventions import SAMPLE_BYTES, Conventions
from vivencia.listen.imports.guesses import KNOWN, name_rank, plain
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.registry import reader_of
from vivencia.listen.imports.readers.table import Cell, How, Look, quoted

ENOUGH: Final = 50  # filled values tell what a column is
MORE: Final = 500  # rows to add for a column that has fewer
LOOKED_AT: Final = 900  # rows that a look has of a long file; a thousand, less what is no data
_SPARSE: Final = ("score", "text", "amount", "promised_at", "employee")


def fuller(look: Look) -> Look:
    """The same look with further rows, if columns that matter are sparse. Where the file cannot be read, as it is."""
    sparse = [name for name in look.columns if _matters(name) and len(look.column(name)) < ENOUGH]
    if not sparse or look.kind in ("xes", "ocel") or not _goes_on(look):
        return look
    try:
        return replace(look, rows=(*look.rows, *_further(look, sparse)))
    except (Problem, duckdb.Error):
        return look  # whoever reads it says what is wrong


def _goes_on(look: Look) -> bool:
    """Whether the file may have more rows than its look: looks take so many rows, of text so many bytes."""
    return len(look.rows) >= LOOKED_AT or look.file.stat().st_size > SAMPLE_BYTES


def _matters(name: str) -> bool:
    return any(name_rank(role, name) is not None for role in _SPARSE) or any(
        plain(name) in names for names in KNOWN.values()
    )


def _further(look: Look, sparse: Sequence[str]) -> list[tuple[Cell, ...]]:
    columns = ", ".join(f"trim(CAST({quoted(name)} AS VARCHAR)) AS {quoted(name)}" for name in look.columns)
    found: dict[tuple[Cell, ...], None] = {}
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        relation = reader_of(look.file).relation(
            look.file, How(look.conventions or Conventions()), connection, Path(folder)
        )
        below = f"(SELECT {columns} FROM {relation.probe or relation.sql} OFFSET {len(look.rows)})"  # noqa: S608
        for name in sparse:
            rows = connection.execute(f"SELECT * FROM {below} WHERE {quoted(name)} <> '' LIMIT {MORE}")  # noqa: S608
            found |= dict.fromkeys(tuple(cell or None for cell in row) for row in rows.fetchall())
    return [row for row in found if row not in {*look.rows}]
