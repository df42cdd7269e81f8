"""Rows from further down a file, where the first ones leave columns empty that its names say something of.

In a log few rows are answers: the first thousand may hold not one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
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
OF_A_NAME: Final = 20  # of these rows for each name
FURTHEST: Final = 500_000  # rows looked through: a person waits
LOOKED_AT: Final = 900  # rows that a look has of a long file; a thousand, less what is no data
_SPARSE: Final = ("score", "text", "amount", "promised_at", "employee")


def fuller(look: Look) -> Look:
    """The same look with further rows, if columns that matter are sparse. Where the file cannot be read, as it is."""
    sparse = [name for name in look.columns if _matters(name) and len(look.column(name)) < ENOUGH]
    sparse += [name for name in _asked_by_name(look) if name not in sparse]
    if not sparse or look.kind in ("xes", "ocel") or not _goes_on(look):
        return look
    try:
        return replace(look, rows=(*look.rows, *_further(look, sparse)))
    except (Problem, duckdb.Error):
        return look  # whoever reads it says what is wrong


def _asked_by_name(look: Look) -> list[str]:
    """Columns of scores where the rows' names may tell which question they answer."""
    called = {plain(name) for name in look.columns}
    if "metric" in called or not any(_names_rows(name) for name in look.columns):
        return []
    return [name for name in look.columns if name_rank("score", name) is not None]


def _names_rows(name: str) -> bool:
    return plain(name) == "name" or name_rank("name", name) is not None


def _goes_on(look: Look) -> bool:
    """Whether the file may have more rows than its look: looks take so many rows, of text so many bytes."""
    return len(look.rows) >= LOOKED_AT or look.file.stat().st_size > SAMPLE_BYTES


def _matters(name: str) -> bool:
    return any(name_rank(role, name) is not None for role in _SPARSE) or any(
        plain(name) in names for names in KNOWN.values()
    )


def _further(look: Look, sparse: Sequence[str]) -> list[tuple[Cell, ...]]:
    """Rows after the look's, in which one of these columns is filled; of one score for every name that a row can have
    there are enough, so that no question is missed."""
    columns = ", ".join(f"trim(CAST({quoted(name)} AS VARCHAR)) AS {quoted(name)}" for name in look.columns)
    filled = " OR ".join(f"{quoted(name)} <> ''" for name in sparse)
    wanted = _Wanted(look, sparse)
    how = How(look.conventions or Conventions())
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        relation = reader_of(look.file).relation(look.file, how, connection, Path(folder))
        told = relation.probe or relation.sql
        below = f"(SELECT {columns} FROM {told} LIMIT {FURTHEST} OFFSET {len(look.rows)})"  # noqa: S608
        found = connection.execute(f"SELECT * FROM {below} WHERE {filled}")  # noqa: S608
        while rows := found.fetchmany(10_000):
            wanted.look_through(rows)
    return wanted.rows


class _Wanted:
    """The rows worth keeping of those that go by: so many for each column, and for each name that has a score."""

    def __init__(self, look: Look, sparse: Sequence[str]) -> None:
        self.rows: list[tuple[Cell, ...]] = []
        self._places = [look.columns.index(name) for name in sparse]
        named = [name for name in look.columns if _names_rows(name)]
        self._name = look.columns.index(named[0]) if named else None
        self._counts: Counter[tuple[int, Cell]] = Counter()
        self._seen = {*look.rows}

    def look_through(self, rows: Iterable[Sequence[str | None]]) -> None:
        for row in rows:
            name = row[self._name] if self._name is not None else None
            keys = [(place, each) for place in self._places if row[place] for each in {None, name}]
            if all(self._counts[key] >= (MORE if key[1] is None else OF_A_NAME) for key in keys):
                continue
            self._counts.update(keys)
            if (kept := tuple(cell or None for cell in row)) not in self._seen:
                self.rows.append(kept)
