"""From ledger events to the journey table: which rows are steps of which journey, then one sort."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vivencia.understand.journeys.table import CaseKind, Codes, Feedback, Ints, JourneyTable, Mask, Scale
from vivencia.understand.subjects import SEPARATOR, subject_key

StepKind = Literal["touchpoint", "name"]
ToArrow = Callable[[ir.Table], pa.Table]


@dataclass(frozen=True)
class Shape:
    """What the events look like: how many name a customer or a subject, and which sources name no touchpoint at all."""

    events: int
    with_customer: int
    with_subject: int
    subject_only: int
    without_touchpoints: tuple[str, ...]

    @property
    def case(self) -> CaseKind:
        """Subject where the data are a process log: most events name a subject and no customer."""
        return "subject" if self.subject_only * 2 > self.events else "customer"

    def left_out(self, case: CaseKind) -> int:
        return self.events - (self.with_customer if case == "customer" else self.with_subject)


def shape(events: ir.Table, to_arrow: ToArrow) -> Shape:
    """Look at all events once, per source."""
    counted = events.group_by("source").aggregate(
        n=events.count(),
        customer=events.customer_id.count(),
        subject=events.subject_id.count(),
        subject_only=(events.subject_id.notnull() & events.customer_id.isnull()).sum(),
        touchpoint=events.touchpoint.count(),
    )
    rows = to_arrow(counted).to_pylist()
    return Shape(
        events=sum(row["n"] for row in rows),
        with_customer=sum(row["customer"] for row in rows),
        with_subject=sum(row["subject"] for row in rows),
        subject_only=sum(row["subject_only"] for row in rows),
        without_touchpoints=tuple(sorted(row["source"] for row in rows if not row["touchpoint"])),
    )


def journey_events(events: ir.Table, case: CaseKind, step: StepKind, without_touchpoints: tuple[str, ...]) -> ir.Table:
    """The events of journeys: `case_id`, `kind`, `customer_id`, `step`, `channel`, order, and the answer where one is.

    A step is the touchpoint, or the event's name where its source names no touchpoint at all (a process log). Events
    without the case's id are left out; an event that is no step stays only where it carries a score (`step` is null).
    `event` and `thing` are numbers for the event's name and its subject: only good to see whether two are the same.
    """
    named = events.source.isin(without_touchpoints) if without_touchpoints else ibis.literal(False)
    chosen = events.name if step == "name" else ibis.ifelse(named, events.name, events.touchpoint)
    case_id = subject_key(events) if case == "subject" else events.customer_id
    selected = events.select(
        "customer_id", "channel", "occurred_at", "seq", "event_id", "metric", "score", "scale_max",
        case_id=case_id, step=chosen, event=events.name.hash(), thing=subject_key(events).hash(),
    )  # fmt: skip
    return selected.filter(selected.case_id.notnull() & (selected.step.notnull() | selected.score.notnull()))


def build(
    events: ir.Table,
    to_arrow: ToArrow,
    *,
    case: CaseKind | None = None,
    step: StepKind = "touchpoint",
    seen: Shape | None = None,
) -> JourneyTable:
    """The journey table of an events table in the ledger's shape; `case` defaults to what the data are.

    seen: what all events look like, where these are only some of them.
    """
    seen = seen or shape(events, to_arrow)
    chosen = case or seen.case
    selected = journey_events(events, chosen, step, seen.without_touchpoints)
    return from_arrow(to_arrow(selected.drop("event_id")), chosen, seen.left_out(chosen), lambda: to_arrow(selected))


def from_arrow(
    rows: pa.Table, case: CaseKind, left_out: int = 0, with_event_ids: Callable[[], pa.Table] | None = None
) -> JourneyTable:
    """Sort and encode `journey_events`.

    Events of one journey with the same time and place in their file are ordered by `event_id`; as this is rare, the
    ids are only fetched (by `with_event_ids`) when it happens.
    """
    case_code, case_ids = _encode(rows["case_id"])
    at, seq = _integers(rows["occurred_at"]), _integers(rows["seq"])
    order = np.lexsort((seq, at, case_code))
    if with_event_ids and _tied(case_code[order], at[order], seq[order]):
        rows = with_event_ids()
        case_code, case_ids = _encode(rows["case_id"])
        at, seq = _integers(rows["occurred_at"]), _integers(rows["seq"])
        order = np.lexsort((_ranks(rows["event_id"]), seq, at, case_code))
    person_code, person_ids = _encode(rows["customer_id"])
    person_code[rows["step"].is_null().to_numpy()] = -1
    order, person, person_ids = _by_person(order, case_code, person_code, person_ids)
    return _assemble(rows, order, case, case_code, case_ids, person, person_ids, left_out)


def _assemble(
    rows: pa.Table,
    order: Ints,
    case: CaseKind,
    case_code: Ints,
    case_ids: pa.Array,
    person_of_case: Ints,
    person_ids: pa.Array,
    left_out: int,
) -> JourneyTable:
    step_code, steps = _encode(rows["step"])
    sorted_step = step_code[order]
    is_step = sorted_step >= 0
    cases = case_code[order]
    kept = cases[is_step]
    begins = np.flatnonzero(np.diff(kept, prepend=-1))
    codes = kept[begins]  # original case code of journey i
    offsets = np.append(begins, len(kept)).astype(np.int64)
    journey_of = np.full(len(case_ids), -1, np.int64)
    journey_of[codes] = np.arange(len(codes))
    codes_of_steps = sorted_step[is_step]
    narrow: Codes = codes_of_steps.astype(np.uint16) if len(steps) < 2**16 else codes_of_steps.astype(np.uint32)
    channel_code, channels = _encode(rows["channel"])
    keys = case_ids.take(pa.array(codes))
    kind, kinds = _kinds(case, keys)
    scales, feedback = _feedback(rows, order, journey_of[cases], sorted_step)
    first, first_move = _firsts(narrow, offsets, len(steps))
    goes_on = _going_on(rows, order[is_step], narrow, kept)
    return JourneyTable(
        case=case,
        steps=tuple(steps.to_pylist()),
        channels=tuple(channels.to_pylist()),
        kinds=kinds,
        scales=scales,
        step=narrow,
        at=_integers(rows["occurred_at"])[order][is_step],
        channel=channel_code[order][is_step].astype(np.int16),
        first=first,
        first_move=first_move,
        goes_on=goes_on,
        offsets=offsets,
        person=person_of_case[codes],
        kind=kind,
        case_keys=keys,
        person_ids=person_ids,
        feedback=feedback,
        left_out=left_out,
    )


def _encode(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Codes (-1 for null) and the values they stand for."""
    encoded = pc.dictionary_encode(column.cast(pa.large_string())).unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # no rows, no chunk
        return np.empty(0, np.int64), pa.array([], pa.large_string())
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary


