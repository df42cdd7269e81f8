"""Everything there is to say of a plan, as JSON: docs/guide/roadmap.md describes it."""

from dataclasses import asdict
from typing import Any

from vivencia.plan.roadmap.optimiser.answers import Price, use, why_not
from vivencia.plan.roadmap.optimiser.checking import check, spared
from vivencia.plan.roadmap.optimiser.optimise import Found
from vivencia.plan.roadmap.optimiser.problem import Initiative, Problem
from vivencia.plan.roadmap.optimiser.uncertainty import better, draws_of, spread, values
from vivencia.plan.roadmap.optimiser.unsaid import unsaid


def report(
    problem: Problem, found: Found, other: Found | None = None, prices: list[Price] | None = None
) -> dict[str, Any]:
    """The plan with its value, bound, checks, range; what else was asked for only where it is given."""
    checks = check(problem, found.starts)
    told = {
        "value": found.value,
        "bound": found.bound,
        "gap": found.gap,
        "proven": found.proven,
        "seconds": round(found.seconds, 3),
        "nodes": found.nodes,
        "unit": problem.unit,
        "objective": problem.objective,
        "checks": {
            "passed": checks.passed,
            "rules": checks.rules,
            "breaches": [
                asdict(each) | {"quarter": None if each.quarter is None else problem.label(each.quarter)}
                for each in checks.breaches
            ],
        },
        "initiatives": [_initiative(problem, found, key) for key in problem.by_key],
        "use": [asdict(each) for each in use(problem, found.starts)],
        "range": _range(problem, found, other),
        "unsaid": asdict(unsaid(problem)),
        "pilots": [_pilot(problem, found, each) for each in problem.initiatives if each.pilot],
    }
    if prices is not None:
        told["prices"] = [_price(problem, each) for each in prices]
    return told


def _pilot(problem: Problem, found: Found, each: Initiative) -> dict[str, Any]:
    """Whether a pilot is finished before its programme starts, and what it then spares on average."""
    assert each.pilot is not None
    spares = spared(problem, found.starts, each)
    chance = problem.by_key[each.pilot.of].chance if each.pilot.chance is None else each.pilot.chance
    chosen = each.key in found.starts
    return {"key": each.key, "of": each.pilot.of, "chosen": chosen, "chance": chance, "spares": spares}


def _initiative(problem: Problem, found: Found, key: str) -> dict[str, Any]:
    each = problem.by_key[key]
    start = found.starts.get(key)
    told: dict[str, Any] = {"key": key, "title": each.title, "chosen": start is not None}
    if start is not None:
        last = start + each.duration - 1
        return told | {
            "start": problem.label(start),
            "start_quarter": start + 1,
            "finish": problem.label(last),
            "finish_quarter": last + 1,
            "why_not": None,
        }
    why = why_not(problem, found.starts, key)
    because = {"reason": why.reason, "of": list(why.of), "quarters": [problem.label(q) for q in why.quarters]}
    return told | {"start": None, "start_quarter": None, "finish": None, "finish_quarter": None, "why_not": because}


def _range(problem: Problem, found: Found, other: Found | None) -> dict[str, Any]:
    """Simulated jointly; with the plan that chooses really otherwise, where there is one."""
    drawn = draws_of(problem)
    mine = values(problem, found.starts, drawn)
    told: dict[str, Any] = asdict(spread(mine))
    if other is not None:
        told["next_best"] = {
            "value": other.value,
            "better_in": better(mine, values(problem, other.starts, drawn)),
            "chosen_otherwise": sorted(set(found.starts).symmetric_difference(other.starts)),
        }
    return told


def _price(problem: Problem, price: Price) -> dict[str, Any]:
    return asdict(price) | {"quarter": None if price.quarter is None else problem.label(price.quarter)}
