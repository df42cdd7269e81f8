"""XES process logs, streamed: a trace is a case, its events in the file's order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

import duckdb
import pyarrow as pa
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Cell, How, Look, Relation, quoted
from vivencia.listen.imports.readers.text import open_bytes, sample

CASE: Final = "case:"
_PLAIN: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})


class XesReader:
    """One row an event; the trace's attributes stand beside it as `case:…`."""

    name = "xes"
    suffixes = (".xes", ".xes.gz")

    def look(self, file: Path, how: How) -> Look:
        columns, rows = _table(file, 1000)
        return Look(file, self.name, columns, rows)

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        columns, rows = _table(file, None)
        if not rows:
            raise Problem("no-rows", file=file.name)
        values = list(zip(*rows, strict=True))
        table = pa.table({name: pa.array(values[place], pa.string()) for place, name in enumerate(columns)})
        name = f"log_{id(table):x}"
        connection.register(name, table)
        return Relation(quoted(name), columns, first_row=1, rows=table.num_rows)


def _table(file: Path, limit: int | None) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    sample(file, 4096)  # empty, binary or cut off: said before XML is tried
    names: dict[str, int] = {}
    rows: list[list[Cell]] = []
    try:
        for event in _events(file):
            cells: list[Cell] = [None] * len(names)
            for key, value in event:
                place = names.setdefault(key, len(names))
                if place >= len(cells):
                    cells += [None] * (place + 1 - len(cells))
                cells[place] = value
            rows.append(cells)
            if limit and len(rows) >= limit:
                break
    except DefusedXmlException as error:
        raise Problem("unsafe-xml", file=file.name) from error
    except ParseError as error:
        raise Problem("bad-xml", file=file.name, row=error.position[0], why=str(error)) from error
    except EOFError as error:
        raise Problem("truncated", file=file.name) from error
    except OSError as error:
        raise Problem("damaged", file=file.name, why=str(error)) from error
    width = len(names)
    return tuple(names), tuple(tuple(cells + [None] * (width - len(cells))) for cells in rows)


def _events(file: Path) -> Iterator[list[tuple[str, Cell]]]:
    """Each event's attributes, after those of its trace; forgets every trace it has passed."""
    with open_bytes(file) as source:
        parsed: Iterator[tuple[str, Any]] = iterparse(source, events=("end",), forbid_dtd=True)
        for _, element in parsed:
            if _tag(element) != "trace":
                continue
            case = [(CASE + key, value) for key, value in _attributes(element)]
            for child in element:
                if _tag(child) == "event":
                    yield case + list(_attributes(child))
            element.clear()


def _attributes(element: Element) -> Iterator[tuple[str, Cell]]:
    for child in element:
        if _tag(child) in _PLAIN and (key := child.get("key")):
            yield key, child.get("value")


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]
