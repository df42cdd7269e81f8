"""What a problem does not say, and a plan therefore takes as nothing or as without end."""

from dataclasses import dataclass

from vivencia.plan.roadmap.optimiser.problem import Problem


@dataclass(frozen=True)
class Unsaid:
    """Keys of the initiatives without any cost, without any days of a team; whether there are capacities, a budget.

    A pilot's or a running initiative's cost of nothing cannot be told from one nobody has said: both are listed.
    """

    cost: tuple[str, ...]
    effort: tuple[str, ...]
    capacity: bool
    budget: bool


def unsaid(problem: Problem) -> Unsaid:
    """What is missing; an initiative that may not be chosen is not asked about."""
    counted = [each for each in problem.initiatives if not each.left_out]
    return Unsaid(
        tuple(each.key for each in counted if not each.cost_once and not each.cost_a_quarter),
        tuple(each.key for each in counted if not any(map(any, each.effort.values()))),
        bool(problem.teams),
        problem.budget is not None,
    )
