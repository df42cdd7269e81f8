"""Every case of a loan process (bpic2012: 262,200 events, 13,087 cases) against targets, here and with pm4py.

Run `python -m bench.conformance FOLDER [CASES]`; FOLDER holds bpic2012_loan.parquet. The target is the usual flow of
the log: its event types that a tenth of the cases pass, in a line, and in a line with loops. pm4py runs from
`bench/.venv` where that is there (bench/journeys.py makes it), on the first CASES cases (300) of the linear target, and
both must agree.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from vivencia.plan.journeys.conformance.alignment import Ints, align, numbered
from vivencia.plan.journeys.conformance.automaton import Automaton, automaton
from vivencia.plan.journeys.drawing import Drawing, Link, Phase, Step

PEER = Path(__file__).parent / ".venv" / "bin" / "python"


def main() -> None:
    folder, cases = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300
    log = pl.read_parquet(folder / "bpic2012_loan.parquet")
    told = log.select(case="case:concept:name", name="concept:name", at="time:timestamp")
    events = told.sort("case", "at", maintain_order=True)
    names = tuple(events["name"].unique().sort().to_list())
    codes = events["name"].replace_strict(names, list(range(len(names)))).to_numpy().astype(np.int64)
    lengths = events.group_by("case", maintain_order=True).len()["len"].to_numpy()
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    order = _usual(events)
    for title, drawn in (("line", _drawn(order, loops=False)), ("with loops", _drawn(order, loops=True))):
        target = automaton(drawn)
        took = min(_seconds(target, names, codes, offsets) for _ in range(3))
        cost = align(target, numbered(target, names)[codes], offsets).cost
        size = f"{len(order)} steps, {len(offsets) - 1:,} cases, {len(codes):,} events"
        print(f"{title}: {size}: {took:.2f} s; mean cost {cost.mean():.2f}")
    if PEER.exists():
        _peer(order, offsets, codes, names, cases)


def _usual(events: pl.DataFrame) -> list[str]:
    """Event types a tenth of the cases pass, by their mean place."""
    placed = events.with_columns(place=pl.int_range(pl.len()).over("case") / pl.len().over("case"))
    cases = events["case"].n_unique()
    seen = placed.group_by("name").agg(pl.col("case").n_unique().alias("cases"), pl.col("place").mean())
    return seen.filter(pl.col("cases") >= cases / 10).sort("place")["name"].to_list()


def _drawn(order: list[str], *, loops: bool) -> Drawing:
    steps = tuple(Step(f"s{n}", "p", name, name) for n, name in enumerate(order))
    links = [Link(a.key, b.key) for a, b in pairwise(steps)]
    if loops:
        links += [Link(b.key, a.key, "loop") for a, b in pairwise(steps)]
        links += [Link(one.key, one.key, "loop") for one in steps]
    return Drawing("t", phases=(Phase("p", "P"),), steps=steps, links=tuple(links))


def _seconds(target: Automaton, names: tuple[str, ...], codes: Ints, offsets: Ints) -> float:
    begun = time.perf_counter()
    align(target, numbered(target, names)[codes], offsets)
    return time.perf_counter() - begun


def _peer(order: list[str], offsets: Ints, codes: Ints, names: tuple[str, ...], n: int) -> None:
    """pm4py's alignments of the first cases with the linear target; the costs must be the same."""
    paths = [[names[code] for code in codes[a:b]] for a, b in pairwise(offsets[: n + 1])]
    script = Path(__file__).parent / "peers" / "conformance.py"
    told = subprocess.run([str(PEER), str(script)], input=json.dumps({"order": order, "paths": paths}),
                          capture_output=True, text=True, check=True)  # fmt: skip
    answer = json.loads(told.stdout.splitlines()[-1])
    target = automaton(_drawn(order, loops=False))
    begun = time.perf_counter()
    ours = align(target, numbered(target, names)[codes[: offsets[n]]], offsets[: n + 1]).cost
    took = time.perf_counter() - begun
    same = Counter(bool(a == b) for a, b in zip(ours.tolist(), answer["costs"], strict=True))
    print(f"{n} cases: pm4py {answer['seconds']:.1f} s, here {took:.3f} s; equal costs: {same[True]} of {n}")


if __name__ == "__main__":
    main()
