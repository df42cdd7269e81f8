"""The journeys of one ledger version, ready to be asked: the only place where the journey table meets the ledger."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import ibis

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.journey_growing import grown, remember_origin
from vivencia.understand.journeys.build import Shape, StepKind, build, shape
from vivencia.understand.journeys.kept import kept
from vivencia.understand.journeys.selection import Selection, chosen
from vivencia.understand.journeys.table import CaseKind, JourneyTable

_FORMAT = 3  # raise it when the tables in `journeys/kept.py` change
_HELD = 3

_held: OrderedDict[tuple[str, str, str], JourneyTable] = OrderedDict()
_guard = threading.Lock()


@dataclass(frozen=True)
class Journeys:
    """Which journeys are looked at: of customers or of subjects, by touchpoint or by name."""

    case: CaseKind
    step: StepKind = "touchpoint"

    @property
    def key(self) -> str:
        return f"journeys-{_FORMAT}-{self.case}-{self.step}"


def data_shape(read: Read) -> Shape:
    """What the events look like, remembered."""
    said = read.remember(f"journeys-{_FORMAT}-shape", lambda: vars(shape(read.events, read.to_arrow)))
    return Shape(**{**said, "without_touchpoints": tuple(said["without_touchpoints"])})


def journey_table(read: Read, journeys: Journeys) -> JourneyTable:
    """The journey table, built once a ledger version, mapped from disk by every other process, held by this one."""
    place = (str(read.ledger), read.version, journeys.key)
    with _guard:
        if place in _held:
            _held.move_to_end(place)
            return _held[place]
    table = kept(read.remember, journeys.key, lambda: _built(read, journeys))
    with _guard:
        _held[place] = table
        while len(_held) > _HELD:
            _held.popitem(last=False)
    return table


def selected(read: Read, journeys: Journeys, selection: Selection) -> JourneyTable:
    """The journey table with the selected journeys only."""
    table = journey_table(read, journeys)
    return table if selection.everything else table.only(chosen(table, selection))


def customers_where(read: Read, segment: str) -> frozenset[str]:
    """The ids of the customers whose source puts them into a segment of this name."""
    theirs = read.customers.filter(read.customers.segment == segment).select("customer_id")
    ids: Iterable[str] = read.to_arrow(theirs)["customer_id"].to_pylist()
    return frozenset(ids)


def segments(read: Read) -> list[str]:
    """The segments the sources name, most common first."""

    def counted() -> list[str]:
        known = read.customers.filter(read.customers.segment.notnull())
        by_segment = known.group_by("segment").aggregate(n=known.count()).order_by([ibis.desc("n"), "segment"])
        names: list[str] = read.to_arrow(by_segment)["segment"].to_pylist()
        return names

    names: list[str] = read.remember(f"journeys-{_FORMAT}-segments", counted)
    return names


def latest(read: Read) -> datetime | None:
    """When the newest event of the ledger happened."""
    return read.horizon


def _built(read: Read, journeys: Journeys) -> JourneyTable:
    seen = data_shape(read)
    earlier = grown(read, journeys.key, journeys.case, journeys.step, seen)
    table = earlier or build(read.events, read.to_arrow, case=journeys.case, step=journeys.step, seen=seen)
    remember_origin(read, journeys.key, seen)
    return table
