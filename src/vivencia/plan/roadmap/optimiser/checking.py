"""Is a plan allowed, and what is it worth? Counted quarter by quarter from the problem's own words.

Knows nothing of how plans are found: no arrays, no formulation, no solver. Every plan that is shown has passed here.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose, prod

from vivencia.plan.roadmap.optimiser.problem import LARGEST_SHARE, Initiative, Problem, Starts

# What sums of many floating-point numbers may be off by.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Breach:
    """One rule a plan breaks. `what` is the rule, `key` the initiative, team or stream, `quarter` where it has one."""

    what: str
    key: str
    quarter: int | None = None
    needed: float | None = None
    there_is: float | None = None


@dataclass(frozen=True)
class Checks:
    """The breaches found (none: the plan is allowed) and how many rules were looked at."""

    breaches: tuple[Breach, ...]
    rules: int

    @property
    def passed(self) -> bool:
        return not self.breaches


def check(problem: Problem, starts: Starts) -> Checks:
    """Every rule of the problem against the plan."""
    looked: list[Breach | None] = [
        *_single(problem, starts),
        *_order(problem, starts),
        *_teams(problem, starts),
        *_money(problem, starts),
        *_streams(problem, starts),
        *_unlike(problem, starts),
    ]
    return Checks(tuple(each for each in looked if each), len(looked))


def worth(problem: Problem, starts: Starts) -> float:
    """What the plan brings: values once finished, gaps shared, what knowing first spares, less costs."""
    return (
        sum(_once(problem, problem.by_key[key], start) for key, start in starts.items())
        + sum(_year_by_year(problem, starts, quarter) for quarter in range(problem.quarters + problem.quarters_after))
        + sum(spared(problem, starts, each) for each in problem.initiatives)
        - (_discounted_money(problem, starts) if problem.objective == "net" else 0.0)
    )


def days_used(problem: Problem, starts: Starts, team: str, quarter: int) -> float:
    """Person-days the plan asks of a team in a quarter."""
    used = 0.0
    for key, start in starts.items():
        days = problem.by_key[key].effort.get(team, ())
        if 0 <= quarter - start < len(days):
            used += days[quarter - start]
    return used


def money_used(problem: Problem, starts: Starts, quarter: int, stream: str | None = None) -> float:
    """Money the plan spends in a quarter, all of it or one stream's."""
    used = 0.0
    for key, start in starts.items():
        each = problem.by_key[key]
        if stream is not None and each.stream != stream:
            continue
        used += each.cost_once if quarter == start else 0.0
        used += each.cost_a_quarter if quarter >= start else 0.0
    return used


def _too_much(used: float, room: float) -> bool:
    return used > room + ROUNDING * max(1.0, abs(room))


def _single(problem: Problem, starts: Starts) -> Iterator[Breach | None]:
    for key in starts:
        yield None if key in problem.by_key else Breach("unknown", key)
    for each in problem.initiatives:
        start = starts.get(each.key)
        if start is None:
            yield Breach("must be done", each.key) if each.must_do else None
            continue
        last = start + each.duration - 1
        yield Breach("left out", each.key, start) if each.left_out else None
        yield Breach("fixed start", each.key, start) if each.start not in (None, start) else None
        yield Breach("earliest start", each.key, start) if start < each.earliest else None
        yield Breach("end of the plan", each.key, last) if last >= problem.quarters else None
        yield Breach("deadline", each.key, last) if each.deadline is not None and last > each.deadline else None


def _order(problem: Problem, starts: Starts) -> Iterator[Breach | None]:
    for each in problem.initiatives:
        if each.key not in starts:
            continue
        for first in each.after:
            done = first in starts and starts[first] + problem.by_key[first].duration <= starts[each.key]
            yield None if done else Breach(f"after {first}", each.key, starts[each.key])


def _teams(problem: Problem, starts: Starts) -> Iterator[Breach | None]:
    asked: defaultdict[tuple[str, int], float] = defaultdict(float)  # counted in one walk: large plans are asked often
    for key, start in starts.items():
        for team_key, days in problem.by_key[key].effort.items():
            for k, each in enumerate(days):
                asked[team_key, start + k] += each
    for team in problem.teams:
        for quarter in range(problem.quarters):
            used = asked[team.key, quarter]
            yield (
                Breach("capacity", team.key, quarter, used, team.days[quarter])
                if _too_much(used, team.days[quarter])
                else None
            )


