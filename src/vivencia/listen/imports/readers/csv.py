"""CSV and its relatives: any delimiter, encoding, quotation mark; gzip too."""

import csv
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from vivencia.listen.imports.conventions import Conventions, decoded, detect, sample_rows
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import How, Look, Relation, literal, remembered
from vivencia.listen.imports.readers.text import MAX_LINE_MB, as_utf8, sample, scan


class CsvReader:
    """Rows as text, exactly as they are written; what they mean is the mapping's business."""

    name = "csv"
    suffixes = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")

    def look(self, file: Path, how: How) -> Look:
        return _look(file, how)

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        look = self.look(file, how)
        conventions = look.conventions or Conventions()
        scanned = scan(file)
        encoding = conventions.encoding or "utf-8"
        if encoding == "utf-8" and scanned.other_encoding:
            if how.conventions.encoding:
                as_utf8(file, "utf-8", folder, always=True)  # raises, naming the row
            encoding = scanned.other_encoding
        if scanned.line_breaks + (not scanned.ends_with_break) < 2 + how.skip_rows:
            raise Problem("no-rows", file=file.name)
        plain = as_utf8(file, encoding, folder)
        rejects = f"rejects_{secrets.token_hex(4)}"
        return Relation(
            sql=_read_csv(plain, look.columns, conventions, 1 + how.skip_rows, rejects),
            probe=_read_csv(plain, look.columns, conventions, 1 + how.skip_rows, None),
            columns=look.columns,
            first_row=2 + how.skip_rows,
            one_line_a_row=False,
            rejects=rejects,
            rows=scanned.line_breaks,
            lines=scanned.line_breaks + (not scanned.ends_with_break),
            plain=plain,
            types=dict.fromkeys(look.columns, "VARCHAR"),
        )


@remembered
def _look(file: Path, how: How) -> Look:
    if how != How() and (known := _known(file, how)):
        return known
    head = sample(file, of_lines=True)
    conventions = detect(head, file.name, how.conventions)
    text = decoded(head, conventions.encoding or "utf-8", file.name, "replace")
    rows = sample_rows(text, conventions.delimiter or ",", conventions.quote, 1000)
    if not rows:
        raise Problem("empty", file=file.name)
    columns = _header(rows[0], file)
    body = tuple([tuple([cell or None for cell in row]) for row in rows[1 + how.skip_rows :]])
    return Look(file, CsvReader.name, columns, body, conventions)


def _known(file: Path, how: How) -> Look | None:
    """What an undeclared look at the file shows, where what is declared changes nothing of how it is read."""
    declared = how.conventions
    if declared.encoding or declared.quote != Conventions().quote or how.sheet:
        return None
    plain = _look(file, How())
    detected = plain.conventions or Conventions()
    if declared.delimiter not in (None, detected.delimiter):
        return None
    return replace(plain, rows=plain.rows[how.skip_rows :], conventions=declared.or_else(detected))


@dataclass(frozen=True)
class Places:
    """On which line of a file rows begin. Rows count from 0 and leave out refused records; records count from 1."""

    rows: dict[int, int]
    records: dict[int, int]


def places_of(file: Path, conventions: Conventions, skip: int, rows: set[int], refused: set[int]) -> Places:
    """Where the wanted rows and the refused records stand in the UTF-8 `file`.

    A second pass, since rows may span lines; made only when something is reported, and no further than needed.
    """
    found = Places({}, {})
    row, line = 0, 1
    last_row, last_record = max(rows, default=-1), max(refused, default=0)
    with file.open(encoding="utf-8-sig", newline="", errors="replace") as source:
        reader = csv.reader(source, delimiter=conventions.delimiter or ",", quotechar=conventions.quote)
        for record, cells in enumerate(_tolerant(reader), 1):
            begins, line = line, reader.line_num + 1
            if record in refused:
                found.records[record] = begins
            elif record > skip and cells:
                if row in rows:
                    found.rows[row] = begins
                row += 1
            if row > last_row and record >= last_record:
                break
    return found


def _tolerant(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """A reader's records, ending early where the text is beyond it."""
    try:
        yield from reader
    except csv.Error:
        return


def _header(cells: list[str], file: Path) -> tuple[str, ...]:
    names = [cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1)]
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise Problem("repeated-header", file=file.name, row=1, field=repeated[0])
    return tuple(names)


def _read_csv(file: Path, columns: tuple[str, ...], conventions: Conventions, skip: int, rejects: str | None) -> str:
    shape = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    quote = conventions.quote
    kept = (
        f", store_rejects=true, rejects_limit=0, rejects_table={literal(rejects)}, "
        f"rejects_scan={literal(rejects + '_scan')}"
        if rejects
        else ""
    )
    return (
        f"read_csv({literal(str(file))}, auto_detect=false, header=false, skip={skip}, columns={{{shape}}}, "
        f"delim={literal(conventions.delimiter or ',')}, quote={literal(quote)}, escape={literal(quote)}, "
        f"compression='none', max_line_size={MAX_LINE_MB << 20}, "
        f"ignore_errors=true{kept})"
    )
