"""Flow and variants over ten million events, against pm4py, retentioneering and a hand-written NumPy pass.

    python -m bench.journeys [--events 10000000] [--peer-events 2000000]

The synthetic company: customers walk twelve touchpoints by a Markov chain with repeats and loops, two hundred minutes
to two hundred hours between steps. The peers live in `bench/.venv`, made here; they are never dependencies (pm4py is
AGPL). They answer on fewer events, as they would take many minutes, and are compared per event. The floor is what a
programmer who knows the answer's shape writes over integer columns that are already sorted: pair counts, a median
per pair, and equal sequences counted by fingerprint, without names, people, scores or checks.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vivencia.understand.journeys.build import from_arrow
from vivencia.understand.journeys.flow import flow
from vivencia.understand.journeys.funnel import funnel
from vivencia.understand.journeys.loops import loops
from vivencia.understand.journeys.table import JourneyTable
from vivencia.understand.journeys.variants import variants

HERE = Path(__file__).resolve().parent
STEPS = (
    "visit", "search", "product page", "cart", "checkout", "purchase",
    "delivery", "contact centre", "return", "refund", "review", "newsletter",
)  # fmt: skip
PER_JOURNEY = 8


def synthetic(events: int, seed: int = 7) -> pa.Table:
    """Events in the order they happened, as `journey_events` hands them over."""
    random = np.random.default_rng(seed)
    journeys = events // PER_JOURNEY
    lengths = random.poisson(PER_JOURNEY - 1, journeys) + 1
    n = int(lengths.sum())
    step = _walk(random, lengths, n)
    journey = np.repeat(np.arange(journeys), lengths)
    wait = (random.exponential(3_600 * 8, n) * 1_000_000).astype(np.int64)
    within = np.cumsum(wait)
    begin = np.cumsum(lengths) - lengths
    at = (
        within
        - np.repeat(within[begin], lengths)
        + np.repeat(random.integers(0, 365 * 86_400, journeys), lengths) * 10**6
    )
    order = np.argsort(at, kind="stable")
    score = np.where(random.random(n) < 0.03, random.integers(1, 6, n), np.nan)[order]
    ids = pa.array(np.char.add("customer-", np.arange(journeys).astype(str)), pa.string())
    customers = pa.DictionaryArray.from_arrays(pa.array(journey[order], pa.int32()), ids).cast(pa.string())
    return pa.table(
        {
            "case_id": customers,
            "customer_id": customers,
            "step": pa.DictionaryArray.from_arrays(pa.array(step[order], pa.int32()), pa.array(STEPS)).cast(
                pa.string()
            ),
            "channel": pa.DictionaryArray.from_arrays(
                pa.array(random.integers(0, 3, n), pa.int32()), pa.array(["web", "app", "store"])
            ).cast(pa.string()),
            "occurred_at": pa.array(at[order] + 1_700_000_000 * 10**6, pa.timestamp("us", tz="UTC")),
            "seq": pa.array(np.arange(n)),
            "metric": pa.array(np.full(n, "csat"), pa.string(), mask=np.isnan(score)),
            "score": pa.array(score, from_pandas=True),
            "scale_max": pa.array(np.where(np.isnan(score), np.nan, 5.0), from_pandas=True),
        }
    )


def _walk(random: np.random.Generator, lengths: np.ndarray, n: int) -> np.ndarray:
    """Mostly one step forward, sometimes the same again, sometimes back."""
    ahead = random.choice([1, 1, 1, 1, 1, 2, 0, -1], n)
    ahead[np.cumsum(lengths) - lengths] = 0
    total = np.cumsum(ahead)
    since = total - np.repeat(total[np.cumsum(lengths) - lengths], lengths)
    place: np.ndarray = since % len(STEPS)
    return place


def by_hand(step: np.ndarray, at: np.ndarray, offsets: np.ndarray, width: int) -> tuple[int, int]:
    """The floor: moves counted, the median wait of each, and the number of different sequences."""
    pair = step[:-1].astype(np.int64) * width + step[1:]
    pair[offsets[1:-1] - 1] = width * width
    wait = np.diff(at)
    counts = np.bincount(pair, minlength=width * width + 1)
    order = np.argsort(pair.astype(np.uint16), kind="stable")
    grouped = wait[order]
    begin = 0
    medians = []
    for count in counts[:-1]:
        if count:
            medians.append(np.median(grouped[begin : begin + count]))
        begin += count
    lengths = np.diff(offsets)
    place = np.arange(len(step)) - np.repeat(offsets[:-1], lengths)
    powers = np.multiply.accumulate(np.full(int(lengths.max()), 0x9E3779B97F4A7C15, np.uint64))
    random = np.random.default_rng(1).integers(1, 2**63, width, np.uint64)
    prints = np.sort(np.add.reduceat(random[step] * powers[place], offsets[:-1]))
    return len(medians), int(np.count_nonzero(np.diff(prints))) + 1


def best_of(times: int, work: Callable[[], object]) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def peers(rows: pa.Table) -> dict[str, float]:
    """Seconds an event, by peer and question; measured in an environment of their own."""
    python = HERE / ".venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", HERE / ".venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pm4py", "retentioneering", "pyarrow"], check=True)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "events.parquet"
        pq.write_table(rows.select(["case_id", "step", "occurred_at"]), file)
        ran = subprocess.run([python, HERE / "peers" / "journeys.py", file], check=True, stdout=subprocess.PIPE)
    said: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return {name: seconds / rows.num_rows for name, seconds in said.items()}


def ours(table: JourneyTable) -> dict[str, float]:
    """Seconds for each question over the whole table."""
    return {
        "flow": best_of(3, lambda: flow(table)),
        "variants": best_of(3, lambda: variants(table, 1000)),
        "funnel": best_of(3, lambda: funnel(table, ("visit", "cart", "purchase", "delivery", "review"))),
        "loops": best_of(3, lambda: loops(table)),
    }


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--events", type=int, default=10_000_000)
    asked.add_argument("--peer-events", type=int, default=2_000_000)
    wish = asked.parse_args()
    rows = synthetic(wish.events)
    began = time.perf_counter()
    table = from_arrow(rows, "customer")
    built = time.perf_counter() - began
    took = ours(table)
    floor = best_of(3, lambda: by_hand(table.step, table.at, table.offsets, len(table.steps)))
    per_event = {name: seconds / table.events for name, seconds in took.items()}
    theirs = peers(synthetic(wish.peer_events))
    report = {
        "events": table.events,
        "built_seconds": round(built, 2),
        "seconds": {name: round(seconds, 3) for name, seconds in took.items()},
        "floor_seconds": round(floor, 3),
        "times_the_floor": round((took["flow"] + took["variants"]) / floor, 2),
        "times_faster_per_event": {
            name: round(seconds / per_event[name.split(" ")[1]], 1) for name, seconds in theirs.items()
        },
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
