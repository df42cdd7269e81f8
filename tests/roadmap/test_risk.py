"""Plans count with the chance that things work, with what the past taught, and with knowing first."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.roadmap.conftest import TODAY
from vivencia.plan.initiatives import past
from vivencia.plan.initiatives.calibration import Calibration, Estimate
from vivencia.plan.initiatives.models import Declaration, Initiative, Outcome, Stage, ValueUnit
from vivencia.plan.roadmap import plans
from vivencia.plan.roadmap.assembling import NOTHING_TO_TELL, assembled
from vivencia.plan.roadmap.models import Frame, Plan
from vivencia.plan.roadmap.optimiser import problem as optimised
from vivencia.plan.roadmap.optimiser.checking import worth
from vivencia.plan.roadmap.optimiser.optimise import optimise
from vivencia.plan.roadmap.optimiser.problem import Gap, Pilot, Problem, Worth
from vivencia.plan.roadmap.optimiser.reading import WrongFileError, problem_of
from vivencia.plan.roadmap.optimiser.report import report
from vivencia.plan.roadmap.optimiser.uncertainty import better, draws_of, spread, values
from vivencia.plan.roadmap.optimiser.writing import content_of

Work = dict[str, Initiative]


def programme(chance: float) -> Problem:
    """A year, 1,000 spent at once for 2,000 a year; a pilot of one quarter for 50."""
    return Problem(
        4,
        (
            optimised.Initiative("big", Worth(2000, 1000, 3000), cost_once=1000.0, chance=chance, earliest=1),
            optimised.Initiative("small", Worth(0, 0, 0), cost_once=50.0, pilot=Pilot("big") if chance < 1 else None),
        ),
        objective="net",
    )


def test_what_may_fail_is_worth_less_and_the_pilot_spares_the_loss() -> None:
    risky = programme(0.5)

    assert worth(risky, {"big": 1}) == pytest.approx(0.5 * 2000 * 2 / 4 - 1000)
    assert worth(risky, {"small": 0, "big": 1}) == pytest.approx(-500 + 0.5 * 1000 - 50)
    assert worth(risky, {"small": 1, "big": 1}) == pytest.approx(-500 - 50)  # told too late
    assert optimise(replace(risky, quarters_after=2), 1.0).starts == {"small": 0, "big": 1}
    assert optimise(replace(programme(1.0), quarters_after=2), 1.0).starts == {"big": 1}


@settings(max_examples=15, deadline=None)
@given(
    chance=st.floats(0.05, 0.95),
    if_not=st.floats(0, 600),
    of_pilot=st.booleans(),
    objective=st.sampled_from(["net", "value"]),
    starts=st.sampled_from([{"big": 1}, {"small": 0, "big": 1}, {"small": 1, "big": 1}, {"small": 0}]),
)
def test_the_mean_over_draws_is_the_plans_value(
    chance: float, if_not: float, of_pilot: bool, objective: optimised.Objective, starts: dict[str, int]
) -> None:
    big, small = programme(chance).initiatives
    if of_pilot:  # said by the pilot: the programme's value is then a mean over working and not
        big, small = replace(big, chance=1.0), replace(small, pilot=Pilot("big", chance, if_not))
    problem = replace(programme(chance), initiatives=(big, small), objective=objective)

    drawn = values(problem, starts, draws_of(problem, many=20_000))

    assert drawn.mean() == pytest.approx(worth(problem, starts), abs=4 * drawn.std() / 20_000**0.5 + 1e-6)


def test_where_the_pilot_says_no_only_the_pilot_is_lost() -> None:
    risky = replace(programme(0.5), quarters_after=4)
    draws = draws_of(risky)
    with_pilot = values(risky, {"small": 0, "big": 1}, draws)

    assert with_pilot[~draws.works[:, 0]] == pytest.approx(-50)
    assert spread(with_pilot).low == pytest.approx(-50)
    assert better(with_pilot, values(risky, {"big": 1}, draws)) == pytest.approx(0.5, abs=0.03)


def test_two_uncertain_ways_to_close_a_gap_close_what_they_close_on_average() -> None:
    both = tuple(optimised.Initiative(key, Worth(600, 600, 600), gap="g", chance=0.5) for key in "ab")
    problem = Problem(1, both, gaps=(Gap("g", 1000.0),), quarters_after=4)

    assert worth(problem, {"a": 0, "b": 0}) == pytest.approx(1000 * (1 - 0.7 * 0.7))

    drawn = values(problem, {"a": 0, "b": 0}, draws_of(problem))
    assert spread(drawn).mean == pytest.approx(510, rel=0.03)
    assert set(np.round(drawn)) == {0.0, 600.0, 840.0}


def test_the_report_says_what_a_pilot_spares() -> None:
    problem = replace(programme(0.5), quarters_after=2)

    told = report(problem, optimise(problem, 1.0))

    assert told["pilots"] == [{"key": "small", "of": "big", "chosen": True, "chance": 0.5, "spares": 500.0}]


def test_a_chance_is_said_once_in_a_file_and_comes_back_as_it_was() -> None:
    content = content_of(programme(0.5))
    assert problem_of(content).initiatives == programme(0.5).initiatives

    content["initiatives"][1]["pilot"]["chance"] = 0.4
    with pytest.raises(WrongFileError, match="'big' has its own chance"):
        problem_of(content)

    del content["initiatives"][0]["chance"], content["initiatives"][1]["pilot"]["chance"]
    with pytest.raises(WrongFileError, match="not there; allowed: a number from 0 to 1"):
        problem_of(content)


def test_a_plan_counts_with_the_risk_and_says_so(work: Work) -> None:
    Initiative.objects.filter(pk=work["web"].pk).update(chance=None, risk="high")
    Initiative.objects.filter(pk=work["stock"].pk).update(chance=80)

    problem = assembled(TODAY).problem

    assert [problem.by_key[str(work[name].pk)].chance for name in ("web", "stock")] == [0.5, 0.8]
    assert problem.by_key[str(work["stock"].pk)].expected == pytest.approx(2400)


def test_a_pilot_is_planned_before_what_it_tries_out(plan: Plan, work: Work) -> None:
    Initiative.objects.filter(pk=work["web"].pk).update(chance=50, cost_once=900, effort={}, value=2000)
    Initiative.objects.filter(pk=work["stock"].pk).update(stage=Stage.DROPPED)
    small = Initiative.objects.create(title="Web, for a few", cost_once=10, pilot_of=work["web"])

    made = plans.ask(None, TODAY)
    plans.run(made.pk)
    made.refresh_from_db()

    assert made.starts == {str(small.pk): 0, str(work["web"].pk): 1}
    assert made.report["pilots"][0]["spares"] == pytest.approx(450)
    assert str(small.pk) not in made.unvalued

    Frame.objects.update(unit=ValueUnit.POINTS)
    assert assembled(TODAY).unvalued[str(small.pk)] == NOTHING_TO_TELL


def held(ratio: float, chance: int) -> None:
    """A past initiative that brought `ratio` of what was declared of it."""
    one = Initiative.objects.create(title="Past", stage=Stage.DONE, chance=chance)
    said = Declaration.objects.create(
        initiative=one, metric="csat", effect=1.0, effect_by=date(2026, 6, 1), starts=date(2026, 1, 1)
    )
    Outcome.objects.create(initiative=one, declaration=said, effect=ratio, low=ratio - 0.05, high=ratio + 0.05)


def test_the_past_is_counted_once_and_not_again_with_the_risk(work: Work) -> None:
    assert past.lesson() is None
    for ratio in (0.3, 0.4, 0.5):
        held(ratio, 50)

    together = assembled(TODAY)
    web = together.problem.by_key[str(work["web"].pk)]

    assert together.lesson is not None and together.lesson.held.ratio / 0.5 == pytest.approx(0.8, abs=0.01)
    factor = together.lesson.factor  # 40 % held where half were to work: 80 % if it works; three outcomes nearly say so
    assert factor == pytest.approx(0.84, abs=0.01)
    assert web.worth.mean == pytest.approx(4000 * factor)
    assert web.worth.low < web.worth.mean < web.worth.high

    made = plans.ask(None, TODAY)
    assert made.counted["past"]["n"] == 3 and made.counted["past"]["percent"] == pytest.approx(40, abs=0.5)
    assert made.counted["past"]["factor"] == factor


def test_few_and_uncertain_outcomes_move_estimates_little_and_surer_ones_more() -> None:
    def lesson(half: float, chance: float = 1.0) -> past.Lesson:
        return past.Lesson(Calibration(-0.1, -0.1 - half, -0.1 + half, -2, 2, 0.3, 4), chance)

    factors = [lesson(half).factor for half in (0.0, 0.3, 0.7, 3.0, 100.0)]

    assert lesson(0.75, 0.75).factor == pytest.approx(0.44, abs=0.01)  # pooled -10 % (-85 to 65 %)
    assert factors[0] == 0.0 and factors[-1] == pytest.approx(1.0, abs=0.001)
    assert factors == sorted(factors)
    assert lesson(100.0).counted(Estimate(10, 8, 12)).value == pytest.approx(10, abs=0.01)


def test_the_roadmap_and_the_initiatives_own_page_say_the_same_and_say_it_loud(
    lead: Client, plan: Plan, work: Work
) -> None:
    Initiative.objects.filter(pk=work["web"].pk).update(value_low=3000, value_high=5000)
    for ratio in (0.3, 0.4, 0.5):
        held(ratio, 50)
    made = plans.ask(None, TODAY)
    plans.run(made.pk)

    counted = f"{assembled(TODAY).problem.by_key[str(work['web'].pk)].worth.mean:,.0f}"
    roadmap = lead.get("/plan/roadmap/").content.decode()
    assert "What 3 finished initiatives brought makes estimates 16 % lower." in roadmap.replace("\xa0", " ")
    assert counted in roadmap and counted in lead.get(f"/plan/initiatives/{work['web'].pk}/").content.decode()


def test_where_nothing_ever_came_of_it_nothing_is_expected_and_nothing_breaks(work: Work) -> None:
    for ratio in (-0.4, -0.5, -0.6):
        held(ratio, 75)

    web = assembled(TODAY).problem.by_key[str(work["web"].pk)]

    assert web.worth.mean == 0.0 and web.worth.low <= 0.0 <= web.worth.high
