"""What every reader gives: a look at a file, and its rows as a relation in DuckDB."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import duckdb

from vivencia.listen.imports.conventions import Conventions

Cell = str | None


@dataclass(frozen=True)
class How:
    """What is declared about a file."""

    conventions: Conventions = field(default_factory=Conventions)
    skip_rows: int = 0
    sheet: str | None = None


@dataclass(frozen=True)
class Look:
    """A file's columns and first rows as text, read without loading the rest."""

    file: Path
    kind: str  # the reader's name: "csv"
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    conventions: Conventions | None = None  # of text files: what was declared or detected

    @property
    def name(self) -> str:
        return self.file.name

    def column(self, name: str) -> list[str]:
        """The filled values of a column in the sample."""
        at = self.columns.index(name)
        return [value.strip() for row in self.rows if at < len(row) and (value := row[at]) and value.strip()]


@dataclass(frozen=True)
class Relation:
    """A file's rows, in the file's order, as something SQL can select from."""

    sql: str  # what stands after FROM
    columns: tuple[str, ...]
    first_row: int  # the number, in the file, of the first data row
    one_line_a_row: bool = True  # a row's number is its place plus `first_row`
    rejects: str | None = None  # table of lines DuckDB could not read, filled while `sql` runs
    probe: str | None = None  # the same for a look at some rows, without keeping rejects
    rows: int | None = None  # about how many, where known before reading
    plain: Path | None = None  # of text files: the same text as plain UTF-8


class Reader(Protocol):
    """A kind of file. Copy one of the modules beside this to add another, and add it to `registry.READERS`."""

    @property
    def name(self) -> str: ...

    @property
    def suffixes(self) -> tuple[str, ...]: ...

    def look(self, file: Path, how: How) -> Look:
        """Raises Problem where the file cannot be this kind of table."""
        ...

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        """Make the rows selectable; `folder` may hold temporary files. Raises Problem as `look` does."""
        ...


def quoted(identifier: str) -> str:
    """An SQL identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string; for the places where DuckDB takes no parameter.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def listed(names: Sequence[str], limit: int = 20) -> str:
    """Names for a message, cut where there are very many."""
    return ", ".join(names[:limit]) + (" …" if len(names) > limit else "")
