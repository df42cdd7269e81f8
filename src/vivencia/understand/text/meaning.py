"""What texts mean, as compact vectors kept beside the readings: searched by exact product, grouped into themes.

A vector is each encoder's deepest block, scaled as the seeds taught (raw cosines of e5 all lie near one), to length
one, side by side; then 8-bit numbers. A million texts take 0.9 GB on the disk, of which only what is used is in memory:
the files are mapped. Each holds a part of the texts; of a text in several of them the newest part holds.
"""

import os
import uuid
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from vivencia.understand.text.bert import Floats
from vivencia.understand.text.encoders import threads
from vivencia.understand.text.heads import Heads
from vivencia.understand.text.views import Scaled

Codes = npt.NDArray[np.int8]
LARGEST = 127
ROWS_AT_ONCE = 512  # of codes turned into floats: what fits into a core's cache
SMALL_PART = 20_000  # texts; parts below it are joined
MOST_SMALL = 8
_SUFFIX = ".arrow"


@dataclass(frozen=True)
class Space:
    """In which vectors are compared. name: equal names, equal spaces; scaled: what to do with which block."""

    name: str
    scaled: Mapping[str, Scaled]

    def vectors(self, blocks: Mapping[str, Floats]) -> Floats:
        """(texts, d) of length one, from the encoders' blocks (`views.vectors`)."""
        rows = [scaled.rows(blocks[name]) for name, scaled in sorted(self.scaled.items())]
        return np.asarray(np.concatenate(rows, axis=1) / np.sqrt(len(rows)), np.float32)


def space(shipped: Heads) -> Space | None:
    """The space of the encoders that the shipped heads know; None where there are none."""
    blocks = [name for name in shipped.sentiment.views if "." in name]
    deepest = {encoder: max(name for name in blocks if name.startswith(f"{encoder}.")) for encoder in _encoders(blocks)}
    views = {name: shipped.sentiment.views[name] for name in deepest.values()}
    scaled = {name: view for name, view in views.items() if isinstance(view, Scaled)}
    return Space(f"{'-'.join(sorted(deepest))}-{shipped.version}", scaled) if scaled else None


def _encoders(blocks: Sequence[str]) -> set[str]:
    return {name.partition(".")[0] for name in blocks}


def packed(vectors: Floats) -> Codes:
    """Each row in 8 bits; its direction is kept, its length is not."""
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors / largest * LARGEST), np.int8)


@dataclass(frozen=True)
class Part:
    """A mapped file: `ids` of texts, and a row of `codes` each, with the rows' lengths."""

    file: Path
    ids: pl.Series
    codes: Codes
    lengths: Floats


