"""Who follows a target map and who does not: the journeys of its ground against its automaton."""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc
from ibis import _

from vivencia.plan.journeys.conformance.alignment import align, numbered
from vivencia.plan.journeys.conformance.automaton import automaton
from vivencia.plan.journeys.conformance.deviations import Conformance, Leaning, deviations, leanings
from vivencia.plan.journeys.drawing import Drawing
from vivencia.plan.journeys.ground import Ground
from vivencia.understand.journeys.table import Ints, JourneyTable, Mask

MOST_GROUPS = 12  # of each sort are compared
Groups = dict[tuple[str, str], Mask]


@dataclass(frozen=True)
class Followed:
    """`table`: the journeys looked at, in the order of the masks in `found`; `everything`: whether touchpoints that are
    not on the map count as deviations; `unread`: keys of steps whose parallel ways are read as alternatives."""

    table: JourneyTable
    found: Conformance
    everything: bool
    unread: tuple[str, ...] = ()

    def leaning(self, deviates: Mask, groups: Groups) -> tuple[Leaning, ...]:
        """Which segments and channels deviate clearly more or less than everybody else."""
        return tuple(one for one in leanings(deviates, groups) if one.clear)


def followed(drawing: Drawing, on: Ground, *, everything: bool = False) -> Followed:
    """Every journey of the ground against the drawing."""
    target = automaton(drawing)
    table = on.table.only(on.mask)
    rows, offsets = _looked_at(table, target.known, everything=everything)
    codes = np.asarray(table.step[rows], np.int64)
    found = align(target, numbered(target, table.steps)[codes], offsets)
    return Followed(table, deviations(target, found, codes, offsets, table.steps), everything, target.unread)


def groups(on: Ground, table: JourneyTable) -> Groups:
    """Journeys by the channel they began in and by the segments the sources name, the largest of each. What comes later
    in a journey would be part of the deviation itself."""
    found: list[tuple[str, str, Mask]] = []
    began_in = table.channel[table.offsets[:-1]]
    for code, name in enumerate(table.channels):
        found.append(("channel", name, np.asarray(began_in == code, np.bool_)))
    found += [("segment", name, mask) for name, mask in _segments(on, table)]
    kept: Groups = {}
    for sort in ("channel", "segment"):
        largest = sorted((one for one in found if one[0] == sort), key=lambda one: -int(one[2].sum()))[:MOST_GROUPS]
        kept |= {(what, which): mask for what, which, mask in largest}
    return kept


def _looked_at(table: JourneyTable, known: frozenset[str], *, everything: bool) -> tuple[Ints, Ints]:
    """The rows that count, and where each journey's begin among them."""
    on_map = np.array([everything or name in known for name in table.steps], np.bool_)
    keep = on_map[table.step] if table.events else np.zeros(0, np.bool_)
    ends = np.append(0, np.cumsum(keep))
    return np.flatnonzero(keep), np.asarray(ends[table.offsets], np.int64)


def _segments(on: Ground, table: JourneyTable) -> list[tuple[str, Mask]]:
    known = on.read.customers.filter(_.segment.notnull()).select("customer_id", "segment")
    told = on.read.remember("map-customers-segments", lambda: on.read.to_arrow(known))
    place = pc.index_in(table.person_ids, value_set=told["customer_id"].combine_chunks())
    segment = pc.take(told["segment"].combine_chunks(), place)
    names = [name for name in pc.unique(segment).to_pylist() if name is not None]
    of_person = np.asarray(segment.to_numpy(zero_copy_only=False), object)
    return [(name, np.asarray(of_person[table.person] == name, np.bool_)) for name in sorted(names)]
