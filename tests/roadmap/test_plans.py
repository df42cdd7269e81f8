"""Plans' life: put together from what there is, found, changed by hand, kept, written into the initiatives."""

from datetime import date

import pytest

from tests.roadmap.conftest import FIRST, TODAY
from vivencia.plan.initiatives.models import Budget, Capacity, Initiative, Stage, Team, ValueUnit
from vivencia.plan.initiatives.quarters import later
from vivencia.plan.roadmap import plans
from vivencia.plan.roadmap.assembling import NO_VALUE, TOO_LATE, WAITS, assembled, frame
from vivencia.plan.roadmap.models import Frame, Plan, PlanState
from vivencia.plan.roadmap.optimiser.optimise import ImpossibleError
from vivencia.plan.roadmap.optimiser.planted import SHAPES, planted
from vivencia.plan.roadmap.optimiser.reading import problem_of
from vivencia.plan.roadmap.optimiser.writing import content_of

Work = dict[str, Initiative]


def test_a_problem_kept_as_json_comes_back_as_it_was() -> None:
    for name in ("shared gaps", "pilots"):
        problem = planted(SHAPES[name], 1)
        again = problem_of(content_of(problem))
        assert again.initiatives == problem.initiatives and again.teams == problem.teams
        assert again.gaps == problem.gaps and again.budget == problem.budget and again.streams == problem.streams


def test_the_plan_chooses_what_fits_and_says_what_is_not_counted(plan: Plan, work: Work) -> None:
    assert plan.state == PlanState.DONE and plan.starts == {str(work["web"].pk): 0}
    assert plan.report["value"] == pytest.approx(3 * 1000 - 100) and plan.report["proven"]
    assert plan.unvalued == {str(work["tone"].pk): NO_VALUE}


def test_a_running_initiative_stays_and_uses_what_is_left_of_it(work: Work) -> None:
    team = Team.objects.get()
    Initiative.objects.filter(pk=work["stock"].pk).update(
        stage=Stage.RUNNING,
        starts=later(FIRST, -1),
        length_quarters=2,
        effort={str(team.pk): {"0": 99, "1": 3}},
    )

    problem = assembled(TODAY).problem
    stock = problem.by_key[str(work["stock"].pk)]

    assert (stock.must_do, stock.start, stock.duration, stock.cost_once) == (True, 0, 1, 0.0)
    assert stock.effort == {str(team.pk): (3.0,)}


@pytest.mark.parametrize(
    ("deadline", "last"),
    [
        (date(2027, 2, 10), 0),  # today: what is left of the quarter that runs
        (date(2027, 3, 31), 0),
        (date(2027, 6, 29), 0),  # the second quarter would be over a day too late
        (date(2027, 6, 30), 1),
        (date(2029, 1, 1), 1),
    ],
)
def test_a_deadline_allows_the_quarters_that_are_over_by_then(work: Work, deadline: date, last: int) -> None:
    Initiative.objects.filter(pk=work["web"].pk).update(deadline=deadline)
    assert assembled(TODAY).problem.by_key[str(work["web"].pk)].deadline == last


def test_a_deadline_that_passed_this_quarter_has_passed(work: Work) -> None:
    Initiative.objects.filter(pk=work["web"].pk).update(deadline=date(2027, 2, 9))
    assert assembled(TODAY).unvalued[str(work["web"].pk)] == TOO_LATE


def test_where_nobody_said_what_plans_count_in_they_count_in_what_most_values_are_in(work: Work) -> None:
    Frame.objects.all().delete()
    assert frame().unit == ValueUnit.MONEY

    Initiative.objects.filter(pk__in=[work["web"].pk, work["stock"].pk]).update(value_unit=ValueUnit.POINTS)
    assert (frame().unit, assembled(TODAY).problem.objective) == (ValueUnit.POINTS, "value")

    Frame.objects.create(pk=1, unit=ValueUnit.MONEY)
    assert frame().unit == ValueUnit.MONEY


