"""Keeping the ledger quick to read: few files, sorted by customer and time, and no old ones left lying.

Sorting happens beside the ledger, without the writer's lock; the lock is taken only to exchange the files, and where
somebody changed them meanwhile the work is thrown away and done another time.
"""

import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from vivencia.foundation.ledger.databases import database
from vivencia.foundation.ledger.table import Table, logged_version
from vivencia.foundation.ledger.writing import ROW_GROUP, spill_folder

MANY = 8  # so many small or unsorted files are worth sorting into one
SMALL_BYTES = 16 * 1024 * 1024
FILE_SIZE = "64MB"
GRACE_SECONDS = 900.0  # how long files nobody new needs are kept for those who still read them
CHECKPOINT_EVERY = 20  # commits
_SORTED = "-sorted"
_ORDER = {
    "events": "customer_id, occurred_at, seq",
    "customers": "customer_id, updated_at",
    "aliases": "alias_id, made_at",
    "readings": "event_id, read_at",
}


def due(files: Sequence[Path]) -> list[Path]:
    """The files to be sorted together: all small ones when there are many, and every large one not yet sorted."""
    small = [file for file in files if file.stat().st_size < SMALL_BYTES]
    large = [file for file in files if file.stat().st_size >= SMALL_BYTES and not file.stem.endswith(_SORTED)]
    return large + (small if len(small) >= MANY or large else [])


def sort(name: str, table: Table, files: Sequence[Path], cache: Path) -> list[Path]:
    """Write the rows of `files` into new files in the table's folder, sorted, compressed, of a size good to rewrite.

    One process at a time may do this: what an earlier one left unfinished is removed.
    """
    for unfinished in table.folder.glob(".sorting-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=table.folder, prefix=".sorting-") as beside:
        with database(spill_folder(cache) / "sorting") as db:
            rows = db.read_parquet([str(file) for file in files]).order(_ORDER[name])
            rows.write_parquet(
                beside, compression="zstd", row_group_size=ROW_GROUP, file_size_bytes=FILE_SIZE, overwrite=True
            )
        batch = Path(beside).name.removeprefix(".sorting-")
        parts = sorted(Path(beside).glob("*.parquet"))
        return [part.rename(table.folder / f"{batch}-{part.stem}{_SORTED}.parquet") for part in parts]


def clear_away(table: Table, version: int, grace_seconds: float = GRACE_SECONDS) -> int:
    """Delete the files this version does not need, once nobody has needed them for the grace; returns how many."""
    needed = {file.name for file in table.files(version)}
    unneeded = [file for file in table.folder.glob("*.parquet") if file.name not in needed]
    old = [file for file in unneeded if _age_seconds(file) >= grace_seconds]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def shorten_log(table: Table, version: int, grace_seconds: float = GRACE_SECONDS) -> None:
    """Put a checkpoint at this version where the log has grown, and delete what comes before one that is old enough.

    Old enough: whoever took a version before it for the current one has had the grace to finish.
    """
    entries = {entry: number for entry in table.log.iterdir() if (number := logged_version(entry)) is not None}
    commits = [entry for entry, number in entries.items() if entry.suffix == ".json" and number < version]
    checkpoints = [entry for entry in entries if ".checkpoint" in entry.name]
    since = max((entries[entry] for entry in checkpoints), default=-1)
    if sum(entries[entry] >= since for entry in commits) >= (CHECKPOINT_EVERY if grace_seconds else 1):
        table.checkpoint(version)
        checkpoints = [entry for entry in table.log.iterdir() if ".checkpoint." in entry.name]
    old = [logged_version(entry) or 0 for entry in checkpoints if _age_seconds(entry) >= grace_seconds]
    for entry, number in entries.items():
        if number < max(old, default=0):
            entry.unlink(missing_ok=True)


def _age_seconds(file: Path) -> float:
    try:
        return time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return 0.0
