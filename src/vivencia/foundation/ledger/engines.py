"""Where reads are computed: embedded DuckDB, or an Apache Spark cluster, through the same Ibis expressions.

`VIVENCIA_ENGINE` says which: `duckdb` (the default) or a Spark master's address, `spark://host:port`.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from vivencia.foundation.ledger import writing
from vivencia.foundation.ledger.schema import UTC_TIME


class Engine(Protocol):
    """What a back end must do for the ledger."""

    def table(self, name: str, files: Sequence[Path], schema: pa.Schema) -> ir.Table:
        """The rows of these Parquet files as a table called `name`; an empty table where there are no files."""

    def keep(self, name: str, rows: pa.Table) -> ir.Table:
        """A small table kept in the engine's memory under `name`."""

    def view(self, name: str, expression: ir.Table) -> ir.Table:
        """The expression under a name of its own."""

    def held(self, name: str) -> ir.Table | None:
        """The table of that name, where there is one."""

    def drop(self, name: str) -> None:
        """Forget the table or view of that name."""

    def to_arrow(self, expression: ir.Expr) -> pa.Table:
        """Compute."""


class DuckDB:
    """DuckDB inside this process: one database, shared by the threads; one connection a thread."""

    def __init__(self, cache: Path) -> None:
        self._connection = writing.connection(cache)
        self._backend: Any = ibis.duckdb.from_connection(self._connection)

    def table(self, name: str, files: Sequence[Path], schema: pa.Schema) -> ir.Table:
        if not files:
            return self.keep(name, schema.empty_table())
        self._connection.read_parquet([str(file) for file in files]).create_view(name, replace=True)
        return self._backend.table(name)

    def keep(self, name: str, rows: pa.Table) -> ir.Table:
        self._connection.register("arriving", rows)
        self._connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS FROM arriving')  # the name is our own
        self._connection.unregister("arriving")
        return self._backend.table(name)

    def view(self, name: str, expression: ir.Table) -> ir.Table:
        return self._backend.create_view(name, expression, overwrite=True)

    def held(self, name: str) -> ir.Table | None:
        return self._backend.table(name) if self._kind(name) else None

    def drop(self, name: str) -> None:
        if kind := self._kind(name):
            self._connection.execute(f'DROP {kind} IF EXISTS "{name}"')

    def _kind(self, name: str) -> str | None:
        asked = "SELECT table_type FROM information_schema.tables WHERE table_name = ?"
        found = self._connection.execute(asked, [name]).fetchone()
        return None if found is None else "VIEW" if found[0] == "VIEW" else "TABLE"

    def to_arrow(self, expression: ir.Expr) -> pa.Table:
        return _with_value(expression, self._backend.to_pyarrow(expression.as_table()))


class Spark:
    """A Spark cluster; the ledger's folder must be reachable under the same path by every worker."""

    def __init__(self, master: str) -> None:
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master(master).appName("vivencia")
        settings = {
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": os.environ.get("VIVENCIA_SPARK_PARTITIONS", "8"),
            "spark.ui.enabled": "false",
        }
        for key, value in settings.items():
            builder = builder.config(key, value)
        self._session: Any = builder.getOrCreate()
        self._backend: Any = ibis.pyspark.connect(self._session)

    def table(self, name: str, files: Sequence[Path], schema: pa.Schema) -> ir.Table:
        if not files:
            return self.keep(name, schema.empty_table())
        self._session.read.parquet(*(str(file) for file in files)).createOrReplaceTempView(name)
        return self._backend.table(name)

    def keep(self, name: str, rows: pa.Table) -> ir.Table:
        columns = ", ".join(f"{field.name} {_SPARK[str(field.type)]}" for field in rows.schema)
        frame = self._session.createDataFrame([tuple(row.values()) for row in rows.to_pylist()], columns)
        frame.createOrReplaceTempView(name)
        return self._backend.table(name)

    def view(self, name: str, expression: ir.Table) -> ir.Table:
        return self._backend.create_view(name, expression, overwrite=True)

    def held(self, name: str) -> ir.Table | None:
        return self._backend.table(name) if self._session.catalog.tableExists(name) else None

    def drop(self, name: str) -> None:
        self._session.catalog.dropTempView(name)

    def to_arrow(self, expression: ir.Expr) -> pa.Table:
        table = expression.as_table()
        self._backend._run_pre_execute_hooks(table)  # brings tables in memory to Spark
        answer = self._session.sql(self._backend.compile(table)).toArrow()
        return _with_value(expression, answer.cast(_spoken(answer.schema, table.schema().to_pyarrow())))


_SPARK = {
    "string": "STRING",
    "double": "DOUBLE",
    "int8": "TINYINT",
    "int64": "BIGINT",
    "timestamp[us, tz=UTC]": "TIMESTAMP",
}
_of_thread = threading.local()


def engine(cache: Path) -> Engine:
    """The configured engine, opened once a thread.

    Raises ValueError naming the allowed values where VIVENCIA_ENGINE is something else.
    """
    wanted = os.environ.get("VIVENCIA_ENGINE") or "duckdb"
    key = (os.getpid(), wanted)
    if getattr(_of_thread, "key", None) != key:
        _of_thread.engine, _of_thread.key = _open(wanted, cache), key
    opened: Engine = _of_thread.engine
    return opened


def _open(wanted: str, cache: Path) -> Engine:
    if wanted == "duckdb":
        return DuckDB(cache)
    if wanted.startswith(("spark://", "local[")):
        return Spark(wanted)
    raise ValueError(f"VIVENCIA_ENGINE is {wanted!r}; allowed: duckdb, spark://host:port")


def _with_value(expression: ir.Expr, answer: pa.Table) -> pa.Table:
    """A scalar or a column is a table whose one column is called `value`."""
    return answer if isinstance(expression, ir.Table) else answer.rename_columns(["value"])


def _spoken(answered: pa.Schema, meant: pa.Schema) -> pa.Schema:
    """The types the expression says. Spark's timestamps are moments, which its Ibis types do not tell: they are UTC."""
    moments = [pa.types.is_timestamp(field.type) for field in answered]
    return pa.schema(
        [field.with_type(UTC_TIME) if moment else field for field, moment in zip(meant, moments, strict=True)]
    )
