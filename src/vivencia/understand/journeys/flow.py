"""The flow of journeys: which step follows which, how many, how long between, where they begin and where they end.

An edge A → B counts every time an event at B is the next one after an event at A in the same journey (the
directly-follows relation of process mining), so a step that repeats at once is an edge to itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from vivencia.understand.journeys.table import SECOND, Ints, JourneyTable, Mask


@dataclass(frozen=True)
class Felt:
    """A mean score, how many answers (or journeys) it rests on, and its 95 % interval; no value without answers."""

    mean: float | None
    n: int
    low: float | None = None
    high: float | None = None


NOTHING_FELT = Felt(None, 0)


@dataclass(frozen=True)
class Touchpoint:
    """`count` visits by `journeys` journeys of `customers` people; `starts` and `ends` of them begin and end here.

    `said_here` are the answers given at this step itself, `passing` the mean answer of the journeys that come here.
    """

    touchpoint: str
    count: int
    journeys: int
    customers: int
    starts: int
    ends: int
    said_here: Felt = NOTHING_FELT
    passing: Felt = NOTHING_FELT


@dataclass(frozen=True)
class Edge:
    """`count` moves from `source` to `target`, by `journeys` journeys of `customers` people.

    `median_dwell_seconds` is the median time between the two events over all `count` moves.
    """

    source: str
    target: str
    count: int
    customers: int
    journeys: int
    median_dwell_seconds: float
    passing: Felt = NOTHING_FELT


@dataclass(frozen=True)
class Flow:
    """Touchpoints and edges, most frequent first; `left_out` events name no such case."""

    journeys: int
    customers: int
    events: int
    left_out: int
    touchpoints: tuple[Touchpoint, ...]
    edges: tuple[Edge, ...]


def _felt(n: int, total: float, squares: float) -> Felt:
    """The mean with Student's 95 % interval, from count, sum and sum of squares; no interval below two answers."""
    if n == 0:
        return NOTHING_FELT
    mean = total / n
    if n == 1:
        return Felt(mean, 1)
    variance = max(squares - n * mean * mean, 0.0) / (n - 1)
    half = float(stdtrit(n - 1, 0.975)) * (variance / n) ** 0.5
    return Felt(mean, n, mean - half, mean + half)


def flow(table: JourneyTable, scale: int | None = None) -> Flow:
    """Count all of it, exactly."""
    counted = _counted(table, table.scores(scale))
    return Flow(
        journeys=table.journeys,
        customers=table.customers,
        events=table.events,
        left_out=table.left_out,
        touchpoints=_touchpoints(table, counted, table.scale if scale is None else scale),
        edges=_edges(table, counted),
    )


def blocks(table: JourneyTable, rows: int = 1 << 16) -> Iterator[tuple[slice, slice]]:
    """Runs of whole journeys and the rows they own, small enough for what is computed on them to stay in cache."""
    ends = np.searchsorted(table.offsets, np.arange(rows, table.events, rows))
    bounds = np.unique(np.concatenate(([0], ends, [table.journeys])))
    for begin, end in pairwise(bounds.tolist()):
        yield slice(begin, end), slice(int(table.offsets[begin]), int(table.offsets[end]))


class Sums:
    """Counts, sums and sums of squares of scores, by group."""

    def __init__(self, groups: int) -> None:
        self._totals = np.zeros((3, groups))

    def add(self, group: Ints, score: NDArray[np.float64]) -> None:
        known = ~np.isnan(score)
        group, score = group[known], score[known]
        for total, weight in zip(self._totals, (None, score, score * score), strict=True):
            total += np.bincount(group, weight, len(total))

    def felt(self, group: int) -> Felt:
        n, total, squares = self._totals[:, group].tolist()
        return _felt(int(n), total, squares)


