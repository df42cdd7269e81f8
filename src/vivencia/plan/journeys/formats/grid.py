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
class Column:
    """A step. `ways`: where it leads besides the next step: (kind of link, the step's name). `onward`: whether the step
    before it leads here."""

    number: int
    name: str
    touchpoint: str
    optional: bool
    expected: tuple[Expected, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()
    onward: bool = True


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
    perhaps: str
    loop: str
    next: str
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
