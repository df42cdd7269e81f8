"""What every reader gives: a look at a file, and its rows as a relation in DuckDB."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
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
        """The filled values of a column in the sample. Raises KeyError."""
        if name not in self._filled:
            try:
                at = self.columns.index(name)
            except ValueError:
                raise KeyError(name) from None
            values = (row[at] for row in self.rows if at < len(row))
            self._filled[name] = [text for value in values if value and (text := value.strip())]
        return self._filled[name]

    @cached_property
    def _filled(self) -> dict[str, list[str]]:
        return {}


LookAt = Callable[[Path, How], Look]


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
    lines: int | None = None  # of text files: how many lines there are; as many as rows means that no row spans lines
    plain: Path | None = None  # of text files: the same text as plain UTF-8
    place: str | None = None  # SQL for a row's place, from 0, where the file may be read several times for it
    types: Mapping[str, str] | None = None  # DuckDB types of the columns, where they are known without asking


def remembered(look: LookAt) -> LookAt:
    """Look at a file once, as long as it is the same: planning an import asks several times."""

    def asked(file: Path, how: How) -> Look:
        try:
            now = file.stat()
        except OSError:
            return look(file, how)  # it says what is wrong
        return looked_at(look, file, how, now.st_size, now.st_mtime_ns)

    return asked


@lru_cache(maxsize=16)
def looked_at(look: LookAt, file: Path, how: How, _size: int, _changed_ns: int) -> Look:
    return look(file, how)


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
