"""Why no plan keeps all the rules: the fewest of them that cannot be kept together, none of which could be spared.

Rules are let go one after the other (a deletion filter: Chinneck and Dravnieks 1991, "Locating minimal infeasible
constraint sets"): what can be let go without a plan becoming possible has nothing to do with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic
from typing import Literal

from vivencia.plan.roadmap.optimiser.formulation import formulate
from vivencia.plan.roadmap.optimiser.problem import Initiative, Problem
from vivencia.plan.roadmap.optimiser.solving import Solver
from vivencia.plan.roadmap.optimiser.tables import tables

Kind = Literal["must do", "dates", "order", "capacity", "budget", "balance"]
LOOK_SECONDS = 2.0


@dataclass(frozen=True)
class Rule:
    """A rule of the problem; `of`: the initiative, team or stream ("" where there is only one: the budget)."""

    kind: Kind
    of: str = ""


def conflict(problem: Problem, seconds: float) -> tuple[Rule, ...]:
    """Rules that cannot be kept together, so few that a plan exists as soon as any one is let go; after `seconds`
    perhaps some more. Empty where a plan exists, or where that was not found out in time."""
    until = monotonic() + seconds
    if _possible(problem) is not False:
        return ()
    without = replace(problem, streams=())
    held = _needed(without) if _possible(without) is False else problem
    kept = []
    for rule in list(_rules(held)):
        if monotonic() > until:
            kept.append(rule)
            continue
        eased = _eased(held, rule)
        if _possible(eased) is False:
            held = eased
        else:
            kept.append(rule)
    return tuple(kept)


def _possible(problem: Problem) -> bool | None:
    """Whether any plan keeps all the rules; None where that was not found out in time."""
    model = formulate(tables(replace(problem, objective="value")), "starts")
    if not model.worth:
        return not any(each.must_do for each in problem.initiatives) and not any(s.min_count for s in problem.streams)
    model.worth = [0.0] * len(model.worth)
    solved = Solver(model).solve(LOOK_SECONDS)
    return True if solved.solution is not None else False if solved.impossible else None


def _needed(problem: Problem) -> Problem:
    """Only what must be done, and what that waits for."""
    needed: set[str] = set()
    waiting = [each.key for each in problem.initiatives if each.must_do]
    while waiting:
        key = waiting.pop()
        if key not in needed:
            needed.add(key)
            waiting.extend(problem.by_key[key].after)
    kept = tuple(replace(each, pilot=None) for each in problem.initiatives if each.key in needed)
    return replace(problem, initiatives=kept, unlike=frozenset(), unlike_by=0)


def _rules(problem: Problem) -> Iterator[Rule]:
    """All that could be let go, those first that people would rather hear nothing of."""
    every = problem.initiatives
    yield from (Rule("dates", each.key) for each in every if _let_go(each, Rule("dates")) != each)
    yield from (Rule("order", each.key) for each in every if each.after)
    yield from (Rule("capacity", team.key) for team in problem.teams)
    yield from [Rule("budget")] if problem.budget is not None else []
    yield from (Rule("balance", stream.key) for stream in problem.streams)
    yield from (Rule("must do", each.key) for each in every if each.must_do)


def _eased(problem: Problem, rule: Rule) -> Problem:
    """The problem without one rule."""
    if rule.kind == "capacity":
        return _without_team(problem, rule.of)
    if rule.kind == "budget":
        return replace(problem, budget=None)
    if rule.kind == "balance":
        return replace(problem, streams=tuple(each for each in problem.streams if each.key != rule.of))
    every = tuple(_let_go(each, rule) if each.key == rule.of else each for each in problem.initiatives)
    return replace(problem, initiatives=every)


def _let_go(each: Initiative, rule: Rule) -> Initiative:
    if rule.kind == "dates":
        return replace(each, earliest=0, deadline=None, start=None, left_out=False)
    return replace(each, after=()) if rule.kind == "order" else replace(each, must_do=False)


def _without_team(problem: Problem, key: str) -> Problem:
    free = tuple(
        replace(each, effort={team: days for team, days in each.effort.items() if team != key})
        for each in problem.initiatives
    )
    return replace(problem, initiatives=free, teams=tuple(team for team in problem.teams if team.key != key))
