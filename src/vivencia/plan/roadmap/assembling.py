"""Initiatives, teams and budgets as they stand, put together as one problem for the optimiser."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vivencia.foundation.organisation import organisation
from vivencia.plan.initiatives import chances
from vivencia.plan.initiatives.calibration import Estimate
from vivencia.plan.initiatives.models import Budget, Capacity, Initiative, Stage, Stream, Team, ValueUnit
from vivencia.plan.initiatives.past import Lesson, lesson
from vivencia.plan.initiatives.quarters import later, quarter_of
from vivencia.plan.roadmap.models import Frame
from vivencia.plan.roadmap.optimiser import problem as optimised
from vivencia.plan.roadmap.optimiser.problem import Gap, Pilot, Problem, Worth

OPEN = (Stage.IDEA, Stage.PLANNED, Stage.RUNNING)
NO_VALUE, OTHER_UNIT, TOO_LATE, WAITS = "no value", "other unit", "deadline passed", "waits for dropped"
NOTHING_TO_TELL = "nothing to tell"


@dataclass(frozen=True)
class Assembled:
    """The problem; `unvalued`: initiatives that are not in it (by number as text) and why (a code). `lesson`: what past
    initiatives taught, where values are counted in its light."""

    problem: Problem
    first: date
    unvalued: dict[str, str]
    unlimited: tuple[Team, ...]
    lesson: Lesson | None = None


def frame() -> Frame:
    """What plans are made by; where nobody has said, the defaults, counted in what most open values are in."""
    return Frame.objects.first() or Frame(unit=_usual_unit())


def _usual_unit() -> str:
    """A company whose effects are proven on scores alone has no money to plan by: its plan counts points."""
    units = Initiative.objects.filter(stage__in=OPEN, value__isnull=False).values_list("value_unit", flat=True)
    many = Counter(units)
    return max(ValueUnit.values, key=lambda unit: many[unit])  # money where as many: it is the first


def quarters_of(first: date, many: int) -> list[date]:
    return [later(first, k) for k in range(many)]


def quarter_name(quarter: date) -> str:
    """Q1 2027, in the language spoken."""
    return _("Q%(number)s %(year)s") % {"number": (quarter.month + 2) // 3, "year": date_format(quarter, "Y")}


def assembled(today: date) -> Assembled:
    """Everything open and counted, from the quarter of `today` on."""
    made_by, first = frame(), quarter_of(today)
    quarters = quarters_of(first, made_by.quarters)
    open_ones = list(Initiative.objects.filter(stage__in=OPEN).prefetch_related("depends_on").order_by("pk"))
    unvalued = _unvalued(open_ones, made_by.unit, today)
    learned = lesson()
    needed = {first_one.pk for one in open_ones for first_one in one.depends_on.all()}
    counted = [one for one in open_ones if str(one.pk) not in unvalued or one.pk in needed]
    teams, unlimited = _teams(quarters)
    gaps = _gaps([one for one in counted if str(one.pk) not in unvalued])
    initiatives = tuple(
        _initiative(
            one, first, made_by.quarters, str(one.pk) not in unvalued, gaps, {team.key for team in teams}, learned
        )
        for one in counted
    )
    initiatives = tuple(replace(each, pilot=_pilot(each.pilot, initiatives)) for each in initiatives)
    problem = Problem(
        made_by.quarters,
        initiatives,
        teams,
        _budget(quarters),
        tuple(_streams(made_by)),
        tuple(gaps.values()),
        "net" if made_by.unit == ValueUnit.MONEY else "value",
        made_by.discount / 100,
        made_by.quarters_after,
        organisation().currency if made_by.unit == ValueUnit.MONEY else made_by.unit,
        tuple(f"{quarter.year}-Q{(quarter.month + 2) // 3}" for quarter in quarters),
    )
    kept = {each.key for each in initiatives}
    left = {key: why for key, why in unvalued.items() if key not in kept}
    return Assembled(problem, first, left, unlimited, learned)


def _unvalued(ones: Sequence[Initiative], unit: str, today: date) -> dict[str, str]:
    found = {}
    tried = _tried(ones, unit)
    for one in ones:
        if one.value is None and one.pilot_of_id is not None:
            if str(one.pilot_of_id) not in tried:
                found[str(one.pk)] = NOTHING_TO_TELL
        elif one.value is None:
            found[str(one.pk)] = NO_VALUE
        elif one.value_unit != unit:
            found[str(one.pk)] = OTHER_UNIT
        elif one.deadline and one.deadline < today and one.stage != Stage.RUNNING:
            found[str(one.pk)] = TOO_LATE
        elif any(each.stage == Stage.DROPPED for each in one.depends_on.all()):
            found[str(one.pk)] = WAITS
    return found


def _tried(ones: Sequence[Initiative], unit: str) -> set[str]:
    """Initiatives of which a pilot could tell something: their money can still be spared, in a plan that counts money.
    What was tried already and is running tells nothing more."""
    if unit != ValueUnit.MONEY:
        return set()
    kept = [one for one in ones if one.value is not None and one.value_unit == unit and one.stage != Stage.RUNNING]
    return {str(one.pk) for one in kept}


def _pilot(pilot: Pilot | None, initiatives: Sequence[optimised.Initiative]) -> Pilot | None:
    """A pilot of what is not in the problem, or is certain to work, tells nothing."""
    tried = next((each for each in initiatives if pilot and each.key == pilot.of), None)
    return pilot if tried is not None and tried.chance < 1.0 else None


def _teams(quarters: Sequence[date]) -> tuple[tuple[optimised.Team, ...], tuple[Team, ...]]:
    """Teams with what is said of their days (a quarter nobody spoke of is like the one before), and those without."""
    told: dict[int, dict[date, float]] = {}
    for capacity in Capacity.objects.filter(team__active=True):
        told.setdefault(capacity.team_id, {})[capacity.quarter] = capacity.days
    every = list(Team.objects.filter(active=True))
    teams = tuple(optimised.Team(str(team.pk), carried(told[team.pk], quarters)) for team in every if team.pk in told)
    return teams, tuple(team for team in every if team.pk not in told)


def carried(told: dict[date, float], quarters: Sequence[date]) -> tuple[float, ...]:
    """A number for every quarter: as told, else as in the nearest quarter before, else in the first told."""
    days = []
    for quarter in quarters:
        before = [known for known in told if known <= quarter]
        days.append(told[max(before)] if before else told[min(told)])
    return tuple(days)


def _budget(quarters: Sequence[date]) -> tuple[float, ...] | None:
    told = {budget.quarter: float(budget.amount) for budget in Budget.objects.all()}
    return carried(told, quarters) if told else None


def _streams(made_by: Frame) -> Iterable[optimised.Stream]:
    for stream in Stream.values:
        least, most = made_by.balance.get(stream, (0.0, 100.0))
        yield optimised.Stream(stream, least / 100, most / 100)


def _gaps(ones: Sequence[Initiative]) -> dict[str, Gap]:
    """Gaps that more than one initiative claims: by their claim, with what is at stake in the whole."""
    claimed: dict[str, list[Initiative]] = {}
    for one in ones:
        if one.claim:
            claimed.setdefault(one.claim, []).append(one)
    gaps = {}
    for k, (claim, sharing) in enumerate(claimed.items()):
        whole = max(max(one.stake or 0.0, one.value or 0.0) for one in sharing)
        if len(sharing) > 1 and whole > 0:
            gaps[claim] = Gap(f"gap {k + 1}", whole)
    return gaps


def _initiative(
    one: Initiative,
    first: date,
    quarters: int,
    valued: bool,
    gaps: dict[str, Gap],
    teams: set[str],
    learned: Lesson | None,
) -> optimised.Initiative:
    gone = _gone(one, first)
    effort = _effort(one, gone, teams)
    lasts = max([one.length_quarters - gone, *(len(days) for days in effort.values()), 1])
    running = one.stage == Stage.RUNNING
    return optimised.Initiative(
        str(one.pk),
        _worth(one, learned) if valued else Worth(0.0, 0.0, 0.0),
        one.title,
        one.stream,
        lasts,
        effort,
        0.0 if running else float(one.cost_once),
        float(one.cost_a_year) / 4,
        tuple(str(each.pk) for each in one.depends_on.all() if each.stage in OPEN) if not running else (),
        gaps[one.claim].key if valued and one.claim in gaps else "",
        one.must_do or running,
        0,
        None if running or one.deadline is None else _last(one.deadline, first, quarters),
        0 if running else None,
        pilot=Pilot(str(one.pilot_of_id)) if one.pilot_of_id is not None else None,
        chance=chances.share(one) if valued and one.value is not None else 1.0,
    )


def _gone(one: Initiative, first: date) -> int:
    """Quarters of a running initiative that lie behind."""
    if one.stage != Stage.RUNNING or one.starts is None:
        return 0
    return max(_between(quarter_of(one.starts), first), 0)


def _between(earlier: date, then: date) -> int:
    return (then.year - earlier.year) * 4 + (then.month - earlier.month) // 3


def _last(deadline: date, first: date, quarters: int) -> int:
    """The last quarter that is over on the day; the one that runs, where the day lies in it."""
    before_it_ends = _between(first, quarter_of(deadline + timedelta(days=1))) - 1
    return max(min(before_it_ends, quarters - 1), 0)


def _effort(one: Initiative, gone: int, teams: set[str]) -> dict[str, tuple[float, ...]]:
    """Days by team with a known capacity and quarter still to come."""
    found = {}
    for team, told in one.effort.items():
        if team not in teams:
            continue
        days = {int(offset) - gone: float(value) for offset, value in told.items() if int(offset) >= gone and value}
        if days:
            found[team] = tuple(days.get(k, 0.0) for k in range(max(days) + 1))
    return found


def _worth(one: Initiative, learned: Lesson | None) -> Worth:
    """What it brings a year if it works, in the light of past initiatives where there are enough."""
    mean = float(one.value or 0.0)
    low = mean if one.value_low is None else min(float(one.value_low), mean)
    high = mean if one.value_high is None else max(float(one.value_high), mean)
    if learned is None or one.value is None:
        return Worth(mean, low, high)
    told = learned.counted(Estimate(mean, low, high))
    return Worth(told.value, min(told.low, told.value), max(told.high, told.value))
