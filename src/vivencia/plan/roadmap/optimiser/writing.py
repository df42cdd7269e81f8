"""A problem as the JSON that `reading` reads: what a plan was made from, kept with it."""

from typing import Any

from vivencia.plan.roadmap.optimiser.problem import Initiative, Problem


def content_of(problem: Problem) -> dict[str, Any]:
    """The problem as the content of a file; `reading.problem_of` gives it back."""
    labels = [problem.label(q) for q in range(problem.quarters)]
    return {
        "quarters": labels,
        "quarters_after": problem.quarters_after,
        "unit": problem.unit,
        "objective": problem.objective,
        "discount_a_year": problem.discount,
        "budget": None if problem.budget is None else list(problem.budget),
        "teams": [{"key": each.key, "capacity": list(each.days)} for each in problem.teams],
        "streams": [
            {
                "key": each.key,
                "min_share": each.min_share,
                "max_share": each.max_share,
                "min_count": each.min_count,
                "max_count": each.max_count,
            }
            for each in problem.streams
        ],
        "gaps": [{"key": each.key, "whole": each.whole} for each in problem.gaps],
        "initiatives": [_initiative(each, labels) for each in problem.initiatives],
    }


def _initiative(each: Initiative, labels: list[str]) -> dict[str, Any]:
    worth = each.worth
    told: dict[str, Any] = {
        "key": each.key,
        "title": each.title,
        "value": {"mean": worth.mean, "low": worth.low, "high": worth.high, "pays": worth.pays},
        "stream": each.stream,
        "duration": each.duration,
        "effort": {team: list(days) for team, days in each.effort.items()},
        "cost_once": each.cost_once,
        "cost_a_quarter": each.cost_a_quarter,
        "after": list(each.after),
        "gap": each.gap,
        "must_do": each.must_do,
        "earliest": labels[each.earliest],
        "deadline": None if each.deadline is None else labels[each.deadline],
        "start": None if each.start is None else labels[each.start],
        "left_out": each.left_out,
    }
    if each.pilot:
        told["pilot"] = {"of": each.pilot.of, "chance": each.pilot.chance, "value_if_not": each.pilot.value_if_not}
    if each.chance < 1.0:
        told["chance"] = each.chance
    return told
