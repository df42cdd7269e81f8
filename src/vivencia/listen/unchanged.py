"""Customers and aliases that tell the ledger nothing new are not written again."""

from pathlib import Path

import duckdb
import pyarrow as pa

from vivencia.foundation.ledger.reading import Read

_CUSTOMER = (
    "customer_id", "name", "email", "phone", "account_id", "segment", "language", "timezone", "since", "traits",
)  # fmt: skip


def new_customers(file: Path, read: Read) -> pa.Table:
    """The customers in `file` that are unknown, or of whom it says something else."""
    return _new(file, read.to_arrow(read.customers.select(*_CUSTOMER)), _CUSTOMER)


def new_aliases(file: Path, read: Read) -> pa.Table:
    """The aliases in `file` that the ledger has not been told."""
    return _new(file, read.to_arrow(read.told_aliases.select("alias_id", "customer_id")), ("alias_id", "customer_id"))


def _new(file: Path, known: pa.Table, columns: tuple[str, ...]) -> pa.Table:
    same = " AND ".join(f"known.{name} IS NOT DISTINCT FROM told.{name}" for name in columns)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("known", known)
        told = connection.read_parquet(str(file))
        connection.register("told", told)
        return connection.execute(
            f"SELECT * FROM told WHERE NOT EXISTS (SELECT 1 FROM known WHERE {same})"  # noqa: S608
        ).to_arrow_table()
