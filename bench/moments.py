"""How well effects are found on planted truth: precision, recall, coverage, bias, level and time, over many seeds.

python bench/moments.py                      # the estimator alone: a table of docs/guide/moments-method.md
python bench/moments.py --chain              # from written events to findings, candidates made from the data
python bench/moments.py --chain --size 10000 --seeds 20 --world usual --json figures.json
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import ibis
import numpy as np
import polars as pl
import pyarrow as pa

from vivencia.foundation.ledger.schema import CUSTOMERS, EVENTS
from vivencia.moments.chain import study as study_chain
from vivencia.moments.effects.estimate import estimate
from vivencia.moments.effects.planted import DEFAULT_EFFECTS, Planted, World, plant
from vivencia.moments.effects.planted_files import Recording, recorded
from vivencia.moments.findings import Moment
from vivencia.moments.lived import take
from vivencia.moments.outcomes import OUTCOMES


@dataclass(frozen=True)
class Trial:
    """One world, how it is written down, what the estimator may see of it, and the outcome asked for."""

    world: World
    shadow: bool = True
    outcome: Literal["score", "repurchase"] = "score"
    how: Recording = field(default_factory=Recording)


HALF = {key: 0.6 * size for key, size in DEFAULT_EFFECTS.items()}
BUYING = {
    "delivery failed": -0.60,
    "support failed": -0.55,
    "payment failed": -0.55,
    "shop happened": 0.45,
    "unboxing happened": 0.45,
}
FEW = ("website", "shop", "payment", "delivery", "unboxing", "support")
MANY = (*World().touchpoints, "chat", "advice", "renewal", "app", "letter", "visit", "rating", "club")
TRIALS = {
    "usual": Trial(World()),
    "no reminder": Trial(World(reminder=False)),
    "no shadow": Trial(World(), shadow=False),
    "neither": Trial(World(reminder=False), shadow=False),
    "shadow says nothing": Trial(World(reminder=False, shadow_strength=0.0)),
    "late reminder": Trial(World(late_reminder=True)),
    "angry only": Trial(World(answering="angry")),
    "distance": Trial(World(answering="distance")),
    "strong pattern": Trial(World(answering_strength=1.6)),
    "pattern by segment": Trial(World(answering="by_segment")),
    "touched answer more": Trial(World(answering="touched")),
    "at random": Trial(World(answering="at_random")),
    "bent confounding": Trial(World(nonlinear=True, confounding=1.6)),
    "strong correlation": Trial(World(correlation=1.6)),
    "uneven effects": Trial(World(heterogeneity=0.6)),
    "chain": Trial(World(chain=2.5)),
    "weak effects": Trial(World(effects=HALF)),
    "no effects": Trial(World(effects={})),
    "no effects, no reminder": Trial(World(effects={}, reminder=False)),
    "short journeys": Trial(World(frequent=-1.5)),
    "long journeys": Trial(World(frequent=1.5)),
    "csat 1-5": Trial(World(scale="csat")),
    "ces 1-7": Trial(World(scale="ces")),
    "six touchpoints": Trial(World(touchpoints=FEW)),
    "twenty touchpoints": Trial(World(touchpoints=MANY)),
    "repurchase": Trial(World(), outcome="repurchase"),
    "repurchase alone": Trial(World(effects={}, repurchase_effects=BUYING), outcome="repurchase"),
    "no effects on repurchase": Trial(World(effects={}), outcome="repurchase"),
    "repurchase, strong confounding": Trial(World(confounding=2.0, nonlinear=True), outcome="repurchase"),
    "in Spanish, by status": Trial(World(), how=Recording(language="es", failures="status")),
    "without touchpoints": Trial(World(), how=Recording(touchpoints=False)),
    "asking not recorded": Trial(World(reminder=False), how=Recording(asked=False)),
    "by order": Trial(World(), how=Recording(cases=True)),
}
MAIN = ("usual", "no reminder", "neither", "late reminder", "bent confounding", "no effects", "repurchase")
ONLY_CHAIN = ("in Spanish, by status", "without touchpoints", "asking not recorded", "by order")
NO_TRUTH = 0.3  # effects smaller than this count as none


@dataclass(frozen=True)
class Row:
    """Means over seeds. precision: of runs that found something; recall: of worlds with effects; alarms: share of runs
    with a false finding; coverage(_true): of the 95 % intervals of all planted candidates (of the true ones); range:
    share of truths in the sensitivity range; bias: of the true ones' size; error: mean standard error; level_*: of the
    overall figure; seconds: of processor."""

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


@dataclass(frozen=True)
class Told:
    """What came out of one run. effects: planted key (or a key of no planted candidate) -> its effect."""

    effects: dict[str, Any]
    corrected: Any
    raw: Any
    seconds: float


def run(name: str, size: int, seeds: Iterable[int], *, chain: bool) -> Row:
    trial = TRIALS[name]
    runs = np.array([_once(trial, size, seed, chain=chain) for seed in seeds])
    with np.errstate(invalid="ignore"):
        seen = np.isfinite(runs)
        means = np.where(seen.any(0), np.where(seen, runs, 0).sum(0) / np.maximum(seen.sum(0), 1), np.nan)
    return Row(name, size, len(runs), *(float(value) for value in means))


def _estimated(trial: Trial, planted: Planted) -> Told:
    units = planted.units(trial.outcome, shadow=trial.shadow)
    began = time.process_time()
    study = estimate(units)
    seconds = time.process_time() - began
    return Told({effect.key: effect for effect in study.effects}, study.corrected, study.raw, seconds)


@dataclass(frozen=True)
class _Held:
    """What a study asks of the ledger's `Read`, held in memory."""

    events: Any
    customers: Any
    aliases: Any = field(default_factory=lambda: ibis.memtable(pa.table({"alias_id": [""], "person_id": [""]})))

    @property
    def told_customers(self) -> Any:
        return self.customers

    def to_arrow(self, expression: Any) -> pa.Table:
        return expression.to_pyarrow()


