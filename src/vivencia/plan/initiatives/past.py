"""What past initiatives teach about the next: outcomes held against what was declared beforehand."""

import math
from dataclasses import dataclass, replace

from vivencia.plan.initiatives import chances
from vivencia.plan.initiatives.calibration import Calibration, Estimate, Past, Z, calibrated, shrunk
from vivencia.plan.initiatives.models import Initiative, Outcome


def past() -> list[Past]:
    """Every initiative with a forecast (declared before it began) and a finding with its interval, whatever the
    verdict: to leave out the undecided would flatter."""
    return [one for _initiative, one in _held()]


def _held() -> list[tuple[Initiative, Past]]:
    newest: dict[int, Outcome] = {}
    for outcome in Outcome.objects.select_related("declaration", "initiative").order_by("-pk"):
        newest.setdefault(outcome.initiative_id, outcome)
    return [(outcome.initiative, one) for outcome in newest.values() if (one := _past(outcome))]


def _past(outcome: Outcome) -> Past | None:
    said = outcome.declaration
    if said is not None and said.late:  # declared anew after the fact: the forecast before it still counts
        same = {"metric": said.metric, "variant": said.variant, "population": said.population}
        said = outcome.initiative.declarations.filter(late=False, **same).first()
    if said is None or not said.effect:
        return None
    if outcome.effect is None or outcome.low is None or outcome.high is None:
        return None
    return Past(said.effect, outcome.effect, outcome.low, outcome.high)


def calibration() -> Calibration | None:
    """How far estimates have held here; None where too little is known."""
    return calibrated(past())


# How far estimates are taken to be off where no past says anything: the standard deviation of a normal curve round 1.
PRIOR = 0.5


@dataclass(frozen=True)
class Lesson:
    """What estimates are counted with, on every page alike: `held`, how far past ones held, failures and all; `chance`,
    0-1, how likely those initiatives were to work. What an initiative that works brought is `held.ratio` ÷ `chance` of
    its estimate: then its own chance of failing is counted once, not once by itself and once more within the past.

    A few outcomes that say little move estimates little: the past and "estimates hold" (1, give or take `PRIOR`) are
    weighed by how sure each is (the posterior mean of two normal curves)."""

    held: Calibration
    chance: float

    @property
    def weight(self) -> float:
        """Of the past against "estimates hold", 0-1."""
        return PRIOR**2 / (PRIOR**2 + self._doubt**2)

    @property
    def factor(self) -> float:
        """What an estimate is multiplied by, before its own chance; never below 0: at worst nothing comes of it."""
        return max(1.0 + self.weight * (self.held.ratio / self.chance - 1.0), 0.0)

    @property
    def _doubt(self) -> float:
        """Standard deviation of what the past says: that of a normal curve as wide as its interval."""
        return (self.held.high - self.held.low) / (2 * Z * self.chance)

    def counted(self, estimate: Estimate) -> Estimate:
        """What it brings if it works, in the light of the past. Its range holds its own and that of the factor; how
        initiatives differ from each other is in whether they work."""
        reach = Z * math.sqrt(self.weight) * self._doubt
        factor = self.factor
        return shrunk(estimate, replace(self.held, ratio=factor, next_low=factor - reach, next_high=factor + reach))


def in_the_light_of(initiative: Initiative, told: Lesson) -> Estimate | None:
    """Its value a year, if it works, as the past makes it likely; None where it has none with a range."""
    if initiative.value is None or initiative.value_low is None or initiative.value_high is None:
        return None
    return told.counted(Estimate(initiative.value, initiative.value_low, initiative.value_high))


def lesson() -> Lesson | None:
    """None where too little is known."""
    held = _held()
    told = calibrated([one for _initiative, one in held])
    if told is None:
        return None
    return Lesson(told, sum(chances.share(initiative) for initiative, _one in held) / len(held))
