"""Reading the documented table: unit, period, outcome, treated_from, and where there are any randomised and weight.

Rows that cannot be read are counted and named (row, field, a code of what is wrong and its facts, for `wording` to
say in the reader's language); the others go on.
"""

import csv
import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as filled
from datetime import date
from typing import Any, TextIO

import numpy as np

from vivencia.plan.impact.methods.panel import NEVER, IntArray, Panel
from vivencia.plan.impact.methods.result import NotPossible

NEEDED = ("unit", "period", "outcome", "treated_from")
NUMBERS = ("outcome", "weight")
YES, NO = {"1", "true", "yes", "y", "sí", "si", "t"}, {"0", "false", "no", "n", "", "f"}
NOT_YET = {
    "",
    "-",
    "–",
    "∞",
    "never",
    "nunca",
    "none",
    "null",
    "nan",
    "na",
    "n/a",
    "<na>",
    "nat",
    "inf",
    "+inf",
    "infinity",
}
MOST_SAID = 20
LARGEST = 1e100
SEASONS = {"month": 12, "quarter": 4, "week": 52, "day": 7}

WEEK = re.compile(r"^(\d{4})-?[Ww](\d{1,2})$")
QUARTER = re.compile(r"^(\d{4})[- ]?[QqTt]([1-4])$")
MONTH = re.compile(r"^(\d{4})-(\d{1,2})$")
DAY = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$")
NUMBER = re.compile(r"^-?\d+(?:\.0+)?$")
# one comma, after any dots, and not before exactly three digits; or before three, after dots or a bare zero
DECIMAL_COMMA = re.compile(r"^[+-]?(?:[\d.]*,(?!\d{3}$)\d+|0*,\d+|\d{1,3}(?:\.\d{3})+,\d+)$")


