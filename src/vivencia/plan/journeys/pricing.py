"""What closing a gap is worth a year: how often it would be spared, times what once does.

Both are known with an interval each. The interval of their product is that of two independent numbers whose spread is
that of their own intervals, to either side its own (two half normals), taken at its 2.5 and 97.5 per cent points over a
fixed grid: no chance in it, the same every time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Literal

import numpy as np

from vivencia.moments.findings import Consequence, Findings, Moment, Range
from vivencia.plan.journeys.ground import Floats

Unit = Literal["money", "customers", "points"]
UNITS: tuple[Unit, ...] = ("money", "customers", "points")
GRID = 401
UNKNOWN = Range(None, None, None)


@dataclass(frozen=True)
class Effect:
    """What living it once does to a customer: `points` of the score `metric`, `repurchase` in percentage points,
    `money`. Unknown where no study proves an effect. `sources`: unit -> (outcome, moment key) it was taken from."""

    metric: str = ""
    points: Range = UNKNOWN
    repurchase: Range = UNKNOWN
    money: Range = UNKNOWN
    sources: tuple[tuple[str, str, str], ...] = ()

    @property
    def known(self) -> bool:
        return any(one.value is not None for one in (self.points, self.repurchase, self.money))


@dataclass(frozen=True)
class Priced:
    """A year's worth of closing the gap; positive is good. No value: not known."""

    value: float | None
    low: float | None
    high: float | None
    unit: Unit

    @property
    def may_be_nothing(self) -> bool:
        """Whether its interval holds zero."""
        return self.low is not None and self.high is not None and self.low <= 0 <= self.high


def product(a: Range, b: Range) -> Range:
    """The product of two independent numbers known with an interval; unknown where one of them is.

    >>> told = product(Range(100.0, 90.0, 110.0), Range(2.0, 2.0, 2.0))
    >>> round(told.low), round(told.value), round(told.high)
    (180, 200, 220)
    """
    if None in (a.value, a.low, a.high, b.value, b.low, b.high):
        return UNKNOWN
    assert a.value is not None and b.value is not None  # noqa: PT018
    both = np.outer(_points(a), _points(b)).ravel()
    low, high = (float(one) for one in np.quantile(both, (0.025, 0.975)))
    value = a.value * b.value
    return Range(value, min(low, value), max(high, value))


def _points(told: Range) -> Floats:
    assert told.value is not None and told.low is not None and told.high is not None  # noqa: PT018
    z = _grid()
    up, down = (told.high - told.value) / 1.959964, (told.value - told.low) / 1.959964
    return np.asarray(told.value + np.where(z > 0, z * up, z * down), np.float64)


@cache
def _grid() -> Floats:
    normal = NormalDist()
    return np.array([normal.inv_cdf((place + 0.5) / GRID) for place in range(GRID)])


def scaled(told: Range, by: float) -> Range:
    """The range times a number; a negative one turns it round."""
    if told.value is None or told.low is None or told.high is None:
        return UNKNOWN
    low, high = sorted((told.low * by, told.high * by))
    return Range(told.value * by, low, high)


def priced(times: Range, effect: Effect) -> tuple[Priced, ...]:
    """A year's worth in each unit that is known, the most telling first. `times`: how often a year it is spared;
    repurchases count as customers who buy again."""
    told: tuple[tuple[Unit, Range], ...] = (
        ("money", product(times, scaled(effect.money, -1))),
        ("customers", product(times, scaled(effect.repurchase, -0.01))),
        ("points", product(times, scaled(effect.points, -1))),
    )
    found: list[Priced] = []
    for unit, worth in told:
        if worth.value is not None:
            found.append(Priced(worth.value, worth.low, worth.high, unit))
    return tuple(found)


def effect_of(matching: Sequence[tuple[Findings, Moment]]) -> Effect:
    """What several studies say of one moment: the first that says something of a unit is believed.

    A study of a score also tells of buying again and money, over those who answered; studies of these themselves come
    after it, where it does not tell.
    """
    points, repurchase, money, metric = UNKNOWN, UNKNOWN, UNKNOWN, ""
    sources: list[tuple[str, str, str]] = []
    for findings, moment in matching:
        for unit, told in _tells(findings, moment):
            known = {"points": points, "repurchase": repurchase, "money": money}[unit].value is not None
            if known or told.value is None:
                continue
            sources.append((unit, findings.outcome, moment.key))
            if unit == "points":
                points, metric = told, findings.outcome
            elif unit == "repurchase":
                repurchase = told
            else:
                money = told
    return Effect(metric, points, repurchase, money, tuple(sources))


def _tells(findings: Findings, moment: Moment) -> Iterator[tuple[str, Range]]:
    """What one study proves that living the moment once does."""
    if not moment.proven or not moment.exposed_a_year:
        return
    once = scaled(moment.stake, 1 / moment.exposed_a_year)
    if findings.outcome == "churn":
        return
    if findings.kind == "share":
        yield "repurchase", scaled(once, 100)
    elif findings.kind == "money":
        yield "money", once
    else:
        yield "points", once
        yield from (("repurchase", _proven(moment.repurchases)), ("money", _proven(moment.money)))


def _proven(told: Consequence | None) -> Range:
    return Range(told.effect, told.low, told.high) if told and told.proven else UNKNOWN


@dataclass(frozen=True)
class Place:
    """Where to look for a moment: its families at these touchpoints; `keys`: kinds of promise, any where empty."""

    families: tuple[str, ...]
    touchpoints: frozenset[str]
    keys: frozenset[str] = frozenset()

    def is_of(self, moment: Moment) -> bool:
        if moment.family not in self.families or moment.touchpoint not in self.touchpoints:
            return False
        return moment.condition_key is None or moment.condition_key in self.keys


def matching(findings: Sequence[Findings], place: Place) -> list[tuple[Findings, Moment]]:
    """The moment that is about the very thing an expectation is about, in every study that has it."""
    found: list[tuple[Findings, Moment]] = []
    for one in findings:
        moment = next((moment for moment in one.moments if place.is_of(moment)), None)
        if moment:
            found.append((one, moment))
    return found
