"""A plan's life: asked for, found in the background, changed by hand, kept, written into the initiatives."""

from datetime import date, timedelta
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from vivencia.foundation.models import User
from vivencia.plan.initiatives import initiatives as kept_initiatives
from vivencia.plan.initiatives.models import Initiative, Stage
from vivencia.plan.initiatives.past import Lesson
from vivencia.plan.initiatives.quarters import last_day, later
from vivencia.plan.roadmap.assembling import assembled
from vivencia.plan.roadmap.models import Plan, PlanState
from vivencia.plan.roadmap.optimiser.answers import Placed, Price, better_first, change, next_best, placed, prices
from vivencia.plan.roadmap.optimiser.conflicts import Rule, conflict
from vivencia.plan.roadmap.optimiser.optimise import Found, ImpossibleError, optimise
from vivencia.plan.roadmap.optimiser.problem import Problem
from vivencia.plan.roadmap.optimiser.reading import WrongFileError, problem_of
from vivencia.plan.roadmap.optimiser.report import report
from vivencia.plan.roadmap.optimiser.writing import content_of

SECONDS = 10.0
CHANGE_SECONDS = 1.5
TRIALS_KEPT = timedelta(days=2)
LOST_AFTER = timedelta(minutes=15)


def ask(by: User | None, today: date, fixed: dict[str, Placed] | None = None) -> Plan:
    """A plan to be found by the worker from everything as it stands; the one already waiting, where there is one."""
    waiting = under_way()
    if waiting is not None:
        return waiting
    together = assembled(today)
    known = set(together.problem.by_key)
    plan = Plan.objects.create(
        first_quarter=together.first,
        problem=content_of(together.problem),
        unvalued=together.unvalued,
        counted=_counted(together.lesson),
        fixed={key: place for key, place in (fixed or {}).items() if key in known},
        seconds=SECONDS,
        kept=True,
        by=by,
    )
    from vivencia.plan.roadmap.jobs import find_plan

    transaction.on_commit(lambda: find_plan.enqueue(plan.pk))
    return plan


def _counted(learned: Lesson | None) -> dict[str, Any]:
    if learned is None:
        return {}
    held = learned.held
    percents = {"percent": 100 * held.ratio, "low": 100 * held.low, "high": 100 * held.high}
    return {"past": {"n": held.n, **percents, "factor": learned.factor}}


def under_way() -> Plan | None:
    """The plan being found; one whose worker died long ago is given up."""
    begun = Plan.objects.filter(state__in=(PlanState.QUEUED, PlanState.RUNNING))
    begun.filter(at__lt=timezone.now() - LOST_AFTER).update(state=PlanState.FAILED, trouble={"code": "lost"})
    return begun.first()


def current() -> Plan | None:
    """The newest version."""
    return Plan.objects.filter(kept=True, state=PlanState.DONE).first()


def run(pk: int) -> None:
    """Find the plan: the plan itself, the next best one, what each rule costs. May be run twice."""
    plan = Plan.objects.filter(pk=pk).exclude(state__in=(PlanState.DONE, PlanState.FAILED)).first()
    if plan is None:
        return
    Plan.objects.filter(pk=pk).update(state=PlanState.RUNNING, progress=0.0)
    try:
        _find(plan)
    except ImpossibleError as impossible:
        code = "impossible" if impossible.proven else "not found"
        Plan.objects.filter(pk=pk).update(state=PlanState.FAILED, trouble={"code": code, **impossible_because(plan)})
    except WrongFileError as wrong:
        Plan.objects.filter(pk=pk).update(state=PlanState.FAILED, trouble={"code": "wrong", "what": str(wrong)})


def _find(plan: Plan) -> None:
    problem = placed(problem_of(plan.problem), plan.fixed) if plan.problem["initiatives"] else None
    if problem is None:
        Plan.objects.filter(pk=plan.pk).update(state=PlanState.FAILED, trouble={"code": "nothing"})
        return
    found = optimise(problem, plan.seconds, progress=lambda share, _value, _bound: _tell(plan, 0.4 * share))
    found, other = better_first(found, next_best(problem, found, plan.seconds / 3))
    _tell(plan, 0.6)
    priced = prices(problem, found, plan.seconds, told=lambda share: _tell(plan, 0.6 + 0.4 * share))
    _keep(plan, problem, found, other, priced)


def _tell(plan: Plan, share: float) -> None:
    Plan.objects.filter(pk=plan.pk).update(progress=share)


def _keep(
    plan: Plan, problem: Problem, found: Found, other: Found | None = None, priced: list[Price] | None = None
) -> None:
    plan.starts = found.starts
    plan.report = report(problem, found, other, priced)
    plan.state, plan.progress = PlanState.DONE, 1.0
    plan.save()


def impossible_because(plan: Plan) -> dict[str, Any]:
    """Which rules cannot be kept together: [kind, of what]."""
    problem = placed(problem_of(plan.problem), plan.fixed)
    return {"conflict": [[rule.kind, rule.of] for rule in conflict(problem, plan.seconds)]}