@dataclass(frozen=True)
class Reject:
    """A row that could not be used. row: its number in the file, the heading is 1. code: what is wrong with the field
    (docs/guide/impact.md); facts: what the words of it need."""

    row: int
    field: str
    code: str
    facts: dict[str, Any] = filled(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The panel, how many rows it came from, and what could not be used."""

    panel: Panel
    rows: int
    rejected: int
    rejects: tuple[Reject, ...]


class WrongError(ValueError):
    """A field that cannot be read."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


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
    """The kind of a period and its place among those of its kind. Raises WrongError."""
    told = text.strip()
    if NUMBER.match(told) and len(told) < 16:
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
    raise WrongError("period" if told else "period_missing", given=told)


def read(file: TextIO) -> Table:
    """The table of a CSV file (comma, semicolon or tab). NotPossible without its columns, or a good row."""
    head = file.read(4096)
    file.seek(0)
    first = head.splitlines()[0] if head.splitlines() else ""
    mark = max(",;\t", key=first.count)
    lines = csv.reader(file, delimiter=mark)
    names = [name.strip().lower().lstrip("\ufeff").replace(" ", "_") for name in next(lines, [])]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise NotPossible("columns", "columns are missing", missing=", ".join(missing), needed=", ".join(NEEDED))
    if mark == "\t":
        held = list(lines)
        return table(names, held, comma=_decimal_commas(names, held))
    return table(names, lines, comma=NUMBERS if mark == ";" else ())


def _decimal_commas(names: Sequence[str], lines: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The columns of a file parted by tabs whose commas are decimal.

    Semicolons are chosen by who writes decimal commas; tabs are chosen by everybody, and "1,011" is a thousand and
    eleven to many. A column has decimal commas only where some value cannot be read otherwise.
    """
    found = set()
    for line in lines:
        for name, cell in zip(names, line, strict=False):
            if name in NUMBERS and DECIMAL_COMMA.match(cell.strip()):
                found.add(name)
    return tuple(sorted(found))


def table(names: Sequence[str], lines: Iterable[Sequence[str]], *, comma: Collection[str] = ()) -> Table:
    """The table of rows of text. comma: the columns whose numbers may have a decimal comma."""
    rows: list[_Row] = []
    rejects: list[Reject] = []
    unplaced: set[str] = set()
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
            if row.field == "treated_from":
                unplaced.add(given.get("unit", "").strip())
            continue
        seen[row.unit, row.period] = number
        labels.setdefault(row.period, given["period"].strip())
        rows.append(row)
    if not rows:
        code = "rows_unusable" if rejects else "no_rows"
        raise NotPossible(code, "there is no row that can be used", rejects=tuple(rejects[:MOST_SAID]), rows=counted)
    if lost := sorted(unplaced - set(starts)):
        # going on without them would be another comparison, or none, and nobody would see it
        facts = {"units": ", ".join(lost[:5]) + (", …" if lost[5:] else ""), "n": len(lost)}
        raise NotPossible("starts_unread", "units without a readable start", rejects=tuple(rejects[:MOST_SAID]),
                          rejected=len(rejects), rows=counted, **facts)  # fmt: skip
    kind = max(kinds, key=lambda one: kinds[one])
    if kind == "number" and min(labels) > 0:
        rows = [replace(row, start=None) if row.start == 0 else row for row in rows]
    return Table(_panel(rows, labels, kind), counted, len(rejects), tuple(rejects[:MOST_SAID]))


def _fits(row: _Row, seen: dict[tuple[str, int], int], starts: dict[str, tuple[int | None, bool]]) -> _Row | Reject:
    """The row, or why it contradicts an earlier one."""
    if (row.unit, row.period) in seen:
        earlier = seen[row.unit, row.period]
        return Reject(row.number, "period", "twice", {"unit": row.unit, "earlier": earlier})
    said = starts.setdefault(row.unit, (row.start, row.randomised))
    if said[0] != row.start:
        return Reject(row.number, "treated_from", "other_start", {"unit": row.unit})
    return row


def _row(number: int, given: dict[str, str], kinds: dict[str, int], *, comma: Collection[str]) -> _Row | Reject:
    unit = given.get("unit", "").strip()
    if not unit:
        return Reject(number, "unit", "unit_missing")
    try:
        name = "period"
        kind, place = period(given.get("period", ""))
        if kinds and kind not in kinds:
            raise WrongError("other_kind", given=given["period"].strip(), kind=kind, before=next(iter(kinds)))
        name = "outcome"
        outcome = _number(given.get("outcome", ""), comma="outcome" in comma)
        name = "treated_from"
        start = _start(given.get("treated_from", ""), kind)
        name = "randomised"
        by_lot = _yes(given.get("randomised", ""))
        name = "weight"
        told = given.get("weight", "").strip()
        weight = _number(told, comma="weight" in comma) if told else 1.0
        if weight < 0:
            raise WrongError("negative", given=told)
    except WrongError as wrong:
        return Reject(number, name, wrong.code, wrong.facts)
    kinds[kind] = kinds.get(kind, 0) + 1
    return _Row(number, unit, place, outcome, start, by_lot, weight)


def _start(text: str, kind: str) -> int | None:
    if text.strip().lower() in NOT_YET:
        return None
    own, place = period(text)
    if kind not in (own, "number") and (day := _first_day(own, place)):
        own, place = kind, _of_day(day, kind)
    if own != kind:
        raise WrongError("start_kind", given=text.strip(), kind=own, before=kind)
    return place


def _first_day(kind: str, place: int) -> date | None:
    """The day a period begins; None for a bare number, which has none."""
    if kind in ("month", "quarter"):
        months = place * (3 if kind == "quarter" else 1)
        return date(months // 12, months % 12 + 1, 1) if 12 <= months < 12 * 10_000 else None
    return date.fromordinal(place * 7 + 1 if kind == "week" else place) if kind != "number" else None


def _of_day(day: date, kind: str) -> int:
    """The period of a kind that a day lies in."""
    if kind in ("month", "quarter"):
        return (day.year * 12 + day.month - 1) // (3 if kind == "quarter" else 1)
    return (day.toordinal() - 1) // 7 if kind == "week" else day.toordinal()


def _number(text: str, *, comma: bool) -> float:
    told = text.strip()
    if comma and told.rfind(",") > told.rfind("."):
        told = told.replace(".", "").replace(",", ".")
    try:
        value = float(told)
    except ValueError:
        value = math.nan
    if not abs(value) < LARGEST:
        raise WrongError("number" if told else "number_missing", given=told)
    return value


def _yes(text: str) -> bool:
    told = text.strip().lower()
    if told not in YES | NO:
        raise WrongError("yes", given=told)
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
