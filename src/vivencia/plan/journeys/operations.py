"""What can be done to a drawing: seven small operations, each with the one that takes it back. Pure.

`apply(drawing, operation)` is the new drawing, `inverse(drawing, operation)` what takes it back afterwards, so that
`apply(apply(d, op), inverse(d, op)) == d` for every arranged drawing. Where an operation cannot have its effect because
what it is about has been removed meanwhile, `VoidError` says so; where it makes no sense at all, `DrawingError` does.

`touches(operation)` names the places an operation writes to. Two operations that touch no common place can come in
either order with the same result; the same place written twice is a conflict, and the later one stands.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar, cast

from vivencia.plan.journeys.drawing import (
    MOST_COMMENTS,
    MOST_LANES,
    MOST_LINKS,
    MOST_PHASES,
    MOST_STEPS,
    Cell,
    Comment,
    Drawing,
    DrawingError,
    Lane,
    Link,
    Phase,
    Step,
    arranged,
    from_json,
    plain,
    read_cell,
    read_comment,
    read_lane,
    read_link,
    read_phase,
    read_step,
    to_json,
)

Sort = Literal["map", "phase", "lane", "step", "link", "comment"]
Part = Phase | Lane | Step | Link | Comment
Place = tuple[str, ...]
Held = TypeVar("Held")

# The collection of a drawing that holds parts of a sort, and how one is read.
HELD: dict[str, tuple[str, Callable[[str, object], Part]]] = {
    "phase": ("phases", read_phase),
    "lane": ("lanes", read_lane),
    "step": ("steps", read_step),
    "link": ("links", read_link),
    "comment": ("comments", read_comment),
}
MOST = {
    "phase": MOST_PHASES,
    "lane": MOST_LANES,
    "step": MOST_STEPS,
    "link": MOST_LINKS,
    "comment": MOST_COMMENTS,
}
ORDERED = ("phase", "lane", "step")
SETTABLE: dict[str, tuple[str, ...]] = {
    "map": ("title", "language", "kind", "persona"),
    "phase": ("name", "when"),
    "lane": ("name", "kind"),
    "step": (
        *("name", "touchpoint", "channels", "optional", "then", "responsible", "team"),
        *("systems", "policies", "goal", "questions", "ideas"),
        *("expectations.waiting_seconds", "expectations.promise", "expectations.promise_share"),
        *("expectations.score_metric", "expectations.score", "expectations.feeling"),
        *("expectations.pass_share", "expectations.effort", "expectations.human_reachable"),
    ),
    "link": ("kind", "share"),
    "comment": ("text", "resolved"),
}


class VoidError(Exception):
    """The operation finds nothing to work on. `why`: "gone" (removed meanwhile) or "twice" (it is there already)."""

    def __init__(self, why: Literal["gone", "twice"]) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Belongings:
    """What comes and goes together with a part: a phase's steps, a step's links, notes and comments."""

    steps: tuple[Step, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[Cell, ...] = ()
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Set:
    """One field of the map or of one part gets a value: a name, an expectation, a link's kind. The key of a link is
    "source target", that of the map ""."""

    of: Sort
    key: str
    field: str
    value: Any


@dataclass(frozen=True)
class Note:
    """What stands where a lane meets a step; neither text nor feeling: nothing stands there."""

    cell: Cell


@dataclass(frozen=True)
class Add:
    """A part comes in, after another of its sort (None: first; not there any more: last), with its belongings."""

    of: Sort
    part: Part
    after: str | None = None
    belongings: Belongings = Belongings()


@dataclass(frozen=True)
class Remove:
    """A part goes, with its belongings."""

    of: Sort
    key: str


@dataclass(frozen=True)
class Move:
    """A phase, a lane or a step goes after another (None: first); a step into a phase."""

    of: Sort
    key: str
    after: str | None = None
    phase: str = ""


@dataclass(frozen=True)
class Replace:
    """The whole drawing: a version is restored, a file takes its place."""

    drawing: Drawing


@dataclass(frozen=True)
class Together:
    """Several operations that are one gesture: done in their order, taken back at once. What finds nothing to work on
    is left out; only where nothing at all has an effect is the whole without one. Comments come and go alone."""

    operations: "tuple[Single, ...]"


Single = Set | Note | Add | Remove | Move
Operation = Single | Replace | Together
MOST_TOGETHER = 500  # one gesture; more at once would keep everybody waiting


def key_of(part: Part) -> str:
    return f"{part.source} {part.target}" if isinstance(part, Link) else part.key


def find(drawing: Drawing, of: str, key: str) -> Part:
    """The part. Raises VoidError where it is not there."""
    found = next((one for one in _held(drawing, of) if key_of(one) == key), None)
    if found is None:
        raise VoidError("gone")
    return found


def _held(drawing: Drawing, of: str) -> tuple[Part, ...]:
    return cast("tuple[Part, ...]", getattr(drawing, HELD[of][0]))


def apply(drawing: Drawing, operation: Operation) -> Drawing:
    """The drawing with this done. Raises VoidError, and DrawingError where the value may not stand there."""
    match operation:
        case Set():
            return _set(drawing, operation)
        case Note(cell):
            return _note(drawing, cell)
        case Add():
            return _add(drawing, operation)
        case Remove(of, key):
            return _remove(drawing, of, key)
        case Move():
            return _move(drawing, operation)
        case Replace(other):
            return arranged(other)
        case Together(several):
            return _followed(drawing, several)[0]


def _followed(drawing: Drawing, several: "tuple[Single, ...]") -> "tuple[Drawing, tuple[Operation, ...]]":
    """The drawing with all of them done, and what takes back those that had an effect, the last first."""
    back: list[Operation] = []
    void: VoidError | None = None
    for one in several:
        try:
            drawing, taken_back = apply(drawing, one), inverse(drawing, one)
        except VoidError as error:
            void = void or error
            continue
        back.append(taken_back)
    if void and not back:
        raise void
    return drawing, tuple(reversed(back))


def inverse(drawing: Drawing, operation: Operation) -> Operation:
    """What takes the operation back, once it is applied to this drawing. Raises VoidError as `apply` does."""
    match operation:
        case Set(of, key, field):
            return Set(of, key, field, _value(drawing, of, key, field))
        case Note(cell):
            return Note(drawing.cell(cell.step, cell.lane) or Cell(cell.step, cell.lane))
        case Add(of, part):
            return Remove(of, key_of(part))
        case Remove(of, key):
            part = find(drawing, of, key)
            return Add(of, part, _before(drawing, of, part), belongings(drawing, of, key))
        case Move(of, key):
            part = find(drawing, of, key)
            return Move(of, key, _before(drawing, of, part), part.phase if isinstance(part, Step) else "")
        case Replace():
            return Replace(drawing)
        case Together(several):
            return Together(cast("tuple[Single, ...]", _followed(drawing, several)[1]))


def belongings(drawing: Drawing, of: str, key: str) -> Belongings:
    """What goes when this part goes."""
    if of == "lane":
        return Belongings(notes=tuple(one for one in drawing.notes if one.lane == key))
    if of not in ("phase", "step"):
        return Belongings()
    steps = drawing.steps_of(key) if of == "phase" else ()
    gone = {step.key for step in steps} if of == "phase" else {key}
    return Belongings(
        steps=steps,
        links=tuple(one for one in drawing.links if one.source in gone or one.target in gone),
        notes=tuple(one for one in drawing.notes if one.step in gone),
        comments=tuple(one for one in drawing.comments if one.step in gone),
    )


def _set(drawing: Drawing, operation: Set) -> Drawing:
    of, key, field, value = operation.of, operation.key, operation.field, operation.value
    if field not in SETTABLE.get(of, ()):
        raise DrawingError(f"{of}.{field}", "cannot be set", SETTABLE.get(of, ()))
    if of == "map":
        return from_json({**to_json(drawing), field: value})
    part = find(drawing, of, key)
    document = plain(part)
    if field.startswith("expectations."):
        within = {**document["expectations"], field.removeprefix("expectations."): value}
        document["expectations"] = {name: one for name, one in within.items() if one not in (None, "")}
    else:
        document[field] = value
    new = HELD[of][1](of, document)
    return _with(drawing, of, tuple(new if one is part else one for one in _held(drawing, of)))


def _value(drawing: Drawing, of: str, key: str, field: str) -> Any:
    if of == "map":
        return to_json(drawing)[field]
    document = plain(find(drawing, of, key))
    if field.startswith("expectations."):
        return document["expectations"].get(field.removeprefix("expectations."))
    return document[field]


def _note(drawing: Drawing, cell: Cell) -> Drawing:
    if drawing.step(cell.step) is None or drawing.lane(cell.lane) is None:
        raise VoidError("gone")
    others = tuple(one for one in drawing.notes if (one.step, one.lane) != (cell.step, cell.lane))
    return arranged(replace(drawing, notes=(*others, cell)))


def _add(drawing: Drawing, operation: Add) -> Drawing:
    of, part, come = operation.of, operation.part, operation.belongings
    if any(key_of(one) == key_of(part) for one in _held(drawing, of)):
        raise VoidError("twice")
    _ends_are_there(drawing, part)
    if len(_held(drawing, of)) >= MOST[of]:
        raise DrawingError(HELD[of][0], f"has {MOST[of]} already", [f"at most {MOST[of]}"])
    drawing = _with(drawing, of, _placed(drawing, of, part, operation.after))
    there = {step.key for step in drawing.steps}
    steps = (*drawing.steps, *(one for one in come.steps if one.key not in there))
    keys, lanes = {step.key for step in steps}, {lane.key for lane in drawing.lanes}
    said = {one.key for one in drawing.comments}
    return arranged(
        replace(
            drawing,
            steps=steps,
            links=(*(one for one in come.links if one.source in keys and one.target in keys), *drawing.links),
            notes=(*(one for one in come.notes if one.step in keys and one.lane in lanes), *drawing.notes),
            comments=(
                *drawing.comments,
                *(one for one in come.comments if one.key not in said and one.step in keys),
            ),
        )
    )


def _ends_are_there(drawing: Drawing, part: Part) -> None:
    """Raises VoidError where what the part refers to is gone."""
    steps = {step.key for step in drawing.steps}
    if isinstance(part, Step) and drawing.phase(part.phase) is None:
        raise VoidError("gone")
    if isinstance(part, Link) and not {part.source, part.target} <= steps:
        raise VoidError("gone")
    if isinstance(part, Comment) and part.step is not None and part.step not in steps:
        raise VoidError("gone")


def _remove(drawing: Drawing, of: str, key: str) -> Drawing:
    part = find(drawing, of, key)
    go = belongings(drawing, of, key)
    drawing = _with(drawing, of, tuple(one for one in _held(drawing, of) if one is not part))
    return replace(
        drawing,
        steps=_without(drawing.steps, go.steps),
        links=_without(drawing.links, go.links),
        notes=_without(drawing.notes, go.notes),
        comments=_without(drawing.comments, go.comments),
    )


def _without(all_of_them: tuple[Held, ...], go: tuple[Held, ...]) -> tuple[Held, ...]:
    return tuple(one for one in all_of_them if one not in go) if go else all_of_them


def _move(drawing: Drawing, operation: Move) -> Drawing:
    of, key = operation.of, operation.key
    if of not in ORDERED:
        raise DrawingError("of", f"{of!r} has no order", ORDERED)
    part = find(drawing, of, key)
    rest = _with(drawing, of, tuple(one for one in _held(drawing, of) if one is not part))
    if isinstance(part, Step):
        part = replace(part, phase=operation.phase or part.phase)
        _ends_are_there(drawing, part)
    return _with(drawing, of, _placed(rest, of, part, operation.after))


def _placed(drawing: Drawing, of: str, part: Part, after: str | None) -> tuple[Part, ...]:
    """The parts of this sort with `part` after the one named; first of all where None, last where that one is gone.

    A step counts within its phase only; `arranged` has the phases in order.
    """
    held = _held(drawing, of)
    if of not in ORDERED:
        return (*held, part)
    if after is None:
        return (part, *held)
    phase = part.phase if isinstance(part, Step) else None
    for place, one in enumerate(held):
        if key_of(one) == after and (not isinstance(one, Step) or one.phase == phase):
            return (*held[: place + 1], part, *held[place + 1 :])
    return (*held, part)


def _before(drawing: Drawing, of: str, part: Part) -> str | None:
    """The key of the part that stands before this one, of a step within its phase; None: it is first."""
    if of not in ORDERED:
        return None
    row = drawing.steps_of(part.phase) if isinstance(part, Step) else _held(drawing, of)
    place = row.index(part)
    return key_of(row[place - 1]) if place else None


def _with(drawing: Drawing, of: str, held: tuple[Part, ...]) -> Drawing:
    changed: dict[str, Any] = {HELD[of][0]: held}
    return arranged(replace(drawing, **changed))


def touches(operation: Operation) -> frozenset[Place]:
    """The places it writes to, from the general to the special: ("step", "pay", "name"). () is everything."""
    match operation:
        case Set(of, key, field):
            return frozenset({(of, key, field)})
        case Note(cell):
            return frozenset({("step", cell.step, "note", cell.lane), ("lane", cell.lane, "note", cell.step)})
        case Add(of, part, _after, come):
            steps = {("step", step.key) for step in come.steps}
            return frozenset({(of, key_of(part)), *_hangs_on(part), *steps})
        case Remove(of, key):
            return frozenset({(of, key), *_ends(of, key)})
        case Move(of, key, _after, phase):
            inside = {("phase", phase, "step", key)} if phase else set()
            return frozenset({(of, key, "place"), *inside})
        case Replace():
            return frozenset({()})
        case Together(several):
            return frozenset(place for one in several for place in touches(one))


def _hangs_on(part: Part) -> Iterable[Place]:
    if isinstance(part, Step):
        yield ("phase", part.phase, "step", part.key)
    if isinstance(part, Link):
        yield from _ends("link", key_of(part))
    if isinstance(part, Comment) and part.step is not None:
        yield ("step", part.step, "comment", part.key)


def _ends(of: str, key: str) -> Iterable[Place]:
    if of == "link":
        for step in key.split(" "):
            yield ("step", step, "link", key)


def meet(one: frozenset[Place], other: frozenset[Place]) -> bool:
    """Whether some place of the one lies within, or around, a place of the other."""
    return any(a[: len(b)] == b[: len(a)] for a in one for b in other)


# Operations as JSON: what browsers send, and what the log keeps.


def write(operation: Operation) -> dict[str, Any]:
    """The operation as JSON says it; `read` is the inverse."""
    match operation:
        case Set(of, key, field, value):
            return {"do": "set", "of": of, "key": key, "field": field, "value": value}
        case Note(cell):
            return {"do": "note", "cell": plain(cell)}
        case Add(of, part, after, come):
            told = {"do": "add", "of": of, "part": plain(part), "after": after}
            return {**told, "belongings": _write_belongings(come)} if come != Belongings() else told
        case Remove(of, key):
            return {"do": "remove", "of": of, "key": key}
        case Move(of, key, after, phase):
            return {"do": "move", "of": of, "key": key, "after": after, "phase": phase}
        case Replace(drawing):
            return {"do": "replace", "drawing": to_json(drawing)}
        case Together(several):
            return {"do": "together", "operations": [write(one) for one in several]}


def _write_belongings(come: Belongings) -> dict[str, Any]:
    return {one.name: [plain(part) for part in getattr(come, one.name)] for one in fields(come)}


def read(document: object) -> Operation:
    """The operation a document says. Raises DrawingError naming the place and what is allowed."""
    if not isinstance(document, Mapping):
        raise DrawingError("the operation", "is no object")
    told = cast("Mapping[str, Any]", document)
    do = told.get("do")
    if do == "set":
        return Set(_sort(told, tuple(SETTABLE)), _name(told, "key"), _name(told, "field"), told.get("value"))
    if do == "note":
        return Note(read_cell("cell", told.get("cell")))
    if do == "add":
        of = _sort(told, tuple(HELD))
        come = _read_belongings(told.get("belongings", {}))
        return Add(of, HELD[of][1]("part", told.get("part")), _after(told), come)
    if do == "remove":
        return Remove(_sort(told, tuple(HELD)), _name(told, "key"))
    if do == "move":
        return Move(_sort(told, ORDERED), _name(told, "key"), _after(told), _name(told, "phase", ""))
    if do == "replace":
        return Replace(from_json(told.get("drawing")))
    if do == "together":
        return _read_together(told.get("operations"))
    raise DrawingError("do", f"is {do!r}", ["set", "note", "add", "remove", "move", "replace", "together"])


def _read_together(document: object) -> Together:
    if not isinstance(document, list) or len(document) > MOST_TOGETHER:
        raise DrawingError("operations", "is no list", [f"at most {MOST_TOGETHER} operations"])
    for place, one in enumerate(document):
        do = one.get("do") if isinstance(one, Mapping) else None
        if do in ("replace", "together") or (isinstance(one, Mapping) and one.get("of") == "comment"):
            raise DrawingError(f"operations[{place}]", "stands alone", ["set", "note", "add", "remove", "move"])
    return Together(tuple(cast("Single", read(one)) for one in document))


def _read_belongings(document: object) -> Belongings:
    told = cast("Mapping[str, Any]", document) if isinstance(document, Mapping) else {}
    readers: dict[str, Callable[[str, object], Any]] = {
        "steps": read_step,
        "links": read_link,
        "notes": read_cell,
        "comments": read_comment,
    }
    return Belongings(**{
        name: tuple(read(f"belongings.{name}[{n}]", one) for n, one in enumerate(told.get(name) or []))
        for name, read in readers.items()
    })  # fmt: skip


def _sort(told: Mapping[str, Any], allowed: tuple[str, ...]) -> Sort:
    of = told.get("of")
    if of not in allowed:
        raise DrawingError("of", f"is {of!r}", allowed)
    return cast("Sort", of)


def _name(told: Mapping[str, Any], field: str, default: str | None = None) -> str:
    value = told.get(field, default)
    if not isinstance(value, str) or len(value) > 200:
        raise DrawingError(field, f"is {value!r:.60}", ["a text"])
    return value


def _after(told: Mapping[str, Any]) -> str | None:
    return None if told.get("after") is None else _name(told, "after")
