"""The story of past investments: what each cost until now, and what it brought."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vivencia.plan.initiatives.models import Declaration, Initiative, Outcome, ValueUnit

YEAR = 365.25


@dataclass(frozen=True)
class Amount:
    """A sum with its 95 % range, in the unit of the initiative's value."""

    value: float
    low: float
    high: float


def years(initiative: Initiative, held: Declaration, on: date) -> float:
    """How long it has been at work."""
    return max((on - held.starts).days, 0) / YEAR


def cost(initiative: Initiative, held: Declaration, on: date) -> float:
    """Spent until a day: once, and for each year since."""
    return float(initiative.cost_once) + float(initiative.cost_a_year) * years(initiative, held, on)


def gain(initiative: Initiative, held: Declaration, outcome: Outcome, on: date) -> Amount | None:
    """What it brought until a day: the value declared for a year, in proportion to the effect found.

    None where no value or effect was declared, or none was found.
    """
    if held.value is None or not held.effect or outcome.effect is None or outcome.low is None or outcome.high is None:
        return None
    each = held.value * years(initiative, held, on) / held.effect
    low, high = sorted((each * outcome.low, each * outcome.high))
    return Amount(each * outcome.effect, low, high)


def added(amounts: Sequence[Amount]) -> Amount | None:
    """The sum of independent estimates; its range is narrower than the sum of the ranges."""
    if not amounts:
        return None
    value = sum(one.value for one in amounts)
    down = math.sqrt(sum((one.value - one.low) ** 2 for one in amounts))
    up = math.sqrt(sum((one.high - one.value) ** 2 for one in amounts))
    return Amount(value, value - down, value + up)


def is_money(held: Declaration) -> bool:
    return held.value_unit == ValueUnit.MONEY
