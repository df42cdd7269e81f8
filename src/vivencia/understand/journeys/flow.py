"""The flow of journeys: which step follows which, how many, how long between, where they begin and where they end.

An edge A → B counts every time an event at B is the next one after an event at A in the same journey (the
directly-follows relation of process mining), so a step that repeats at once is an edge to itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from vivencia.understand.journeys.table import SECOND, Ints, JourneyTable


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


def flow(table: JourneyTable, scale: int | None = None) -> Flow:
    """Count all of it, exactly."""
    moves = _moves(table)
    scores = table.scores(scale)
    edges = _edges(table, moves, scores)
    touchpoints = _touchpoints(table, scores, table.scale if scale is None else scale)
    return Flow(table.journeys, table.customers, table.events, table.left_out, touchpoints, edges)


def _felt(n: int, total: float, squares: float) -> Felt:
    """The mean with Student's 95 % interval, from count, sum and sum of squares; no interval below two answers."""
    if n == 0:
        return NOTHING_FELT
    mean = total / n
    if n == 1:
        return Felt(mean, 1)
    variance = max(squares - n * mean * mean, 0.0) / (n - 1)
    half = float(t.ppf(0.975, n - 1)) * (variance / n) ** 0.5
    return Felt(mean, n, mean - half, mean + half)


def _moves(table: JourneyTable) -> Ints:
    """The pair code of each row and the next; a journey's last row carries the code past all pairs."""
    width = len(table.steps)
    pairs = np.empty(table.events, np.int64)
    if table.events:
        np.multiply(table.step, width, out=pairs, dtype=np.int64)
        pairs[:-1] += table.step[1:]
        pairs[table.offsets[1:] - 1] = width * width
    return pairs


def _edges(table: JourneyTable, pairs: Ints, scores: NDArray[np.float64]) -> tuple[Edge, ...]:
    width = len(table.steps)
    count, present, dense = _tally(pairs, width * width)
    medians = medians_of(dense, np.diff(table.at, append=table.at[-1:]), count) / SECOND
    first = np.flatnonzero(table.first_move)
    edge, case = dense[first], table.case_of[first]
    journeys = np.bincount(edge, minlength=len(present))
    customers = journeys if table.case == "customer" else distinct(edge, table.person[case], len(present))
    passing = passing_by(edge, scores[case], len(present))
    order = np.argsort(-count, kind="stable")
    return tuple(
        Edge(
            source=table.steps[int(present[i]) // width],
            target=table.steps[int(present[i]) % width],
            count=int(count[i]),
            customers=int(customers[i]),
            journeys=int(journeys[i]),
            median_dwell_seconds=float(medians[i]),
            passing=passing[i],
        )
        for i in order
    )


def _tally(pairs: Ints, end: int) -> tuple[Ints, Ints, Ints]:
    """How often each pair that is there occurs, which pairs these are, and each row's place among them (or past)."""
    if end <= 4_000_000:
        counts = np.bincount(pairs, minlength=end + 1)[:end]
        present = np.flatnonzero(counts)
        place = np.full(end + 1, len(present), np.int64)
        place[present] = np.arange(len(present))
        return counts[present], present, place[pairs]
    values, dense, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    known = int(np.searchsorted(values, end))
    return counts[:known], values[:known], dense


def medians_of(group: Ints, value: Ints, count: Ints) -> NDArray[np.float64]:
    """The median value of each group 0, 1, …; rows of the group past the last count for nothing.

    Group and value share one 64-bit key, so one sort of plain integers orders all groups at once: several times faster
    than gathering each group's values. Where the two do not fit into 64 bits, rows are ordered by both.
    """
    if not len(count):
        return np.empty(0)
    bits = int(value.max()).bit_length()
    if bits + len(count).bit_length() <= 64:
        key = group.astype(np.uint64)
        key <<= np.uint64(bits)
        key |= value.view(np.uint64)
        key.sort()
        key &= np.uint64((1 << bits) - 1)
        ordered = key.view(np.int64)
    else:
        ordered = value[np.lexsort((value, group))]
    begin = np.cumsum(count) - count
    low, high = ordered[begin + (count - 1) // 2], ordered[begin + count // 2]
    middle: NDArray[np.float64] = (low.astype(np.float64) + high) / 2
    return middle


def distinct(group: Ints, person: Ints, groups: int) -> Ints:
    """How many different people are in each group."""
    people = int(person.max()) + 1 if len(person) else 1
    key = np.sort(group * people + person)
    return np.bincount(key[np.diff(key, prepend=-1) != 0] // people, minlength=groups)


def passing_by(group: Ints, score: NDArray[np.float64], groups: int) -> list[Felt]:
    known = ~np.isnan(score)
    group, score = group[known], score[known]
    n, total, squares = (np.bincount(group, w, groups) for w in (np.ones(len(score)), score, score * score))
    return [_felt(int(k), float(s), float(q)) for k, s, q in zip(n, total, squares, strict=True)]


def _touchpoints(table: JourneyTable, scores: NDArray[np.float64], scale: int) -> tuple[Touchpoint, ...]:
    width = len(table.steps)
    visits = np.bincount(table.step, minlength=width)
    first = np.flatnonzero(table.first)
    step, case = table.step[first].astype(np.int64), table.case_of[first]
    journeys = np.bincount(step, minlength=width)
    customers = journeys if table.case == "customer" else distinct(step, table.person[case], width)
    passing = passing_by(step, scores[case], width)
    here = table.feedback.only((table.feedback.scale == scale) & (table.feedback.step >= 0))
    said = passing_by(here.step, here.score, width)
    starts = np.bincount(table.step[table.offsets[:-1]], minlength=width)
    ends = np.bincount(table.step[table.offsets[1:] - 1], minlength=width)
    return tuple(
        Touchpoint(
            touchpoint=table.steps[i],
            count=int(visits[i]),
            journeys=int(journeys[i]),
            customers=int(customers[i]),
            starts=int(starts[i]),
            ends=int(ends[i]),
            said_here=said[i],
            passing=passing[i],
        )
        for i in np.argsort(-visits, kind="stable")
        if visits[i]
    )
