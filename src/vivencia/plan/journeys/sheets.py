"""A map as tables: for paper, for readers without scripts, for screen readers that like tables."""

from dataclasses import dataclass
from functools import cached_property

from vivencia.plan.journeys import wording
from vivencia.plan.journeys.branches import Fork, forks
from vivencia.plan.journeys.drawing import Drawing, Lane, Link, Phase, Step
from vivencia.understand.journey_words import share

COLUMNS = 6  # steps side by side that stay legible on A4 across


@dataclass(frozen=True)
class Heading:
    """A phase above its steps of this sheet."""

    phase: Phase
    span: int
    continued: bool


@dataclass(frozen=True)
class Box:
    """One cell: what the lane says at a step, and how it feels there (-1 to 1)."""

    text: str
    feeling: float | None = None
    word: str = ""


@dataclass(frozen=True)
class Row:
    lane: Lane
    cells: tuple[Box, ...]


@dataclass(frozen=True)
class Column:
    """A step at the head of its column, with what should hold there and where the ways lead."""

    step: Step
    number: int
    expected: tuple[tuple[str, str], ...]
    ways: tuple[tuple[str, str, str], ...]  # kind, its word (and share), the step it leads to
    then: str = ""  # at a fork: whether one of its branches is taken, or all


@dataclass(frozen=True)
class Sheet:
    """As many steps as fit side by side."""

    headings: tuple[Heading, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def of(drawing: Drawing, columns: int = COLUMNS) -> list[Sheet]:
    """The whole map, cut into sheets of some steps each, phases and lanes named on every one."""
    numbered, ways = list(enumerate(drawing.steps, 1)), _Ways(drawing)
    return [_sheet(drawing, ways, numbered[at : at + columns]) for at in range(0, len(numbered), columns)]


@dataclass(frozen=True)
class _Ways:
    """The drawing's ways by the step they begin at, worked out once for all its columns."""

    drawing: Drawing

    @cached_property
    def place(self) -> dict[str, int]:
        return {step.key: at for at, step in enumerate(self.drawing.steps)}

    @cached_property
    def forks(self) -> dict[str, Fork]:
        return {one.step: one for one in forks(self.drawing)}

    @cached_property
    def links(self) -> dict[str, list[Link]]:
        told: dict[str, list[Link]] = {}
        for one in self.drawing.links:
            told.setdefault(one.source, []).append(one)
        return told


def _sheet(drawing: Drawing, ways: _Ways, numbered: list[tuple[int, Step]]) -> Sheet:
    steps = [step for _number, step in numbered]
    return Sheet(
        headings=tuple(_headings(drawing, steps)),
        columns=tuple(_column(ways, number, step) for number, step in numbered),
        rows=tuple(row for lane in drawing.lanes if (row := _row(drawing, lane, steps)) is not None),
    )


def _headings(drawing: Drawing, steps: list[Step]) -> list[Heading]:
    found: list[Heading] = []
    for phase in drawing.phases:
        mine = [step for step in steps if step.phase == phase.key]
        if mine:
            found.append(Heading(phase, len(mine), mine[0] != drawing.steps_of(phase.key)[0]))
    return found


def _column(known: _Ways, number: int, step: Step) -> Column:
    fork = known.forks.get(step.key)
    begins = {one.link.target for one in fork.branches} if fork else set()
    ways = []
    for link in known.links.get(step.key, ()):
        target = known.drawing.step(link.target)
        follows = known.place[link.target] == known.place[step.key] + 1
        if target and (link.kind != "next" or not follows or link.target in begins):
            ways.append((link.kind, _word(link, branch=link.target in begins), target.name))
    then = str(wording.THENS[fork.then]) if fork else ""
    return Column(step, number, tuple(wording.expected(step.expectations)), tuple(ways), then)


def _word(link: Link, *, branch: bool) -> str:
    """What the way is, and how many should take it; a plain branch is its share alone."""
    word = "" if branch and link.kind == "next" else str(wording.LINKS[link.kind])
    part = "" if link.share is None else share(link.share)
    return ", ".join(one for one in (word, part) if one)


def _row(drawing: Drawing, lane: Lane, steps: list[Step]) -> Row | None:
    cells = tuple(_cell(drawing, lane, step) for step in steps)
    return Row(lane, cells) if any(one.text or one.feeling is not None for one in cells) else None


def _cell(drawing: Drawing, lane: Lane, step: Step) -> Box:
    noted = drawing.cell(step.key, lane.key)
    texts = [wording.lane_text(step, lane), noted.text if noted else ""]
    felt = noted.feeling if noted else None
    if lane.kind == "emotion" and felt is None:
        felt = step.expectations.feeling
    return Box("\n".join(one for one in texts if one), felt, "" if felt is None else wording.feeling(felt))
