"""Parquet: typed columns, read by DuckDB itself."""

from functools import cache
from pathlib import Path
from typing import Final

import duckdb

from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import How, Look, Relation, literal, quoted

_PLACE: Final = "file_row_number"


class ParquetReader:
    """Columns keep their types; what the mapping takes for a date is one already."""

    name = "parquet"
    suffixes = (".parquet", ".pq")

    def look(self, file: Path, how: How) -> Look:
        with _looking().cursor() as connection:
            connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
            columns = tuple(_types(file, connection))
            taken = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in columns)
            rows = connection.execute(f"SELECT {taken} FROM {_relation(file)} LIMIT 1000").fetchall()  # noqa: S608
        return Look(file, self.name, columns, tuple(rows))

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        types = _types(file, connection)
        counted = connection.execute(f"SELECT count(*) FROM {_relation(file)}").fetchone()  # noqa: S608
        rows = int(counted[0]) if counted else 0
        if not rows:
            raise Problem("no-rows", file=file.name)
        place = _PLACE if _PLACE not in types else None
        return Relation(_relation(file), tuple(types), first_row=1, rows=rows, types=types, place=place)


@cache
def _looking() -> duckdb.DuckDBPyConnection:
    """Begun once a process, which takes longer than looking at a file. A thousand rows are no work to share."""
    return duckdb.connect(":memory:", config={"threads": 1})


def _relation(file: Path) -> str:
    return f"read_parquet({literal(str(file))})"


def _types(file: Path, connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Its columns with DuckDB's types. Raises Problem where it is empty or no Parquet."""
    if file.stat().st_size == 0:
        raise Problem("empty", file=file.name)
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {_relation(file)}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise Problem("damaged", file=file.name, why=str(error).splitlines()[0]) from error
    return {row[0]: row[1] for row in described}
