"""What sets a group apart from everybody else, in the units people know, with how much that is and how sure.

A measure is a ratio: what is counted of a person over what it is counted of (parcels late over parcels promised), so
that a group's value is that of all its people together. The unit of chance is the person: intervals are those of a
ratio of sums over people (linearisation: Cochran, "Sampling Techniques", 1977, chapter 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vivencia.understand.personas.finding.features import Floats, Mask

Unit = Literal["share", "mean"]
Z = 1.959963985
FEWEST = 20  # people of whom something is known, on either side
WORTH = 0.25  # effect (standard deviations) below which a difference is not worth a word


@dataclass(frozen=True)
class Measure:
    """Per person: `top` over `base`; base 0 is "nothing known". `unit`: a share of occasions, or a mean."""

    top: Floats
    base: Floats
    unit: Unit


@dataclass(frozen=True)
class Difference:
    """`value` of the group, `rest` of everybody else, their difference with its 95 % interval.

    effect: the difference of people's own values in standard deviations of all people (Cohen's d); `n` people of the
    group of whom it is known.
    """

    feature: str
    unit: Unit
    value: float
    rest: float
    difference: float
    low: float
    high: float
    effect: float
    n: int


def differences(measures: Mapping[str, Measure], inside: Mask, worth: float = WORTH) -> list[Difference]:
    """What is worth telling of the people marked `inside`, the strongest first."""
    told = [difference(key, one, inside) for key, one in measures.items()]
    good = [one for one in told if one and abs(one.effect) >= worth and (one.low > 0 or one.high < 0)]
    return sorted(good, key=lambda one: -abs(one.effect))


def difference(key: str, measure: Measure, inside: Mask) -> Difference | None:
    """One measure inside and outside; None where too little is known on either side."""
    known = measure.base > 0
    ours, theirs = known & inside, known & ~inside
    if ours.sum() < FEWEST or theirs.sum() < FEWEST:
        return None
    (value, spread), (rest, rest_spread) = ratio(measure, ours), ratio(measure, theirs)
    own = measure.top[known] / measure.base[known]
    deviation = float(own.std())
    apart = float(own[inside[known]].mean() - own[~inside[known]].mean())
    half = Z * float(np.hypot(spread, rest_spread))
    return Difference(
        key, measure.unit, value, rest, value - rest, value - rest - half, value - rest + half,
        apart / deviation if deviation > 0 else 0.0, int(ours.sum()),
    )  # fmt: skip


def ratio(measure: Measure, who: Mask) -> tuple[float, float]:
    """The ratio of these people together, and its standard error."""
    top, base = measure.top[who], measure.base[who]
    value = float(top.sum() / base.sum())
    n = len(top)
    off = top - value * base
    return value, float(np.sqrt(n / max(n - 1, 1) * (off**2).sum()) / base.sum())
