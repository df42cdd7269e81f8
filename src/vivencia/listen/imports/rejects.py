"""What was left out, and why: each rejected row with its place in the file, so that its owner can mend it."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import duckdb

from vivencia.listen.imports.checks import Check
from vivencia.listen.imports.conventions import Conventions
from vivencia.listen.imports.events import Made
from vivencia.listen.imports.expressions import Columns
from vivencia.listen.imports.problems import Reason, text_of
from vivencia.listen.imports.readers import jsonl
from vivencia.listen.imports.readers.csv import Places, places_of
from vivencia.listen.imports.readers.jsonl import NOT_AN_OBJECT
from vivencia.listen.imports.readers.table import literal, quoted
from vivencia.listen.imports.repeats import may_repeat
from vivencia.listen.imports.tables import Part, Refused, Staged, Tables

HEADER: Final = ("file", "row", "field", "value", "reason", "allowed", "event")
_MAX_VALUE: Final = 200
_SCRIPT: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Reject:
    """One thing that was not taken in."""

    file: str
    row: int  # as the file's owner counts: the line on which it begins, the header being 1
    field: str
    value: str
    reason: Reason
    allowed: str
    other: str
    event: str  # which kind of event is missing for it; empty: the whole row


Say = Callable[[Reject], str]


def in_english(reject: Reject) -> str:
    """The reason in plain words."""
    return text_of(reject.reason, {"other": reject.other})


def collect(connection: duckdb.DuckDBPyConnection, made: list[Made], tables: Tables) -> None:
    """Fill the table `rejects` with every event that was meant and is not good, and every line that is no row."""
    connection.execute(
        "CREATE TABLE rejects (tab VARCHAR, row BIGINT, field VARCHAR, value VARCHAR, reason VARCHAR, "
        "allowed VARCHAR, other VARCHAR, event VARCHAR)"
    )
    _find_refused(connection, tables)
    for staged in tables.staged.values():
        _repeated_keys(connection, staged)
        _collect_events(connection, [one for one in made if one.staged is staged])
    for staged in tables.staged.values():
        if staged.parts[0].look.kind == "jsonl" and staged.loaded:
            _lines_not_objects(connection, staged)


def count(connection: duckdb.DuckDBPyConnection, tables: Tables) -> tuple[int, int]:
    """How many events or unreadable rows were left out, and from how many rows they come."""
    by_table = "SELECT count(*) AS events, count(DISTINCT row) AS rows FROM rejects GROUP BY tab"
    told = f"SELECT coalesce(sum(events), 0), coalesce(sum(rows), 0) FROM ({by_table})"  # noqa: S608  # our own text
    events, rows = connection.execute(told).fetchone() or (0, 0)
    lines = unreadable(tables)
    return int(events) + lines, int(rows) + lines


def unreadable(tables: Tables) -> int:
    """How many rows could not be read at all."""
    return sum(len(part.refused) for staged in tables.staged.values() for part in staged.parts)


def every(connection: duckdb.DuckDBPyConnection, tables: Tables) -> Iterator[Reject]:
    """All rejects, table by table, in the files' order."""
    for staged in tables.staged.values():
        if not staged.loaded:
            continue
        for part in staged.parts:
            yield from _of_part(connection, staged, part)


def write(file: Path, rejects: Iterator[Reject], say: Say = in_english) -> None:
    """Write rejects as CSV (UTF-8 with BOM, so that spreadsheets read it). No cell can run as a formula."""
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for reject in rejects:
            said = (reject.file, str(reject.row), reject.field, reject.value, say(reject), reject.allowed, reject.event)
            writer.writerow([harmless(cell) for cell in said])


def first_of(file: Path, limit: int) -> list[dict[str, str]]:
    """The first lines of a file of rejects, each under the names of HEADER, as they were before `harmless`."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        found = list(islice(csv.DictReader(lines), limit))
    return [{name: cell[1:] if cell[:1] == "'" and cell[1:2] in _SCRIPT else cell for name, cell in row.items()}
            for row in found]  # fmt: skip


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1")
    "'=1+1"
    """
    return "'" + cell if cell.startswith(_SCRIPT) else cell


def _collect_events(connection: duckdb.DuckDBPyConnection, made: list[Made]) -> None:
    """Of all the events that one table's rows give: the checks are counted in one pass over it."""
    asked = [(one, check) for one in made for check in one.checks]
    if not asked:
        return
    counts = ", ".join(f"count(*) FILTER (({one.meant}) AND ({check.bad}))" for one, check in asked)
    found = connection.execute(f"SELECT {counts} FROM {made[0].staged.sql}").fetchone() or ()  # noqa: S608
    for (one, check), bad in zip(asked, found, strict=True):
        if bad:
            _insert(connection, one, check)
            one.failed.append(check)


