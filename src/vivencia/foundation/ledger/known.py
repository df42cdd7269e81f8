"""Which event ids a Parquet file holds, as sorted 64-bit hashes: so that a small append need not read a large ledger.

A cache beside the ledger, one file of numbers a Parquet file, made again where it is missing. Where no hash of the
arriving ids is among a file's, none of the ids is; where one is, the ids themselves are compared.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
_NAMED = f".{duckdb.__version__}.ids"  # another DuckDB may hash otherwise


def hashes(db: duckdb.DuckDBPyConnection, cache: Path, file: Path) -> Hashes:
    """The sorted hashes of a file's event ids; one for each row."""
    kept = cache / "ids" / (file.stem + _NAMED)
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        found: Hashes = db.read_parquet(str(file)).project("hash(event_id) AS h").fetchnumpy()["h"]
        partial = kept.with_name(f".{kept.name}.{os.getpid()}")
        np.sort(found).astype(np.uint64).tofile(partial)
        partial.rename(kept)
    return np.memmap(kept, np.uint64, mode="r") if kept.stat().st_size else np.empty(0, np.uint64)


def any_twice(sorted_hashes: Hashes) -> bool:
    """Whether two rows may have one id."""
    return bool((sorted_hashes[1:] == sorted_hashes[:-1]).any())


def any_shared(arriving: Hashes, held: Hashes) -> bool:
    """Whether an arriving id may be among those held."""
    if not len(arriving) or not len(held):
        return False
    fewer, more = (arriving, held) if len(arriving) <= len(held) else (held, arriving)
    place = np.searchsorted(more, fewer)
    return bool((more[np.minimum(place, len(more) - 1)] == fewer).any())


def each_held(arriving: Hashes, held: Hashes) -> npt.NDArray[np.bool_]:
    """For each arriving hash whether it is among those held."""
    if not len(held):
        return np.zeros(len(arriving), dtype=np.bool_)
    place = np.minimum(np.searchsorted(held, arriving), len(held) - 1)
    return np.asarray(held[place] == arriving, dtype=np.bool_)


def forget(cache: Path, needed: Iterable[Path]) -> None:
    """Drop the hashes of files that are no more."""
    names = {file.stem + _NAMED for file in needed}
    for kept in (cache / "ids").glob("*.ids"):
        if kept.name not in names:
            kept.unlink(missing_ok=True)
