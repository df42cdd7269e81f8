"""Real scores of a service desk, with a lot drawn by us: where nothing was done nothing is claimed, and what is added
to the scores of those drawn is found again. Drawn by lot, the truth is the plain difference."""

import csv
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from vivencia.plan.impact.methods import differences
from vivencia.plan.impact.methods.choosing import estimate
from vivencia.plan.impact.methods.panel import NEVER, FloatArray, Panel, panel
from vivencia.plan.impact.methods.result import Result

pytestmark = pytest.mark.real_data

DAYS, START, LOTS = 31, 16, 40


@pytest.fixture(scope="module")
def desks(real_data: Path) -> tuple[FloatArray, FloatArray]:
    """(supervisors, days) mean score and how many answers are behind it, August 2023."""
    total: dict[tuple[str, int], list[float]] = {}
    with (real_data / "contact_centre" / "contact_centre_csat.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            answered = datetime.strptime(row["Survey_response_Date"], "%d-%b-%y").date()  # noqa: DTZ007  # a day
            total.setdefault((row["Supervisor"], answered.day - 1), []).append(float(row["CSAT Score"]))
    names = sorted({name for name, _day in total})
    mean, n = np.full((len(names), DAYS), np.nan), np.zeros((len(names), DAYS))
    for (name, day), scores in total.items():
        mean[names.index(name), day], n[names.index(name), day] = np.mean(scores), len(scores)
    return mean, n


def drawn(desks: tuple[FloatArray, FloatArray], rng: np.random.Generator, effect: float = 0.0) -> Panel:
    mean, n = desks
    half = rng.permutation(len(mean)) < len(mean) // 2
    start = np.where(half, START, NEVER).astype(np.int64)
    after = half[:, None] & (np.arange(DAYS) >= START)[None, :]
    return panel(np.where(after, mean + effect, mean), start, weight=n)


def claims(found: Result) -> bool:
    return found.low > 0 or found.high < 0


def test_where_nothing_was_done_nothing_is_claimed(desks: tuple[FloatArray, FloatArray]) -> None:
    rng = np.random.default_rng(1)
    claimed = sum(claims(differences.estimate(drawn(desks, rng))) for _ in range(LOTS))
    assert claimed <= 5, "one in twenty of forty is two; six and more come once in seventy times"


def test_what_was_added_is_found_again(desks: tuple[FloatArray, FloatArray]) -> None:
    rng = np.random.default_rng(2)
    found = [differences.estimate(drawn(desks, rng, effect=0.5)) for _ in range(LOTS)]
    assert sum(one.low <= 0.5 <= one.high for one in found) >= 35
    assert np.mean([one.effect for one in found]) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("added", [0.0, 0.5])
def test_by_lot_the_range_holds_the_truth_and_the_plain_difference(
    desks: tuple[FloatArray, FloatArray], added: float
) -> None:
    """What the command does with a file that declares a lot: half of the supervisors drawn, forty times."""
    rng = np.random.default_rng(4)
    found = [estimate(replace(drawn(desks, rng, effect=added), randomised=True)).result for _ in range(LOTS)]
    assert {one.method for one in found} == {"randomised"}
    assert sum(one.low <= added <= one.high for one in found) >= 35
    assert np.mean([one.effect for one in found]) == pytest.approx(added, abs=0.05)
    for one in found:
        plain = one.check("plain_difference")  # told apart only where what was before is held constant
        if plain is not None:
            assert plain.low is not None and plain.high is not None and plain.low <= one.effect <= plain.high
    assert sum(claims(one) for one in found) <= 5 if not added else sum(claims(one) for one in found) >= 35


def test_with_nothing_known_from_before_the_effect_is_the_plain_difference_with_its_interval(
    desks: tuple[FloatArray, FloatArray],
) -> None:
    mean, n = desks
    whole = np.nansum(mean * n, axis=1) / n.sum(axis=1)
    lot = np.random.default_rng(3).permutation(len(whole)) < len(whole) // 2
    found = estimate(panel(whole[:, None], np.where(lot, 0, NEVER), randomised=True)).result
    assert found.effect == pytest.approx(whole[lot].mean() - whole[~lot].mean())
    welch = stats.ttest_ind(whole[lot], whole[~lot], equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((welch.low, welch.high))
