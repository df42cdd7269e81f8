"""Every plan of a small problem, one after the other: the truth the optimiser is compared with."""

from collections.abc import Iterator
from itertools import product

from vivencia.plan.roadmap.optimiser.checking import check, worth
from vivencia.plan.roadmap.optimiser.problem import Problem, Starts


def every_plan(problem: Problem) -> Iterator[Starts]:
    """All ways to leave out or start each initiative, allowed or not."""
    choices = [(None, *range(problem.quarters)) for _ in problem.initiatives]
    for chosen in product(*choices):
        yield {each.key: t for each, t in zip(problem.initiatives, chosen, strict=True) if t is not None}


def best_of_all(problem: Problem) -> float | None:
    """The value of the best allowed plan; None where no plan is allowed."""
    return max((worth(problem, plan) for plan in every_plan(problem) if check(problem, plan).passed), default=None)
