"""Two groups of journeys side by side: where they differ, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from vivencia.understand.journeys.flow import Felt, Sums
from vivencia.understand.journeys.funnel import wilson
from vivencia.understand.journeys.table import SECOND, JourneyTable

_FEW = 30  # journeys a group needs before shares of it are compared


@dataclass(frozen=True)
class Difference:
    """`a` and `b` are shares of each group's journeys; `difference` is a - b with its 95 % interval.

    `clear`: the difference is not zero even when all differences shown are held together to 5 % (Bonferroni).
    """

    what: tuple[str, ...]
    a: float
    b: float
    n_a: int
    n_b: int
    difference: float
    low: float
    high: float
    clear: bool


@dataclass(frozen=True)
class Group:
    """One side: how many journeys, how long they take (median), and what they felt."""

    journeys: int
    customers: int
    median_seconds: float | None
    passing: Felt


@dataclass(frozen=True)
class Comparison:
    """Both groups and their differences, clear ones first, largest first. `felt` is the difference of mean scores."""

    a: Group
    b: Group
    enough: bool
    felt: tuple[float, float, float] | None
    steps: tuple[Difference, ...]
    moves: tuple[Difference, ...]


def compare(a: JourneyTable, b: JourneyTable) -> Comparison:
    """Compare two selections of the same journey table; they must not share journeys for the intervals to hold."""
    group_a, group_b = _group(a), _group(b)
    enough = min(a.journeys, b.journeys) >= _FEW
    return Comparison(
        a=group_a,
        b=group_b,
        enough=enough,
        felt=_welch(group_a.passing, group_b.passing),
        steps=_differences(a, b, _reached(a), _reached(b), [(name,) for name in a.steps]) if enough else (),
        moves=_moves(a, b) if enough else (),
    )


def difference(k_a: int, n_a: int, k_b: int, n_b: int, level: float = 0.95) -> tuple[float, float, float]:
    """k_a/n_a - k_b/n_b with Newcombe's hybrid score interval (Newcombe 1998, method 10)."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    p_a, p_b = k_a / n_a, k_b / n_b
    (low_a, high_a), (low_b, high_b) = wilson(k_a, n_a, z), wilson(k_b, n_b, z)
    low = float(np.hypot(p_a - low_a, high_b - p_b))
    high = float(np.hypot(high_a - p_a, p_b - low_b))
    return p_a - p_b, p_a - p_b - low, p_a - p_b + high


def _group(table: JourneyTable) -> Group:
    median = float(np.median(table.ended - table.began)) / SECOND if table.journeys else None
    sums = Sums(1)
    sums.add(np.zeros(table.journeys, np.int64), table.scores())
    return Group(table.journeys, table.customers, median, sums.felt(0))


def _welch(a: Felt, b: Felt) -> tuple[float, float, float] | None:
    """The difference of two means with its 95 % interval, from their own intervals."""
    if a.mean is None or b.mean is None or a.low is None or b.low is None:
        return None
    half = float(np.hypot(a.mean - a.low, b.mean - b.low))
    return a.mean - b.mean, a.mean - b.mean - half, a.mean - b.mean + half


def _reached(table: JourneyTable) -> NDArray[np.int64]:
    return np.bincount(table.step[table.first], minlength=len(table.steps))


def _moves(a: JourneyTable, b: JourneyTable) -> tuple[Difference, ...]:
    """Differences in moves. Only pairs of steps that follow each other somewhere are counted, few of all."""
    moved_a, moved_b = _moved(a), _moved(b)
    pairs = np.union1d(moved_a, moved_b)
    k_a, k_b = (np.bincount(np.searchsorted(pairs, moved), minlength=len(pairs)) for moved in (moved_a, moved_b))
    width = len(a.steps)
    names = [(a.steps[pair // width], a.steps[pair % width]) for pair in pairs.tolist()]
    return _differences(a, b, k_a, k_b, names)


def _moved(table: JourneyTable) -> NDArray[np.int64]:
    """For each journey's first move of a kind: source and target in one number."""
    rows = np.flatnonzero(table.first_move)
    return table.step[rows].astype(np.int64) * len(table.steps) + table.step[rows + 1]


def _differences(
    a: JourneyTable, b: JourneyTable, k_a: NDArray[np.int64], k_b: NDArray[np.int64], names: Sequence[tuple[str, ...]]
) -> tuple[Difference, ...]:
    present = np.flatnonzero(k_a + k_b)
    together = 1 - 0.05 / max(len(present), 1)
    found = []
    for i in present:
        counts = int(k_a[i]), a.journeys, int(k_b[i]), b.journeys
        middle, low, high = difference(*counts)
        _, low_together, high_together = difference(*counts, level=together)
        found.append(
            Difference(
                what=names[int(i)],
                a=counts[0] / a.journeys,
                b=counts[2] / b.journeys,
                n_a=counts[0],
                n_b=counts[2],
                difference=middle,
                low=low,
                high=high,
                clear=low_together > 0 or high_together < 0,
            )
        )
    return tuple(sorted(found, key=lambda row: (not row.clear, -abs(row.difference))))