def _shaped(frame: pl.DataFrame, schema: pa.Schema, **more: Any) -> pa.Table:
    """A frame in the ledger's shape: what it does not tell is null."""
    whole = frame.with_columns(**{name: pl.lit(value) for name, value in more.items()}).to_arrow()
    columns = [
        whole[name].cast(kind) if name in whole.column_names else pa.nulls(len(whole), kind)
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    return pa.table(columns, schema=schema)


def held(trial: Trial, planted: Planted, seed: int) -> _Held:
    """The planted customers' events as the import leaves them."""
    told, customers = recorded(planted, trial.how, seed=seed)
    if not trial.shadow:
        told = told.filter(pl.col("amount").is_null())  # nobody knows who buys again
    if "touchpoint" not in told.columns:
        told = told.with_columns(touchpoint="name")
    if "status" in told.columns:
        status = pl.struct("status").struct.json_encode()
        told = told.with_columns(properties=pl.when(pl.col("status").is_not_null()).then(status))
    if "order_id" in told.columns:
        told = told.with_columns(subject_kind=pl.lit("order"), subject_id="order_id")
    told = told.with_columns(seq=pl.int_range(pl.len()), received_at="occurred_at")
    people = customers.with_columns(pl.col("since").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
    return _Held(
        ibis.memtable(_shaped(told, EVENTS, source="planted", batch_id="planted")),
        ibis.memtable(_shaped(people, CUSTOMERS, updated_at=datetime(2025, 1, 1, tzinfo=UTC))),
    )


def _chained(trial: Trial, planted: Planted, seed: int) -> Told:
    ledger = held(trial, planted, seed)
    outcome = OUTCOMES[planted.world.scale if trial.outcome == "score" else "repurchase"]
    began = time.process_time()
    horizon = ledger.to_arrow(ledger.events.occurred_at.max().name("at").as_table())["at"][0].as_py()
    lived = take(ledger, horizon + timedelta(seconds=1))
    findings = study_chain(lived, outcome, version="planted", say=lambda stage, share: None).findings
    seconds = time.process_time() - began
    effects = {_planted_key(moment.key): _turned_back(moment) for moment in findings.moments}
    return Told(effects, findings.corrected, findings.raw, seconds)


def _turned_back(moment: Moment) -> Moment:
    """What is told as not having happened, as having happened."""
    if moment.family != "missed":
        return moment
    return replace(
        moment,
        effect=_minus(moment.effect),
        low=_minus(moment.high),
        high=_minus(moment.low),
        sensitivity_low=_minus(moment.sensitivity_high),
        sensitivity_high=_minus(moment.sensitivity_low),
    )


def _minus(value: float | None) -> float | None:
    return None if value is None else -value


def _planted_key(key: str) -> str:
    """`delivery · failed` is the planted `delivery failed`, and so is `delivery failed · happened`."""
    touchpoint, _, condition = key.replace("not happened", "happened").partition(" · ")
    if condition == "happened" and touchpoint.endswith(" failed"):
        return touchpoint
    return f"{touchpoint.removesuffix(' used')} {condition}"


def _once(trial: Trial, size: int, seed: int, *, chain: bool) -> list[float]:
    planted = plant(size, trial.world, seed=seed)
    told = _chained(trial, planted, seed) if chain else _estimated(trial, planted)
    truths = planted.ate if trial.outcome == "score" else planted.repurchase_ate
    level = planted.level if trial.outcome == "score" else 100 * float(planted.repurchase.mean())
    nothing = NO_TRUTH if trial.outcome == "repurchase" or planted.world.scale == "nps" else 0.01
    keys = [key for key in truths if key in told.effects]
    truth = np.array([truths[key] for key in keys])
    real = np.abs(truth) > nothing
    true_keys = {key for key, size in truths.items() if abs(size) > nothing}
    found = {key for key, effect in told.effects.items() if effect.q_value is not None and effect.q_value <= 0.05}

    def of(name: str) -> np.ndarray:
        return np.array([getattr(told.effects[key], name) for key in keys], dtype=float)

    known = np.isfinite(of("effect"))
    covered = (of("low") <= truth) & (truth <= of("high"))
    ranged = (of("sensitivity_low") <= truth) & (truth <= of("sensitivity_high"))
    off = (of("effect") - truth) * np.sign(truth)
    whole, raw = told.corrected, told.raw
    return [
        len(found & true_keys) / len(found) if found else np.nan,
        len(found & true_keys) / len(true_keys) if true_keys else np.nan,
        float(bool(found - true_keys)),
        covered[known].mean(),
        covered[real & known].mean() if (real & known).any() else np.nan,
        ranged[known].mean(),
        off[real & known].mean() if (real & known).any() else np.nan,
        (of("high") - of("low"))[known].mean() / 3.92,
        whole.value - level,
        abs(whole.value - level),
        float(whole.low <= level <= whole.high),
        raw.value - level,
        told.seconds,
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
    asks.add_argument("--chain", action="store_true", help="from written events to findings, not the estimator alone")
    asks.add_argument("--json", type=Path)
    given = asks.parse_args()
    worlds = given.world or [name for name in TRIALS if given.chain or name not in ONLY_CHAIN]
    if given.size:
        plan = [(name, given.size, given.seeds or 20) for name in worlds]
    else:
        plan = [(name, 10_000, given.seeds or 20) for name in worlds]
        plan += [(name, 100_000, given.seeds or 10) for name in given.world or MAIN]
    heads = list(Row.__dataclass_fields__)
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)
    rows = []
    for name, size, seeds in plan:
        rows.append(run(name, size, range(given.first, given.first + seeds), chain=given.chain))
        print(show(rows[-1]), flush=True)
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))
        print(given.json, file=sys.stderr)


if __name__ == "__main__":
    main()
