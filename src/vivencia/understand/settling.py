"""What pages look at: the newest version of the ledger that the worker has worked out, or the newest where none works.

A package says what its pages need, and the worker does it for every new version before pages show that version:

    @settles(FIGURES)
    def directory_of_customers(view: View) -> None: ...

There are three aspects, so that what happens now does not wait for what takes long: OVERVIEW, MEASURED, and FIGURES for
the rest. All are seen from one moment a version, so that what one of them works out serves the others.
What is declared `afterwards` is worked out once pages show the version already: details that few people open.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.signals import request_started
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from vivencia.foundation.ledger import settled
from vivencia.foundation.ledger.head import Head
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.settled import Settled
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.understand.now import as_of

logger = logging.getLogger("vivencia.settling")

OVERVIEW, MEASURED, FIGURES = "overview", "metrics", "figures"
REST = {OVERVIEW: 0.5, MEASURED: 2.0, FIGURES: 2.0}  # after work that took a second, so many seconds go to others
SHORT, SHORT_REST = 30.0, 0.5  # after less work than this many seconds, at most so many: an answer is seen in seconds
_shown_since: ContextVar[datetime | None] = ContextVar("shown_since", default=None)
_resting: dict[str, float] = {}  # aspect -> when to work again, on the clock of this process
_seen_from: dict[tuple[str, str], datetime] = {}  # the latest version (ledger, name) -> the moment it is seen from
_looking = threading.Lock()


@dataclass(frozen=True)
class View:
    """One version of the ledger, seen from a moment. `since`: when it was read, where there is a newer one by now.

    settled: whether what pages need of it has been worked out, as seen from this very moment.
    """

    read: Read
    clock: datetime
    since: datetime | None = None
    settled: bool = False

    @property
    def as_of(self) -> datetime:
        """The moment an analysis looks from."""
        return as_of(self.read.horizon, self.clock)

    def overtaken(self) -> bool:
        """Whether there is a newer version by now, which matters more than details of this one."""
        return open_ledger().head.version != self.read.version


@dataclass(frozen=True)
class Work:
    name: str
    aspect: str
    do: Callable[[View], None]
    afterwards: bool


WORKS: dict[str, Work] = {}


def settles(aspect: str, *, afterwards: bool = False) -> Callable[[Callable[[View], None]], Callable[[View], None]]:
    """Have the worker do this for each version before (or, `afterwards`, after) pages of the aspect show it."""

    def declare(do: Callable[[View], None]) -> Callable[[View], None]:
        name = f"{do.__module__}.{do.__qualname__}"
        WORKS[name] = Work(name, aspect, do, afterwards)
        return do

    return declare


def view(aspect: str | None = FIGURES) -> View:
    """What a page of this aspect shows now; without an aspect, the newest. The page says so where it is not the newest.

    Where nobody works things out in advance, the clock goes on by the hour, so that what one page works out serves the
    next.
    """
    ledger = open_ledger()
    told = settled.told(ledger.cache, aspect) if aspect else None
    found = View(ledger.read(), _hour(timezone.now())) if told is None else _settled_view(ledger, told)
    _shown_since.set(found.since)
    return found


def _settled_view(ledger: Ledger, told: Settled) -> View:
    read = ledger.read_at(told.head)
    newest = read.version == ledger.head.version  # also where the version told of is no more
    return View(read, told.clock, None if newest else told.read_at, settled=read.version == told.head.version)


def shown_since(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shown_since`, where a page shows a version that is no longer the newest."""
    return {"shown_since": _shown_since.get()}


@receiver(request_started)
def _nothing_shown_yet(**_signal: Any) -> None:
    _shown_since.set(None)


def settle(aspect: str) -> bool:
    """Work out the newest version for an aspect, where pages do not show it yet; whether there was anything to do."""
    ledger, now = open_ledger(), timezone.now()
    told = settled.told(ledger.cache, aspect)
    if told and told.head.version == _next(ledger, aspect).version and _hour(told.clock) == _hour(now):
        settled.at_work(ledger.cache, aspect)
        return False
    if told and time.monotonic() < _resting.get(aspect, 0.0):
        settled.at_work(ledger.cache, aspect)
        return False
    with _seen_at_work(ledger):
        _work_out(aspect, ledger, now)
    return True


def _next(ledger: Ledger, aspect: str) -> Head:
    """The version to work out: the newest; for FIGURES the one metrics show, lest its details keep them waiting."""
    measured = settled.told(ledger.cache, MEASURED) if aspect == FIGURES else None
    return measured.head if measured else ledger.head


@contextmanager
def _seen_at_work(ledger: Ledger) -> Iterator[None]:
    """What was told stays believed, however long the work takes: also of the aspects that wait for this one."""
    over = threading.Event()

    def say_so() -> None:
        while not over.wait(settled.BELIEVED_SECONDS / 6):
            for aspect in (OVERVIEW, MEASURED, FIGURES):
                if settled.told(ledger.cache, aspect):  # what nobody believed any more stays so until it is told anew
                    settled.at_work(ledger.cache, aspect)

    saying = threading.Thread(target=say_so, daemon=True)
    saying.start()
    try:
        yield
    finally:
        over.set()
        saying.join()


def _work_out(aspect: str, ledger: Ledger, now: datetime) -> None:
    begun = time.monotonic()
    read = ledger.read_at(_next(ledger, aspect))
    now = _one_moment(read, now)
    seen = View(read, now, settled=True)
    if read.horizon is not None:
        _do_all(aspect, seen, afterwards=False)
    if ledger.only_more_since(read.head):  # else something was taken out meanwhile, and nobody shall see it
        settled.tell(ledger.cache, aspect, Settled(read.head, now, now))
    _resting[aspect] = time.monotonic() + _rest(aspect, time.monotonic() - begun)
    if read.horizon is not None:
        _do_all(aspect, seen, afterwards=True)


def _one_moment(read: Read, now: datetime) -> datetime:
    """The moment a version is seen from, whatever the aspect, until the hour is over."""
    place = (str(read.ledger), read.version)
    with _looking:
        before = _seen_from.get(place)
        if before is not None and _hour(before) == _hour(now):
            return before
        _seen_from.clear()
        _seen_from[place] = now
        return now


def _rest(aspect: str, seconds: float) -> float:
    """How long to rest from what pages waited for; details do not count, since they give way to a newer version."""
    return seconds * (min(REST[aspect], SHORT_REST) if seconds < SHORT else REST[aspect])


def _do_all(aspect: str, seen: View, *, afterwards: bool) -> None:
    """A piece that fails is told of; a page that needs it works it out itself and says what is wrong."""
    for work in [each for each in WORKS.values() if each.aspect == aspect and each.afterwards == afterwards]:
        if afterwards and seen.overtaken():
            return
        begun = time.monotonic()
        try:
            work.do(seen)
        except Exception:
            logger.exception("%s failed", work.name)
        logger.debug("%s took %.2f s", work.name, time.monotonic() - begun)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
