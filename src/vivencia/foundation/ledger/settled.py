"""Which version of the ledger pages show: one whose figures have been worked out, so that nobody waits for them.

Events arrive every second, and what a page shows of ten million of them takes minutes to work out. The worker works it
out for one version after the other; meanwhile pages show the last one that is finished. For each *aspect* (what some
pages need) one small file in the cache says which version that is. It is believed only while its writer is seen to be
at work: without a worker, pages read the newest version and work things out themselves.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from vivencia.foundation.ledger.disk import write_whole
from vivencia.foundation.ledger.head import Head, Place

BELIEVED_SECONDS = 180.0  # since the writer was last seen: longer than any single piece of its work takes


@dataclass(frozen=True)
class Settled:
    """`head`: the version that is worked out; `clock`: the moment it is looked at from; `read_at`: when it was read."""

    head: Head
    clock: datetime
    read_at: datetime


def tell(cache: Path, aspect: str, settled: Settled) -> None:
    """From now on pages of this aspect show this version."""
    said = {"head": asdict(settled.head), "clock": str(settled.clock), "read_at": str(settled.read_at)}
    cache.mkdir(parents=True, exist_ok=True)
    write_whole(_file(cache, aspect), json.dumps(said).encode())


def told(cache: Path, aspect: str) -> Settled | None:
    """The version pages of this aspect show; None where nobody is at work to tell."""
    file = _file(cache, aspect)
    try:
        seen = file.stat().st_mtime
        said = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    return _settled(said) if time.time() - seen < BELIEVED_SECONDS else None


def at_work(cache: Path, aspect: str) -> None:
    """Say that the next version is being worked out, or that none is needed: what is told may be believed."""
    try:
        os.utime(_file(cache, aspect))
    except FileNotFoundError:
        return


def all_told(cache: Path) -> list[Settled]:
    """The versions some page shows."""
    aspects = [file.stem.removeprefix("settled-") for file in cache.glob("settled-*.json")]
    return [each for aspect in aspects if (each := told(cache, aspect)) is not None]


def forget(cache: Path) -> None:
    """Have every page read the newest version: after an erasure, and after something was taken out."""
    for file in cache.glob("settled-*.json"):
        file.unlink(missing_ok=True)


def _file(cache: Path, aspect: str) -> Path:
    return cache / f"settled-{aspect}.json"


def _settled(said: dict[str, object]) -> Settled:
    head = said["head"]
    assert isinstance(head, dict)
    places = {table: Place(**place) for table, place in head.items()}
    return Settled(Head(**places), *(datetime.fromisoformat(str(said[each])) for each in ("clock", "read_at")))
