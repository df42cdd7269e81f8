"""Reading the documented table: unit, period, outcome, treated_from, and where there are any randomised and weight.

Rows that cannot be read are counted and named (row, field, what is allowed); the others go on.
"""

import csv
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TextIO

import numpy as np

from vivencia.plan.impact.methods.panel import NEVER, IntArray, Panel
from vivencia.plan.impact.methods.result import NotPossible

NEEDED = ("unit", "period", "outcome", "treated_from")
ALLOWED_PERIODS = "a whole number, a day 2026-03-31, a month 2026-03, a quarter 2026-Q1, a week 2026-W13 or a year"
YES, NO = {"1", "true", "yes", "y", "sí", "si", "t"}, {"0", "false", "no", "n", "", "f"}
NOT_YET = {"", "never", "none", "null", "nan", "na", "nat", "inf"}
MOST_SAID = 20
SEASONS = {"month": 12, "quarter": 4, "week": 52, "day": 7}

WEEK = re.compile(r"^(\d{4})-?[Ww](\d{1,2})$")
QUARTER = re.compile(r"^(\d{4})[- ]?[QqTt]([1-4])$")
MONTH = re.compile(r"^(\d{4})-(\d{1,2})$")
DAY = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$")
NUMBER = re.compile(r"^-?\d+(?:\.0+)?$")


@dataclass(frozen=True)
class Reject:
    """A row that could not be used. row: its number in the file, the heading is 1."""

    row: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.message}"


@dataclass(frozen=True)
class Table:
    """The panel, how many rows it came from, and what could not be used."""

    panel: Panel
    rows: int
    rejected: int
    rejects: tuple[Reject, ...]


@dataclass(frozen=True)
class _Row:
    number: int
    unit: str
    period: int
    outcome: float
    start: int | None
    randomised: bool
    weight: float


def period(text: str) -> tuple[str, int]:
    """The kind of a period and its place among those of its kind. Raises ValueError naming what is allowed."""
    told = text.strip()
    if NUMBER.match(told):
        return "number", int(float(told))
    if found := MONTH.match(told):
        year, month = int(found[1]), int(found[2])
        if 1 <= month <= 12:
            return "month", year * 12 + month - 1
    if found := QUARTER.match(told):
        return "quarter", int(found[1]) * 4 + int(found[2]) - 1
    try:
        if found := WEEK.match(told):
            return "week", date.fromisocalendar(int(found[1]), int(found[2]), 1).toordinal() // 7
        if found := DAY.match(told):
            return "day", date.fromisoformat(found[1]).toordinal()
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a period; allowed: {ALLOWED_PERIODS}")


def read(file: TextIO) -> Table:
    """The table of a CSV file (comma, semicolon or tab). NotPossible without its columns, or a good row."""
    head = file.read(4096)
    file.seek(0)
    first = head.splitlines()[0] if head.splitlines() else ""
    mark = max(",;\t", key=first.count)
    lines = csv.reader(file, delimiter=mark)
    names = [name.strip().lower().lstrip("\ufeff") for name in next(lines, [])]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise NotPossible("columns", f"there is no column {', '.join(missing)}; needed: {', '.join(NEEDED)}; "
                          f"also read: randomised, weight")  # fmt: skip
    return table(names, lines, comma=mark == ";")


def table(names: Sequence[str], lines: Iterable[Sequence[str]], *, comma: bool = False) -> Table:
    """The table of rows of text. comma: numbers may have a decimal comma."""
    rows: list[_Row] = []
    rejects: list[Reject] = []
    kinds: dict[str, int] = {}
    labels: dict[int, str] = {}
    seen: dict[tuple[str, int], int] = {}
    starts: dict[str, tuple[int | None, bool]] = {}
    counted = 0
    for number, line in enumerate(lines, start=2):
        if not any(cell.strip() for cell in line):
            continue
        counted += 1
        given = dict(zip(names, line, strict=False))
        row = _row(number, given, kinds, comma=comma)
        if isinstance(row, _Row):
            row = _fits(row, seen, starts)
        if isinstance(row, Reject):
            rejects.append(row)
            continue
        seen[row.unit, row.period] = number
        labels.setdefault(row.period, given["period"].strip())
        rows.append(row)
    if not rows:
        said = "; ".join(str(one) for one in rejects[:3])
        raise NotPossible("no_rows", f"there is no row that can be used{': ' + said if said else ''}")
    kind = max(kinds, key=lambda one: kinds[one])
    return Table(_panel(rows, labels, kind), counted, len(rejects), tuple(rejects[:MOST_SAID]))


