"""Which records may be one person, as the worker saw it last: looking through a million people takes a minute.

The worker looks again when what is known of people has changed, and keeps what it found in one file of the cache,
which pages read. Where no worker is at work, they look for themselves.
"""

import json
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from vivencia.foundation import traces
from vivencia.foundation.ledger import settled
from vivencia.foundation.ledger.disk import write_whole
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.understand.duplicates import Pair, pairs
from vivencia.understand.merges import apart, sharing
from vivencia.understand.models import Merge
from vivencia.understand.settling import FIGURES

FORM = 1  # of what is kept; raised when it changes
REST = 10.0  # after a look that took a second, so many seconds go to others
_LISTS = ("agree", "alike", "differ")
_resting: dict[str, float] = {}  # data folder -> when to look again, on the clock of this process


@dataclass(frozen=True)
class Offered:
    """`pairs`: the surest first. `seen_at`: when the worker looked. `newer`: whether records have changed since."""

    pairs: list[Pair]
    seen_at: datetime
    newer: bool


def offered() -> Offered | None:
    """The pairs to be shown, less those decided since; None while the worker looks for the first time."""
    ledger = open_ledger()
    told = _told(ledger)
    if told is None or told["of"] != _of(ledger):
        if settled.told(ledger.cache, FIGURES) is None:  # nobody is at work
            told = look(ledger)
        elif told is None:
            return None
    seen_at = datetime.fromisoformat(told["at"])
    decided = apart()
    joined = set(Merge.objects.filter(undone_at=None, made_at__gte=seen_at).values_list("other", flat=True))
    found = [Pair(**{**one, **{name: tuple(one[name]) for name in _LISTS}}) for one in told["pairs"]]
    open_ones = [one for one in found if one.ids not in decided and not joined & set(one.ids)]
    return Offered(open_ones, seen_at, newer=told["of"] != _of(ledger))


def keep_up() -> bool:
    """Look again where what is known of people has changed since the last look; whether there was anything to do."""
    ledger = open_ledger()
    told, place = _told(ledger), str(ledger.cache)
    if time.monotonic() < _resting.get(place, 0.0) or (told and told["of"] == _of(ledger)):
        return False
    begun = time.monotonic()
    look(ledger)
    _resting[place] = time.monotonic() + REST * (time.monotonic() - begun)
    return True


def look(ledger: Ledger) -> dict[str, Any]:
    """Compare everybody and keep what is found; not where something was taken out of the ledger meanwhile."""
    at, of, read = timezone.now(), _of(ledger), ledger.read()
    found = [asdict(pair) for pair in pairs(*sharing(read))]
    told = {"form": FORM, "of": of, "at": at.isoformat(), "pairs": found}
    if ledger.only_more_since(read.head):
        _keep(ledger, told)
        if not ledger.only_more_since(read.head):  # an erasure in the last moment may not have seen the file
            _file(ledger).unlink(missing_ok=True)
    return told


def _keep(ledger: Ledger, told: dict[str, Any]) -> None:
    ledger.cache.mkdir(parents=True, exist_ok=True)
    write_whole(_file(ledger), json.dumps(told).encode())


def _told(ledger: Ledger) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(_file(ledger).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return told if told.get("form") == FORM else None


def _of(ledger: Ledger) -> str:
    """What a look depends on: what is known of people and who is whom, whatever happens to them."""
    head = ledger.head
    return f"c{head.customers.content}-a{head.aliases.content}"


def _file(ledger: Ledger) -> Path:
    return ledger.cache / "duplicates-seen.json"


@traces.wiper
def _forget(marks: Collection[str]) -> int:
    """Pairs name people by their ids: those of an erased person go, and the others stay until the next look."""
    ledger, gone = open_ledger(), set(marks)
    told = _told(ledger)
    if told is None:
        _file(ledger).unlink(missing_ok=True)
        return 0
    left = [one for one in told["pairs"] if not gone & {one["one"], one["other"]}]
    if len(left) < len(told["pairs"]):
        _keep(ledger, told | {"pairs": left})
    return len(told["pairs"]) - len(left)
