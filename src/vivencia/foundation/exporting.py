"""Figures and rows as CSV or as a workbook, each with the sheet that says what they mean.

A cell that a spreadsheet would take for a formula gets an apostrophe before it (CSV) or is written as text (XLSX),
because what customers write must never be run on somebody's desk.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter

FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Cell = str | float | int | date | datetime | None
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_ROWS = 1_000_000  # what a worksheet holds, roughly


@dataclass(frozen=True)
class Sheet:
    """A table with a heading row."""

    name: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def safe(cell: Cell) -> Cell:
    """The cell, with an apostrophe before anything a spreadsheet would compute."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_BEGINS) else cell


def as_csv(sheet: Sheet) -> bytes:
    """One table, comma separated, UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(head) for head in sheet.heads])
    for row in sheet.rows:
        writer.writerow([_written(safe(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> Cell:
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else cell


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with these tables; texts stay texts, numbers numbers, days days, times in UTC."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    with xlsxwriter.Workbook(out, options) as book:
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:31])
            page.write_row(0, 0, sheet.heads, bold)
            page.freeze_panes(1, 0)
            page.set_column(0, len(sheet.heads) - 1, 18, wrap if sheet.name == sheets[-1].name else None)
            for place, row in enumerate(sheet.rows, 1):
                for column, cell in enumerate(row):
                    _write(page, place, column, cell, day)
    return out.getvalue()


def _write(
    page: "xlsxwriter.worksheet.Worksheet", row: int, column: int, cell: Cell, day: "xlsxwriter.format.Format"
) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, cell[:32_767])
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, cell.replace(tzinfo=None))
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, day)
    elif cell is not None:
        page.write_number(row, column, cell)
