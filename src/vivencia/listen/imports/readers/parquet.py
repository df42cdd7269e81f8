"""Parquet: typed columns, read by DuckDB itself."""

from pathlib import Path

import duckdb

from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import How, Look, Relation, literal, quoted


class ParquetReader:
    """Columns keep their types; what the mapping takes for a date is one already."""

    name = "parquet"
    suffixes = (".parquet", ".pq")

    def look(self, file: Path, how: How) -> Look:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            columns = _columns(file, connection)
            taken = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in columns)
            rows = connection.execute(f"SELECT {taken} FROM {_relation(file)} LIMIT 1000").fetchall()  # noqa: S608
        return Look(file, self.name, columns, tuple(rows))

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        columns = _columns(file, connection)
        counted = connection.execute(f"SELECT count(*) FROM {_relation(file)}").fetchone()  # noqa: S608
        rows = int(counted[0]) if counted else 0
        if not rows:
            raise Problem("no-rows", file=file.name)
        return Relation(_relation(file), columns, first_row=1, rows=rows)


def _relation(file: Path) -> str:
    return f"read_parquet({literal(str(file))})"


def _columns(file: Path, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    if file.stat().st_size == 0:
        raise Problem("empty", file=file.name)
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {_relation(file)}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise Problem("damaged", file=file.name, why=str(error).splitlines()[0]) from error
    return tuple(row[0] for row in described)