class _People:
    """How many different people are in each group: those of a journey are one, so customers' journeys just count."""

    def __init__(self, table: JourneyTable) -> None:
        self._table, self._keys = table, list[Ints]()
        self._people = int(table.person.max()) + 1 if table.journeys else 1

    def add(self, group: Ints, first: Mask, case: Ints) -> None:
        if self._table.case == "subject":
            self._keys.append(group[first] * self._people + self._table.person[case[first]])

    def count(self, journeys: Ints) -> Ints:
        if self._table.case == "customer" or not self._keys:
            return journeys
        keys = np.sort(np.concatenate(self._keys))
        return np.bincount(keys[np.diff(keys, prepend=-1) != 0] // self._people, minlength=len(journeys))


class _Tally:
    """One pass's counts by group (steps, or pairs of steps): visits, journeys, people, and what those passing felt."""

    def __init__(self, table: JourneyTable, groups: int) -> None:
        self.visits, self.journeys = np.zeros(groups, np.int64), np.zeros(groups, np.int64)
        self.people, self.passing = _People(table), Sums(groups)

    def add(self, group: Ints, first: Mask, answered: Mask, case: Ints, scores: NDArray[np.float64]) -> None:
        both = np.bincount(2 * group + first, minlength=2 * len(self.visits))  # one count of both, without picking rows
        self.visits += both[::2] + both[1::2]
        self.journeys += both[1::2]
        self.people.add(group, first, case)
        heard = np.flatnonzero(first & answered)  # few journeys hold an answer
        self.passing.add(group[heard], scores[case[heard]])


@dataclass(frozen=True)
class _Counted:
    steps: _Tally
    moves: _Tally  # by the place of the pair of steps in `pairs`; the last group is no move: a journey's last row
    pairs: Ints
    medians: NDArray[np.float64]  # microseconds between, for each of the pairs


def _counted(table: JourneyTable, scores: NDArray[np.float64]) -> _Counted:
    pairs, place = _pairs(table)
    groups, known = len(pairs) + 1, ~np.isnan(scores)
    steps, moves, medians = _Tally(table, len(table.steps)), _Tally(table, groups), Medians(table, groups)
    for journeys, rows in blocks(table):
        case = np.repeat(np.arange(journeys.start, journeys.stop), table.lengths[journeys])
        answered = known[case]
        step = table.step[rows].astype(np.int64)
        steps.add(step, table.first[rows], answered, case, scores)
        last = table.offsets[journeys.start + 1 : journeys.stop + 1] - 1 - rows.start
        pair = step * len(table.steps)
        pair[:-1] += step[1:]
        pair = pair if place is None else np.searchsorted(pairs, pair)
        pair[last] = len(pairs)
        wait = np.diff(table.at[rows], append=0)
        wait[last] = 0
        moves.add(pair, table.first_move[rows], answered, case, scores)
        medians.add(pair, wait)
    return _Counted(steps, moves, pairs, medians.of(moves.visits))


def _pairs(table: JourneyTable) -> tuple[Ints, Ints | None]:
    """The codes of the pairs of steps that may occur; with many steps, only those that do (and then a sign of it)."""
    width = len(table.steps)
    if width <= 300:
        return np.arange(width * width), None
    follow = table.step[:-1].astype(np.int64) * width + table.step[1:]
    present = np.unique(follow)
    return present, present


class Medians:
    """The median of each group's values, all of one journey table's range.

    Group and value share one 64-bit key, so one sort of plain integers orders all groups at once: several times faster
    than gathering each group's values. Where the two do not fit into 64 bits, rows are ordered by both.
    """

    def __init__(self, table: JourneyTable, groups: int) -> None:
        longest = int(table.at.max() - table.at.min()) if table.events else 0
        self._bits = longest.bit_length()
        self._fits = self._bits + groups.bit_length() <= 64
        self._keys = np.empty(table.events, np.uint64)
        self._n = 0
        self._rest: list[tuple[Ints, Ints]] = []

    def add(self, group: Ints, value: Ints) -> None:
        if not self._fits:
            self._rest.append((group, value))
            return
        key = self._keys[self._n : self._n + len(group)]
        np.left_shift(group.view(np.uint64), np.uint64(self._bits), out=key)
        key |= value.view(np.uint64)
        self._n += len(group)

    def of(self, count: Ints) -> NDArray[np.float64]:
        """One median a group of `count` values; NaN where there are none."""
        ordered = self._ordered()
        medians = np.full(len(count), np.nan)
        there = np.flatnonzero(count)
        begin, n = (np.cumsum(count) - count)[there], count[there]
        medians[there] = (ordered[begin + (n - 1) // 2].astype(np.float64) + ordered[begin + n // 2]) / 2
        return medians

    def _ordered(self) -> Ints:
        if not self._fits:
            group, value = (np.concatenate(parts) for parts in zip(*self._rest, strict=True))
            return value[np.lexsort((value, group))]
        keys = self._keys[: self._n]
        keys.sort()
        keys &= np.uint64((1 << self._bits) - 1)
        return keys.view(np.int64)


def _edges(table: JourneyTable, counted: _Counted) -> tuple[Edge, ...]:
    width, moves = len(table.steps), counted.moves
    customers = moves.people.count(moves.journeys)
    order = np.argsort(-moves.visits[:-1], kind="stable")
    return tuple(
        Edge(
            source=table.steps[int(counted.pairs[i]) // width],
            target=table.steps[int(counted.pairs[i]) % width],
            count=int(moves.visits[i]),
            customers=int(customers[i]),
            journeys=int(moves.journeys[i]),
            median_dwell_seconds=float(counted.medians[i]) / SECOND,
            passing=moves.passing.felt(int(i)),
        )
        for i in order
        if moves.visits[i]
    )


def _touchpoints(table: JourneyTable, counted: _Counted, scale: int) -> tuple[Touchpoint, ...]:
    width, steps = len(table.steps), counted.steps
    customers = steps.people.count(steps.journeys)
    here = table.feedback.only((table.feedback.scale == scale) & (table.feedback.step >= 0))
    said = Sums(width)
    said.add(here.step, here.score)
    starts = np.bincount(table.step[table.offsets[:-1]], minlength=width)
    ends = np.bincount(table.step[table.offsets[1:] - 1], minlength=width)
    return tuple(
        Touchpoint(
            touchpoint=table.steps[i],
            count=int(steps.visits[i]),
            journeys=int(steps.journeys[i]),
            customers=int(customers[i]),
            starts=int(starts[i]),
            ends=int(ends[i]),
            said_here=said.felt(int(i)),
            passing=steps.passing.felt(int(i)),
        )
        for i in np.argsort(-steps.visits, kind="stable")
        if steps.visits[i]
    )
