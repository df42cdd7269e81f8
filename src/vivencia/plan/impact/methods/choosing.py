"""Which method fits the data's shape, and why."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vivencia.plan.impact.methods import differences, randomised, series, synthetic
from vivencia.plan.impact.methods.panel import Panel, means
from vivencia.plan.impact.methods.result import NAMES, Check, Name, NotPossible, Result, State

FEW = 4  # treated or others: with fewer, their own histories tell more than their number
SURE = 0.01


@dataclass(frozen=True)
class Found:
    """A result, why its method was chosen (a code: docs/guide/impact.md), and the units left out, with the reason."""

    result: Result
    why: str
    left_out: tuple[str, ...] = ()


def shape(panel: Panel) -> tuple[Name, str]:
    """The method for this panel, and why. Raises NotPossible where there is none."""
    if not panel.treated.any():
        raise NotPossible(
            "nobody_treated", "no unit is treated in these periods: treated_from is empty or later everywhere"
        )
    others, before = int((~panel.treated).sum()), int(panel.dates[0])
    if panel.randomised and len(panel.dates) == 1 and others >= 2:
        return "randomised", "by_lot"
    if before == 0 and len(panel.dates) == 1:
        if others < 2:
            raise NotPossible("no_before", "there is nothing before the start and nobody to compare with")
        return "difference", "nothing_before"
    if others == 0 and len(panel.dates) == 1:
        return "interrupted_time_series", "nobody_to_compare"
    treated = int(panel.treated.sum())
    if others and (treated < FEW or others < FEW) and before >= synthetic.BEFORE and _mixable(panel):
        return "synthetic_control", "few_units" if others > 1 else "one_other"
    return "difference_in_differences", "comparison" if others else "later_ones_compare"


def _mixable(panel: Panel) -> bool:
    """Whether each start has a mixture: one start for many treated, or few treated each with their own."""
    return len(panel.dates) == 1 or int(panel.treated.sum()) < FEW


def estimate(panel: Panel, method: str | None = None) -> Found:
    """The effect by the method that fits, or by the one asked for. Raises NotPossible, ValueError (name)."""
    if method is not None and method not in NAMES:
        raise ValueError(f"there is no method {method!r}; allowed: {', '.join(NAMES)}")
    name, why = shape(panel) if method is None else (method, "asked")
    if not panel.treated.any():
        raise NotPossible(
            "nobody_treated", "no unit is treated in these periods: treated_from is empty or later everywhere"
        )
    if name in ("difference_in_differences", "synthetic_control"):
        return _compared(panel, str(name), why)
    if name == "interrupted_time_series":
        return Found(series.estimate(panel), why)
    return Found(randomised.estimate(panel, declared=panel.randomised), why)


def _compared(panel: Panel, name: str, why: str) -> Found:
    """An estimate from a comparison group, without those of it the measure reached too."""
    run: Callable[[Panel], Result] = differences.estimate if name == "difference_in_differences" else _mixed
    reached = synthetic.touched(panel)
    found = run(panel)
    moved = (*_moved(panel), *_plain(panel))
    if not reached:
        clean = () if reached is None else (Check("control_touched", "passed"),)
        return Found(replace(found, checks=(*found.checks, *clean, *moved)), why)
    without = run(synthetic.without(panel, reached))
    said = Check("control_touched", "warning", found.effect, found.low, found.high, found.p_value, {"units": reached})
    return Found(replace(without, checks=(*without.checks, said, *moved)), why, tuple(reached))


def _mixed(panel: Panel) -> Result:
    return synthetic.estimate(panel) if len(panel.dates) == 1 else synthetic.each(panel)


def _moved(panel: Panel) -> tuple[Check, ...]:
    """Whether those to compare with changed course at that very moment: all of them were reached, or all were hit."""
    others = ~panel.treated
    if len(panel.dates) != 1 or not others.any():
        return ()
    y, weight = means(panel, others)
    seen = np.isfinite(y)
    start = int((seen & (np.arange(len(y)) < panel.dates[0])).sum())
    if start < series.BEFORE or seen.sum() - start < 1 or seen.sum() < 12:
        return ()
    labels = tuple(label for label, one in zip(panel.periods, seen, strict=True) if one)
    line = series.Line(y[seen], panel.at[seen].astype(float), start, labels, panel.season, 1 / weight[seen])
    change = line.made()
    state: State = "warning" if change.p_value < SURE else "passed"
    return (Check("control_moved", state, change.value, change.limit(0.025), change.limit(0.975), change.p_value),)


def _plain(panel: Panel) -> tuple[Check, ...]:
    """The bare difference of the two groups afterwards: the effect, if who was treated was decided by lot."""
    if len(panel.dates) != 1:
        return ()
    try:
        found = randomised.plain(panel)
    except NotPossible:
        return ()
    low, high = found.value - found.margin, found.value + found.margin
    return (Check("plain_difference", "passed", found.value, low, high, found.p_value),)
