"""Which journeys are meant: a group of customers, a period, what happened on the way, how it felt."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vivencia.understand.journeys.table import JourneyTable, Mask

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Selection:
    """All conditions hold at once; a condition that is None (or empty) is not made.

    customers: ids of the people of a segment. since, until: the journey began in [since, until). kind: of subject.
    began_with, ended_with, through, never_through: steps. moved: straight from the first step to the second.
    channel: some step came through it. score_from, score_to: the journey's mean answer on the usual scale lies in
    [from, to]; journeys without an answer do not.
    """

    customers: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None
    began_with: str | None = None
    ended_with: str | None = None
    through: tuple[str, ...] = ()
    never_through: tuple[str, ...] = ()
    moved: tuple[str, str] | None = None
    channel: str | None = None
    score_from: float | None = None
    score_to: float | None = None

    @property
    def everything(self) -> bool:
        return all(getattr(self, field.name) in (None, ()) for field in fields(self))

    @property
    def key(self) -> str:
        """The same text for the same selection, in every process."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        said["customers"] = None if self.customers is None else sorted(self.customers)
        return repr({name: value for name, value in said.items() if value not in (None, ())})


def chosen(table: JourneyTable, selection: Selection) -> Mask:
    """Which journeys are selected; unknown steps, channels and kinds are a `ValueError` naming the known ones."""
    mask = np.ones(table.journeys, np.bool_)
    if selection.customers is not None:
        mask &= _of_customers(table, selection.customers)
    if selection.since:
        mask &= table.began >= _microseconds(selection.since)
    if selection.until:
        mask &= table.began < _microseconds(selection.until)
    if selection.kind is not None:
        mask &= table.kind == _known(selection.kind, table.kinds, "kind")
    mask &= _by_steps(table, selection)
    if selection.channel is not None:
        mask &= _any(table, table.channel == _known(selection.channel, table.channels, "channel"))
    return mask & _by_score(table, selection)


def _by_steps(table: JourneyTable, selection: Selection) -> Mask:
    mask = np.ones(table.journeys, np.bool_)
    if selection.began_with is not None:
        mask &= table.step[table.offsets[:-1]] == table.code(selection.began_with)
    if selection.ended_with is not None:
        mask &= table.step[table.offsets[1:] - 1] == table.code(selection.ended_with)
    for step in selection.through:
        mask &= _any(table, table.first & (table.step == table.code(step)))
    for step in selection.never_through:
        mask &= ~_any(table, table.first & (table.step == table.code(step)))
    if selection.moved is not None:
        source, target = (table.code(step) for step in selection.moved)
        move = table.first_move & (table.step == source)
        move[:-1] &= table.step[1:] == target
        mask &= _any(table, move)
    return mask


def _by_score(table: JourneyTable, selection: Selection) -> Mask:
    if selection.score_from is None and selection.score_to is None:
        return np.ones(table.journeys, np.bool_)
    low = -np.inf if selection.score_from is None else selection.score_from
    high = np.inf if selection.score_to is None else selection.score_to
    scores = table.scores()
    return np.asarray((scores >= low) & (scores <= high))  # a comparison with NaN is false


def _any(table: JourneyTable, rows: Mask) -> Mask:
    mask = np.zeros(table.journeys, np.bool_)
    mask[np.searchsorted(table.offsets, np.flatnonzero(rows), side="right") - 1] = True
    return mask


def _of_customers(table: JourneyTable, ids: frozenset[str]) -> Mask:
    wanted = pa.array(sorted(ids), table.person_ids.type)
    inside = pc.is_in(table.person_ids, value_set=wanted).to_numpy(zero_copy_only=False)
    return np.asarray(inside, np.bool_)[table.person]


def _known(value: str, known: tuple[str, ...], what: str) -> int:
    if value not in known:
        raise ValueError(f"unknown {what} {value!r}; known: {', '.join(sorted(known)) or 'none'}")
    return known.index(value)


def _microseconds(time: datetime) -> int:
    since = time - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
