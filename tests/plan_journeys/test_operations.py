"""Operations on drawings: each is taken back exactly, and those that touch nothing in common come in any order."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plan_journeys.test_drawing import SHOP
from vivencia.plan.journeys.comparing import compare
from vivencia.plan.journeys.drawing import Cell, Comment, Drawing, DrawingError, Lane, Link, Phase, Step, arranged
from vivencia.plan.journeys.operations import (
    Add,
    Move,
    Note,
    Operation,
    Remove,
    Replace,
    Set,
    Together,
    VoidError,
    apply,
    inverse,
    meet,
    read,
    touches,
    write,
)

MAP = arranged(SHOP)
STEPS = ("choose", "deliver", "return", "new", "other")
PHASES = ("buy", "receive", "use")
LANES = ("touch", "mood", "own", "extra")
steps, phases, lanes = st.sampled_from(STEPS), st.sampled_from(PHASES), st.sampled_from(LANES)
words = st.sampled_from(["", "a", "Ready in a day", "ñandú"])
share = st.sampled_from([None, 0.0, 0.25, 1.0])
after = st.none() | steps


def _settings_of_steps() -> st.SearchStrategy[Operation]:
    values: dict[str, st.SearchStrategy[Any]] = {
        "name": words,
        "touchpoint": st.sampled_from([None, "web"]),
        "channels": st.lists(words, max_size=2),
        "optional": st.booleans(),
        "then": st.sampled_from(["one", "all"]),
        "goal": words,
        "expectations.promise_share": share,
        "expectations.human_reachable": st.sampled_from([None, True, False]),
    }
    return st.one_of([st.builds(Set, st.just("step"), steps, st.just(name), value) for name, value in values.items()])


def operations_on_maps() -> st.SearchStrategy[Operation]:
    several = st.lists(_single().filter(lambda one: not _of_comment(one)), min_size=1, max_size=3).map(tuple)
    return st.one_of(_single(), st.just(Replace(Drawing("Empty"))), st.builds(Together, several))


def _of_comment(operation: Operation) -> bool:
    return getattr(operation, "of", "") == "comment"


def _single() -> st.SearchStrategy[Operation]:
    step = st.builds(Step, steps, phases, words)
    return st.one_of(
        _settings_of_steps(),
        st.builds(Set, st.just("map"), st.just(""), st.just("title"), words),
        st.builds(Set, st.just("phase"), phases, st.just("name"), words),
        st.builds(Note, st.builds(Cell, steps, lanes, words, st.sampled_from([None, -0.5, 1.0]))),
        st.builds(Add, st.just("step"), step, after),
        st.builds(Add, st.just("phase"), st.builds(Phase, phases, words), st.none() | phases),
        st.builds(Add, st.just("lane"), st.builds(Lane, lanes, words), st.none() | lanes),
        st.builds(Add, st.just("link"), st.builds(Link, steps, steps)),
        st.builds(Add, st.just("comment"), st.builds(Comment, st.just("c2"), words, words, words, st.none() | steps)),
        st.builds(Remove, st.just("step"), steps),
        st.builds(Remove, st.just("phase"), phases),
        st.builds(Remove, st.just("lane"), lanes),
        st.builds(Remove, st.just("link"), st.sampled_from(["choose deliver", "return choose"])),
        st.builds(Move, st.just("step"), steps, after, phases),
        st.builds(Move, st.just("phase"), phases, st.none() | phases),
        st.builds(Move, st.just("lane"), lanes, st.none() | lanes),
    )


def _tried(drawing: Drawing, operation: Operation) -> Drawing | None:
    try:
        return apply(drawing, operation)
    except VoidError:
        return None


@settings(max_examples=120, deadline=None)
@given(st.lists(operations_on_maps(), max_size=6))
def test_every_operation_is_taken_back_exactly(done: list[Operation]) -> None:
    drawing, back = MAP, []
    for operation in done:
        new = _tried(drawing, operation)
        if new is not None:
            assert new == arranged(new)
            back.append((inverse(drawing, operation), drawing))
            drawing = new
    for undo, earlier in reversed(back):
        drawing = apply(drawing, undo)
        assert drawing == earlier


@settings(max_examples=120, deadline=None)
@given(operations_on_maps(), operations_on_maps())
def test_operations_that_touch_nothing_in_common_come_in_either_order(one: Operation, other: Operation) -> None:
    together = [_tried(MAP, one), _tried(MAP, other)]
    if meet(touches(one), touches(other)) or None in together:
        return
    first, second = _tried(together[0] or MAP, other), _tried(together[1] or MAP, one)
    if first is None or second is None:  # what it was about went with a phase or a lane
        assert any(isinstance(each, Remove | Together) for each in (one, other))
    elif not any(isinstance(each, Move | Add | Remove | Together) for each in (one, other)):
        assert first == second
    else:  # two may choose the same neighbour; nothing is lost by that
        assert _unordered(first) == _unordered(second)


def _unordered(drawing: Drawing) -> Drawing:
    return replace(
        drawing,
        phases=tuple(sorted(drawing.phases, key=lambda one: one.key)),
        lanes=tuple(sorted(drawing.lanes, key=lambda one: one.key)),
        steps=tuple(sorted(drawing.steps, key=lambda one: one.key)),
    )


@given(operations_on_maps())
def test_operations_go_through_json_without_loss(operation: Operation) -> None:
    again = read(write(operation))
    assert write(again) == write(operation)
    assert _tried(MAP, again) == _tried(MAP, operation)


def test_a_removed_phase_comes_back_with_all_that_hung_on_it() -> None:
    without = apply(MAP, Remove("phase", "receive"))
    assert [step.key for step in without.steps] == ["choose"]
    assert (without.links, without.comments) == ((), ())
    assert apply(without, inverse(MAP, Remove("phase", "receive"))) == MAP


def test_a_step_moves_between_phases_to_the_place_it_was_dropped_at() -> None:
    moved = apply(MAP, Move("step", "choose", after="deliver", phase="receive"))
    assert [step.key for step in moved.steps] == ["deliver", "choose", "return"]
    assert moved.steps[1].phase == "receive"


def test_a_gesture_leaves_out_what_finds_nothing_and_is_taken_back_at_once() -> None:
    step = Step("new", "buy", "New")
    gesture = Together((Add("step", step, "choose"), Remove("link", "gone away"), Set("step", "new", "name", "Named")))
    done = apply(MAP, gesture)
    assert [one.name for one in done.steps][1] == "Named"
    assert apply(done, inverse(MAP, gesture)) == MAP
    with pytest.raises(VoidError):
        apply(MAP, Together((Remove("link", "gone away"),)))


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (Set("step", "gone", "name", "x"), "gone"),
        (Note(Cell("deliver", "nolane", "x")), "gone"),
        (Add("step", Step("deliver", "buy", "again")), "twice"),
        (Add("step", Step("late", "nophase", "x")), "gone"),
        (Add("link", Link("deliver", "gone")), "gone"),
    ],
)
def test_what_finds_nothing_to_work_on_says_why(operation: Operation, why: str) -> None:
    with pytest.raises(VoidError) as void:
        apply(MAP, operation)
    assert void.value.why == why


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"do": "explode"}, "do"),
        ({"do": "set", "of": "step", "key": "deliver", "field": "key", "value": "x"}, "step.key"),
        ({"do": "set", "of": "step", "key": "deliver", "field": "expectations.promise_share", "value": 2}, "step."),
        ({"do": "add", "of": "castle", "part": {}}, "of"),
        ({"do": "move", "of": "link", "key": "a b"}, "of"),
        ({"do": "together", "operations": [{"do": "replace", "drawing": {}}]}, "operations[0]"),
        ("nothing", "the operation"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(document: object, place: str) -> None:
    with pytest.raises(DrawingError) as wrong:
        apply(MAP, read(document))
    assert wrong.value.path.startswith(place)


def test_two_states_of_a_map_are_told_apart_place_by_place() -> None:
    def changes(*several: Operation) -> list[tuple[str, str, str, object, object]]:
        drawing = MAP
        for one in several:
            drawing = apply(drawing, one)
        return [(one.of, one.name, one.field, one.old, one.new) for one in compare(MAP, drawing)]

    first = MAP.steps[0]
    assert changes() == []
    assert changes(Set("step", first.key, "goal", "Be sure")) == [
        ("step", first.name, "goal", first.goal or None, "Be sure")
    ]
    assert ("step", first.name, "", first.name, None) in changes(Remove("step", first.key))
    assert changes(Set("map", "", "title", "Other")) == [("map", "", "title", MAP.title, "Other")]
    moved = apply(MAP, Move("lane", MAP.lanes[0].key, MAP.lanes[-1].key))
    assert [(one.name, one.moved) for one in compare(MAP, moved)] == [(MAP.lanes[0].name, True)]
