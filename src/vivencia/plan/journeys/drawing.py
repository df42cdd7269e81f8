"""A journey map as drawn: phases across, lanes down, steps with their expectations, and the ways between them.

One model for both kinds of map: *lived* (what customers do) and *target* (what they should live). A drawing is a value:
`operations` makes a new one out of it, the database keeps it as JSON, files carry it. Pure.

The order of `phases`, `lanes` and `steps` is meaning. The order of `links`, `notes` and `comments` is not, so
`arranged` gives it one of its own, and two drawings are the same exactly where their arranged forms are equal.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal, TypeVar, cast

FORMAT = "vivencia-journey-map"
VERSION = 1

Kind = Literal["lived", "target"]
When = Literal["before", "during", "after"]
LinkKind = Literal["next", "optional", "loop"]
Source = Literal["written", "lived"]
Then = Literal["one", "all"]
LaneKind = Literal[
    "touchpoint",
    "channel",
    "goal",
    "questions",
    "emotion",
    "promise",
    "responsible",
    "systems",
    "policies",
    "ideas",
    "free",
]

KINDS: tuple[Kind, ...] = ("lived", "target")
WHENS: tuple[When, ...] = ("before", "during", "after")
LINK_KINDS: tuple[LinkKind, ...] = ("next", "optional", "loop")
SOURCES: tuple[Source, ...] = ("written", "lived")
THENS: tuple[Then, ...] = ("one", "all")
LANE_KINDS: tuple[LaneKind, ...] = (
    "touchpoint",
    "channel",
    "goal",
    "questions",
    "emotion",
    "promise",
    "responsible",
    "systems",
    "policies",
    "ideas",
    "free",
)

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LONGEST_NAME = 200  # characters of a name, of one channel, system or policy
LONGEST_TEXT = 4_000  # characters of a goal, a question, a note, a comment
MOST_PHASES = 60
MOST_LANES = 40
MOST_STEPS = 2_000
MOST_LINKS = 8_000
MOST_NOTES = 20_000
MOST_COMMENTS = 5_000
MOST_WORDS = 40  # channels, systems or policies of one step


class DrawingError(ValueError):
    """What is no drawing: `path` says where ("steps[3].phase"), `problem` what is wrong, `allowed` what may be."""

    def __init__(self, path: str, problem: str, allowed: Iterable[str] = ()) -> None:
        self.path, self.problem, self.allowed = path, problem, tuple(allowed)
        one_of = f"; allowed: {', '.join(self.allowed)}" if self.allowed else ""
        super().__init__(f"{path}: {problem}{one_of}")


@dataclass(frozen=True)
class Phase:
    """One column of the map, and its place in the purchase."""

    key: str
    name: str
    when: When = "during"


@dataclass(frozen=True)
class Lane:
    """One row of the map. What a lane of a kind other than "emotion" and "free" shows is read off the steps."""

    key: str
    name: str
    kind: LaneKind = "free"


@dataclass(frozen=True)
class Expectations:
    """What should hold at a step. None or "": nothing is expected of it.

    - `waiting_seconds`: from the step before to this one, at most.
    - `promise`: the kind of promise made or fulfilled here, as the ledger names it ("delivery"); `promise_share`: the
      share of them to be kept, 0 to 1.
    - `score_metric`, `score`: the metric ("csat") and its mean at this step, at least, on its own scale.
    - `feeling`: from -1 (very bad) to 1 (very good), at least.
    - `pass_share`: the share of those on the journey who should come by here, 0 to 1.
    - `effort`: the customer's effort on the CES scale, 1 to 7, high is easy, at least.
    - `human_reachable`: whether a person can be reached here.
    """

    waiting_seconds: float | None = None
    promise: str = ""
    promise_share: float | None = None
    score_metric: str = ""
    score: float | None = None
    feeling: float | None = None
    pass_share: float | None = None
    effort: float | None = None
    human_reachable: bool | None = None

    @property
    def empty(self) -> bool:
        return self == Expectations()


@dataclass(frozen=True)
class Step:
    """Something the customer does or lives, in one phase.

    `touchpoint` is the ledger's stored name, which binds the step to what is lived; None: not bound.
    `optional`: not everybody comes by. `then`: where several ways lead on, whether one of them is taken or all, in any
    order. `goal`, `questions`: the customer's; `ideas`: ours.
    """

    key: str
    phase: str
    name: str
    touchpoint: str | None = None
    channels: tuple[str, ...] = ()
    optional: bool = False
    then: Then = "one"
    expectations: Expectations = field(default_factory=Expectations)
    responsible: str = ""
    team: str = ""
    systems: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    goal: str = ""
    questions: str = ""
    ideas: str = ""


@dataclass(frozen=True)
class Link:
    """A way from one step to another. Several from one step are a branch; `share` of those there take it, 0 to 1."""

    source: str
    target: str
    kind: LinkKind = "next"
    share: float | None = None


@dataclass(frozen=True)
class Cell:
    """What is noted where a lane meets a step. `feeling` (-1 to 1) draws the curve of an emotion lane.

    `source`: "lived" where it was filled in from data and may be filled in anew, "written" where a person wrote it.
    """

    step: str
    lane: str
    text: str = ""
    feeling: float | None = None
    source: Source = "written"


@dataclass(frozen=True)
class Comment:
    """What somebody said about a step, or about the whole map (`step` None). `at`: ISO 8601, UTC."""

    key: str
    text: str
    by: str
    at: str
    step: str | None = None
    resolved: bool = False


@dataclass(frozen=True)
class Drawing:
    """The whole map. Keys are unique within phases, lanes, steps and comments; what refers to one exists."""

    title: str
    language: str = "es"
    kind: Kind = "target"
    persona: str = ""
    phases: tuple[Phase, ...] = ()
    steps: tuple[Step, ...] = ()
    links: tuple[Link, ...] = ()
    lanes: tuple[Lane, ...] = ()
    notes: tuple[Cell, ...] = ()
    comments: tuple[Comment, ...] = ()

    def phase(self, key: str) -> Phase | None:
        return next((one for one in self.phases if one.key == key), None)

    def step(self, key: str) -> Step | None:
        return self._steps.get(key)

    def lane(self, key: str) -> Lane | None:
        return next((one for one in self.lanes if one.key == key), None)

    def link(self, source: str, target: str) -> Link | None:
        return next((one for one in self.links if (one.source, one.target) == (source, target)), None)

    def cell(self, step: str, lane: str) -> Cell | None:
        return self._cells.get((step, lane))

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {one.key: one for one in reversed(self.steps)}

    @cached_property
    def _cells(self) -> dict[tuple[str, str], Cell]:
        return {(one.step, one.lane): one for one in reversed(self.notes)}

    def steps_of(self, phase: str) -> tuple[Step, ...]:
        """The steps of a phase, in order."""
        return tuple(one for one in self.steps if one.phase == phase)


def arranged(drawing: Drawing) -> Drawing:
    """The same drawing in the one order: steps by phase and then as they stand, what has no order by its keys.

    A link is one per pair of steps and a cell one per step and lane: of several the last stands.
    """
    rank = {phase.key: place for place, phase in enumerate(drawing.phases)}
    links = {(one.source, one.target): one for one in drawing.links}
    cells = {(one.lane, one.step): one for one in drawing.notes}
    return replace(
        drawing,
        steps=tuple(sorted(drawing.steps, key=lambda step: rank.get(step.phase, len(rank)))),
        links=tuple(links[pair] for pair in sorted(links)),
        notes=tuple(cells[pair] for pair in sorted(cells) if cells[pair].text or cells[pair].feeling is not None),
        comments=tuple(sorted(drawing.comments, key=lambda one: (one.at, one.key))),
    )


def check(drawing: Drawing) -> Drawing:
    """The drawing itself, where it holds together. Raises DrawingError naming the first place that does not."""
    from_json(to_json(drawing))
    return drawing


def key_for(name: str, taken: Iterable[str]) -> str:
    """A key that reads like the name and is not among `taken`: "Order sent" -> "order-sent", then "order-sent-2"."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or "x"
    used = set(taken)
    return next(key for key in _numbered(plain) if key not in used)


