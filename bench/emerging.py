"""Do rises come out, and how often is nothing behind an alarm? `python -m bench.emerging [--themes 200] [--json]`.

Outbreaks are planted in weekly counts in the manner of Noufaily et al. (2013), and Vivencia's surveillance is held
against the published form of the reference, Farrington flexible, written here after that paper: the weeks of five
years before, a level for each of ten parts of the year, a linear trend, quasi-Poisson with past outbreaks weighted down
(Anscombe residuals beyond 2.58), the last 26 weeks left out, the 99 % quantile of the negative binomial with the
predicted mean and dispersion, no alarm below five cases in four weeks. Both see the same counts.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom
from tests.text.planted_outbreaks import Planted, planted

from vivencia.understand.text.emerging.series import watched
from vivencia.understand.text.emerging.surveillance import watch

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
YEARS, HALF_WINDOW, PARTS, LEFT_OUT = 5, 3, 10, 26
ODD, ALPHA, LEAST, IN_WEEKS = 2.58, 0.01, 5, 4


def ours(counts: Floats) -> Flags:
    """As Vivencia tells it: odd by itself and among all that is watched."""
    return np.array([one.alarm for one in watched(counts, np.ones(counts.shape[1]), "week")])


def ours_alone(counts: Floats) -> Flags:
    """Each subject by itself at one per cent."""
    return np.array([rise.alarm for rise in watch(counts)])


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


def measured(world: Planted, alarmed: Callable[[Floats], Flags]) -> dict[str, float]:
    """false_alarms: share of the weeks without an outbreak; found: share of the outbreaks, in any of their weeks;
    wrong: share of the alarms with nothing behind them."""
    weeks, began = world.counts.shape[1], time.perf_counter()
    told = np.array([alarmed(world.counts[:, : week + 1]) for week in range(weeks - world.watched, weeks)]).T
    outbreak = world.outbreak[:, -world.watched :]
    return {
        "false_alarms": round(float((told & ~outbreak).sum() / (~outbreak).sum()), 4),
        "found": round(float((told & outbreak).any(axis=1).mean()), 3),
        "wrong": round(float((told & ~outbreak).sum() / max(1, told.sum())), 3),
        "seconds": round(time.perf_counter() - began, 2),
    }


METHODS: dict[str, Callable[[Floats], Flags]] = {
    "farrington flexible": farrington_flexible,
    "vivencia": ours,
    "vivencia, each subject by itself": ours_alone,
}
SIZES = {"small": (2.0, 10.0), "usual": (4.0, 12.0), "large": (8.0, 16.0)}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--themes", type=int, default=200)
    options.add_argument("--past", type=int, default=YEARS * 52 + 26)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    told = {}
    for name, size in SIZES.items():
        world = planted(asked.themes, asked.past, size=size, seed=11)
        told[name] = {method: measured(world, alarmed) for method, alarmed in METHODS.items()}
    if asked.json:
        print(json.dumps(told))
        return
    for name, methods in told.items():
        print(f"{name} outbreaks ({SIZES[name][0]:g} to {SIZES[name][1]:g} standard deviations)")
        for method, numbers in methods.items():
            print(f"  {method:52}", "  ".join(f"{key} {value:g}" for key, value in numbers.items()))


if __name__ == "__main__":
    main()
