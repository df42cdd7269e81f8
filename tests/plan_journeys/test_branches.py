"""Where a map branches, what lies on each branch, and where they meet again."""

from dataclasses import replace

from tests.plan_journeys.test_conformance import drawing
from vivencia.plan.journeys.branches import forks, levels

STEPS = [(key, None, False) for key in "abcdef"]


def test_two_ways_that_meet_again_are_a_fork_and_stand_below_each_other() -> None:
    drawn = drawing(STEPS[:5], [(0, 1, "next"), (0, 2, "next"), (1, 4, "next"), (2, 3, "next"), (3, 4, "next")])
    (fork,) = forks(drawn)
    assert (fork.step, fork.then, fork.join) == ("a", "one", "e")
    assert [one.steps for one in fork.branches] == [("b",), ("c", "d")]
    assert levels(drawn) == {"a": 0, "b": 0, "c": 1, "d": 1, "e": 0}


def test_a_short_cut_and_a_way_back_are_no_fork() -> None:
    drawn = drawing(STEPS[:3], [(0, 1, "next"), (1, 2, "next"), (0, 2, "optional"), (2, 0, "loop")])
    assert forks(drawn) == ()
    assert set(levels(drawn).values()) == {0}


def test_a_fork_within_a_branch_makes_room_below_it() -> None:
    links = [
        (0, 1, "next"),
        (0, 4, "next"),
        (1, 2, "next"),
        (1, 3, "next"),
        (2, 5, "next"),
        (3, 5, "next"),
        (4, 5, "next"),
    ]
    drawn = drawing(STEPS, links)  # type: ignore[arg-type]  # kinds are literals
    assert [(fork.step, len(fork.branches)) for fork in forks(drawn)] == [("a", 2), ("b", 2)]
    assert levels(drawn) == {"a": 0, "b": 0, "c": 0, "d": 1, "e": 2, "f": 0}


def test_branches_that_never_meet_again_have_no_join() -> None:
    drawn = drawing(STEPS[:3], [(0, 1, "next"), (0, 2, "next")])
    drawn = replace(drawn, steps=(replace(drawn.steps[0], then="all"), *drawn.steps[1:]))
    (fork,) = forks(drawn)
    assert (fork.then, fork.join) == ("all", None)
