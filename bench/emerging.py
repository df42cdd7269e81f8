"""Do rises come out, and how often is nothing behind an alarm? `python -m bench.emerging [--themes 200] [--json]`.

Outbreaks are planted in counts in the manner of Noufaily et al. (2013), in several worlds. Vivencia's surveillance is
held against two others, which see the same counts:

- the published form of the reference, Farrington flexible, written here after that paper: the weeks of five years
  before, a level for each of ten parts of the year, a linear trend, quasi-Poisson with past outbreaks weighted down
  (Anscombe residuals beyond 2.58), the last 26 weeks left out, the 99 % quantile of the negative binomial with the
  predicted mean and dispersion, no alarm below five cases in four weeks;
- the ceiling: who knows what would have come without outbreaks, and how it scatters, looking at the newest period and
  at the last two, with the threshold that gives a false alarm in exactly one period of a hundred of this very world.
"""

import argparse
import json
import time

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom
from tests.text.planted_outbreaks import Planted, World, plant

from vivencia.understand.text.emerging.series import Grain, watched
from vivencia.understand.text.emerging.surveillance import COUNTED_IN, LEAST_COUNT, SHARES, STILL_HIGH

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
YEARS, HALF_WINDOW, PARTS, LEFT_OUT = 5, 3, 10, 26
ODD, ALPHA, LEAST, IN_WEEKS = 2.58, 0.01, 5, 4


def ours(world: Planted, period: int, grain: Grain) -> Flags:
    """The period of every theme, as Vivencia tells it from what there is up to then."""
    seen = slice(0, period + 1)
    return np.array([one.alarm for one in watched(world.counts[:, seen], world.exposure[seen], grain, drawn=False)])


def farrington_flexible(counts: Floats) -> Flags:
    """The newest week of every theme, by the method as published."""
    weeks = counts.shape[1]
    now = weeks - 1
    first = max(0, now - YEARS * 52 - HALF_WINDOW)
    past = np.arange(first, now - LEFT_OUT)
    part = _part_of_year(now - past)
    levels = [(part == each).astype(float) for each in range(PARTS)]
    slope = (past - past.mean()) / 52.0
    design = np.column_stack([*levels, slope])
    coefficients, dispersion = _quasi_poisson(counts[:, past], design)
    row = np.append((_part_of_year(np.array([0]))[0] == np.arange(PARTS)).astype(float), (now - past.mean()) / 52.0)
    mean = np.exp(np.clip(coefficients @ row, -8, 14))
    most = counts[:, past].max(axis=1)
    no_trend, spread = _quasi_poisson(counts[:, past], design[:, :-1])
    beyond = mean > most  # a trend that leads where no count has ever been is not believed
    mean = np.where(beyond, np.exp(np.clip(no_trend @ row[:-1], -8, 14)), mean)
    dispersion = np.where(beyond, spread, dispersion)
    upper = nbinom.isf(ALPHA, mean / (dispersion - 1), 1 / dispersion)
    return np.asarray((counts[:, now] > upper) & (counts[:, -IN_WEEKS:].sum(axis=1) >= LEAST))


def _part_of_year(weeks_ago: NDArray[np.int64]) -> NDArray[np.int64]:
    """0: the weeks around the same time of the year; the rest of it in nine parts of about equal length."""
    within = (weeks_ago + HALF_WINDOW) % 52
    rest = 52 - (2 * HALF_WINDOW + 1)
    later = 1 + (within - 2 * HALF_WINDOW - 1) * (PARTS - 1) // rest
    return np.where(within <= 2 * HALF_WINDOW, 0, np.clip(later, 1, PARTS - 1))


def _quasi_poisson(counts: Floats, design: Floats) -> tuple[Floats, Floats]:
    weights = np.ones_like(counts)
    for last in (False, True):
        coefficients, covariance = _fit(counts, design, weights)
        means = np.exp(np.clip(coefficients @ design.T, -8, 14))
        freedom = counts.shape[1] - design.shape[1]
        dispersion = np.maximum((weights * (counts - means) ** 2 / means).sum(axis=1) / freedom, 1.0001)
        if not last:
            leverage = ((design @ covariance) * design).sum(axis=2) * means
            scale = np.sqrt(dispersion)[:, None] * means ** (1 / 6) * np.sqrt(np.clip(1 - leverage, 0.05, 1))
            residuals = 1.5 * (counts ** (2 / 3) - means ** (2 / 3)) / scale
            weights = np.where(residuals > ODD, np.maximum(residuals, 1.0) ** -2.0, 1.0)
            weights *= counts.shape[1] / weights.sum(axis=1, keepdims=True)
    return coefficients, dispersion