def test_two_initiatives_on_one_gap_share_its_worth(work: Work) -> None:
    Initiative.objects.filter(pk__in=[work["web"].pk, work["stock"].pk]).update(claim="gap:1", stake=5000)

    problem = assembled(TODAY).problem

    assert [gap.whole for gap in problem.gaps] == [5000]
    assert {each.gap for each in problem.initiatives} == {"gap 1"}


def test_what_cannot_be_planned_says_why(work: Work) -> None:
    Initiative.objects.filter(pk=work["web"].pk).update(deadline=date(2026, 1, 1))
    work["stock"].depends_on.add(Initiative.objects.create(title="Gone", stage=Stage.DROPPED))

    unvalued = assembled(TODAY).unvalued

    assert unvalued[str(work["web"].pk)] == TOO_LATE and unvalued[str(work["stock"].pk)] == WAITS


def test_what_is_needed_by_others_is_planned_even_without_a_value(work: Work) -> None:
    work["web"].depends_on.add(work["tone"])

    together = assembled(TODAY)

    assert together.problem.by_key[str(work["tone"].pk)].worth.mean == 0.0 and not together.unvalued


def test_a_team_nobody_spoke_of_is_not_a_limit_and_a_silent_quarter_is_like_the_one_before(work: Work) -> None:
    Capacity.objects.filter(quarter=later(FIRST, 1)).delete()
    Budget.objects.all().delete()
    other = Team.objects.create(name="Shop")

    together = assembled(TODAY)

    assert [team.days for team in together.problem.teams] == [(10.0, 10.0)]
    assert together.problem.budget is None and together.unlimited == (other,)


def test_a_change_by_hand_tells_its_cost_and_becomes_the_plan_only_when_kept(plan: Plan, work: Work) -> None:
    trial = plans.try_change(plan, str(work["stock"].pk), 0, None)

    assert trial.starts == {str(work["stock"].pk): 0} and trial.loss == pytest.approx(750)
    assert plans.current() == plan

    plans.keep(trial, "Stock first", None)

    assert plans.current() == trial
    freed = plans.try_change(trial, str(work["stock"].pk), "free", None)
    assert freed.starts == plan.starts and freed.loss == pytest.approx(-750) and freed.fixed == {}


def test_an_impossible_change_is_refused(plan: Plan, work: Work) -> None:
    with pytest.raises(ImpossibleError):
        plans.try_change(plan, str(work["stock"].pk), 1, None)


def test_rules_that_cannot_be_kept_together_are_named(work: Work) -> None:
    Initiative.objects.filter(pk=work["stock"].pk).update(must_do=True, cost_once=5000)

    made = plans.ask(None, TODAY)
    plans.run(made.pk)
    made.refresh_from_db()

    assert made.state == PlanState.FAILED
    assert made.trouble == {"code": "impossible", "conflict": [["budget", ""], ["must do", str(work["stock"].pk)]]}


def test_nothing_to_plan_and_a_circle_are_troubles_not_errors(work: Work) -> None:
    work["web"].depends_on.add(work["stock"])
    work["stock"].depends_on.add(work["web"])
    first = plans.ask(None, TODAY)
    plans.run(first.pk)
    Initiative.objects.all().delete()
    second = plans.ask(None, TODAY)
    plans.run(second.pk)

    assert [each.trouble["code"] for each in Plan.objects.order_by("pk")] == ["wrong", "nothing"]


def test_only_one_plan_is_found_at_a_time_and_running_twice_changes_nothing(plan: Plan) -> None:
    plans.run(plan.pk)
    plan.refresh_from_db()
    assert plan.state == PlanState.DONE

    assert plans.ask(None, TODAY) == plans.ask(None, TODAY)


def test_dates_are_written_into_the_initiatives_with_their_history(plan: Plan, work: Work) -> None:
    assert plans.write_dates(plan, None, TODAY) == 1

    web = Initiative.objects.get(pk=work["web"].pk)
    assert (web.starts, web.ends, web.stage) == (date(2027, 1, 1), date(2027, 3, 31), Stage.PLANNED)
    assert web.history.count() == 2
    assert plans.write_dates(plan, None, TODAY) == 0
