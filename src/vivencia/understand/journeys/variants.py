"""Variants: which whole journeys are the same sequence of steps, and how common each sequence is."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vivencia.understand.journeys.flow import Felt, Medians, Sums, blocks
from vivencia.understand.journeys.table import SECOND, Ints, JourneyTable, Mask

_RUN = 1 << 18  # rows compared at once, so that what is computed on them stays in cache
_SEED = 20_240_229
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that its powers are invertible modulo 2**64


@dataclass(frozen=True)
class Variant:
    """`count` journeys go exactly through `steps`: `share` of all, `cumulative` with the more common ones."""

    steps: tuple[str, ...]
    count: int
    share: float
    cumulative: float
    median_duration_seconds: float
    passing: Felt
    example: int


@dataclass(frozen=True)
class Variants:
    """The most common variants first; `total` different ones over `journeys` journeys."""

    journeys: int
    total: int
    rows: tuple[Variant, ...]


def variants(table: JourneyTable, limit: int | None = None) -> Variants:
    """Group equal journeys; shares are of all journeys in the table, whatever the limit."""
    groups = grouped(table)
    count = np.bincount(groups)
    first = _first_member(groups, len(count))
    order = _most_common(count, first)[:limit]
    place = np.full(len(count) + 1, len(order))
    place[order] = np.arange(len(order))
    among = place[groups]  # each journey's row; those past the limit share the row past the last
    medians = Medians(table, len(order) + 1)
    medians.add(among, table.ended - table.began)
    durations = medians.of(np.bincount(among, minlength=len(order) + 1)) / SECOND
    passing = Sums(len(order) + 1)
    passing.add(among, table.scores())
    running = np.cumsum(count[order]) / max(table.journeys, 1)
    rows = tuple(
        Variant(
            steps=path(table, int(first[i])),
            count=int(count[i]),
            share=float(count[i] / table.journeys),
            cumulative=float(running[row]),
            median_duration_seconds=float(durations[row]),
            passing=passing.felt(row),
            example=int(first[i]),
        )
        for row, i in enumerate(order)
    )
    return Variants(table.journeys, len(count), rows)


def _most_common(count: Ints, first: Ints) -> Ints:
    """Groups by count, the largest first, then by their first journey: one sort of both in one integer."""
    if not len(count):
        return count
    bits = int(first.max()).bit_length()
    return np.argsort((count.max() - count << bits) | first)


def path(table: JourneyTable, journey: int) -> tuple[str, ...]:
    """The steps of one journey, in order."""
    return tuple(table.steps[code] for code in table.step[table.offsets[journey] : table.offsets[journey + 1]])


def grouped(table: JourneyTable) -> Ints:
    """A number for each journey, the same exactly where the journeys' steps are the same.

    A journey's steps fit into one 64-bit number where it is short (sixteen steps of fifteen kinds, eight of 255): then
    that number is the sequence, and equal numbers are equal journeys. Longer ones are compared by a fingerprint.
    """
    if not table.journeys:
        return np.empty(0, np.int64)
    bits = len(table.steps).bit_length()  # of a step's code plus one: 0 is no step
    short = table.lengths <= 64 // bits
    if short.all():
        return _numbered(_packed(table, bits))
    groups = np.empty(table.journeys, np.int64)
    groups[short] = _numbered(_packed(table, bits)[short])
    groups[~short] = _compared(_bare(table, ~short)) + int(groups[short].max(initial=-1)) + 1
    return groups


def _compared(table: JourneyTable) -> Ints:
    """The same for journeys of any length: by a 64-bit polynomial fingerprint, then every journey is checked step by
    step against the first of its group; a collision (never seen) is resolved by comparing the sequences themselves.
    """
    groups = _numbered(_fingerprints(table))
    return groups if _verified(table, groups) else _by_sequence(table)


def _bare(table: JourneyTable, mask: Mask) -> JourneyTable:
    """The masked journeys' steps; nothing else of them is to be looked at."""
    rows = np.repeat(mask, table.lengths)
    offsets = np.append(0, np.cumsum(table.lengths[mask])).astype(np.int64)
    return replace(table, step=table.step[rows], offsets=offsets, person=table.person[mask])


