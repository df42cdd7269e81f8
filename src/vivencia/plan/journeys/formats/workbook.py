"""A map as a workbook: the map as a grid, what is expected and lived, and what the numbers mean."""

import io
from collections.abc import Sequence

import xlsxwriter

from vivencia.foundation.exporting import Sheet
from vivencia.plan.journeys.formats.grid import Grid

FEW = 2  # sheets beside the grid


def xlsx(grid: Grid, name: str, others: Sequence[Sheet]) -> bytes:
    """The grid on a first sheet called `name`, then the other tables. Texts stay texts: nothing is computed."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        _grid(book, grid, name)
        for one in others:
            _table(book, one)
    return out.getvalue()


def _grid(book: xlsxwriter.Workbook, grid: Grid, name: str) -> None:
    sheet = book.add_worksheet(name[:31])
    wrap = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#c9cdc7"})
    head = book.add_format({"text_wrap": True, "valign": "top", "bold": True, "bg_color": "#f6f5f1", "border": 1})
    band = book.add_format({"bold": True, "bg_color": "#1f5c4a", "font_color": "#ffffff", "valign": "vcenter"})
    sheet.write_string(0, 0, grid.title, book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, grid.about)
    for one in grid.headings:
        if one.span > 1:
            sheet.merge_range(2, 1 + one.first, 2, one.first + one.span, one.name, band)
        else:
            sheet.write_string(2, 1 + one.first, one.name, band)
    sheet.write_blank(3, 0, None, head)
    for place, column in enumerate(grid.columns, 1):
        sheet.write_string(3, place, f"{column.number}. {column.name}", head)
        said = [f"{one.name}: {one.wanted}" for one in column.expected]
        said += [f"{column.then}:"] if column.then else []
        said += [f"{'←' if kind == 'loop' else '→'} {to}" + (f" ({word})" if word else "")
                 for kind, word, to in column.ways]  # fmt: skip
        sheet.write_string(4, place, "\n".join(said), wrap)
    sheet.write_string(4, 0, grid.words.wanted, head)
    for number, row in enumerate(grid.rows, 5):
        sheet.write_string(number, 0, row.name, head)
        for place, box in enumerate(row.boxes, 1):
            felt = "" if box.feeling is None else f"{box.feeling:+.1f} "
            sheet.write_string(number, place, (felt + box.text)[:32_000], wrap)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, max(len(grid.columns), 1), 30)
    sheet.freeze_panes(4, 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)


def _table(book: xlsxwriter.Workbook, one: Sheet) -> None:
    sheet = book.add_worksheet(one.name[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for place, head in enumerate(one.heads):
        sheet.write_string(0, place, head, bold)
    for number, row in enumerate(one.rows, 1):
        for place, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, str):
                sheet.write_string(number, place, cell[:32_000], wrap)
            else:
                sheet.write(number, place, cell)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(one.heads) - 1, 0), 22)
