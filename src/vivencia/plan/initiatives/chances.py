"""How likely it is that an initiative works, and what a pilot that tells beforehand is worth."""

from vivencia.plan.initiatives.models import Initiative, Risk, Stage

# What "low", "medium" and "high" risk mean in a plan where nobody has said the chance itself, in percent.
BY_RISK: dict[str, int] = {Risk.LOW: 90, Risk.MEDIUM: 75, Risk.HIGH: 50}


def percent(one: Initiative) -> int:
    """The chance that it works, 1-100: as said, else by its risk."""
    return one.chance if one.chance is not None else BY_RISK[one.risk]


def share(one: Initiative) -> float:
    """The same, 0-1."""
    return percent(one) / 100


def expected(one: Initiative) -> float | None:
    """What it brings a year on average over working and not; None where that is not estimated."""
    return None if one.value is None else one.value * share(one)


def spared(one: Initiative) -> float:
    """Money that need not be spent where a pilot says in time that it would not work: once, and in its first year."""
    return float(one.cost_once + one.cost_a_year)


def knowing_first(one: Initiative) -> float:
    """What knowing beforehand is worth on average, in money: the chance that it does not work times what is spared."""
    return (1.0 - share(one)) * spared(one)


def may_be_tried(one: Initiative) -> bool:
    """Whether a pilot could still tell something: it has not begun, costs something, and is no pilot itself."""
    return one.stage in (Stage.IDEA, Stage.PLANNED) and one.pilot_of_id is None and knowing_first(one) > 0
