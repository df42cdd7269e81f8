"""Customers and aliases that tell the ledger nothing new are not written again; that they were told is remembered.

What an import told that was known already lies as digests in its folder (`told-<table>.parquet`): undoing the import
that brought it leaves it, as this one's.
"""

from collections.abc import Collection, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vivencia.foundation.ledger import told
from vivencia.foundation.ledger.databases import database
from vivencia.foundation.ledger.reading import Read


def new_customers(file: Path, read: Read, gone: Collection[str]) -> pa.Table:
    """The customers in `file` that are unknown, or of whom it says something else; what `gone` brought is not known."""
    customers = read.customers.filter(~read.customers.batch_id.isin(list(gone)))
    return _new(file, read.to_arrow(customers.select(*told.COLUMNS["customers"])), "customers")


def new_aliases(file: Path, read: Read, gone: Collection[str]) -> pa.Table:
    """The aliases in `file` that are not what the ledger was told last; what `gone` brought was not told."""
    known = read.told_aliases.filter(~read.told_aliases.batch_id.isin(list(gone)))
    rows = read.to_arrow(known.select("alias_id", "customer_id", "made_at")).sort_by([("made_at", "descending")])
    newest = rows.group_by("alias_id", use_threads=False).aggregate([("customer_id", "first")])
    return _new(file, newest.rename_columns({"customer_id_first": "customer_id"}), "aliases")


def remember(name: str, file: Path, folder: Path) -> None:
    """Keep what a file tells: others told some of it before."""
    pq.write_table(told.digests(name, file), _kept(name, folder))


def forget(folder: Path) -> None:
    """Before an import runs (again)."""
    for name in told.COLUMNS:
        _kept(name, folder).unlink(missing_ok=True)


def heirs(later: Iterable[tuple[str, Path]], tables: Iterable[str] = tuple(told.COLUMNS)) -> dict[str, pa.Table]:
    """Who told the same, of imports given by batch and folder, the first of them first."""
    claims: dict[str, list[pa.Table]] = {name: [] for name in tables}
    for batch, folder in later:
        for name, found in claims.items():
            if (file := _kept(name, folder)).exists():
                digests = pq.read_table(file)["told"]
                found.append(pa.table([digests, pa.array([batch] * len(digests), pa.string())], schema=told.CLAIMS))
    return {name: pa.concat_tables(found) for name, found in claims.items() if found}


def _kept(name: str, folder: Path) -> Path:
    return folder / f"told-{name}.parquet"


def _new(file: Path, known: pa.Table, name: str) -> pa.Table:
    same = " AND ".join(f"known.{column} IS NOT DISTINCT FROM told.{column}" for column in told.COLUMNS[name])
    with database() as connection:
        connection.register("known", known)
        rows = connection.read_parquet(str(file))
        connection.register("told", rows)
        return connection.execute(
            f"SELECT * FROM told WHERE NOT EXISTS (SELECT 1 FROM known WHERE {same})"  # noqa: S608
        ).to_arrow_table()
