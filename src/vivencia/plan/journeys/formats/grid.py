"""A map ready for paper and spreadsheets: every text already in the reader's language. Pure data."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["gain", "pain", "caution", "neutral"]


@dataclass(frozen=True)
class Expected:
    """One expectation: its name, what is wanted, and (where it was held against the data) what is lived and worth."""

    name: str
    wanted: str
    lived: str = ""
    state: str = ""
    tone: Tone = "neutral"
    worth: str = ""


@dataclass(frozen=True)
class Line:
    """A way drawn between two columns: their places, whether it is only a perhaps, and what stands beside it."""

    source: int
    target: int
    perhaps: bool = False
    said: str = ""


@dataclass(frozen=True)
class Column:
    """A step. `ways`: where it leads besides the next step: (kind of link, what and how many, the step's name); `then`:
    at a fork, whether one of the branches is taken or all. `level`: how far below the first line it stands."""

    number: int
    name: str
    touchpoint: str
    optional: bool
    expected: tuple[Expected, ...] = ()
    ways: tuple[tuple[str, str, str], ...] = ()
    then: str = ""
    level: int = 0


@dataclass(frozen=True)
class Box:
    """What a lane says at a step; `feeling` from -1 to 1."""

    text: str = ""
    feeling: float | None = None


@dataclass(frozen=True)
class Row:
    name: str
    boxes: tuple[Box, ...]
    emotion: bool = False


@dataclass(frozen=True)
class Heading:
    """A phase over its steps: the place of the first, and how many."""

    name: str
    first: int
    span: int


@dataclass(frozen=True)
class Words:
    """The fixed texts of the sheet."""

    optional: str
    wanted: str
    lived: str
    worth: str
    page: str  # "Page %(page)s of %(pages)s"
    steps: str
    empty: str
    legend: tuple[tuple[str, str], ...] = ()  # sign, meaning


@dataclass(frozen=True)
class Grid:
    title: str
    about: str
    headings: tuple[Heading, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    words: Words
    foot: str = ""
    lines: tuple[Line, ...] = ()  # ways on that can be drawn: to the next step, and along free places
