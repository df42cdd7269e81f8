"""Questions about a plan: why not this one, what would more bring, what does a change cost, what was nearly as good."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from vivencia.plan.roadmap.optimiser.checking import ROUNDING, Breach, check, days_used, money_used, worth
from vivencia.plan.roadmap.optimiser.formulation import formulate
from vivencia.plan.roadmap.optimiser.optimise import Found, ImpossibleError, optimise
from vivencia.plan.roadmap.optimiser.problem import Initiative, Problem, Starts, Team
from vivencia.plan.roadmap.optimiser.solving import relax
from vivencia.plan.roadmap.optimiser.tables import MONEY, tables

Reason = Literal[
    "left out", "too late", "waits for", "worthless", "too large", "capacity", "budget", "balance", "order"
]
Kind = Literal["capacity", "budget", "deadline", "must do", "balance", "earliest start"]

MORE = 0.1
UNLIKE = 0.1


@dataclass(frozen=True)
class WhyNot:
    """Why an initiative is not in the plan. `of`: teams, or initiatives it waits for; `quarters`: where it lacks."""

    reason: Reason
    of: tuple[str, ...] = ()
    quarters: tuple[int, ...] = ()


@dataclass(frozen=True)
class Price:
    """What easing one rule would bring: `gain` of plan value, found by planning again with it eased.

    `more`: how much there would be more (days or money; None where the rule is dropped). Without a `quarter`, a team's
    days or the money were dropped as a limit, and `more` is what the plan then uses beyond what there is, all quarters
    together: what would have to be found for what is left out. `exact`: both plans are proven
    the best; otherwise the gain is what was found, at least nothing. `rate`: by the relaxation, for one unit more.
    """

    kind: Kind
    of: str
    quarter: int | None
    more: float | None
    gain: float
    rate: float | None
    exact: bool


@dataclass(frozen=True)
class Change:
    """A plan after a change by hand: its best completion, and its loss against the plan before (below 0: a gain)."""

    found: Found
    loss: float
    moved: tuple[str, ...]


def why_not(problem: Problem, starts: Starts, key: str) -> WhyNot:
    """The first reason that keeps an initiative out of this plan, from the hardest to the softest."""
    each = problem.by_key[key]
    if each.left_out:
        return WhyNot("left out")
    possible = [t for t in range(problem.quarters) if not _single_rules(problem, each, t)]
    if not possible:
        return WhyNot("too late")
    if all(_lacking(check(problem, {key: t}).breaches) for t in possible):
        first_try = _lacking(check(problem, {key: possible[0]}).breaches)
        return WhyNot("too large", tuple(dict.fromkeys(breach.key for breach in first_try if breach.key)))
    missing = tuple(first for first in each.after if first not in starts)
    if missing:
        return WhyNot("waits for", missing)
    ready = max((starts[first] + problem.by_key[first].duration for first in each.after), default=0)
    possible = [t for t in possible if t >= ready]
    if not possible:
        return WhyNot("order", each.after)
    before = worth(problem, starts)
    worthwhile = [t for t in possible if worth(problem, starts | {key: t}) > before + ROUNDING]
    if not worthwhile:
        return WhyNot("worthless")
    return _blocked(problem, starts, key, worthwhile)


def _single_rules(problem: Problem, each: Initiative, start: int) -> bool:
    last = problem.quarters - 1 if each.deadline is None else min(each.deadline, problem.quarters - 1)
    return start < each.earliest or start + each.duration - 1 > last or each.start not in (None, start)


def _lacking(breaches: Iterable[Breach]) -> list[Breach]:
    """Those of teams and money."""
    return [each for each in breaches if each.what in ("capacity", "budget")]


def _blocked(problem: Problem, starts: Starts, key: str, possible: list[int]) -> WhyNot:
    """Which team or money stands in the way at the best start (the one with the fewest breaches)."""
    standing = {t: check(problem, starts | {key: t}).breaches for t in possible}
    best = min(possible, key=lambda t: (len(standing[t]), t))
    for reason in ("capacity", "budget"):
        lacking = [each for each in standing[best] if each.what == reason]
        if lacking:
            of = tuple(dict.fromkeys(each.key for each in lacking if each.key))
            quarters = tuple(dict.fromkeys(each.quarter for each in lacking if each.quarter is not None))
            return WhyNot("capacity" if reason == "capacity" else "budget", of, quarters)
    return WhyNot("balance")


Placed = int | Literal["any"] | None
"""What was decided by hand of an initiative: its quarter, in whenever is best, or left out."""


def placed(problem: Problem, fixed: Mapping[str, Placed]) -> Problem:
    """The problem with what was decided by hand."""
    return replace(
        problem,
        initiatives=tuple(
            _placed(each, fixed[each.key]) if each.key in fixed else each for each in problem.initiatives
        ),
    )


def _placed(each: Initiative, place: Placed) -> Initiative:
    if place is None:
        return replace(each, start=None, left_out=True, must_do=False)
    return replace(each, start=None if place == "any" else place, left_out=False, must_do=True)


def change(problem: Problem, found: Found, fixed: Mapping[str, Placed], seconds: float) -> Change:
    """The best plan with what is decided by hand. Raises ImpossibleError."""
    held = placed(problem, fixed)
    again = optimise(held, seconds, begin=_mended(held, found.starts, fixed))
    moved = tuple(each.key for each in problem.initiatives if again.starts.get(each.key) != found.starts.get(each.key))
    return Change(again, found.value - again.value, moved)


def _mended(problem: Problem, starts: Starts, fixed: Mapping[str, Placed]) -> Starts | None:
    """The plan with the change made and whatever it pushes out taken away, cheapest first; None where that fails."""
    plan = {key: start for key, start in starts.items() if key not in fixed}
    plan |= {key: place for key, place in fixed.items() if isinstance(place, int)}
    plan |= {key: starts[key] for key, place in fixed.items() if place == "any" and key in starts}
    loose = sorted((key for key in plan if key not in fixed), key=lambda key: problem.by_key[key].expected)
    while not check(problem, plan).passed:
        if not loose:
            return None
        plan.pop(loose.pop(0), None)
    return plan


def next_best(problem: Problem, found: Found, seconds: float) -> Found | None:
    """The best plan that chooses really otherwise: a tenth of the choice, at least one. None: there is none."""
    differing = max(1, round(UNLIKE * len(found.starts)))
    try:
        return optimise(replace(problem, unlike=frozenset(found.starts), unlike_by=differing), seconds, seed=2)
    except ImpossibleError:
        return None


def better_first(found: Found, other: Found | None) -> tuple[Found, Found | None]:
    """The plan and the next best one, whichever of the two searches found which: in large problems the second search
    now and then ends above the first. The bound holds for both, since both keep the problem's rules."""
    if other is None or other.value <= found.value:
        return found, other
    return replace(other, bound=max(found.bound, other.value), seconds=found.seconds, proven=False), found


