"""A problem as arrays, worked out once: what every start brings and uses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vivencia.plan.roadmap.optimiser.problem import LARGEST_SHARE, Initiative, Problem

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MONEY = "money"


@dataclass(frozen=True)
class Tables:
    """Arrays over initiatives `i`, start quarters `t`, resources `r` (teams, then money if limited), quarters `q`.

    `allowed[i,t]`, `value[i,t]` (own value; gaps apart), `use[i,t,r,q]`, `room[r,q]`, `spend[i,t]` (all money in the
    plan), `before` pairs (first, then), `gap_of[i]` (−1: none), `closes[i]` = −ln(1−share), `rate[q]` (discounted
    worth of one a year, earned in quarter q; the last entry holds all quarters after the plan), `pilots` (pilot,
    programme, gain by start of the programme).
    """

    problem: Problem
    allowed: Bools
    value: Floats
    use: Floats
    room: Floats
    spend: Floats
    resources: tuple[str, ...]
    duration: npt.NDArray[np.int64]
    before: tuple[tuple[int, int], ...]
    gap_of: npt.NDArray[np.int64]
    closes: Floats
    whole: Floats
    rate: Floats
    pilots: tuple[tuple[int, int, tuple[float, ...]], ...]
    must: Bools

    @property
    def n(self) -> int:
        return len(self.problem.initiatives)

    @property
    def quarters(self) -> int:
        return self.problem.quarters


def tables(problem: Problem) -> Tables:
    """All arrays of a problem."""
    every, quarters = problem.initiatives, range(problem.quarters)
    index = {each.key: i for i, each in enumerate(every)}
    gap_index = {gap.key: g for g, gap in enumerate(problem.gaps)}
    rate = rates(problem)
    whole = np.array([gap.whole for gap in problem.gaps], dtype=float)
    gap_of = np.array([gap_index.get(each.gap, -1) for each in every], dtype=np.int64)
    use, room, resources = _resources(problem)
    return Tables(
        problem=problem,
        allowed=_by_start(problem, [[_may_start(each, t, problem.quarters) for t in quarters] for each in every]) > 0,
        value=_by_start(problem, [[_own_value(problem, each, t, rate) for t in quarters] for each in every]),
        use=use,
        room=room,
        spend=_by_start(problem, [[_spend(each, t, problem.quarters) for t in quarters] for each in every]),
        resources=resources,
        duration=np.array([each.duration for each in every], dtype=np.int64),
        before=tuple((index[first], i) for i, each in enumerate(every) for first in each.after),
        gap_of=gap_of,
        closes=np.array([_closes(each, whole[g] if g >= 0 else 0.0) for each, g in zip(every, gap_of, strict=True)]),
        whole=whole,
        rate=rate,
        pilots=tuple(
            (i, index[each.pilot.of], _gains(problem, each, rate)) for i, each in enumerate(every) if each.pilot
        ),
        must=np.array([each.must_do for each in every], dtype=bool),
    )


def _by_start(problem: Problem, rows: Sequence[Sequence[float]]) -> Floats:
    return np.array(rows, dtype=float).reshape(len(problem.initiatives), problem.quarters)


def _closes(each: Initiative, whole: float) -> float:
    """−ln(1 − share of the gap it closes): adds up over initiatives."""
    return float(-np.log1p(-min(each.expected / whole, LARGEST_SHARE))) if each.gap else 0.0


def rates(problem: Problem) -> Floats:
    """What one unit a year, earned in quarter q, is worth at the plan's start; last entry: all quarters after it."""
    every = problem.quarters + problem.quarters_after
    each = 0.25 * (1.0 + problem.discount) ** (-np.arange(every) / 4.0)
    return np.append(each[: problem.quarters], each[problem.quarters :].sum())


def _may_start(each: Initiative, quarter: int, quarters: int) -> bool:
    last = quarters - 1 if each.deadline is None else min(each.deadline, quarters - 1)
    fits = each.earliest <= quarter and quarter + each.duration - 1 <= last
    return fits and not each.left_out and each.start in (None, quarter)


def _spend(each: Initiative, start: int, quarters: int) -> float:
    return each.cost_once + each.cost_a_quarter * (quarters - start)


def _discounted_spend(problem: Problem, each: Initiative, start: int) -> float:
    """What it costs for as long as its value is counted: what runs does not end with the plan."""
    day = (1.0 + problem.discount) ** (-np.arange(problem.quarters + problem.quarters_after) / 4.0)
    return float(each.cost_once * day[start] + each.cost_a_quarter * day[start:].sum())


def _earned(problem: Problem, each: Initiative, start: int, rate: Floats, a_year: float) -> float:
    """What `a_year` brings from the quarter after the last one worked on; or once, in that last one."""
    if each.worth.pays == "once":
        return float(a_year * (1.0 + problem.discount) ** (-(start + each.duration - 1) / 4.0))
    return float(a_year * rate[start + each.duration :].sum())


def _own_value(problem: Problem, each: Initiative, start: int, rate: Floats) -> float:
    earned = 0.0 if each.gap else _earned(problem, each, start, rate, each.expected)
    return earned - (_discounted_spend(problem, each, start) if problem.objective == "net" else 0.0)


def _gains(problem: Problem, pilot: Initiative, rate: Floats) -> tuple[float, ...]:
    """What knowing first brings, by the programme's start: the loss spared when the pilot says no."""
    assert pilot.pilot is not None
    programme = problem.by_key[pilot.pilot.of]
    chance = programme.chance if pilot.pilot.chance is None else pilot.pilot.chance
    gains = []
    for start in range(problem.quarters):
        spared = _discounted_spend(problem, programme, start) if problem.objective == "net" else 0.0
        brought = _earned(problem, programme, start, rate, pilot.pilot.value_if_not)
        gains.append((1.0 - chance) * max(0.0, spared - brought))
    return tuple(gains)


def _resources(problem: Problem) -> tuple[Floats, Floats, tuple[str, ...]]:
    """What every start uses of every team, and of the money where it is limited; and what there is."""
    quarters = problem.quarters
    names = [team.key for team in problem.teams] + ([MONEY] if problem.budget is not None else [])
    room = [team.days for team in problem.teams] + ([problem.budget] if problem.budget is not None else [])
    use = np.zeros((len(problem.initiatives), quarters, len(names), quarters))
    for i, each in enumerate(problem.initiatives):
        for start in range(quarters):
            for r, team in enumerate(problem.teams):
                days = each.effort.get(team.key, ())[: quarters - start]
                use[i, start, r, start : start + len(days)] = days
            if problem.budget is not None:
                use[i, start, -1, start:] = each.cost_a_quarter
                use[i, start, -1, start] += each.cost_once
    return use, np.array(room, dtype=float).reshape(len(names), quarters), tuple(names)