def _numbered(plain: str) -> Iterable[str]:
    yield plain
    number = 2
    while True:
        yield f"{plain}-{number}"
        number += 1


def to_json(drawing: Drawing) -> dict[str, Any]:
    """The drawing as JSON says it (docs/guide/journey-maps.md). `from_json` of it is the drawing, arranged."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": drawing.title,
        "language": drawing.language,
        "kind": drawing.kind,
        "persona": drawing.persona,
        "phases": [plain(one) for one in drawing.phases],
        "lanes": [plain(one) for one in drawing.lanes],
        "steps": [plain(one) for one in drawing.steps],
        "links": [plain(one) for one in drawing.links],
        "notes": [plain(one) for one in drawing.notes],
        "comments": [plain(one) for one in drawing.comments],
    }


def plain(part: Phase | Lane | Step | Link | Cell | Comment | Expectations) -> dict[str, Any]:
    """One part as JSON says it: every field; of expectations only those that are set."""
    told: dict[str, Any] = {}
    for one in fields(part):
        value = getattr(part, one.name)
        if isinstance(value, Expectations):
            value = plain(value)
        told[one.name] = list(value) if isinstance(value, tuple) else value
    if isinstance(part, Expectations):
        return {name: value for name, value in told.items() if value not in (None, "")}
    return told


def from_json(document: object) -> Drawing:
    """The arranged drawing a document says. Raises DrawingError naming path and allowed values.

    Fields left out are at their default; unknown fields are an error, so that nothing is lost without a word.
    """
    told = _object("", document)
    _known("", told, (*(one.name for one in fields(Drawing)), "format", "version"))
    if told.get("format", FORMAT) != FORMAT:
        raise DrawingError("format", f"is {told['format']!r}", [FORMAT])
    if told.get("version", VERSION) != VERSION:
        raise DrawingError("version", f"is {told['version']!r}", [str(VERSION)])
    drawing = Drawing(
        title=_text("title", told.get("title", ""), LONGEST_NAME),
        language=_text("language", told.get("language", "es"), 10),
        kind=_one_of("kind", told.get("kind", "target"), KINDS),
        persona=_text("persona", told.get("persona", ""), LONGEST_NAME),
        phases=_each("phases", told.get("phases", []), MOST_PHASES, read_phase),
        lanes=_each("lanes", told.get("lanes", []), MOST_LANES, read_lane),
        steps=_each("steps", told.get("steps", []), MOST_STEPS, read_step),
        links=_each("links", told.get("links", []), MOST_LINKS, read_link),
        notes=_each("notes", told.get("notes", []), MOST_NOTES, read_cell),
        comments=_each("comments", told.get("comments", []), MOST_COMMENTS, read_comment),
    )
    _hold_together(drawing)
    return arranged(drawing)


def read_phase(path: str, document: object) -> Phase:
    told = _part(path, document, Phase)
    return Phase(
        key=_key(f"{path}.key", told.get("key")),
        name=_text(f"{path}.name", told.get("name", ""), LONGEST_NAME),
        when=_one_of(f"{path}.when", told.get("when", "during"), WHENS),
    )


def read_lane(path: str, document: object) -> Lane:
    told = _part(path, document, Lane)
    return Lane(
        key=_key(f"{path}.key", told.get("key")),
        name=_text(f"{path}.name", told.get("name", ""), LONGEST_NAME),
        kind=_one_of(f"{path}.kind", told.get("kind", "free"), LANE_KINDS),
    )


def read_step(path: str, document: object) -> Step:
    told = _part(path, document, Step)
    given = told.get("touchpoint")
    touchpoint = None if given is None else _text(f"{path}.touchpoint", given, LONGEST_NAME)
    return Step(
        key=_key(f"{path}.key", told.get("key")),
        phase=_key(f"{path}.phase", told.get("phase")),
        name=_text(f"{path}.name", told.get("name", ""), LONGEST_NAME),
        touchpoint=touchpoint or None,
        channels=_words(f"{path}.channels", told.get("channels", [])),
        optional=_flag(f"{path}.optional", told.get("optional", False)),
        then=_one_of(f"{path}.then", told.get("then", "one"), THENS),
        expectations=read_expectations(f"{path}.expectations", told.get("expectations", {})),
        responsible=_text(f"{path}.responsible", told.get("responsible", ""), LONGEST_NAME),
        team=_text(f"{path}.team", told.get("team", ""), LONGEST_NAME),
        systems=_words(f"{path}.systems", told.get("systems", [])),
        policies=_words(f"{path}.policies", told.get("policies", [])),
        goal=_text(f"{path}.goal", told.get("goal", "")),
        questions=_text(f"{path}.questions", told.get("questions", "")),
        ideas=_text(f"{path}.ideas", told.get("ideas", "")),
    )


def read_expectations(path: str, document: object) -> Expectations:
    told = _part(path, document, Expectations)
    human = told.get("human_reachable")
    return Expectations(
        waiting_seconds=_number(f"{path}.waiting_seconds", told.get("waiting_seconds"), 0, 1e10),
        promise=_text(f"{path}.promise", told.get("promise", ""), LONGEST_NAME),
        promise_share=_number(f"{path}.promise_share", told.get("promise_share"), 0, 1),
        score_metric=_text(f"{path}.score_metric", told.get("score_metric", ""), LONGEST_NAME),
        score=_number(f"{path}.score", told.get("score"), -1e6, 1e6),
        feeling=_number(f"{path}.feeling", told.get("feeling"), -1, 1),
        pass_share=_number(f"{path}.pass_share", told.get("pass_share"), 0, 1),
        effort=_number(f"{path}.effort", told.get("effort"), 1, 7),
        human_reachable=None if human is None else _flag(f"{path}.human_reachable", human),
    )


def read_link(path: str, document: object) -> Link:
    told = _part(path, document, Link)
    return Link(
        source=_key(f"{path}.source", told.get("source")),
        target=_key(f"{path}.target", told.get("target")),
        kind=_one_of(f"{path}.kind", told.get("kind", "next"), LINK_KINDS),
        share=_number(f"{path}.share", told.get("share"), 0, 1),
    )


def read_cell(path: str, document: object) -> Cell:
    told = _part(path, document, Cell)
    return Cell(
        step=_key(f"{path}.step", told.get("step")),
        lane=_key(f"{path}.lane", told.get("lane")),
        text=_text(f"{path}.text", told.get("text", "")),
        feeling=_number(f"{path}.feeling", told.get("feeling"), -1, 1),
        source=_one_of(f"{path}.source", told.get("source", "written"), SOURCES),
    )


def read_comment(path: str, document: object) -> Comment:
    told = _part(path, document, Comment)
    step = told.get("step")
    return Comment(
        key=_key(f"{path}.key", told.get("key")),
        text=_text(f"{path}.text", told.get("text", "")),
        by=_text(f"{path}.by", told.get("by", ""), LONGEST_NAME),
        at=_text(f"{path}.at", told.get("at", ""), 40),
        step=None if step is None else _key(f"{path}.step", step),
        resolved=_flag(f"{path}.resolved", told.get("resolved", False)),
    )


def _hold_together(drawing: Drawing) -> None:
    phases = _keys("phases", drawing.phases)
    lanes = _keys("lanes", drawing.lanes)
    steps = _keys("steps", drawing.steps)
    _keys("comments", drawing.comments)
    for place, step in enumerate(drawing.steps):
        _there(f"steps[{place}].phase", step.phase, phases)
    for place, link in enumerate(drawing.links):
        _there(f"links[{place}].source", link.source, steps)
        _there(f"links[{place}].target", link.target, steps)
    for place, cell in enumerate(drawing.notes):
        _there(f"notes[{place}].step", cell.step, steps)
        _there(f"notes[{place}].lane", cell.lane, lanes)
    for place, comment in enumerate(drawing.comments):
        if comment.step is not None:
            _there(f"comments[{place}].step", comment.step, steps)


Keyed = TypeVar("Keyed", Phase, Lane, Step, Comment)
Part = TypeVar("Part")
Word = TypeVar("Word", bound=str)


def _keys(name: str, parts: tuple[Keyed, ...]) -> set[str]:
    seen: set[str] = set()
    for place, part in enumerate(parts):
        if part.key in seen:
            raise DrawingError(f"{name}[{place}].key", f"{part.key!r} stands there twice")
        seen.add(part.key)
    return seen


def _there(path: str, key: str, among: set[str]) -> None:
    if key not in among:
        raise DrawingError(path, f"there is no {key!r}", sorted(among)[:12])


def _object(path: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DrawingError(path or "the document", f"is {_shown(value)}", ["an object"])
    return cast("Mapping[str, Any]", value)


def _part(path: str, value: object, shape: type[Any]) -> Mapping[str, Any]:
    told = _object(path, value)
    _known(path, told, [one.name for one in fields(shape)])
    return told


def _known(path: str, told: Mapping[str, Any], names: Iterable[str]) -> None:
    allowed = sorted(names)
    for name in told:
        if name not in allowed:
            raise DrawingError(f"{path}.{name}" if path else str(name), "is no field", allowed)


def _each(name: str, value: object, most: int, read: Callable[[str, object], Part]) -> tuple[Part, ...]:
    if not isinstance(value, list | tuple):
        raise DrawingError(name, f"is {_shown(value)}", ["a list"])
    if len(value) > most:
        raise DrawingError(name, f"has {len(value)} entries", [f"at most {most}"])
    return tuple(read(f"{name}[{place}]", one) for place, one in enumerate(value))


def _text(path: str, value: object, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str):
        raise DrawingError(path, f"is {_shown(value)}", ["a text"])
    if len(value) > longest:
        raise DrawingError(path, f"has {len(value)} characters", [f"at most {longest}"])
    if any("\ud800" <= letter <= "\udfff" for letter in value):  # half a character: no file could be written with it
        raise DrawingError(path, "has a character that is none", ["text"])
    return value.replace("\x00", "")


def _key(path: str, value: object) -> str:
    if value is None:
        raise DrawingError(path, "is missing", ["letters, digits, dot, dash and underscore"])
    if not isinstance(value, str) or not KEY.fullmatch(value):
        raise DrawingError(path, f"is {_shown(value)}", ["1 to 64 letters, digits, dots, dashes and underscores"])
    return value


def _words(path: str, value: object) -> tuple[str, ...]:
    return _each(path, value, MOST_WORDS, lambda at, one: _text(at, one, LONGEST_NAME))


def _flag(path: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise DrawingError(path, f"is {_shown(value)}", ["true", "false"])
    return value


def _number(path: str, value: object, low: float, high: float) -> float | None:
    if value is None:
        return None
    wrong = isinstance(value, bool) or not isinstance(value, int | float) or (value != value)
    if wrong or not low <= cast("float", value) <= high:
        raise DrawingError(path, f"is {_shown(value)}", [f"a number from {low:g} to {high:g}", "null"])
    return float(cast("float", value))


def _one_of(path: str, value: object, allowed: tuple[Word, ...]) -> Word:
    if value not in allowed:
        raise DrawingError(path, f"is {_shown(value)}", allowed)
    return value


def _shown(value: object) -> str:
    return repr(value)[:60]