def prices(
    problem: Problem, found: Found, seconds: float, most: int = 6, told: Callable[[float], None] | None = None
) -> list[Price]:
    """What easing each rule that matters would bring, dearest first; `seconds` for all plans together."""
    eased = [*_scarce(problem)[:most], *_rules(problem, found), *_reasons(problem, found.starts)]
    priced = []
    for k, (kind, of, quarter, more, rate, other) in enumerate(eased):
        again = optimise(other, max(seconds / len(eased), 0.2), begin=found.starts)
        if quarter is None and kind in ("capacity", "budget"):
            more = _beyond(problem, again.starts, of)
        exact = again.proven and found.proven
        gain = max(again.value - found.value, 0.0) if more != 0.0 else 0.0  # nothing of it used: found by more search
        priced.append(Price(kind, of, quarter, more, gain, rate, exact))
        if told is not None:
            told((k + 1) / len(eased))
    return sorted(priced, key=lambda each: -each.gain)


Eased = tuple[Kind, str, int | None, float | None, float | None, Problem]


def _scarce(problem: Problem) -> list[Eased]:
    """Teams and money by what a tenth more of them would bring in the relaxation, dearest first."""
    t = tables(problem)
    if not t.allowed.any():
        return []
    model = formulate(t, "starts")
    relaxed = relax(model)
    if relaxed is None:
        return []
    rates = {name: abs(float(price)) for name, price in zip(model.rows.name, relaxed.price, strict=True) if name}
    found: list[tuple[float, Eased]] = []
    for quarter in range(problem.quarters):
        for team in problem.teams:
            rate, more = rates[f"{team.key}@{quarter}"], round(max(MORE * team.days[quarter], 1.0))
            other = _more_days(problem, team, quarter, more)
            found.append((rate * more, ("capacity", team.key, quarter, more, rate, other)))
        if problem.budget is not None:
            rate, more = rates[f"{MONEY}@{quarter}"], round(max(MORE * problem.budget[quarter], 1.0))
            found.append((rate * more, ("budget", "", quarter, more, rate, _more_money(problem, quarter, more))))
    return [eased for gain, eased in sorted(found, key=lambda each: -each[0]) if gain > ROUNDING]