def _insert(connection: duckdb.DuckDBPyConnection, made: Made, check: Check) -> None:
    """One event is reported once, for the first thing that is wrong with it."""
    known = "".join(f" AND NOT coalesce({bad}, false)" for bad in (other.bad for other in made.failed))
    event = str(made.event.name.constant or made.event.kind or "")
    said = ", ".join(literal(text) for text in (check.field,))
    rest = ", ".join(literal(text) for text in (check.reason.value, check.allowed, check.other, event))
    connection.execute(
        f"INSERT INTO rejects SELECT {literal(made.staged.name)}, {made.staged.row}, {said}, "  # noqa: S608
        f"left({check.value}, {_MAX_VALUE}), {rest} FROM {made.staged.sql} WHERE {made.meant} AND {check.bad}{known}"
    )


def _repeated_keys(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Rows with an earlier row's key but other contents: neither the same nor told apart."""
    if not staged.table.key or not staged.loaded or not staged.base:
        return
    columns: Columns = staged.columns
    key = ", ".join(columns.raw(columns.named(name)) for name in staged.table.key)
    held = [name for name in staged.base if name in columns.touched]
    contents = ", ".join(quoted(name) for name in held)
    if not may_repeat(connection, key, staged.sql):
        return
    field = " + ".join(staged.table.key)
    before = _rows(connection)
    connection.execute(
        f"INSERT INTO rejects SELECT {literal(staged.name)}, row, {literal(field)}, left(value, {_MAX_VALUE}), "  # noqa: S608
        f"{literal(Reason.REPEATED_KEY.value)}, '', '', '' FROM ("
        f"SELECT {staged.row} AS row, concat_ws(' + ', {key}) AS value, ({contents}) AS contents, "
        f"first_value(({contents})) OVER (PARTITION BY {key} ORDER BY {staged.row}) AS earlier FROM {staged.sql}) "
        f"WHERE contents IS DISTINCT FROM earlier"
    )
    staged.repeated = _rows(connection) > before


def _rows(connection: duckdb.DuckDBPyConnection) -> int:
    counted = connection.execute("SELECT count(*) FROM rejects").fetchone()
    return int(counted[0]) if counted else 0


def _lines_not_objects(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    connection.execute(
        f"INSERT INTO rejects SELECT {literal(staged.name)}, {staged.row}, '', '', "  # noqa: S608
        f"{literal(Reason.NOT_JSON.value)}, '', '', '' FROM {staged.sql} WHERE {quoted(NOT_AN_OBJECT)}"
    )


def _find_refused(connection: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Have each file know its lines that DuckDB could not read."""
    parts = [part for staged in tables.staged.values() for part in staged.parts if part.relation.rejects]
    if not parts:
        return
    filled = connection.execute("SELECT table_name FROM duckdb_tables() WHERE estimated_size > 0").fetchall()
    for part in parts:
        if (part.relation.rejects,) in filled:
            part.refused = _refused_in(connection, str(part.relation.rejects))


def _refused_in(connection: duckdb.DuckDBPyConnection, name: str) -> Refused:
    found = connection.execute(
        f"SELECT line, column_name, error_type, csv_line FROM {quoted(name)} ORDER BY line"  # noqa: S608
    ).fetchall()
    reasons = {"INVALID ENCODING": Reason.NOT_TEXT}
    refused: Refused = {}
    for line, column, kind, text in found:
        refused.setdefault(
            int(line), (column or "", _shown(text), reasons.get(str(kind).replace("_", " "), Reason.WRONG_WIDTH))
        )
    return refused


def _of_part(connection: duckdb.DuckDBPyConnection, staged: Staged, part: Part) -> Iterator[Reject]:
    rows = connection.execute(
        "SELECT row, field, value, reason, allowed, other, event FROM rejects "  # noqa: S608
        f"WHERE tab = {literal(staged.name)} AND row BETWEEN {part.begins} AND {part.begins + part.rows - 1} "
        "ORDER BY row, event, field"
    ).fetchall()
    places = _places(staged, part, {row[0] - part.begins for row in rows}, set(part.refused))
    refused, width = part.refused, len(part.relation.columns)
    for record, (column, text, reason) in refused.items():
        line = places.records.get(record, record)
        yield Reject(part.look.name, line, column, text, reason, str(width), "", "")
    for row, field, value, reason, allowed, other, event in rows:
        at = row - part.begins
        line = places.rows.get(at, at + part.relation.first_row)
        yield Reject(part.look.name, line, field, value or "", Reason(reason), allowed, other, event)


def _places(staged: Staged, part: Part, rows: set[int], refused: set[int]) -> Places:
    """Where rows stand in the file; empty where their number is simply their place."""
    file = part.relation.plain
    if part.relation.one_line_a_row or file is None or not (rows or refused):
        return Places({}, {})
    if part.relation.lines == part.rows + part.relation.first_row - 1 and not refused:
        return Places({}, {})
    if part.look.kind == "jsonl":
        return Places(jsonl.lines_of(file, rows), {})
    conventions = part.look.conventions or Conventions()
    return places_of(file, conventions, 1 + staged.table.skip_rows, rows, refused)


def _shown(text: object) -> str:
    return str(text or "").replace("\ufffd", "?")[:_MAX_VALUE]
