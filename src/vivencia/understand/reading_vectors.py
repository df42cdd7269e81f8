"""The vectors of texts beside their readings: kept as texts are read, made up for where they are missing, removed with
the texts. They can be worked out again at any time from the readings."""

import functools
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import polars as pl
from ibis import _ as it

from vivencia.foundation import traces
from vivencia.foundation.home import home
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.understand import readings
from vivencia.understand.text import heads
from vivencia.understand.text.bert import Floats
from vivencia.understand.text.meaning import Space, Vectors, space
from vivencia.understand.text.views import vectors

AT_A_TIME = 1_000  # texts encoded between two looks at whether anything else is to be done


def folder() -> Path:
    """Where everything worked out of the texts' meaning lies."""
    return home() / "cache" / "meaning"


@functools.lru_cache(maxsize=2)
def _space(models: Path) -> Space | None:
    return space(heads.shipped(readings.encoders().encoders, models))


def open_space() -> Space | None:
    """The space that vectors are compared in; None where no encoder works here."""
    return _space(readings.models_folder())


def store(of: Space) -> Vectors:
    return Vectors(folder() / of.name)


def keep(event_ids: Sequence[str], blocks: Mapping[str, Floats]) -> None:
    """Keep what the encoders saw in these events' words."""
    of = open_space()
    if of is not None and all(name in blocks for name in of.scaled):
        store(of).add(event_ids, of.vectors(blocks))


def seen(text: str) -> Floats | None:
    """The vector of words somebody looks for, or None where no encoder works here."""
    of = open_space()
    return None if of is None else of.vectors(vectors([text], readings.encoders().encoders))[0]


def catch_up(ledger: Ledger | None = None, most: int = AT_A_TIME) -> int:
    """Encode texts that were read without keeping their vectors, up to so many; returns how many."""
    of = open_space()
    if of is None:
        return 0
    read = (ledger or open_ledger()).read()
    read_ids = pl.DataFrame({"id": _read_ids(read)})
    left = read_ids.join(store(of).held().table().select("id"), on="id", how="anti")["id"].head(most).to_list()
    if left:
        rows = read.to_arrow(read.readings.filter(it.event_id.isin(left)).select("event_id", "masked")).to_pylist()
        texts = [row["masked"] or "" for row in rows]
        store(of).add([row["event_id"] for row in rows], of.vectors(vectors(texts, readings.encoders().encoders)))
    return len(left)


def sweep(ledger: Ledger | None = None) -> int:
    """Drop the vectors of texts that are no longer in the ledger; returns how many."""
    of = open_space()
    if of is None:
        return 0
    kept = store(of)
    gone = kept.keep_only(_read_ids((ledger or open_ledger()).read()))
    kept.join()
    return gone


def _read_ids(read: Read) -> pl.Series:
    return pl.Series("id", read.to_arrow(read.readings.select("event_id"))["event_id"], dtype=pl.String)


@traces.wiper
def _forget(marks: Collection[str]) -> int:
    """What an erased person wrote has left the ledger already; its vectors follow, whichever encoders made them, and
    so does what was worked out from all of them together."""
    if not folder().exists():
        return 0
    known = _read_ids(open_ledger().read())
    gone = sum(Vectors(each).keep_only(known) for each in folder().iterdir() if each.is_dir())
    if gone:
        for file in folder().glob("**/themes*"):
            file.unlink(missing_ok=True)
    return gone