class Vectors:
    """The vectors in a folder. One process writes (the worker), any number read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, ids: Sequence[str], vectors: Floats) -> None:
        """Keep the texts' vectors, in the place of those kept before."""
        if len(ids):
            _write(self._new_file(), list(ids), packed(vectors))

    def held(self) -> "Held":
        """What is there now; stays readable whatever is written or removed meanwhile."""
        while True:
            files = self._files()
            try:
                return Held(tuple(_read(file) for file in files))
            except FileNotFoundError:  # joined with others between looking and opening
                continue

    def keep_only(self, known: Collection[str] | pl.Series) -> int:
        """Drop the vectors of all other texts, and of those that came again; returns how many went."""
        held, gone = self.held(), 0
        wanted = pl.DataFrame(
            {"id": known if isinstance(known, pl.Series) else pl.Series(list(known), dtype=pl.String)}
        )
        rows = held.table().join(wanted.unique(), on="id", how="semi")
        for number, part in enumerate(held.parts):
            kept = np.sort(rows.filter(pl.col("part") == number)["row"].to_numpy())
            if len(kept) == len(part.ids):
                continue
            gone += len(part.ids) - len(kept)
            if len(kept):
                _write(part.file, part.ids.gather(kept).to_list(), part.codes[kept])
            else:
                part.file.unlink(missing_ok=True)
        return gone

    def join(self) -> None:
        """Join small parts where there are many. Cut short, texts stand in two parts, which does no harm."""
        small = [part for part in self.held().parts if len(part.ids) < SMALL_PART]
        if len(small) > MOST_SMALL:
            ids = [each for part in small for each in part.ids.to_list()]
            _write(small[-1].file, ids, np.concatenate([part.codes for part in small]))
            for part in small[:-1]:
                part.file.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"[0-9]*{_SUFFIX}"))

    def _new_file(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        newest = max((int(file.name[:12]) for file in self._files()), default=0)
        return self._folder / f"{newest + 1:012d}-{uuid.uuid4().hex[:8]}{_SUFFIX}"


@dataclass(frozen=True)
class Held:
    """All parts at one moment, the oldest first."""

    parts: tuple[Part, ...]

    def __len__(self) -> int:
        return sum(len(part.ids) for part in self.parts)

    def table(self) -> pl.DataFrame:
        """`id`, `part`, `row`, `place` (among all rows): of each text the newest."""
        listed = [
            pl.DataFrame({"id": part.ids}).with_columns(
                pl.lit(number, pl.Int32).alias("part"), pl.int_range(pl.len(), dtype=pl.Int64).alias("row")
            )
            for number, part in enumerate(self.parts)
        ]
        empty = pl.DataFrame(schema={"id": pl.String, "part": pl.Int32, "row": pl.Int64})
        return pl.concat([empty, *listed]).with_row_index("place").unique("id", keep="last", maintain_order=True)

    def cosines(self, query: Floats) -> Floats:
        """(rows,) of the query, a vector of length one, to every row in its place."""
        if not self.parts:
            return np.zeros(0, np.float32)
        found = [np.empty(len(part.ids), np.float32) for part in self.parts]
        pieces = [
            (number, start) for number, part in enumerate(self.parts) for start in range(0, len(part.ids), ROWS_AT_ONCE)
        ]

        def compute(piece: tuple[int, int]) -> None:
            number, start = piece
            rows = self.parts[number].codes[start : start + ROWS_AT_ONCE].astype(np.float32)
            # not `@`: BLAS would share each small product out among threads of its own, which costs ten times as much
            np.einsum("ij,j->i", rows, query, out=found[number][start : start + len(rows)])

        with ThreadPoolExecutor(threads()) as pool:
            list(pool.map(compute, pieces, chunksize=16))
        lengths = np.concatenate([part.lengths for part in self.parts])
        return np.asarray(np.concatenate(found) / lengths, np.float32)

    def rows(self, places: npt.NDArray[np.int64]) -> Floats:
        """The vectors in these places, of length one."""
        starts = np.cumsum([0, *(len(part.ids) for part in self.parts)])
        width = self.parts[0].codes.shape[1] if self.parts else 0
        made = np.empty((len(places), width), np.float32)
        for number, part in enumerate(self.parts):
            here = np.flatnonzero((places >= starts[number]) & (places < starts[number + 1]))
            own = places[here] - starts[number]
            made[here] = part.codes[own].astype(np.float32) / part.lengths[own, None]
        return made


def _write(file: Path, ids: Sequence[str], codes: Codes) -> None:
    lengths = np.maximum(np.linalg.norm(codes.astype(np.float32), axis=1), 1e-6).astype(np.float32)
    flat = pa.array(np.ascontiguousarray(codes).reshape(-1))
    table = pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "codes": pa.FixedSizeListArray.from_arrays(flat, codes.shape[1]),
            "length": pa.array(lengths),
        }
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.stem}.{os.getpid()}")
    with pa.OSFile(str(partial), "wb") as out, pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)  # one batch: so it is read without copying
    partial.replace(file)


def _read(file: Path) -> Part:
    with pa.memory_map(str(file)) as source:
        table = pa.ipc.open_file(source).read_all().combine_chunks()
    codes = table["codes"].chunk(0)
    flat = np.asarray(codes.flatten())
    ids = pl.Series("id", table["id"])
    return Part(file, ids, flat.reshape(len(table), -1), np.asarray(table["length"]))
