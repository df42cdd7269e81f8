"""The roadmap's optimiser against HiGHS alone, on planted problems of several shapes: value in 10 s, gap at 60 s.

python -m bench.roadmap                                  # all shapes, one seed: about half an hour
python -m bench.roadmap --shapes usual chains --seeds 2 --ours 10 60 --alone 10 60 --json figures.json

HiGHS alone gets the formulation as it is usually written, and one thread more than it can use. "At least what HiGHS
reaches in 60 s within 10 s" is the ratio `10 s ÷ alone 60 s`; at least 1 is the aim, and a gap of at most 3 % at 60 s.
Processor time is told too: on a busy machine seconds on the wall say little.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from vivencia.plan.roadmap.optimiser.checking import check
from vivencia.plan.roadmap.optimiser.formulation import formulate
from vivencia.plan.roadmap.optimiser.optimise import optimise
from vivencia.plan.roadmap.optimiser.planted import SHAPES, planted
from vivencia.plan.roadmap.optimiser.problem import Problem
from vivencia.plan.roadmap.optimiser.solving import Solver
from vivencia.plan.roadmap.optimiser.tables import tables


@dataclass(frozen=True)
class Run:
    """One search: seconds asked for, on the wall and of the processor; value, bound and gap it ended with."""

    shape: str
    seed: int
    who: str
    asked: float
    seconds: float
    processor: float
    value: float
    bound: float
    gap: float
    nodes: int


def alone(problem: Problem, seconds: float) -> tuple[float, float, int]:
    """HiGHS alone on the plain formulation: value, bound, nodes."""
    solved = Solver(formulate(tables(problem), "starts")).solve(seconds)
    return solved.value, solved.bound, solved.nodes


def ours(problem: Problem, seconds: float) -> tuple[float, float, int]:
    found = optimise(problem, seconds)
    assert check(problem, found.starts).passed
    return found.value, found.bound, found.nodes


def measured(shape: str, seed: int, who: str, seconds: float) -> Run:
    problem = planted(SHAPES[shape], seed)
    wall, processor = time.monotonic(), time.process_time()
    value, bound, nodes = (alone if who == "HiGHS" else ours)(problem, seconds)
    took = time.monotonic() - wall
    gap = (bound - value) / abs(value)
    return Run(shape, seed, who, seconds, took, time.process_time() - processor, value, bound, gap, nodes)


def line(run: Run) -> str:
    return (
        f"{run.shape:13} {run.seed:4} {run.who:6} {run.asked:5.0f} s"
        f"  value {run.value:10,.0f}  bound {run.bound:10,.0f}"
        f"  gap {100 * run.gap:5.2f} %  wall {run.seconds:5.1f}  processor {run.processor:5.1f}  nodes {run.nodes}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", nargs="+", choices=list(SHAPES), default=list(SHAPES))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--ours", nargs="*", type=float, default=[10.0, 60.0])
    parser.add_argument("--alone", nargs="*", type=float, default=[10.0, 60.0])
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    runs: list[Run] = []
    for shape in asked.shapes:
        for seed in range(1, asked.seeds + 1):
            for who, times in (("ours", asked.ours), ("HiGHS", asked.alone)):
                for seconds in times:
                    runs.append(measured(shape, seed, who, seconds))
                    print(line(runs[-1]), flush=True)
            print(verdict([run for run in runs if (run.shape, run.seed) == (shape, seed)]), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps([asdict(run) for run in runs], indent=1))
    return 0


def verdict(runs: list[Run]) -> str:
    """Our shortest run against HiGHS's longest, and the gap of our longest."""
    mine = sorted((run for run in runs if run.who == "ours"), key=lambda run: run.asked)
    theirs = sorted((run for run in runs if run.who == "HiGHS"), key=lambda run: run.asked)
    if not mine or not theirs:
        return ""
    ratio = mine[0].value / theirs[-1].value
    return f"  → {mine[0].asked:.0f} s ÷ alone {theirs[-1].asked:.0f} s: {ratio:.4f}; gap {100 * mine[-1].gap:.2f} %"


if __name__ == "__main__":
    sys.exit(main())
