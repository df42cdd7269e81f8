"""What is asked about a plan: reasons, prices, changes, the next best, how sure."""

from dataclasses import replace

import numpy as np
import pytest

from vivencia.plan.roadmap.optimiser.answers import better_first, change, next_best, prices, use, why_not
from vivencia.plan.roadmap.optimiser.checking import check, worth
from vivencia.plan.roadmap.optimiser.optimise import ImpossibleError, optimise
from vivencia.plan.roadmap.optimiser.planted import Shape, planted
from vivencia.plan.roadmap.optimiser.problem import Gap, Initiative, Pilot, Problem, Stream, Team, Worth
from vivencia.plan.roadmap.optimiser.uncertainty import better, draws_of, spread, values


def sure(value: float) -> Worth:
    return Worth(value, value, value)


# Ten days a quarter. Web (8 days, 400 a year) and stock (8 days, 300 a year) do not fit in one quarter together.
WEB = Initiative("web", sure(400.0), effort={"it": (8.0,)}, cost_once=10.0)
STOCK = Initiative("stock", sure(300.0), effort={"it": (8.0,)}, cost_once=10.0)
TWO = Problem(2, (WEB, STOCK), teams=(Team("it", (10.0, 0.0)),), quarters_after=2)


def test_the_dearer_of_two_is_chosen_and_the_other_says_which_team_lacks_when() -> None:
    found = optimise(TWO, 5.0)

    assert found.starts == {"web": 0}
    assert found.value == pytest.approx(300.0)  # three quarters of 400 a year
    why = why_not(TWO, found.starts, "stock")
    assert (why.reason, why.of, why.quarters) == ("capacity", ("it",), (0,))


def test_one_more_team_day_is_worth_nothing_and_six_more_bring_the_other() -> None:
    found = optimise(TWO, 5.0)
    six, *tenths = prices(TWO, found, 2.0)  # what keeps stock out is priced by what it would take
    assert (0, 1, 0.0) in [
        (each.quarter, each.more, each.gain) for each in tenths
    ]  # a tenth more: 11 days, still not 16
    assert (six.kind, six.of, six.quarter, six.more) == ("capacity", "it", None, 6.0)
    assert six.gain == pytest.approx(225.0) and six.exact

    wide = replace(TWO, teams=(Team("it", (15.0, 0.0)),))
    priced = next(each for each in prices(wide, optimise(wide, 5.0), 2.0) if each.quarter == 0)
    assert (priced.kind, priced.of, priced.quarter, priced.more) == ("capacity", "it", 0, 2)
    assert priced.gain == pytest.approx(225.0) and priced.exact


def test_a_streams_share_that_forbids_the_choice_has_its_price() -> None:
    small = Initiative("small", sure(40.0), cost_once=10.0, stream="b")
    big = Initiative("big", sure(400.0), cost_once=90.0, stream="a")
    problem = Problem(1, (small, big), streams=(Stream("a", max_share=0.7), Stream("b")), quarters_after=4)
    found = optimise(problem, 2.0)

    assert found.starts == {"small": 0}  # with both, 90 % of the money would be the first stream's: no share is near
    assert [(each.kind, each.of, each.gain) for each in prices(problem, found, 2.0)] == [("balance", "a", 400.0)]


def test_a_change_by_hand_is_completed_as_well_as_possible_and_costs_what_it_costs() -> None:
    found = optimise(TWO, 5.0)

    changed = change(TWO, found, {"stock": 0}, 5.0)

    assert changed.found.starts == {"stock": 0} and set(changed.moved) == {"web", "stock"}
    assert changed.loss == pytest.approx(75.0)
    assert change(TWO, found, {"web": None}, 5.0).loss == pytest.approx(75.0)


def test_a_change_that_breaks_a_rule_is_impossible() -> None:
    with pytest.raises(ImpossibleError):
        change(TWO, optimise(TWO, 5.0), {"stock": 1}, 5.0)


def test_the_next_best_plan_chooses_otherwise() -> None:
    found = optimise(TWO, 5.0)

    other = next_best(TWO, found, 5.0)

    assert other is not None and other.starts == {"stock": 0}
    assert better_first(found, other) == (found, other) and better_first(found, None) == (found, None)


def test_where_the_second_search_finds_more_its_plan_is_the_plan() -> None:
    found = optimise(TWO, 5.0)
    less = replace(found, starts={"stock": 0}, value=found.value - 1, proven=False)

    first, second = better_first(less, found)

    assert first.starts == found.starts and first.bound >= first.value and second == less


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(STOCK, left_out=True), "left out"),
        (replace(STOCK, duration=3), "too late"),
        (replace(STOCK, after=("gone",)), "waits for"),
        (replace(STOCK, worth=sure(0.0)), "worthless"),
        (replace(STOCK, effort={}, cost_once=100.0), "too large"),
        (replace(STOCK, effort={}, cost_once=45.0), "budget"),
        (replace(STOCK, after=("web",), earliest=0, deadline=0), "order"),
        (replace(STOCK, effort={}, stream="full", cost_once=1.0), "balance"),
    ],
)
def test_each_reason_is_told(changed: Initiative, reason: str) -> None:
    gone = Initiative("gone", sure(-1.0))
    problem = replace(
        TWO, initiatives=(WEB, changed, gone), budget=(50.0, 40.0), streams=(Stream("full", max_count=0),)
    )

    assert why_not(problem, {"web": 0}, "stock").reason == reason