def _numbered(keys: NDArray[np.uint64]) -> Ints:
    """Equal keys get equal numbers, from 0 on."""
    order = np.argsort(keys)
    ordered = keys[order]
    new = np.empty(len(keys), np.bool_)
    new[:1] = False
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    numbers = np.empty(len(keys), np.int64)
    numbers[order] = np.cumsum(new)
    return numbers


def _packed(table: JourneyTable, bits: int) -> NDArray[np.uint64]:
    """Each journey's first 64 // bits steps in one number, the first in its lowest bits."""
    fit = 64 // bits
    shifts = np.minimum(np.arange(int(table.lengths.max())), fit - 1).astype(np.uint64) * np.uint64(bits)
    packed = np.empty(table.journeys, np.uint64)
    for journeys, rows in blocks(table):
        begins = table.offsets[journeys] - rows.start
        codes = table.step[rows].astype(np.uint64)
        codes += np.uint64(1)
        codes <<= shifts[np.arange(len(codes)) - np.repeat(begins, table.lengths[journeys])]
        packed[journeys] = np.bitwise_or.reduceat(codes, begins)
    return packed


def _fingerprints(table: JourneyTable) -> NDArray[np.uint64]:
    """The sum over a journey of a random number per step times base**place, modulo 2**64, plus its length's."""
    random = np.random.default_rng(_SEED).integers(1, 2**63, len(table.steps) + 1, np.uint64)
    powers = np.full(int(table.lengths.max()), _BASE, np.uint64)
    np.multiply.accumulate(powers, out=powers)
    sums = np.empty(table.journeys, np.uint64)
    for journeys, rows in blocks(table):
        begins = table.offsets[journeys] - rows.start
        terms = random[table.step[rows]]
        terms *= powers[np.arange(len(terms)) - np.repeat(begins, table.lengths[journeys])]
        sums[journeys] = np.add.reduceat(terms, begins)
    sums += random[-1] * table.lengths.astype(np.uint64)
    return sums


def _first_member(groups: Ints, n: int) -> Ints:
    first = np.empty(n, np.int64)
    first[groups[::-1]] = np.arange(len(groups))[::-1]
    return first


def _verified(table: JourneyTable, groups: Ints) -> bool:
    """Whether every journey has the very steps of the first one of its group."""
    model = _first_member(groups, int(groups.max()) + 1)[groups]
    followers = np.flatnonzero(model != np.arange(table.journeys))
    lengths = table.lengths[followers]
    if (table.lengths[model[followers]] != lengths).any():
        return False
    ends = np.cumsum(lengths)
    bounds = [0, *np.searchsorted(ends, np.arange(_RUN, ends[-1], _RUN)).tolist(), len(ends)] if len(ends) else [0]
    for begin, end in pairwise(bounds):
        some, long = followers[begin:end], lengths[begin:end]
        place = np.arange(int(long.sum())) - np.repeat(np.cumsum(long) - long, long)
        mine, models = table.offsets[some], table.offsets[model[some]]
        if (table.step[place + np.repeat(mine, long)] != table.step[place + np.repeat(models, long)]).any():
            return False
    return True


def _by_sequence(table: JourneyTable) -> Ints:
    known: dict[bytes, int] = {}
    pairs = zip(table.offsets[:-1], table.offsets[1:], strict=True)
    sequences = (table.step[begin:end].tobytes() for begin, end in pairs)
    return np.array([known.setdefault(sequence, len(known)) for sequence in sequences], np.int64)


def same_path(table: JourneyTable, steps: tuple[str, ...]) -> Mask:
    """Which journeys go exactly through these steps."""
    mask = table.lengths == len(steps)
    for place, step in enumerate(steps):
        rows = table.offsets[:-1][mask] + place
        still = table.step[rows] == table.code(step)
        mask[np.flatnonzero(mask)[~still]] = False
    return np.asarray(mask)
