"""Excel workbooks, one sheet a table. Checked before opening: a small file can hold gigabytes."""

import zipfile
import zlib
from pathlib import Path
from typing import Final

import duckdb
import fastexcel
import pyarrow as pa

from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Cell, How, Look, Relation, quoted

MAX_INSIDE_MB: Final = 1_000
SURE_MB: Final = 100  # a workbook of this much unpacked is read however small it is packed
MAX_TIMES: Final = 250  # real sheets shrink to a tenth or a fiftieth; one to a thousandth was made to fill a machine
_CHUNK: Final = 1 << 18


class XlsxReader:
    """The first sheet, or the one the mapping names; dates and numbers keep their types."""

    name = "xlsx"
    suffixes = (".xlsx",)

    def look(self, file: Path, how: How) -> Look:
        table = _sheet(file, how, 1000)
        rows: list[tuple[Cell, ...]] = [
            tuple(None if cell is None else str(cell) for cell in row)
            for row in zip(*(column.to_pylist() for column in table.columns), strict=True)
        ]
        return Look(file, self.name, tuple(table.column_names), tuple(rows[how.skip_rows :]))

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        table = _sheet(file, how, None).slice(how.skip_rows)
        if not table.num_rows:
            raise Problem("no-rows", file=file.name)
        name = f"sheet_{id(table):x}"
        connection.register(name, table)
        return Relation(quoted(name), tuple(table.column_names), first_row=2 + how.skip_rows, rows=table.num_rows)


def _sheet(file: Path, how: How, rows: int | None) -> pa.Table:
    _refuse_bomb(file)
    try:
        book = fastexcel.read_excel(file)
        sheet = how.sheet or book.sheet_names[0]
        header = book.load_sheet(sheet, header_row=None, n_rows=1, dtypes="string").to_arrow()
        names = [str(column[0].as_py() or "").strip() for column in header.columns]
        loaded = book.load_sheet(sheet, n_rows=rows)
    except fastexcel.FastExcelError as error:
        raise Problem("damaged", file=file.name, why=str(error).splitlines()[0]) from error
    for place, name in enumerate(names):
        if name and name in names[:place]:
            raise Problem("repeated-header", file=file.name, row=1, field=name)
    if not names:
        raise Problem("empty", file=file.name)
    return pa.Table.from_batches([loaded.to_arrow()])


def _refuse_bomb(file: Path) -> None:
    """Raise Problem where the parts, unpacked, are too large; each is unpacked to nowhere, since headers can lie."""
    most = min(MAX_INSIDE_MB, max(SURE_MB, MAX_TIMES * file.stat().st_size >> 20))
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > most << 20:
                raise Problem("too-large-inside", file=file.name, limit=most)
            total = sum(_real_size(file, part, most) for part in parts)
    except (zipfile.BadZipFile, OSError, zlib.error) as error:
        raise Problem("damaged", file=file.name, why=str(error) or "not a workbook") from error
    if total > most << 20:
        raise Problem("too-large-inside", file=file.name, limit=most)


def _real_size(file: Path, part: zipfile.ZipInfo, most: int) -> int:
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return part.file_size
    inflate, total = zlib.decompressobj(-15), 0
    with file.open("rb") as source:
        source.seek(part.header_offset + 26)
        name_length, extra_length = (int.from_bytes(source.read(2), "little") for _ in range(2))
        source.seek(name_length + extra_length, 1)
        left = part.compress_size
        while left > 0 and (chunk := source.read(min(left, _CHUNK))):
            left -= len(chunk)
            while chunk:
                total += len(inflate.decompress(chunk, _CHUNK * 4))
                chunk = inflate.unconsumed_tail
                if total > most << 20:
                    return total
    return total
