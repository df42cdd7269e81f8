"""Are planted personas found, and none where there are none?

Run: `python -m bench.personas [--runs 20] [--first 0] [--large] [--json]`.

Planted: worlds of 2 to 6 groups, of normal, skewed and counted numbers with a category, 15 to 30 % missing, some with
groups of unequal size. Told are how often the number of groups is right, the adjusted Rand index over everybody (1:
the planted groups), the most that is possible with the planted centres known, and how many people are in none.
Without groups: how often personas are found all the same; at most one in twenty runs may. Seconds are processor time.
"""

import argparse
import json
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score
from tests.personas.worlds import planted, without_groups

from vivencia.understand.personas.finding.features import People, Scaling, matrix
from vivencia.understand.personas.finding.finding import find, found_of
from vivencia.understand.personas.finding.grouping import distances

SHAPES = ("independent", "correlated", "skewed", "counts", "heavy-tailed", "yes and no")
WORLDS: dict[str, dict[str, Any]] = {
    "2 groups": {"k": 2, "n": 3_000, "apart": 1.5},
    "4 groups": {"k": 4, "n": 3_000, "apart": 1.5},
    "4 groups, much noise": {"k": 4, "n": 3_000, "apart": 1.5, "noise": 16},
    "4 groups, 30 % missing": {"k": 4, "n": 3_000, "apart": 1.5, "missing": 0.3},
    "4 groups, skewed": {"k": 4, "n": 3_000, "apart": 1.8, "shape": "skewed"},
    "4 groups, counts": {"k": 4, "n": 3_000, "apart": 1.8, "shape": "counts"},
    "4 groups of 50, 25, 15 and 10 %": {"k": 4, "n": 3_000, "apart": 1.5, "shares": (0.5, 0.25, 0.15, 0.1)},
    "6 groups": {"k": 6, "n": 3_000, "apart": 1.5},
}


@dataclass(frozen=True)
class Line:
    """One kind of world over several draws, medians."""

    world: str
    runs: int
    right_number: float
    rand: float
    possible: float
    in_none: float
    seconds: float


def possible(people: People, truth: np.ndarray, found_scalings: Sequence[Scaling]) -> float:
    """The index of people put to the nearest of the planted centres: what overlap leaves to anybody."""
    seen = matrix(people, found_scalings)
    groups = range(int(truth.max()) + 1)
    sums = np.array([seen.values[truth == one].sum(axis=0) for one in groups])
    known = np.array([seen.known[truth == one].sum(axis=0) for one in groups])
    return float(adjusted_rand_score(truth, distances(seen, sums / np.maximum(known, 1)).argmin(axis=1)))


def world(name: str, runs: int, first: int) -> Line:
    told = []
    for seed in range(first, first + runs):
        people, truth = planted(seed, **WORLDS[name])
        began = time.process_time()
        found = find(people)
        group = found_of(found, people).group
        seconds = time.process_time() - began
        number = len(found.model.offered) if found.model else 1
        best = possible(people, truth, found.model.scalings) if found.model else np.nan
        told.append((number == WORLDS[name]["k"], adjusted_rand_score(truth, group), best, (group < 0).mean(), seconds))
    columns = np.array(told, np.float64).T
    return Line(name, runs, columns[0].mean(), *(float(np.nanmedian(one)) for one in columns[1:]))


def false_finds(shape: str, runs: int, first: int) -> tuple[int, float]:
    began = time.process_time()
    n = sum(find(without_groups(1_000 + seed, shape)).model is not None for seed in range(first, first + runs))
    return n, (time.process_time() - began) / runs


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=20)
    options.add_argument("--first", type=int, default=0, help="the first seed: other draws than before")
    options.add_argument("--large", action="store_true", help="also 20,000 and 1,000,000 people")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    lines = [world(name, max(1, asked.runs // 4), asked.first) for name in WORLDS]
    without = {shape: false_finds(shape, asked.runs, asked.first) for shape in SHAPES}
    false = sum(n for n, _seconds in without.values())
    large = {n: sized(n) for n in (20_000, 1_000_000)} if asked.large else {}
    if asked.json:
        print(json.dumps({"planted": [asdict(one) for one in lines], "without": without, "large": large}))
        return 0
    print(f"{'planted':34} right  Rand  possible  in none  seconds")
    for one in lines:
        found = f"{one.right_number:5.0%}  {one.rand:.2f}  {one.possible:8.2f}"
        print(f"{one.world:34} {found}  {one.in_none:7.1%}  {one.seconds:7.1f}")
    runs = asked.runs * len(SHAPES)
    print(f"\nwithout groups: personas found in {false} of {runs} runs ({false / runs:.1%})")
    for shape, (n, seconds) in without.items():
        print(f"  {shape:14} {n} of {asked.runs}  ({seconds:.1f} s a run)")
    for n, (finding, assigning, rand) in large.items():
        print(
            f"{n:,} people: found in {finding:.1f} s, assigned in {assigning:.1f} s of processor time; Rand {rand:.2f}"
        )
    print(f"most memory held: {most_memory():.1f} GB")
    return int(false > 0.05 * asked.runs * len(SHAPES))


def sized(n: int) -> tuple[float, float, float]:
    people, truth = planted(0, 4, n, apart=1.8)
    began = time.process_time()
    found = find(people)
    middle = time.process_time()
    group = found_of(found, people).group
    return middle - began, time.process_time() - middle, float(adjusted_rand_score(truth, group))


def most_memory() -> float:
    """The most memory this process has held so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    raise SystemExit(main())
