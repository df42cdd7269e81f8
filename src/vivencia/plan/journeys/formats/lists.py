"""A map as lists in a workbook: one row a step, one row a way. Written to be changed by hand, and read again.

A sheet is taken by its headings, in any order and in any of the languages given: a sheet with a column for steps is
the list of steps, one with the columns *from* and *to* the list of ways. A column that is no field is a lane of its
own, its cells what is noted there. Kept: everything but comments, and feelings noted in a lane.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import fastexcel

from vivencia.plan.journeys.drawing import (
    LINK_KINDS,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_STEPS,
    THENS,
    WHENS,
    Cell,
    Drawing,
    Expectations,
    Lane,
    LaneKind,
    Link,
    Phase,
    Step,
    arranged,
    check,
    key_for,
)
from vivencia.plan.journeys.formats.errors import MOST_BYTES, FormatError

TEXTS = ("name", "touchpoint", "responsible", "team", "goal", "questions", "ideas")
LISTS = ("channels", "systems", "policies")
EXPECTED = tuple(f"expectations.{one.name}" for one in fields(Expectations))
STEPS = ("phase", "when", "name", "touchpoint", "channels", "optional", "then", "goal", "questions", *EXPECTED,
         "responsible", "team", "systems", "policies", "ideas")  # fmt: skip
WAYS = ("source", "target", "kind", "share")
SHARES = ("expectations.promise_share", "expectations.pass_share", "share")  # written in per cent
RANGES = {
    "expectations.waiting_seconds": (0.0, 1e10), "expectations.promise_share": (0.0, 100.0),
    "expectations.score": (-1e6, 1e6), "expectations.feeling": (-1.0, 1.0), "expectations.pass_share": (0.0, 100.0),
    "expectations.effort": (1.0, 7.0), "share": (0.0, 100.0),
}  # fmt: skip
FLAGS = ("optional", "expectations.human_reachable")
LANES: tuple[LaneKind, ...] = (
    "touchpoint",
    "channel",
    "goal",
    "questions",
    "promise",
    "responsible",
    "systems",
    "policies",
    "ideas",
)
LANE_FIELDS = {"channel": "channels", "promise": "expectations.promise"}  # the field a lane shows, where not its name


@dataclass(frozen=True)
class Names:
    """`heads`: field -> heading to be written; `known`: heading (in small letters) -> field, in every language read;
    `values`: the same for values ("yes", "after", "one"): code -> word, and word -> code."""

    heads: Mapping[str, str]
    known: Mapping[str, str]
    says: Mapping[str, str]
    means: Mapping[str, str]


Written = str | float | None


def rows(
    drawing: Drawing, names: Names
) -> tuple[tuple[list[str], list[list[Written]]], tuple[list[str], list[list[Written]]]]:
    """The two lists, each its headings and rows."""
    phases = {one.key: one for one in drawing.phases}
    noted = [lane for lane in drawing.lanes if lane.kind in ("free", "emotion")]
    called = _apart(drawing)
    steps: list[list[Written]] = []
    for step in drawing.steps:
        row: list[Written] = []
        for field in STEPS:
            if field in ("phase", "when"):
                row.append(phases[step.phase].name if field == "phase" else names.says[phases[step.phase].when])
            elif field == "name":
                row.append(called[step.key])
            else:
                row.append(_written(field, _value(step, field), names))
        cells = [drawing.cell(step.key, lane.key) for lane in noted]
        steps.append([*row, *(cell.text if cell else None for cell in cells)])
    ways: list[list[Written]] = [
        [called[one.source], called[one.target], names.says[one.kind], _written("share", one.share, names)]
        for one in drawing.links
    ]
    heads = [*(names.heads[field] for field in STEPS), *(lane.name for lane in noted)]
    return (heads, steps), ([names.heads[field] for field in WAYS], ways)


def _apart(drawing: Drawing) -> dict[str, str]:
    """Names by which the list of ways can name steps: two of one name get a number."""
    used: set[str] = set()
    told: dict[str, str] = {}
    for step in drawing.steps:
        name, number = step.name or step.key, 2
        while name.lower() in used:
            name, number = f"{step.name or step.key} ({number})", number + 1
        used.add(name.lower())
        told[step.key] = name
    return told


def _value(step: Step, field: str) -> Any:
    if field.startswith("expectations."):
        return getattr(step.expectations, field.removeprefix("expectations."))
    return getattr(step, field)


def _written(field: str, value: Any, names: Names) -> Written:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return names.says["yes" if value else "no"]
    if isinstance(value, tuple):
        return ", ".join(value)
    if field in SHARES:
        return round(100 * float(value), 6)
    return names.says.get(value, value) if isinstance(value, str) and field == "then" else value


def read(content: bytes, names: Names, *, language: str, title: str) -> Drawing:
    """The target a workbook says. Raises FormatError naming the sheet and the cell, and what may stand there."""
    sheets = _sheets(content)
    listed = [(name, table) for wanted in (("phase", "name"), ("name",)) for name, table in sheets
              if _has(table, names, wanted)]  # fmt: skip
    steps_at = next(iter(listed), None)
    if steps_at is None:
        raise FormatError("XLSX", "no_steps", f"{names.heads['phase']}, {names.heads['name']}")
    ways_at = next(((name, table) for name, table in sheets if _has(table, names, ("source", "target"))), None)
    parts, steps, lanes, notes = _steps(_Table(*steps_at, names))
    by_name = {step.name.lower(): step.key for step in steps} | {step.key: step.key for step in steps}
    links = tuple(_ways(_Table(*ways_at, names), by_name)) if ways_at else ()
    drawn = Drawing(title[:LONGEST_NAME], language, "target", "", parts, steps, links, lanes, notes)
    return arranged(check(drawn))


def _sheets(content: bytes) -> list[tuple[str, list[list[str]]]]:
    if len(content) > MOST_BYTES:
        raise FormatError("XLSX", "too_large", str(MOST_BYTES // 1_000_000))
    try:
        book = fastexcel.read_excel(content)
        found = []
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, dtypes="string", n_rows=MOST_STEPS * 4 + 20)
            columns = [[one or "" for one in column.to_pylist()] for column in sheet.to_arrow().columns]
            found.append((name, [list(row) for row in zip(*columns, strict=True)]))
        return found
    except fastexcel.FastExcelError as error:
        raise FormatError("XLSX", "not_xlsx", str(error).splitlines()[0][:120]) from error


def _has(table: list[list[str]], names: Names, wanted: Sequence[str]) -> bool:
    heads = {names.known.get(head.strip().lower()) for head in table[0]} if table else set()
    return set(wanted) <= heads


class _Table:
    """A sheet by its headings; `where` names a cell as spreadsheets do: Steps!C5."""

    def __init__(self, name: str, table: list[list[str]], names: Names) -> None:
        self.name, self.table, self.names = name, table, names
        self.heads = [head.strip() for head in table[0]]
        self.fields: dict[str, int] = {}
        self.others: dict[str, int] = {}
        for place, head in enumerate(self.heads):
            field = names.known.get(head.lower())
            if field and field in self.fields:
                raise FormatError(self.where(0, place), "twice", head)
            if field:
                self.fields[field] = place
            elif head:
                self.others.setdefault(head, place)

    def where(self, row: int, column: int) -> str:
        letters, left = "", column + 1
        while left:
            left, letter = divmod(left - 1, 26)
            letters = chr(65 + letter) + letters
        head = f" ({self.heads[column]})" if row and column < len(self.heads) else ""
        return f"{self.name}!{letters}{row + 1}{head}"

    def rows(self) -> Iterator[int]:
        return (at for at in range(1, len(self.table)) if any(cell.strip() for cell in self.table[at]))

    def text(self, row: int, field: str, longest: int = LONGEST_NAME) -> str:
        column = self.fields.get(field)
        return "" if column is None else self.cell(row, column, longest)

    def cell(self, row: int, column: int, longest: int) -> str:
        told = self.table[row][column].strip()
        if len(told) > longest:
            raise FormatError(self.where(row, column), "too_long", str(longest))
        return told

    def code(self, row: int, field: str, allowed: Sequence[str]) -> str:
        """A word that stands for a code; "" where the cell is empty."""
        told = self.text(row, field)
        if not told:
            return ""
        meant = self.names.means.get(told.lower(), told.lower())
        if meant not in allowed:
            shown = tuple(self.names.says.get(one, one) for one in allowed)
            raise FormatError(self.where(row, self.fields[field]), "not_allowed", told[:60], shown)
        return meant

    def number(self, row: int, field: str) -> float | None:
        told = self.text(row, field)
        if not told:
            return None
        low, high = RANGES[field]
        plain = told.replace("%", "").replace("\u00a0", "").replace(" ", "").replace("−", "-")
        try:
            value = float(plain.replace(",", ".") if "." not in plain else plain)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise FormatError(self.where(row, self.fields[field]), "not_a_number", told[:60], (f"{low:g}", f"{high:g}"))
        return value / 100 if field in SHARES else value


def _steps(table: _Table) -> tuple[tuple[Phase, ...], tuple[Step, ...], tuple[Lane, ...], tuple[Cell, ...]]:
    phases: dict[str, Phase] = {}
    steps: list[Step] = []
    own = _own_lanes(table.others)
    notes: list[Cell] = []
    called, last = set[str](), ""
    for row in table.rows():
        name = table.text(row, "name")
        if not name:
            raise FormatError(table.where(row, table.fields["name"]), "empty_cell")
        if name.lower() in called:
            raise FormatError(table.where(row, table.fields["name"]), "twice", name[:60])
        called.add(name.lower())
        last = table.text(row, "phase") or last  # a phase is written once, or in every row
        when = table.code(row, "when", WHENS)
        if last.lower() not in phases:
            phases[last.lower()] = Phase(key_for(last, [one.key for one in phases.values()]), last, when or "during")  # type: ignore[arg-type]
        step = _step(table, row, name, phases[last.lower()].key, [one.key for one in steps])
        steps.append(step)
        texts = ((lane, table.cell(row, place, LONGEST_TEXT)) for place, lane in own.items())
        notes += [Cell(step.key, lane.key, text) for lane, text in texts if text]
    if not steps:
        raise FormatError(table.name, "no_rows")
    lanes = [Lane(kind, "", kind) for kind in LANES if any(_value(one, LANE_FIELDS.get(kind, kind)) for one in steps)]
    return tuple(phases.values()), tuple(steps), (*lanes, *own.values()), tuple(notes)


def _own_lanes(others: Mapping[str, int]) -> dict[int, Lane]:
    """A lane for each column that is no field."""
    told: dict[int, Lane] = {}
    for head, place in others.items():
        taken = [*LANES, *(lane.key for lane in told.values())]
        told[place] = Lane(key_for(head, taken), head[:LONGEST_NAME])
    return told


def _step(table: _Table, row: int, name: str, phase: str, taken: Iterable[str]) -> Step:
    texts = {field: table.text(row, field, LONGEST_TEXT if field in ("goal", "questions", "ideas") else LONGEST_NAME)
             for field in TEXTS if field != "name"}  # fmt: skip
    lists = {field: tuple(one.strip() for one in table.text(row, field, LONGEST_TEXT).split(",") if one.strip())
             for field in LISTS}  # fmt: skip
    touchpoint = texts.pop("touchpoint") or None
    optional = table.code(row, "optional", ("yes", "no")) == "yes"
    then = table.code(row, "then", THENS) or "one"
    return Step(key_for(name, taken), phase, name, touchpoint, optional=optional, then=then,  # type: ignore[arg-type]
                expectations=_expected(table, row), **texts, **lists)  # type: ignore[arg-type]  # fmt: skip


def _expected(table: _Table, row: int) -> Expectations:
    told: dict[str, Any] = {}
    for field in EXPECTED:
        name = field.removeprefix("expectations.")
        if field in RANGES:
            told[name] = table.number(row, field)
        elif field in FLAGS:
            said = table.code(row, field, ("yes", "no"))
            told[name] = said == "yes" if said else None
        else:
            told[name] = table.text(row, field)
    return Expectations(**told)


def _ways(table: _Table, by_name: Mapping[str, str]) -> Iterator[Link]:
    for row in table.rows():
        ends = []
        for field in ("source", "target"):
            told = table.text(row, field)
            if told.lower() not in by_name and told not in by_name:
                raise FormatError(table.where(row, table.fields[field]), "no_such_step", told[:60], tuple(by_name)[:12])
            ends.append(by_name.get(told.lower()) or by_name[told])
        kind = table.code(row, "kind", LINK_KINDS) or "next"
        share = table.number(row, "share") if "share" in table.fields else None
        yield Link(ends[0], ends[1], kind, share)  # type: ignore[arg-type]
