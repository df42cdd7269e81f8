"""What there is of teams and money against what a plan uses; and quick wins against the long road."""

from dataclasses import dataclass
from statistics import median
from typing import Literal

from vivencia.plan.initiatives import chances
from vivencia.plan.initiatives.models import Initiative, Stage, ValueUnit
from vivencia.plan.roadmap.assembling import Assembled
from vivencia.plan.roadmap.models import Plan
from vivencia.plan.roadmap.optimiser.checking import days_used, money_used
from vivencia.plan.roadmap.optimiser.reading import problem_of

Level = Literal["over", "full", "fair", "low", "none"]
FULL, LOW = 0.9, 0.4


@dataclass(frozen=True)
class Load:
    """One quarter of a team: what there is and is used; `share` in percent (None where there is nothing)."""

    there_is: float
    used: float
    share: float | None
    level: Level

    @property
    def shown(self) -> float:
        return min(self.share or 0.0, 100.0)


@dataclass(frozen=True)
class Usage:
    """A team, or the money (`team` ""), over the quarters."""

    team: str
    loads: list[Load]


def load(there_is: float, used: float) -> Load:
    if there_is <= 0:
        return Load(there_is, used, None, "over" if used > 1e-6 else "none")
    share = used / there_is
    level: Level = "over" if share > 1.0001 else "full" if share >= FULL else "fair" if share >= LOW else "low"
    return Load(there_is, used, 100 * share, level)


def usages(plan: Plan | None, now: Assembled) -> list[Usage]:
    """Teams and money as they are now, against what the plan uses in the same quarters."""
    problem = problem_of(plan.problem) if plan and plan.problem.get("initiatives") else None
    starts = plan.starts if plan else {}
    shift = 0 if plan is None else _quarters_between(plan, now)

    def used(of: str, quarter: int) -> float:
        at = quarter + shift
        if problem is None or not 0 <= at < problem.quarters:
            return 0.0
        return days_used(problem, starts, of, at) if of else money_used(problem, starts, at)

    found = [
        Usage(team.key, [load(days, used(team.key, q)) for q, days in enumerate(team.days)])
        for team in now.problem.teams
    ]
    if now.problem.budget is not None:
        found.append(Usage("", [load(money, used("", q)) for q, money in enumerate(now.problem.budget)]))
    return found


def _quarters_between(plan: Plan, now: Assembled) -> int:
    return (now.first.year - plan.first_quarter.year) * 4 + (now.first.month - plan.first_quarter.month) // 3


@dataclass(frozen=True)
class Win:
    """An initiative by what it brings for its cost and its length. `x` (0-100) and `y` (0-27): where in the picture."""

    pk: int
    title: str
    value: float
    cost: float
    quarters: int
    times: float | None
    chosen: bool
    quick: bool
    x: float
    y: float


def wins(plan: Plan | None, unit: str) -> list[Win]:
    """Open initiatives with a value; quick: one or two quarters, and paid back within its first year; never one whose
    cost nobody has said.

    Points and customers are not paid back in money: there, quick is what costs no more for each than half of all do.
    """
    ones = Initiative.objects.filter(value__isnull=False, value_unit=unit).exclude(
        stage__in=(Stage.DONE, Stage.DROPPED)
    )
    listed = list(ones)
    dearest = max((_expected(one) for one in listed), default=0.0) or 1.0
    longest = max((one.length_quarters for one in listed), default=1)
    starts = plan.starts if plan else {}
    enough = 1.0 if unit == ValueUnit.MONEY else median([*filter(None, map(_times, listed))] or [0.0])
    found = []
    for one in listed:
        value, cost, times = _expected(one), _cost(one), _times(one)
        quick = one.length_quarters <= 2 and value > 0 and times is not None and times >= enough
        x = 100 * (one.length_quarters - 0.5) / longest
        y = 27 - 25 * max(value, 0.0) / dearest
        found.append(
            Win(one.pk, one.title, value, cost, one.length_quarters, times, str(one.pk) in starts, quick, x, y)
        )
    return sorted(found, key=lambda win: (not win.quick, -win.value))


def _expected(one: Initiative) -> float:
    """What it brings a year on average over working and not."""
    return chances.expected(one) or 0.0


def _cost(one: Initiative) -> float:
    return float(one.cost_once + one.cost_a_year)


def _times(one: Initiative) -> float | None:
    """Its expected value for each of what it costs in its first year; none where it costs nothing."""
    return _expected(one) / _cost(one) if _cost(one) else None
