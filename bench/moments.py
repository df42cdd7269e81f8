"""How well effects are found on planted truth: precision, recall, coverage, bias, level and time, over many seeds.

python bench/moments.py                      # the table of docs/guide/moments-method.md
python bench/moments.py --size 10000 --seeds 20 --world usual --json figures.json
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from vivencia.moments.effects.estimate import estimate
from vivencia.moments.effects.planted import DEFAULT_EFFECTS, World, plant


@dataclass(frozen=True)
class Trial:
    """One world, what the estimator may see of it, and the outcome asked for."""

    world: World
    shadow: bool = True
    outcome: Literal["nps", "repurchase"] = "nps"


HALF = {key: 0.6 * size for key, size in DEFAULT_EFFECTS.items()}
TRIALS = {
    "usual": Trial(World()),
    "no reminder": Trial(World(reminder=False)),
    "no shadow": Trial(World(), shadow=False),
    "neither": Trial(World(reminder=False), shadow=False),
    "shadow says nothing": Trial(World(reminder=False, shadow_strength=0.0)),
    "late reminder": Trial(World(late_reminder=True)),
    "angry only": Trial(World(answering="angry")),
    "distance": Trial(World(answering="distance")),
    "at random": Trial(World(answering="at_random")),
    "bent confounding": Trial(World(nonlinear=True, confounding=1.6)),
    "strong correlation": Trial(World(correlation=1.6)),
    "uneven effects": Trial(World(heterogeneity=0.6)),
    "chain": Trial(World(chain=2.5)),
    "weak effects": Trial(World(effects=HALF)),
    "no effects": Trial(World(effects={})),
    "repurchase": Trial(World(), outcome="repurchase"),
    "repurchase, strong confounding": Trial(World(confounding=2.0, nonlinear=True), outcome="repurchase"),
}
MAIN = ("usual", "no reminder", "neither", "late reminder", "bent confounding", "no effects", "repurchase")


@dataclass(frozen=True)
class Row:
    """Means over seeds. precision: of runs that found something; recall: of worlds with effects; alarms: share of runs
    with a false finding; coverage(_true): of the 95 % intervals of all 24 (of the true ones); range: share of truths in
    the sensitivity range; bias: of the true ones' size; error: mean standard error; level_*: of the overall figure."""

    trial: str
    size: int
    seeds: int
    precision: float
    recall: float
    alarms: float
    coverage: float
    coverage_true: float
    range: float
    bias: float
    error: float
    level_bias: float
    level_error: float
    level_coverage: float
    raw_bias: float
    seconds: float


def run(name: str, size: int, seeds: int, first: int) -> Row:
    trial = TRIALS[name]
    runs = np.array([_once(trial, size, seed) for seed in range(first, first + seeds)])
    with np.errstate(invalid="ignore"):
        seen = np.isfinite(runs)
        means = np.where(seen.any(0), np.where(seen, runs, 0).sum(0) / np.maximum(seen.sum(0), 1), np.nan)
    return Row(name, size, seeds, *(float(value) for value in means))


def _once(trial: Trial, size: int, seed: int) -> list[float]:
    planted = plant(size, trial.world, seed=seed)
    units = planted.units(trial.outcome, shadow=trial.shadow)
    began = time.perf_counter()
    study = estimate(units)
    seconds = time.perf_counter() - began
    truths = planted.ate if trial.outcome == "nps" else planted.repurchase_ate
    truth = np.array([truths[effect.key] for effect in study.effects])
    level = planted.nps if trial.outcome == "nps" else 100 * float(planted.repurchase.mean())
    real = np.abs(truth) > 0.3

    def of(name: str) -> np.ndarray:
        return np.array([getattr(effect, name) for effect in study.effects], dtype=float)

    found = of("q_value") <= 0.05
    covered = (of("low") <= truth) & (truth <= of("high"))
    ranged = (of("sensitivity_low") <= truth) & (truth <= of("sensitivity_high"))
    off = ((of("effect") - truth) * np.sign(truth))[real]
    whole, raw = study.corrected, study.raw
    assert whole.value is not None
    assert raw.value is not None
    assert whole.low is not None
    assert whole.high is not None
    return [
        (found & real).sum() / found.sum() if found.any() else np.nan,
        (found & real).sum() / real.sum() if real.any() else np.nan,
        float((found & ~real).any()),
        covered.mean(),
        covered[real].mean() if real.any() else np.nan,
        ranged.mean(),
        off.mean() if real.any() else np.nan,
        (of("high") - of("low")).mean() / 3.92,
        whole.value - level,
        abs(whole.value - level),
        float(whole.low <= level <= whole.high),
        raw.value - level,
        seconds,
    ]


def show(row: Row) -> str:
    figures = [value for value in asdict(row).values() if isinstance(value, float)]
    return (
        f"| {row.trial} | {row.size:,} | {row.seeds} | "
        + " | ".join("–" if np.isnan(value) else f"{value:.2f}" for value in figures)
        + " |"
    )


def main() -> None:
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--world", action="append", choices=sorted(TRIALS))
    asks.add_argument("--size", type=int)
    asks.add_argument("--seeds", type=int)
    asks.add_argument("--first", type=int, default=1000, help="first seed: not those the method was made with")
    asks.add_argument("--json", type=Path)
    given = asks.parse_args()
    if given.size:
        plan = [(name, given.size, given.seeds or 20) for name in given.world or TRIALS]
    else:
        plan = [(name, 10_000, given.seeds or 20) for name in given.world or TRIALS]
        plan += [(name, 100_000, given.seeds or 10) for name in given.world or MAIN]
    heads = list(Row.__dataclass_fields__)
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)
    rows = []
    for name, size, seeds in plan:
        rows.append(run(name, size, seeds, given.first))
        print(show(rows[-1]), flush=True)
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))
        print(given.json, file=sys.stderr)


if __name__ == "__main__":
    main()