def _more_days(problem: Problem, team: Team, quarter: int, more: float) -> Problem:
    days = tuple(each + more * (q == quarter) for q, each in enumerate(team.days))
    return replace(problem, teams=tuple(replace(each, days=days) if each is team else each for each in problem.teams))


def _more_money(problem: Problem, quarter: int, more: float) -> Problem:
    assert problem.budget is not None
    return replace(problem, budget=tuple(each + more * (q == quarter) for q, each in enumerate(problem.budget)))


def _rules(problem: Problem, found: Found) -> Iterable[Eased]:
    """Rules that could be dropped: must-dos, deadlines that bind, streams' balance."""
    for each in problem.initiatives:
        if each.must_do and each.start is None:
            yield "must do", each.key, None, None, None, _without(problem, each, must_do=False)
        late = each.deadline is not None and each.deadline < problem.quarters - 1
        if late and (each.key not in found.starts or found.starts[each.key] + each.duration - 1 == each.deadline):
            yield "deadline", each.key, None, None, None, _without(problem, each, deadline=None)
    for stream in problem.streams:  # shares are lumpy: one may forbid a whole choice without being anywhere near
        free = replace(stream, min_share=0.0, max_share=1.0, min_count=0, max_count=None)
        if free != stream:
            others = tuple(free if each is stream else each for each in problem.streams)
            yield "balance", stream.key, None, None, None, replace(problem, streams=others)


def _reasons(problem: Problem, starts: Starts) -> Iterable[Eased]:
    """Teams and money that are why something is left out, dropped as limits: a tenth more is often not enough."""
    whys = [why_not(problem, starts, each.key) for each in problem.initiatives if each.key not in starts]
    needed = [why for why in whys if why.reason in ("capacity", "budget", "too large")]
    wanted = {team for why in needed for team in why.of}
    for team in problem.teams:
        if team.key in wanted:
            others = tuple(each for each in problem.teams if each is not team)
            yield (
                "capacity",
                team.key,
                None,
                None,
                None,
                replace(problem, teams=others, initiatives=_free(problem, team)),
            )
    if problem.budget is not None and any(not why.of for why in needed):
        yield "budget", "", None, None, None, replace(problem, budget=None)


def _free(problem: Problem, team: Team) -> tuple[Initiative, ...]:
    """The initiatives without what they ask of a team."""
    return tuple(
        replace(each, effort={key: days for key, days in each.effort.items() if key != team.key})
        for each in problem.initiatives
    )


def _beyond(problem: Problem, starts: Starts, of: str) -> float:
    """How much more than there is a plan uses of a team ("" = money), all quarters together."""
    used = next(each for each in use(problem, starts) if each.of == of)
    return sum(max(0.0, asked - there_is) for asked, there_is in zip(used.used, used.there_is, strict=True))


def _without(
    problem: Problem, initiative: Initiative, must_do: bool | None = None, deadline: int | None = -1
) -> Problem:
    eased = initiative
    if must_do is not None:
        eased = replace(eased, must_do=must_do)
    if deadline != -1:
        eased = replace(eased, deadline=deadline)
    return replace(problem, initiatives=tuple(eased if each is initiative else each for each in problem.initiatives))


@dataclass(frozen=True)
class Use:
    """What there is of a team ("" = money) and what the plan uses, quarter by quarter."""

    of: str
    there_is: tuple[float, ...]
    used: tuple[float, ...]


def use(problem: Problem, starts: Starts) -> list[Use]:
    """Every team, and the money where it is limited."""
    quarters = range(problem.quarters)
    found = [
        Use(team.key, team.days, tuple(days_used(problem, starts, team.key, q) for q in quarters))
        for team in problem.teams
    ]
    if problem.budget is not None:
        found.append(Use("", problem.budget, tuple(money_used(problem, starts, q) for q in quarters)))
    return found
