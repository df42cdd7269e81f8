"""Who was erased and when, without saying who: keyed digests of ids, so that an old file does not bring a person back.

Rows of an erased id dated up to the erasure are refused. What the person does afterwards is a new customer's beginning.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from vivencia.foundation.ledger.disk import write_whole
from vivencia.foundation.ledger.schema import UTC_TIME

SHAPE = pa.schema([("id", pa.string()), ("erased_at", UTC_TIME)])


@dataclass(frozen=True)
class Erased:
    """Digests of erased ids, each with its moment; `key` is this installation's own."""

    key: bytes
    moments: dict[str, datetime]

    def digest(self, identifier: str) -> str:
        return hashlib.blake2b(identifier.encode(), key=self.key, digest_size=16).hexdigest()

    def among(self, identifiers: Iterable[str]) -> pa.Table:
        """Those of the ids that were erased: `id`, `erased_at`."""
        known = [(each, self.moments[digest]) for each in identifiers if (digest := self.digest(each)) in self.moments]
        return pa.table([[each for each, _ in known], [at for _, at in known]], schema=SHAPE)

    def with_ids(self, identifiers: Iterable[str], at: datetime) -> "Erased":
        return Erased(self.key, self.moments | {self.digest(each): at for each in identifiers})


def read_erased(folder: Path) -> Erased:
    file = folder / "erased.json"
    if not file.exists():
        return Erased(secrets.token_bytes(32), {})
    said = json.loads(file.read_bytes())
    moments = {digest: datetime.fromisoformat(at).astimezone(UTC) for digest, at in said["moments"].items()}
    return Erased(bytes.fromhex(said["key"]), moments)


def write_erased(folder: Path, erased: Erased) -> None:
    moments = {digest: at.isoformat() for digest, at in erased.moments.items()}
    write_whole(folder / "erased.json", json.dumps({"key": erased.key.hex(), "moments": moments}).encode())


def welcome_events(
    db: duckdb.DuckDBPyConnection, events: duckdb.DuckDBPyRelation, erased: Erased
) -> duckdb.DuckDBPyRelation:
    """The events without those of erased people from before their erasure."""
    known = erased.among(_ids(events, "customer_id", "anonymous_id"))
    if not known.num_rows:
        return events
    gone = db.from_arrow(known).set_alias("gone")
    for named in ("kept.customer_id = gone.id", "kept.customer_id IS NULL AND kept.anonymous_id = gone.id"):
        events = events.set_alias("kept").join(gone, f"{named} AND kept.occurred_at <= gone.erased_at", how="anti")
    return events


def welcome_people(
    db: duckdb.DuckDBPyConnection,
    rows: duckdb.DuckDBPyRelation,
    events: duckdb.DuckDBPyRelation | None,
    erased: Erased,
) -> duckdb.DuckDBPyRelation:
    """Rows of customers or aliases without those of erased people who have done nothing since."""
    columns = [column for column in ("customer_id", "alias_id") if column in rows.columns]
    known = erased.among(_ids(rows, *columns))
    if not known.num_rows:
        return rows
    gone = db.from_arrow(known).set_alias("gone")
    if events is not None:
        since = "since.customer_id = gone.id AND since.occurred_at > gone.erased_at"
        gone = gone.join(events.set_alias("since"), since, how="anti").set_alias("gone")
    for column in columns:
        rows = rows.set_alias("kept").join(gone, f"kept.{column} = gone.id", how="anti")
    return rows


def _ids(rows: duckdb.DuckDBPyRelation, *columns: str) -> list[str]:
    found: set[str] = set()
    for column in columns:
        found.update(each for (each,) in rows.project(column).distinct().fetchall() if each is not None)
    return sorted(found)
