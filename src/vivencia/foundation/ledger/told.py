"""What a batch told that others had told before: so that undoing the others' batch leaves what both said.

Remembered as digests of rows, which name nobody; two rows of one digest say the same.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa

from vivencia.foundation.ledger.databases import database

COLUMNS: Final = {
    "events": ("event_id",),
    "customers": (
        "customer_id", "name", "email", "phone", "account_id", "segment", "language", "timezone", "since", "traits",
    ),
    "aliases": ("alias_id", "customer_id"),
}  # fmt: skip
CLAIMS: Final = pa.schema([("told", pa.uint64()), ("batch_id", pa.string())])
Heirs = Mapping[str, pa.Table]
"""For a table of the ledger: digests of rows (`told`) and who else told them (`batch_id`), as CLAIMS."""

NOBODY: Final[Heirs] = {}


def digest(name: str) -> str:
    """SQL for the digest of a row of a table."""
    cells = ", ".join(f"coalesce(CAST({column} AS VARCHAR), chr(30))" for column in COLUMNS[name])
    return f"md5_number_lower(concat_ws(chr(31), {cells}))"


def digests(name: str, file: Path) -> pa.Table:
    """The digests of the rows in a Parquet file: `told`."""
    with database() as connection:
        return connection.read_parquet(str(file)).project(f"{digest(name)} AS told").to_arrow_table()
