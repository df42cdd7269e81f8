"""The optimiser finds what exhaustive search finds, and says truly how far it may be from the best."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.roadmap.exhaustive import best_of_all
from vivencia.plan.roadmap.optimiser.checking import check, same, worth
from vivencia.plan.roadmap.optimiser.formulation import Style, formulate
from vivencia.plan.roadmap.optimiser.neighbourhood import worth as quick_worth
from vivencia.plan.roadmap.optimiser.optimise import ImpossibleError, _bare, optimise
from vivencia.plan.roadmap.optimiser.planted import SHAPES, Shape, planted
from vivencia.plan.roadmap.optimiser.problem import Gap, Initiative, Pilot, Problem, Stream, Team, Worth
from vivencia.plan.roadmap.optimiser.solving import Solver, relax
from vivencia.plan.roadmap.optimiser.tables import tables


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    """Up to five initiatives and three quarters with every kind of rule."""
    quarters = draw(st.integers(2, 3))
    many = draw(st.integers(1, 5))
    whole = st.integers(0, 9)
    initiatives: list[Initiative] = []
    for i in range(many):
        lasts = draw(st.integers(1, 2))
        gap = "g" if draw(st.integers(0, 2)) == 0 else ""
        tried = initiatives[draw(st.integers(0, i - 1))] if i and draw(st.integers(0, 3)) == 0 else None
        pilot = Pilot(tried.key, None if tried.chance < 1 else 0.5) if tried else None
        first = (f"i{draw(st.integers(0, i - 1))}",) if i and pilot is None and draw(st.booleans()) else ()
        mean = float(draw(whole))
        initiatives.append(
            Initiative(
                f"i{i}",
                Worth(mean, mean - 1, mean + 1, "once" if not gap and draw(st.booleans()) else "a_year"),
                stream=draw(st.sampled_from(["a", "b"])),
                duration=lasts,
                effort={"t": tuple(float(draw(whole)) for _ in range(lasts))},
                cost_once=float(draw(whole)),
                cost_a_quarter=float(draw(st.integers(0, 1))),
                after=first,
                gap=gap,
                must_do=draw(st.integers(0, 7)) == 0,
                earliest=draw(st.integers(0, 1)),
                deadline=draw(st.sampled_from([None, None, 1])),
                pilot=pilot,
                chance=draw(st.sampled_from([1.0, 1.0, 0.5])),
            )
        )
    return Problem(
        quarters,
        tuple(initiatives),
        teams=(Team("t", tuple(float(draw(st.integers(4, 14))) for _ in range(quarters))),),
        budget=draw(st.sampled_from([None, tuple([12.0] * quarters)])),
        streams=draw(st.sampled_from([(), (Stream("a", min_share=0.3, max_share=0.8),), (Stream("b", min_count=1),)])),
        gaps=(Gap("g", 10.0),),
        objective=draw(st.sampled_from(["value", "net"])),
        discount=draw(st.sampled_from([0.0, 0.1])),
        quarters_after=draw(st.integers(0, 2)),
    )


@settings(max_examples=50, deadline=None)
@given(small_problems())
def test_small_problems_are_solved_as_by_exhaustive_search(problem: Problem) -> None:
    truth = best_of_all(problem)
    if truth is None:
        with pytest.raises(ImpossibleError):
            optimise(problem, 20.0)
        return

    found = optimise(problem, 20.0)

    assert check(problem, found.starts).passed
    assert same(found.value, truth) and same(found.value, worth(problem, found.starts))
    assert found.proven and found.bound >= found.value - 1e-9


@pytest.mark.parametrize("style", ["starts", "begun"])
def test_both_formulations_agree(style: Style) -> None:
    problem = planted(replace(SHAPES["shared gaps"], initiatives=12, quarters=4, must_do=0, min_share=0.0), 3)
    model = formulate(tables(problem), style)

    solved = Solver(model).solve(30.0)

    assert solved.proven
    assert solved.value == pytest.approx(Solver(formulate(tables(problem))).solve(30.0).value)


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_an_allowed_plan_below_its_bound(name: str) -> None:
    problem = planted(replace(SHAPES[name], initiatives=40, quarters=6, must_do=0), 1)
    relaxed = relax(formulate(tables(problem)))

    found = optimise(problem, 0.5)

    assert check(problem, found.starts).passed
    assert relaxed is not None and found.value <= found.bound <= relaxed.value + 1e-6
    assert found.gap is not None and found.gap >= 0.0


def test_the_arrays_value_a_plan_as_the_checker_does() -> None:
    for name in SHAPES:
        problem = planted(replace(SHAPES[name], initiatives=40, quarters=6, must_do=0), 2)
        found = optimise(problem, 0.3)
        starts = np.array([found.starts.get(each.key, -1) for each in problem.initiatives])
        assert same(quick_worth(tables(problem), starts), worth(problem, found.starts))


def test_a_plan_to_begin_with_is_never_made_worse() -> None:
    problem = planted(Shape(initiatives=60), 5)
    first = optimise(problem, 0.5)

    again = optimise(problem, 0.2, begin=first.starts, seed=9)

    assert again.value >= first.value - 1e-9


def test_a_problem_without_initiatives_has_the_empty_plan() -> None:
    found = optimise(Problem(4, (), teams=(Team("t", (1.0,) * 4),)), 1.0)

    assert found.starts == {} and found.value == 0.0 and found.gap == 0.0


def test_a_pilot_of_what_is_not_done_is_not_done_either() -> None:
    """Nor what only leads to what is not done, however the plan came by it."""
    pilot = Initiative("p", Worth(0, 0, 0), cost_once=5.0, pilot=Pilot("big"))
    lead, then = Initiative("lead", Worth(0, 0, 0), cost_once=5.0), Initiative("then", Worth(1, 1, 1), after=("lead",))
    big = Initiative("big", Worth(9, 9, 9), left_out=True, chance=0.5)
    problem = Problem(3, (big, pilot, lead, then), objective="net")

    assert optimise(problem, 1.0, begin={"p": 0, "lead": 0, "then": 1}).starts == {}
    assert _bare(tables(problem), {"p": 0, "lead": 0, "then": 2}) == {}
