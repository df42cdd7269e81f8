"""A journey table with some journeys exchanged: how a thousand new events reach ten million without sorting them again.

Whatever may have changed about a case (a new event of it, another id that turns out to be the same person) makes its
whole journey one to be built again; all others stay as they are.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vivencia.understand.journeys.table import Feedback, Ints, JourneyTable


def exchanged(table: JourneyTable, cases: pa.Array, fresh: JourneyTable, left_out: int) -> JourneyTable:
    """The table without the journeys of `cases`, and with the journeys of `fresh`; `left_out` as it is now.

    cases: keys as the tables' `case_keys`; those without a journey in the table are no harm. The result holds the same
    journeys as a table built from all events, in another order; codes of steps and channels may differ.
    """
    gone = pc.is_in(table.case_keys.cast(pa.large_string()), value_set=cases.cast(pa.large_string())).to_numpy(
        zero_copy_only=False
    )
    return replace(_joined(table.only(~np.asarray(gone, np.bool_)), fresh), left_out=left_out)


def _joined(one: JourneyTable, other: JourneyTable) -> JourneyTable:
    """The journeys of both; the codes of the first stay as they are."""
    steps, step = _recoded(one.steps, other.steps, other.step)
    channels, channel = _recoded(one.channels, other.channels, other.channel)
    kinds, kind = _recoded(one.kinds, other.kinds, other.kind)
    scales, scale = _recoded(one.scales, other.scales, other.feedback.scale)
    feedback_step = _look_up(_places(one.steps, other.steps), other.feedback.step)
    person, person_ids = _people(one, other)
    narrow = np.uint16 if len(steps) < 2**16 else np.uint32
    joined = JourneyTable(
        case=one.case,
        steps=steps,
        channels=channels,
        kinds=kinds,
        scales=scales,
        step=np.concatenate([one.step.astype(narrow, copy=False), step.astype(narrow)]),
        at=np.concatenate([one.at, other.at]),
        channel=np.concatenate([one.channel, channel.astype(np.int16)]),
        first=np.concatenate([one.first, other.first]),
        first_move=np.concatenate([one.first_move, other.first_move]),
        goes_on=np.concatenate([one.goes_on, other.goes_on]),
        offsets=np.concatenate([one.offsets, other.offsets[1:] + one.events]),
        person=person,
        kind=np.concatenate([one.kind, kind.astype(np.int16)]),
        case_keys=pa.concat_arrays([each.case_keys.cast(pa.large_string()) for each in (one, other)]),
        person_ids=person_ids,
        feedback=_feedback(one, other, feedback_step, scale),
        left_out=one.left_out,
    )
    return _by_person(joined)


def _places(known: tuple[Any, ...], more: tuple[Any, ...]) -> Ints:
    """For each of `more`: its place among the known ones, followed by those not known."""
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.setdefault(name, len(place)) for name in more], np.int64)


def _recoded(known: tuple[Any, ...], more: tuple[Any, ...], codes: NDArray[Any]) -> tuple[tuple[Any, ...], Ints]:
    """The names of both, and the codes (-1: none) of the second in them."""
    places = _places(known, more)
    names = (*known, *(name for name in more if name not in set(known)))
    return names, _look_up(places, codes)


def _look_up(places: Ints, codes: NDArray[Any]) -> Ints:
    """The place of each code; -1 stays."""
    return np.append(places, -1)[codes.astype(np.int64)]  # code -1 looks at the last


def _feedback(one: JourneyTable, other: JourneyTable, step: Ints, scale: Ints) -> Feedback:
    mine, theirs = one.feedback, other.feedback
    return Feedback(
        case=np.concatenate([mine.case, theirs.case + one.journeys]),
        step=np.concatenate([mine.step, step]),
        scale=np.concatenate([mine.scale, scale]),
        score=np.concatenate([mine.score, theirs.score]),
    )


def _people(one: JourneyTable, other: JourneyTable) -> tuple[Ints, pa.Array]:
    """Everybody's number by journey, and their ids; people without an id stay apart."""
    ids = pa.chunked_array(
        [table.person_ids.take(pa.array(table.person)).cast(pa.large_string()) for table in (one, other)]
    ).combine_chunks()
    if isinstance(ids, pa.ChunkedArray):
        ids = pa.array([], pa.large_string())
    if one.case == "customer":
        return np.arange(len(ids)), ids
    known = pc.dictionary_encode(ids)
    person = known.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    nobody = person < 0
    person[nobody] = len(known.dictionary) + np.arange(np.count_nonzero(nobody))
    return person, pa.concat_arrays([known.dictionary, pa.nulls(int(np.count_nonzero(nobody)), pa.large_string())])


def _by_person(table: JourneyTable) -> JourneyTable:
    """The journeys of one person after each other, as a journey table has them."""
    if (np.diff(table.person) >= 0).all():
        return table
    order = np.argsort(table.person, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    lengths = table.lengths[order]
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    rows = np.arange(table.events) + np.repeat(table.offsets[:-1][order] - offsets[:-1], lengths)
    return replace(
        table,
        **{name: getattr(table, name)[rows] for name in ("step", "at", "channel", "first", "first_move", "goes_on")},
        offsets=offsets,
        person=table.person[order],
        kind=table.kind[order],
        case_keys=table.case_keys.take(pa.array(order)),
        feedback=replace(table.feedback, case=place[table.feedback.case]),
    )


def few(cases: int, table: JourneyTable) -> bool:
    """Whether so many cases are better exchanged than everything built anew."""
    return cases * 10 <= table.journeys
