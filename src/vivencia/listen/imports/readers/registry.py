"""The kinds of file that can be read, in one place. A new kind: one module beside this, one line here."""

from pathlib import Path
from typing import Final

from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.csv import CsvReader
from vivencia.listen.imports.readers.json import JsonReader
from vivencia.listen.imports.readers.jsonl import JsonLinesReader
from vivencia.listen.imports.readers.ocel import OcelReader
from vivencia.listen.imports.readers.parquet import ParquetReader
from vivencia.listen.imports.readers.table import Reader
from vivencia.listen.imports.readers.xes import XesReader
from vivencia.listen.imports.readers.xlsx import XlsxReader

READERS: Final[tuple[Reader, ...]] = (
    CsvReader(),
    ParquetReader(),
    JsonLinesReader(),
    XlsxReader(),
    XesReader(),
    OcelReader(),
    JsonReader(),
)
SUFFIXES: Final = tuple(suffix for reader in READERS for suffix in reader.suffixes)


def reader_of(file: Path) -> Reader:
    """Who reads a file, by its name. Raises Problem naming the kinds there are."""
    name = file.name.lower()
    for reader in READERS:
        if name.endswith(reader.suffixes):
            return reader
    raise Problem("unknown-kind", file=file.name, allowed=", ".join(SUFFIXES))


def files_at(path: Path) -> list[Path]:
    """The file, or those in the folder that can be read, by name. Raises Problem where there is none."""
    if path.is_file():
        reader_of(path)
        return [path]
    if not path.is_dir():
        raise Problem("not-found", file=str(path))
    found = sorted(
        item
        for item in path.iterdir()
        if item.is_file() and not item.name.startswith(".") and item.name.lower().endswith(SUFFIXES)
    )
    if not found:
        raise Problem("no-files", file=str(path), allowed=", ".join(SUFFIXES))
    return found
