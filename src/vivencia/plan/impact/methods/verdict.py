"""The verdict: worked, did not, cannot be told yet; and how much more data would tell."""

import math
from dataclasses import dataclass
from typing import Literal

from scipy import stats

from vivencia.plan.impact.methods.result import Result

State = Literal["worked", "did_not", "cannot_tell"]
POWER = 0.8
TRUST = 0.01  # a placebo so sure of an effect where there was none takes the estimate's word away
PART = 0.5  # an effect surely below this part of what was declared did not do what it was for


@dataclass(frozen=True)
class Verdict:
    """state; because: a code of why (docs/guide/impact.md); more: how many times the data there is would tell an effect
    of the declared size with a chance of 80 %, None where nothing was declared or more data would not help."""

    state: State
    because: str
    more: float | None = None


def verdict(found: Result, *, better: int = 1, expected: float | None = None) -> Verdict:
    """What an effect means: the rule of docs/guide/impact.md, the only one. better: 1 = up is good, -1 = down.
    expected: the effect declared, whose size counts."""
    doubt = doubted(found)
    if doubt:
        return Verdict("cannot_tell", doubt)
    low, high = (found.low, found.high) if better > 0 else (-found.high, -found.low)
    declared = abs(expected) if expected else None
    told = _told(found, low, high, declared)
    moved = found.check("control_moved")
    if moved and moved.state == "warning" and moved.value is not None:
        # either something else hit everybody, or the measure reached the others too: then it did as much more
        further = moved.value if better > 0 else -moved.value
        if _told(found, low + further, high + further, declared).state != told.state:
            return Verdict("cannot_tell", "control_moved")
    return told


def _told(found: Result, low: float, high: float, declared: float | None) -> Verdict:
    """What an interval means, up being good."""
    if high <= 0:
        return Verdict("did_not", "opposite")
    if declared and high < declared * PART:
        return Verdict("did_not", "less_than_half" if low > 0 else "too_small_at_best")
    if low > 0:
        return Verdict("worked", "less_than_declared" if declared and high < declared else "above_zero")
    return Verdict("cannot_tell", "interval_includes_zero", more(found, declared) if declared else None)


def doubted(found: Result) -> str:
    """The check that forbids believing the estimate; "" where none does."""
    for check in found.checks:
        if check.state == "failed":
            return check.name
        if check.name == "placebo_in_time" and check.p_value is not None and check.p_value < TRUST:
            return check.name
        if check.name == "break_elsewhere" and check.state == "warning":
            return check.name
    return ""


def more(found: Result, effect: float) -> float:
    """How many times the data there is tells an effect of this size in four of five cases; 1 = it would already."""
    reach = float(stats.t.ppf(0.975, found.degrees) + stats.norm.ppf(POWER))
    return max(1.0, (reach * found.se / abs(effect)) ** 2)


def smallest(found: Result) -> float:
    """The effect these data would find in four of five cases."""
    return float(stats.t.ppf(0.975, found.degrees) + stats.norm.ppf(POWER)) * found.se


def when(more: float, before: int, after: int) -> int | None:
    """How many periods after the start tell what needs `more` times the data there is; None: no waiting would do.

    What is known of a mean before and after is as good as 1/before + 1/after allows; only `after` grows.
    """
    wanted = (1 / max(before, 1) + 1 / max(after, 1)) / more - 1 / max(before, 1)
    return None if wanted <= 1 / 1000 else max(after + 1, math.ceil(1 / wanted - 1e-9))
