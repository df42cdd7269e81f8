"""What past initiatives teach about the next: outcomes held against what was declared beforehand."""

from vivencia.plan.initiatives.calibration import Calibration, Estimate, Past, calibrated, shrunk
from vivencia.plan.initiatives.models import Initiative, Outcome


def past() -> list[Past]:
    """Every initiative with a forecast (declared before it began) and a finding with its interval, whatever the
    verdict: to leave out the undecided would flatter."""
    newest: dict[int, Outcome] = {}
    for outcome in Outcome.objects.select_related("declaration").order_by("-pk"):
        newest.setdefault(outcome.initiative_id, outcome)
    return [one for outcome in newest.values() if (one := _past(outcome))]


def _past(outcome: Outcome) -> Past | None:
    said = outcome.declaration
    if said is None or said.late or not said.effect:
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
