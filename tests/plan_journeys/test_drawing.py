"""Drawings: read and written without loss, refused with the place and what may stand there."""

import json
from typing import Any

import pytest

from vivencia.plan.journeys.drawing import (
    Cell,
    Comment,
    Drawing,
    DrawingError,
    Expectations,
    Lane,
    Link,
    Phase,
    Step,
    arranged,
    check,
    from_json,
    key_for,
    to_json,
)

SHOP = Drawing(
    title="Buy and receive",
    language="en",
    kind="target",
    persona="Careful buyers",
    phases=(Phase("buy", "Buy", "before"), Phase("receive", "Receive", "during")),
    lanes=(Lane("touch", "Touchpoint", "touchpoint"), Lane("mood", "How it feels", "emotion"), Lane("own", "Stock")),
    steps=(
        Step("choose", "buy", "Choose", "product page", ("web", "app"), goal="Find what fits"),
        Step("deliver", "receive", "Parcel comes", "delivery", expectations=Expectations(86400.0, "delivery", 0.95)),
        Step("return", "receive", "Send it back", optional=True, systems=("ERP",), policies=("30 days",)),
    ),
    links=(Link("choose", "deliver"), Link("deliver", "return", "optional", 0.1), Link("return", "choose", "loop")),
    notes=(Cell("deliver", "mood", "At last!", 0.8, "lived"), Cell("choose", "own", "Show what is there")),
    comments=(Comment("c1", "Why so late?", "Ana", "2026-03-02T10:00:00+00:00", "deliver"),),
)


def test_a_drawing_goes_through_json_without_loss() -> None:
    assert from_json(json.loads(json.dumps(to_json(SHOP)))) == arranged(SHOP)
    assert to_json(from_json(to_json(arranged(SHOP)))) == to_json(arranged(SHOP))


def test_steps_are_ordered_by_their_phase_and_then_as_they_stand() -> None:
    mixed = Drawing("", phases=SHOP.phases, steps=(SHOP.steps[1], SHOP.steps[0], SHOP.steps[2]))
    assert [step.key for step in arranged(mixed).steps] == ["choose", "deliver", "return"]


@pytest.mark.parametrize(
    ("path", "value", "place", "allowed"),
    [
        (("kind",), "dreamt", "kind", ("lived", "target")),
        (("phases", 0, "when"), "always", "phases[0].when", ("before", "during", "after")),
        (("steps", 1, "phase"), "nowhere", "steps[1].phase", ("buy", "receive")),
        (("steps", 1, "expectations"), {"promise_share": 95}, "steps[1].expectations.promise_share", None),
        (("steps", 0, "channels"), "web", "steps[0].channels", ("a list",)),
        (("links", 0, "target"), "gone", "links[0].target", ("choose", "deliver", "return")),
        (("notes", 0, "colour"), "red", "notes[0].colour", None),
        (("steps", 2, "key"), "choose", "steps[2].key", ()),
        (("version",), 9, "version", ("1",)),
    ],
)
def test_what_is_no_drawing_is_refused_with_its_place(
    path: tuple[Any, ...], value: object, place: str, allowed: tuple[str, ...] | None
) -> None:
    document: Any = json.loads(json.dumps(to_json(SHOP)))
    within = document
    for part in path[:-1]:
        within = within[part]
    within[path[-1]] = value
    with pytest.raises(DrawingError) as wrong:
        from_json(document)
    assert wrong.value.path == place
    assert str(wrong.value).startswith(place)
    if allowed is not None:
        assert wrong.value.allowed == allowed


def test_a_drawing_made_by_hand_is_checked_like_a_file() -> None:
    assert check(SHOP) is SHOP
    with pytest.raises(DrawingError, match=r"steps\[0\]\.phase"):
        check(Drawing("", steps=(Step("a", "none", "A"),)))


def test_keys_read_like_names_and_are_never_taken_twice() -> None:
    assert key_for("Order sent!", []) == "order-sent"
    assert key_for("Order sent!", ["order-sent", "order-sent-2"]) == "order-sent-3"
    assert key_for("¿…?", []) == "x"