def _fits(row: _Row, seen: dict[tuple[str, int], int], starts: dict[str, tuple[int | None, bool]]) -> _Row | Reject:
    """The row, or why it contradicts an earlier one."""
    if (row.unit, row.period) in seen:
        earlier = seen[row.unit, row.period]
        return Reject(row.number, "period", f"unit {row.unit} has this period already in row {earlier}")
    said = starts.setdefault(row.unit, (row.start, row.randomised))
    if said[0] != row.start:
        return Reject(
            row.number, "treated_from", f"unit {row.unit} was said to begin otherwise before; allowed: one value a unit"
        )
    return row


def _row(number: int, given: dict[str, str], kinds: dict[str, int], *, comma: bool) -> _Row | Reject:
    unit = given.get("unit", "").strip()
    if not unit:
        return Reject(number, "unit", "is empty; allowed: any name")
    try:
        field = "period"
        kind, place = period(given.get("period", ""))
        if kinds and kind not in kinds:
            raise ValueError(f"is a {kind}, the rows before have a {next(iter(kinds))}; allowed: one kind in a file")
        field = "outcome"
        outcome = _number(given.get("outcome", ""), comma=comma)
        field = "treated_from"
        start = _start(given.get("treated_from", ""), kind)
        field = "randomised"
        by_lot = _yes(given.get("randomised", ""))
        field = "weight"
        told = given.get("weight", "").strip()
        weight = _number(told, comma=comma) if told else 1.0
        if weight < 0:
            raise ValueError(f"{told!r} is negative; allowed: a number from 0 up")
    except ValueError as wrong:
        return Reject(number, field, str(wrong))
    kinds[kind] = kinds.get(kind, 0) + 1
    return _Row(number, unit, place, outcome, start, by_lot, weight)


def _start(text: str, kind: str) -> int | None:
    if text.strip().lower() in NOT_YET:
        return None
    own, place = period(text)
    if own != kind:
        raise ValueError(f"is a {own}, the periods are a {kind}; allowed: the same kind, or empty = never")
    return place


def _number(text: str, *, comma: bool) -> float:
    told = text.strip()
    if comma and "," in told:
        told = told.replace(".", "").replace(",", ".")
    try:
        value = float(told)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a number; allowed: a number such as 3.25")
    return value


def _yes(text: str) -> bool:
    told = text.strip().lower()
    if told not in YES | NO:
        raise ValueError(f"{text!r} is neither yes nor no; allowed: 1, true, yes, sí; 0, false, no, empty")
    return told in YES


def _panel(rows: list[_Row], labels: dict[int, str], kind: str) -> Panel:
    places = sorted(labels)
    units = sorted({row.unit for row in rows})
    column, line = {one: at for at, one in enumerate(places)}, {one: at for at, one in enumerate(units)}
    outcome = np.full((len(units), len(places)), np.nan)
    weight = np.zeros((len(units), len(places)))
    start = np.full(len(units), NEVER, dtype=np.int64)
    for row in rows:
        outcome[line[row.unit], column[row.period]] = row.outcome
        weight[line[row.unit], column[row.period]] = row.weight
        if row.start is not None and row.start <= places[-1]:
            start[line[row.unit]] = int(np.searchsorted(places, row.start))
    at, step = _calendar(np.array(places, dtype=np.int64))
    season = SEASONS.get(kind, 0) if step == 1 else 52 if kind == "day" and step == 7 else 0
    randomised = any(row.randomised for row in rows)
    return Panel(tuple(units), tuple(labels[one] for one in places), at, outcome, weight, start, season, randomised)


def _calendar(places: IntArray) -> tuple[IntArray, int]:
    """Periods as whole steps of the calendar: every seventh day is a step; what has no step is simply counted."""
    if len(places) < 2:
        return np.zeros(len(places), dtype=np.int64), 1
    step = int(np.gcd.reduce(np.diff(places)))
    steps = (places - places[0]) // step
    if steps[-1] > 3 * len(places):
        return np.arange(len(places), dtype=np.int64), 0
    return np.asarray(steps, dtype=np.int64), step