def _fit(counts: Floats, design: Floats, weights: Floats) -> tuple[Floats, Floats]:
    coefficients = np.zeros((len(counts), design.shape[1]))
    coefficients[:, : design.shape[1] - 1 if design.shape[1] > PARTS else None] = np.log(
        np.maximum(counts.mean(axis=1, keepdims=True), 1e-2)
    )
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    for _step in range(25):
        means = np.exp(np.clip(coefficients @ design.T, -8, 14))
        information = ((weights * means) @ products).reshape(-1, design.shape[1], design.shape[1])
        information += 1e-6 * np.eye(design.shape[1])
        gradient = (weights * (counts - means)) @ design
        change = np.clip(np.linalg.solve(information, gradient[..., None])[..., 0], -1.5, 1.5)
        coefficients = coefficients + change
        if np.abs(change).max() < 1e-5:
            break
    return coefficients, np.linalg.inv(information).astype(np.float64)


def ceiling(world: Planted) -> Flags:
    """(themes, watched), of somebody who knows the means and the scatter."""
    periods = range(world.counts.shape[1] - world.watched, world.counts.shape[1])
    surprise, enough = (np.array(each).T for each in zip(*(_surprise(world, one) for one in periods), strict=True))
    none = ~world.outbreak[:, -world.watched :]
    odds = np.where(enough, surprise, 1.0)
    return np.asarray(odds <= np.sort(odds[none])[int(ALPHA * none.sum()) - 1])


def _surprise(world: Planted, period: int) -> tuple[Floats, Flags]:
    """The smaller chance of the newest period and of the last two, each over its share of the rate."""
    chances = []
    for window in (1, 2):
        seen = slice(period - window + 1, period + 1)
        size, success = world.means[:, seen].sum(axis=1) / (world.scatter[:, 0] - 1), 1 / world.scatter[:, 0]
        count = world.counts[:, seen].sum(axis=1)
        chances.append(nbinom.sf(count, size, success) + 0.5 * nbinom.pmf(count, size, success))
    both = np.where(chances[0] < STILL_HIGH, chances[1] / SHARES[1], 1.0)
    last = world.counts[:, period - COUNTED_IN + 1 : period + 1].sum(axis=1)
    return np.minimum(chances[0] / SHARES[0], both), last >= LEAST_COUNT


def measured(world: Planted, told: Flags) -> dict[str, float]:
    """false_alarms: share of the periods without an outbreak; found: share of the outbreaks, in any of their periods;
    wrong: share of the alarms with nothing behind them."""
    outbreak = world.outbreak[:, -world.watched :]
    return {
        "false_alarms": round(float((told & ~outbreak).sum() / (~outbreak).sum()), 4),
        "found": round(float((told & outbreak).any(axis=1).mean()), 3),
        "wrong": round(float((told & ~outbreak).sum() / max(1, told.sum())), 3),
    }


def everybody(world: Planted, grain: Grain) -> dict[str, dict[str, float]]:
    """What each method finds in a world; the reference is for weeks only."""
    periods = range(world.counts.shape[1] - world.watched, world.counts.shape[1])
    began = time.perf_counter()
    told = np.array([ours(world, period, grain) for period in periods]).T
    found = {"vivencia": measured(world, told) | {"seconds": round(time.perf_counter() - began, 2)}}
    if grain == "week" and world.counts.shape[1] > 2 * 52 + LEFT_OUT:
        told = np.array([farrington_flexible(world.counts[:, : period + 1]) for period in periods]).T
        found["farrington flexible"] = measured(world, told)
    return found | {"ceiling": measured(world, ceiling(world))}


def _mean(told: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Of several drawings of one world: two hundred outbreaks alone tell the share found to five points only."""
    return {
        method: {key: round(float(np.mean([one[method][key] for one in told])), 4) for key in numbers}
        for method, numbers in told[0].items()
    }


WORLDS = {
    "usual: 0.6 to 90 a week, 4 to 12 standard deviations over 3 weeks, 5.5 years": World(),
    "small: 2 to 10 standard deviations": World(size=(2.0, 10.0)),
    "large: 8 to 16 standard deviations": World(size=(8.0, 16.0)),
    "rare: 0.5 to 5 a week": World(level=(-0.7, 1.6)),
    "frequent: 5 to 100 a week": World(level=(1.6, 4.6)),
    "scattered: variance 3 to 5 times the mean": World(scatters=(3.0, 4.0, 5.0)),
    "outbreaks before in every one": World(earlier=1.0),
    "slow: 8 to 20 standard deviations over 8 weeks": World(size=(8.0, 20.0), lasting=1.2),
    "sudden: 4 to 12 standard deviations, nine tenths of them in one week": World(lasting=-0.64),
    "young: 60 weeks of past": World(past=60),
    "loud: some weeks twice as much of everything": World(loud=True),
    "days: 0.6 to 20 a day, 20 weeks of past": World(past=140, level=(-0.5, 3.0), days=True),
}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--themes", type=int, default=200)
    options.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    options.add_argument("--world", default="", help="only those whose name begins so")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    told = {}
    for name, world in WORLDS.items():
        if name.startswith(asked.world):
            grain: Grain = "day" if world.days else "week"
            told[name] = _mean([everybody(plant(world, asked.themes, seed), grain) for seed in asked.seeds])
            if not asked.json:
                print(name)
                for method, numbers in told[name].items():
                    print(f"  {method:22}", "  ".join(f"{key} {value:g}" for key, value in numbers.items()), flush=True)
    if asked.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