def test_use_tells_what_there_is_and_what_is_used() -> None:
    told = use(replace(TWO, budget=(20.0, 5.0)), {"web": 0})

    assert [(each.of, each.there_is, each.used) for each in told] == [
        ("it", (10.0, 0.0), (8.0, 0.0)),
        ("", (20.0, 5.0), (10.0, 0.0)),
    ]


def test_a_gap_shared_by_two_is_closed_by_each_in_part() -> None:
    both = tuple(replace(each, gap="g", effort={}) for each in (WEB, STOCK))
    problem = replace(TWO, initiatives=both, gaps=(Gap("g", 500.0),))

    # web leaves a fifth open, stock two fifths of that: 500 · (1 − 0.2 · 0.4) = 460 a year, for three quarters
    assert worth(problem, {"web": 0, "stock": 0}) == pytest.approx(345.0)
    assert optimise(problem, 5.0).value == pytest.approx(345.0)


def test_a_cheap_pilot_goes_before_a_dear_programme_when_knowing_pays() -> None:
    programme = Initiative("programme", sure(1000.0), cost_once=500.0, earliest=1)
    pilot = Initiative("pilot", sure(0.0), cost_once=20.0, pilot=Pilot("programme", chance=0.5))
    problem = Problem(3, (programme, pilot), quarters_after=1, objective="net")

    found = optimise(problem, 5.0)

    # 1,000 a year from quarter 2 on: 500 − 500 = 0 without knowing; half the 500 spared by 20 with it
    assert found.starts == {"pilot": 0, "programme": 1}
    assert found.value == pytest.approx(230.0)
    dear = replace(problem, initiatives=(programme, replace(pilot, cost_once=300.0)))
    assert "pilot" not in optimise(dear, 5.0).starts


def test_drawn_values_keep_their_means_and_ranges() -> None:
    problem = Problem(1, (Initiative("a", Worth(100.0, 60.0, 180.0)), Initiative("b", Worth(50.0, 50.0, 50.0))))

    drawn = draws_of(problem, many=40_000).brought

    assert drawn[:, 0].mean() == pytest.approx(100.0, abs=1.0)
    assert np.quantile(drawn[:, 0], 0.975) - np.quantile(drawn[:, 0], 0.025) == pytest.approx(120.0, rel=0.05)
    assert (drawn[:, 1] == 50.0).all()


def test_simulated_values_agree_with_the_checker_where_nothing_varies() -> None:
    problem = planted(Shape(initiatives=40, quarters=6, must_do=0, gaps=0.5, objective="net"), 4)
    fixed = replace(problem, initiatives=tuple(replace(i, worth=sure(i.worth.mean)) for i in problem.initiatives))
    found = optimise(fixed, 0.5)

    assert values(fixed, found.starts, draws_of(fixed, many=2)) == pytest.approx([found.value] * 2)


def test_how_often_better_is_the_share_of_joint_draws() -> None:
    likely = Initiative("likely", Worth(100.0, 90.0, 110.0))
    unlikely = Initiative("unlikely", Worth(95.0, -50.0, 240.0))
    problem = Problem(1, (likely, unlikely), quarters_after=4)
    drawn = draws_of(problem)

    share = better(values(problem, {"likely": 0}, drawn), values(problem, {"unlikely": 0}, drawn))

    assert 0.45 < share < 0.6
    assert spread(values(problem, {"likely": 0}, drawn)).above_zero == 1.0


def test_the_checker_finds_every_kind_of_breach() -> None:
    late = Initiative("late", sure(1.0), duration=2, earliest=1, deadline=1, cost_once=30.0, after=("web",), stream="s")
    must = Initiative("must", sure(1.0), must_do=True)
    out = Initiative("out", sure(1.0), left_out=True, stream="s")
    fixed = Initiative("fixed", sure(1.0), start=1)
    problem = replace(
        TWO,
        initiatives=(WEB, STOCK, late, must, out, fixed),
        budget=(50.0, 5.0),
        streams=(Stream("s", max_share=0.2, max_count=1), Stream("none", min_share=0.1, min_count=1)),
    )

    breaches = check(problem, {"web": 0, "stock": 0, "late": 0, "out": 0, "fixed": 0}).breaches

    assert {each.what for each in breaches} == {
        "capacity", "earliest start", "must be done", "left out", "fixed start", "after web", "largest share",
        "largest number", "least share", "least number",
    }  # fmt: skip
    assert {each.what for each in check(problem, {"late": 1}).breaches} >= {"end of the plan", "deadline", "budget"}


def test_what_runs_on_costs_as_long_as_its_value_is_counted() -> None:
    dear = Initiative("dear", sure(100.0), cost_a_quarter=30.0)
    problem = Problem(8, (dear,), quarters_after=4, objective="net")

    assert optimise(problem, 1.0).starts == {}  # 100 a year for 120 a year, whenever it begins
    assert worth(problem, {"dear": 7}) == pytest.approx(4 * 25 - 5 * 30)