def _integers(column: pa.ChunkedArray) -> Ints:
    """Integers, and times as microseconds since 1970 in UTC."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(column.to_numpy(), np.int64)


def _ranks(column: pa.ChunkedArray) -> Ints:
    return np.asarray(pc.rank(column, sort_keys="ascending", tiebreaker="first").to_numpy(), np.int64)


def _tied(case: Ints, at: Ints, seq: Ints) -> bool:
    return bool(((np.diff(case) == 0) & (np.diff(at) == 0) & (np.diff(seq) == 0)).any())


def _by_person(order: Ints, case: Ints, person: Ints, ids: pa.Array) -> tuple[Ints, Ints, pa.Array]:
    """Let the journeys of one person follow each other; the person of a journey is the first its steps name."""
    sorted_case, sorted_person = case[order], person[order]
    cases = int(case.max()) + 1 if len(case) else 0
    of_case = np.full(cases, -1, np.int64)
    known = np.flatnonzero(sorted_person >= 0)[::-1]  # backwards, so that the earliest is written last
    of_case[sorted_case[known]] = sorted_person[known]
    nobody = of_case < 0
    of_case[nobody] = len(ids) + np.arange(np.count_nonzero(nobody))
    all_ids = pa.concat_arrays([ids, pa.nulls(int(np.count_nonzero(nobody)), ids.type)])
    if (np.diff(of_case) >= 0).all():
        return order, of_case, all_ids
    rank = np.empty(cases, np.int64)
    rank[np.argsort(of_case, kind="stable")] = np.arange(cases)
    return order[np.argsort(rank[sorted_case], kind="stable")], of_case, all_ids


def _kinds(case: CaseKind, keys: pa.Array) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """The kind of subject of each journey, as a code, and the kinds there are."""
    if case == "customer" or not len(keys):
        return np.zeros(len(keys), np.int16), ("customer",) if case == "customer" else ()
    told = pc.list_element(pc.split_pattern(keys, SEPARATOR, max_splits=1), 0)
    code, kinds = _encode(pa.chunked_array([told]))
    return code.astype(np.int16), tuple(kinds.to_pylist())


def _feedback(rows: pa.Table, order: Ints, journey: Ints, step: Ints) -> tuple[tuple[Scale, ...], Feedback]:
    """The scored events of journeys, by scale."""
    score = np.asarray(rows["score"].to_numpy(), np.float64)[order]
    scored = ~np.isnan(score) & (journey >= 0)
    of = pa.array(order[scored])
    highs = np.asarray(rows["scale_max"].take(of).to_numpy(), np.float64)
    names, metrics = _encode(rows["metric"].take(of))
    answered = (names >= 0) & ~np.isnan(highs)
    values, inverse = np.unique(highs[answered], return_inverse=True)
    pairs, scale = np.unique(names[answered] * max(len(values), 1) + inverse, return_inverse=True)
    scales = tuple(
        Scale(metrics[int(pair) // len(values)].as_py(), float(values[int(pair) % len(values)])) for pair in pairs
    )
    place = np.flatnonzero(scored)[answered]
    given, turned = score[place], np.array([one.reversed for one in scales], np.bool_)[scale]
    given = np.where(turned, 1 + highs[answered] - given, given)
    return scales, Feedback(journey[place], step[place], scale.astype(np.int64), given)


def _firsts(step: Codes, offsets: Ints, steps: int) -> tuple[Mask, Mask]:
    """Which rows are a journey's first visit to their step, and its first move from this step to the next."""
    case = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    first = _first_of(case * steps + step)
    move = (case[:-1] * steps + step[:-1]) * steps + step[1:]
    first_move = np.append(_first_of(move), False) if len(step) else first
    first_move[offsets[1:] - 1] = False
    return first, first_move


def _going_on(rows: pa.Table, order: Ints, step: Codes, case: Ints) -> Mask:
    """Which rows go on with the visit of the row before: as long as it is one step and one subject, and nothing
    happens a second time. A payment's start and its completion are one visit; two starts are two."""
    same = np.zeros(len(order), np.bool_)
    if "event" not in rows.column_names or not len(order):
        return same
    same[1:] = (np.diff(step) == 0) & (np.diff(case) == 0)
    after = np.flatnonzero(same)
    thing = rows["thing"].to_numpy()
    same[after] = thing[order[after]] == thing[order[after - 1]]
    inside = np.flatnonzero(same | np.append(same[1:], False))
    event, run = rows["event"].to_numpy()[order[inside]], np.cumsum(~same)[inside]
    by_event = np.lexsort((event, run))  # stable: what happens first stays first
    new = np.ones(len(inside), np.bool_)
    new[by_event[1:]] = (np.diff(run[by_event]) != 0) | (event[by_event[1:]] != event[by_event[:-1]])
    same[inside] &= new
    return same


def _first_of(key: Ints) -> Mask:
    order = np.argsort(key, kind="stable")
    new = np.ones(len(key), np.bool_)
    new[order[1:]] = np.diff(key[order]) != 0
    return new
