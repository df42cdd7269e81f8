"""What past initiatives teach about the next: outcomes held against what was declared beforehand."""

from dataclasses import dataclass, replace

from vivencia.plan.initiatives import chances
from vivencia.plan.initiatives.calibration import Calibration, Estimate, Past, calibrated, shrunk
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


def in_the_light_of(initiative: Initiative, told: Calibration) -> Estimate | None:
    """Its value a year as the past makes it likely; None where it has none with a range."""
    if initiative.value is None or initiative.value_low is None or initiative.value_high is None:
        return None
    return shrunk(Estimate(initiative.value, initiative.value_low, initiative.value_high), told)


@dataclass(frozen=True)
class Lesson:
    """What plans count with: `held`, how far past estimates held, failures and all; `chance`, 0-1, how likely those
    initiatives were to work. What an initiative that works brings is `held.ratio` ÷ `chance` of its estimate: then
    its own chance of failing is counted once, not once by itself and once more within the past."""

    held: Calibration
    chance: float

    @property
    def factor(self) -> float:
        """What an estimate is multiplied by, before its own chance; never below 0: at worst nothing comes of it."""
        return max(self.held.ratio, 0.0) / self.chance

    def counted(self, estimate: Estimate) -> Estimate:
        """What it brings if it works, in the light of the past. Its range holds its own and that of the mean ratio; how
        initiatives differ from each other is in whether they work."""
        low, high = self.held.low / self.chance, self.held.high / self.chance
        return shrunk(estimate, replace(self.held, ratio=self.factor, next_low=low, next_high=high))


def lesson() -> Lesson | None:
    """None where too little is known."""
    held = _held()
    told = calibrated([one for _initiative, one in held])
    if told is None:
        return None
    return Lesson(told, sum(chances.share(initiative) for initiative, _one in held) / len(held))