def found_of(plan: Plan) -> Found:
    """The plan as the optimiser told it."""
    told = plan.report
    return Found(plan.starts, told["value"], told["bound"], told["seconds"], told["nodes"], told["proven"])


def try_change(plan: Plan, key: str, place: Placed | Literal["free"], by: User | None) -> Plan:
    """A trial: the plan completed as well as possible with one more thing decided by hand. Raises ImpossibleError."""
    Plan.objects.filter(kept=False, at__lt=timezone.now() - TRIALS_KEPT).delete()
    fixed = _fixed_with(plan, key, place)
    problem = problem_of(plan.problem)
    before = found_of(plan)
    changed = change(problem, before, fixed, CHANGE_SECONDS)
    trial = Plan(
        first_quarter=plan.first_quarter, problem=plan.problem, unvalued=plan.unvalued, counted=plan.counted,
        base=plan, by=by, change={key: place}, fixed=fixed, loss=changed.loss, seconds=CHANGE_SECONDS,
    )  # fmt: skip
    _keep(trial, placed(problem, fixed), changed.found)
    return trial


def _fixed_with(plan: Plan, key: str, place: Placed | Literal["free"]) -> dict[str, Placed]:
    fixed: dict[str, Placed] = {name: where for name, where in plan.fixed.items() if name != key}
    return fixed if place == "free" else fixed | {key: place}


def in_the_way(plan: Plan, key: str, place: Placed | Literal["free"]) -> tuple[Rule, ...]:
    """The rules that cannot be kept together once this is decided by hand; none where they were not found in time."""
    return conflict(placed(problem_of(plan.problem), _fixed_with(plan, key, place)), CHANGE_SECONDS)


def keep(plan: Plan, name: str, by: User | None) -> None:
    """Make a trial a version: from now on it is the plan. What its limits cost is worked out in the background."""
    Plan.objects.filter(pk=plan.pk).update(kept=True, name=name.strip()[:80], by=by, at=timezone.now())
    if "prices" not in plan.report:
        from vivencia.plan.roadmap.jobs import price_plan

        transaction.on_commit(lambda: price_plan.enqueue(plan.pk))


def price(pk: int) -> None:
    """Say of a kept plan what a change by hand leaves out: the next best plan, what rules cost. May be run twice."""
    plan = Plan.objects.filter(pk=pk, state=PlanState.DONE, kept=True).first()
    if plan is None or "prices" in plan.report:
        return
    problem, found = placed(problem_of(plan.problem), plan.fixed), found_of(plan)
    other = next_best(problem, found, SECONDS / 3)
    plan.report = report(problem, found, other, prices(problem, found, SECONDS))
    plan.save(update_fields=["report"])


def pricing(plan: Plan) -> bool:
    """Whether the worker is on its way to say what the limits of a kept plan cost."""
    return plan.kept and "prices" not in plan.report and plan.at > timezone.now() - LOST_AFTER


def unpriced(plan: Plan) -> bool:
    """Whether the worker should have said long ago what the limits of a kept plan cost, and did not."""
    return plan.kept and "prices" not in plan.report and not pricing(plan)


def told_before(plan: Plan) -> Plan | None:
    """The plan itself, else the nearest one it was made from, of which it is known what its limits cost."""
    seen: Plan | None = plan
    while seen is not None and "prices" not in seen.report:
        seen = seen.base
    return seen


def hand_costs(plan: Plan) -> dict[str, float]:
    """What each decision by hand that still holds cost when it was taken (below 0: it gained), where that is known."""
    made = [plan, *Plan.objects.filter(kept=True, state=PlanState.DONE, loss__isnull=False, pk__lt=plan.pk)[:50]]
    costs: dict[str, float] = {}
    for key, where in plan.fixed.items():
        loss = next((each.loss for each in made if each.change.get(key, ()) == where), None)
        if loss is not None:
            costs[key] = loss
    return costs


def write_dates(plan: Plan, by: User | None, today: date) -> int:
    """Give the plan's dates to its initiatives: ideas become planned. How many changed."""
    changed = 0
    problem = problem_of(plan.problem)
    with transaction.atomic():
        for one in Initiative.objects.filter(pk__in=[int(key) for key in plan.starts]):
            if one.stage not in (Stage.IDEA, Stage.PLANNED):
                continue
            before = kept_initiatives.told(one)
            one.starts, one.ends = dates(plan, str(one.pk), problem.by_key[str(one.pk)].duration)
            one.save(update_fields=["starts", "ends", "changed_at"])
            moved = kept_initiatives.remember(one, before, by)
            if one.stage == Stage.IDEA:
                kept_initiatives.move(one, Stage.PLANNED, by, today)
                moved = True
            changed += moved
    return changed


def dates(plan: Plan, key: str, duration: int) -> tuple[date, date]:
    """First and last day of an initiative in a plan."""
    start = later(plan.first_quarter, int(plan.starts[key]))
    return start, last_day(later(start, duration - 1))