def _money(problem: Problem, starts: Starts) -> Iterator[Breach | None]:
    for quarter, amount in enumerate(problem.budget or ()):
        used = money_used(problem, starts, quarter)
        yield Breach("budget", "", quarter, used, amount) if _too_much(used, amount) else None


def _streams(problem: Problem, starts: Starts) -> Iterator[Breach | None]:
    spent_in: defaultdict[str, float] = defaultdict(float)
    for key, start in starts.items():
        each, quarters = problem.by_key[key], max(0, problem.quarters - start)
        spent_in[each.stream] += (each.cost_once if quarters else 0.0) + each.cost_a_quarter * quarters
    total = sum(spent_in.values())
    for stream in problem.streams:
        spent = spent_in[stream.key]
        many = sum(problem.by_key[key].stream == stream.key for key in starts)
        least, most = stream.min_share * total, stream.max_share * total
        yield Breach("least share", stream.key, None, spent, least) if _too_much(least, spent) else None
        yield Breach("largest share", stream.key, None, spent, most) if _too_much(spent, most) else None
        yield Breach("least number", stream.key, None, many, stream.min_count) if many < stream.min_count else None
        too_many = stream.max_count is not None and many > stream.max_count
        yield Breach("largest number", stream.key, None, many, stream.max_count) if too_many else None


def _unlike(problem: Problem, starts: Starts) -> Iterator[Breach | None]:
    differing = len(problem.unlike.symmetric_difference(starts))
    yield Breach("unlike", "", None, differing, problem.unlike_by) if differing < problem.unlike_by else None


def _day(problem: Problem, quarter: int) -> float:
    """What one unit in a quarter is worth at the plan's start."""
    return float((1.0 + problem.discount) ** (-quarter / 4.0))


def _once(problem: Problem, each: Initiative, start: int) -> float:
    if each.worth.pays != "once":
        return 0.0
    return each.chance * each.worth.mean * _day(problem, start + each.duration - 1)


def _year_by_year(problem: Problem, starts: Starts, quarter: int) -> float:
    """What everything finished before a quarter earns in it."""
    done = [problem.by_key[key] for key, start in starts.items() if start + problem.by_key[key].duration <= quarter]
    own = sum(each.chance * each.worth.mean for each in done if not each.gap and each.worth.pays == "a_year")
    shared = 0.0
    for gap in problem.gaps:
        closing = (each.chance * each.worth.mean / gap.whole for each in done if each.gap == gap.key)
        left_open = prod(1.0 - min(share, LARGEST_SHARE) for share in closing)
        shared += gap.whole * (1.0 - left_open)
    return (own + shared) / 4.0 * _day(problem, quarter)


def _discounted_money(problem: Problem, starts: Starts) -> float:
    counted = range(problem.quarters + problem.quarters_after)  # what runs costs for as long as values are counted
    return sum(money_used(problem, starts, quarter) * _day(problem, quarter) for quarter in counted)


def spared(problem: Problem, starts: Starts, each: Initiative) -> float:
    """What a pilot finished before its programme spares on average: the loss where that would not have worked."""
    if each.pilot is None:
        return 0.0
    works = problem.by_key[each.pilot.of].chance if each.pilot.chance is None else each.pilot.chance
    return (1.0 - works) * loss_spared(problem, starts, each)


def loss_spared(problem: Problem, starts: Starts, each: Initiative) -> float:
    """What a pilot finished before its programme spares where it says no: the programme is then not done."""
    pilot = each.pilot
    if pilot is None or each.key not in starts or pilot.of not in starts:
        return 0.0
    begins = starts[pilot.of]
    if starts[each.key] + each.duration > begins:
        return 0.0
    programme = problem.by_key[pilot.of]
    cost = _discounted_money(problem, {programme.key: begins}) if problem.objective == "net" else 0.0
    return max(0.0, cost - _unworking(problem, programme, begins, pilot.value_if_not))


def _unworking(problem: Problem, programme: Initiative, start: int, value: float) -> float:
    """What a programme that does not work would bring."""
    if programme.worth.pays == "once":
        return value * _day(problem, start + programme.duration - 1)
    earning = range(start + programme.duration, problem.quarters + problem.quarters_after)
    return value / 4.0 * sum(_day(problem, quarter) for quarter in earning)


def same(one: float, other: float) -> bool:
    """Whether two values of a plan agree as far as sums of floating-point numbers can."""
    return isclose(one, other, rel_tol=ROUNDING, abs_tol=ROUNDING)
