"""One Delta table on disk: which Parquet files a version is made of, and committing the next version.

delta-rs keeps the log; the Parquet files are written by DuckDB (`writing.py`) and adopted by a commit that adds and
removes whole files. delta-rs does not fsync, so `commit` does, before anyone hears of the new version.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, PostCommitHookProperties
from deltalake.transaction import AddAction, RemoveAction

from vivencia.foundation.ledger.disk import sync

# We take checkpoints ourselves, of versions that were published only.
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


@dataclass(frozen=True)
class Table:
    """A Delta table of one shape; `clock` is the column whose least and greatest value the log may know.

    No other column has statistics in the log: least and greatest values of names and texts would be personal data.
    """

    folder: Path
    schema: pa.Schema
    clock: str

    @property
    def log(self) -> Path:
        return self.folder / "_delta_log"

    def create(self) -> None:
        """Version 0, without rows; does nothing where the table is there."""
        if DeltaTable.is_deltatable(str(self.folder)):
            return
        DeltaTable.create(
            self.folder,
            self.schema,
            configuration={
                "delta.dataSkippingStatsColumns": self.clock,
                "delta.enableDeletionVectors": "false",
                "delta.columnMapping.mode": "none",
                "delta.enableExpiredLogCleanup": "false",
            },
        )
        self._sync_log(0)

    def files(self, version: int) -> tuple[Path, ...]:
        """The Parquet files which together are this version, the largest first.

        DuckDB takes the first file for typical when it guesses how many rows there are, and so which side of a join to
        keep in memory; a small file first makes it keep the millions.
        """
        return _files(self.folder, version)

    def commit(self, version: int, add: Sequence[Path], remove: Sequence[Path] = (), *, changed: bool = True) -> int:
        """Make the next version: with the files in `add` (already in the folder), without those in `remove`.

        changed: whether rows came or went; where they are only stored otherwise the log says so (`dataChange`).
        """
        for file in add:
            sync(file)
        sync(self.folder)
        DeltaTable(self.folder, version=version).create_write_transaction(
            [self._addition(file, changed) for file in add] + [_removal(file, changed) for file in remove],
            mode="append",
            schema=self.schema,
            post_commithook_properties=_NO_HOOKS,
        )
        self._sync_log(version + 1)
        return version + 1

    def added(self, earlier: int, later: int) -> tuple[Path, ...] | None:
        """The files whose rows came after one version up to another, as they were when they came.

        None where rows went too, or where that can no longer be told: old entries of the log, and files which were
        sorted into others, are cleared away after a while.
        """
        came: list[Path] = []
        for version in range(earlier + 1, later + 1):
            entry = self.log / f"{version:020}.json"
            try:
                actions = [json.loads(line) for line in entry.read_text().splitlines()]
            except FileNotFoundError:
                return None
            if any(action["remove"]["dataChange"] for action in actions if "remove" in action):
                return None
            came += [self.folder / one["add"]["path"] for one in actions if "add" in one and one["add"]["dataChange"]]
        return tuple(came) if all(file.exists() for file in came) else None

    def forget_after(self, version: int) -> None:
        """Take back commits a crashed writer made and never published, or that a restored backup is older than."""
        later = [entry for entry in self.log.iterdir() if (logged_version(entry) or 0) > version]
        for entry in [self.log / "_last_checkpoint", *later] if later else []:
            entry.unlink(missing_ok=True)
        if later:
            _files.cache_clear()
            sync(self.log)

    def checkpoint(self, version: int) -> None:
        """Write down which files this published version consists of, so that earlier log entries are not needed."""
        DeltaTable(self.folder, version=version).create_checkpoint()
        for entry in (*self.log.glob(f"{version:020}.checkpoint*"), self.log / "_last_checkpoint", self.log):
            sync(entry)

    def _addition(self, file: Path, changed: bool) -> AddAction:
        rows, least, greatest = self._range(file)
        stats = {"numRecords": rows, "minValues": {self.clock: least}, "maxValues": {self.clock: greatest}}
        return AddAction(
            path=file.name,
            size=file.stat().st_size,
            partition_values={},
            modification_time=int(time.time() * 1000),
            data_change=changed,
            stats=json.dumps(stats if least else {"numRecords": rows}),
        )

    def _range(self, file: Path) -> tuple[int, str | None, str | None]:
        metadata = pq.read_metadata(file)
        column = self.schema.names.index(self.clock)
        groups = [metadata.row_group(group).column(column).statistics for group in range(metadata.num_row_groups)]
        known = [group for group in groups if group is not None and group.has_min_max]
        if not known or len(known) < len(groups):
            return metadata.num_rows, None, None
        least, greatest = min(group.min for group in known), max(group.max for group in known)
        return metadata.num_rows, _delta_time(least), _delta_time(greatest)

    def _sync_log(self, version: int) -> None:
        sync(self.log / f"{version:020}.json")
        sync(self.log)
        sync(self.folder)


def logged_version(entry: Path) -> int | None:
    """Which version a log entry or a checkpoint is of; None for other files."""
    number = entry.name.partition(".")[0]
    return int(number) if number.isdigit() else None


@lru_cache(maxsize=64)
def _files(folder: Path, version: int) -> tuple[Path, ...]:
    added = pa.table(DeltaTable(folder, version=version).get_add_actions(flatten=True))
    sizes = dict(zip(added["path"].to_pylist(), added["size_bytes"].to_pylist(), strict=True))
    return tuple(folder / name for name in sorted(sizes, key=lambda name: (-sizes[name], name)))


def _delta_time(moment: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"


def _removal(file: Path, changed: bool) -> RemoveAction:
    return RemoveAction(path=file.name, data_change=changed, deletion_timestamp=int(time.time() * 1000))
