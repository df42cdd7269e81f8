"""JSON Lines: one JSON object a line. Nested objects stay JSON text; `context.page.url` reaches into them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb

from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Cell, How, Look, Relation, literal, quoted
from vivencia.listen.imports.readers.text import MAX_LINE_MB, as_utf8, sample, scan

_MAX_DEPTH: Final = 3


class JsonLinesReader:
    """Every member becomes a column; members of objects are columns too, named with dots."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

    def look(self, file: Path, how: How) -> Look:
        text = sample(file, 1 << 20, of_lines=True).decode("utf-8-sig", errors="replace")
        lines = text.splitlines()
        whole = lines if text.endswith("\n") or len(lines) == 1 else lines[:-1]
        objects = [found for line in whole[:SEEN] if isinstance(found := _parsed(line), dict)]
        if not objects:
            raise Problem("bad-json", file=file.name, row=1, why="no line is a JSON object")
        return looked(file, objects)

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        look = self.look(file, how)
        rows = scan(file).line_breaks + 1
        return replace(related(as_utf8(file, "utf-8", folder), look, connection), rows=rows)


def looked(file: Path, objects: Sequence[dict[str, object]]) -> Look:
    """The table that these objects are the first rows of."""
    columns: dict[str, None] = {}
    for found in objects:
        columns.update(dict.fromkeys(_paths(found)))
    rows = tuple(tuple(_at(found, name) for name in columns) for found in objects)
    return Look(file, JsonLinesReader.name, tuple(columns), rows)


def related(plain: Path, look: Look, connection: duckdb.DuckDBPyConnection) -> Relation:
    """The lines of a plain file as rows, with every member of any of them as a column."""
    source = (
        f"read_ndjson_objects({literal(str(plain))}, ignore_errors=true, compression='uncompressed', "
        f"maximum_object_size={MAX_LINE_MB << 20})"
    )
    columns = look.columns
    if len(look.rows) >= SEEN:
        columns = tuple(dict.fromkeys([*columns, *_members(source, connection)]))
    taken = ", ".join(f"json_extract_string(json, {literal(_pointer(name))}) AS {quoted(name)}" for name in columns)
    sql = f"(SELECT {taken}, json_type(json) IS DISTINCT FROM 'OBJECT' AS {quoted(NOT_AN_OBJECT)} FROM {source})"  # noqa: S608
    return Relation(sql, columns, first_row=1, one_line_a_row=False, plain=plain)


def _members(source: str, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """All members of all lines: some appear only further down than anybody looked."""
    found = connection.execute(
        f"SELECT json_group_structure(json) FROM {source} WHERE json_type(json) = 'OBJECT'"  # noqa: S608
    ).fetchone()
    structure = json.loads(found[0]) if found and found[0] else {}
    return _paths(structure) if isinstance(structure, dict) else []


SEEN: Final = 1000  # lines looked at
NOT_AN_OBJECT: Final = "#not an object"


def lines_of(file: Path, wanted: set[int]) -> dict[int, int]:
    """The line of each wanted row (0 = the first line that is not blank)."""
    places: dict[int, int] = {}
    row = 0
    with file.open("rb") as source:
        for line, content in enumerate(source, 1):
            if not content.strip():
                continue
            if row in wanted:
                places[row] = line
            row += 1
    return places


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _paths(found: dict[str, object], before: str = "", depth: int = 1) -> list[str]:
    paths: list[str] = []
    for key, value in found.items():
        paths.append(before + key)
        if isinstance(value, dict) and depth < _MAX_DEPTH:
            paths += _paths(value, f"{before}{key}.", depth + 1)
    return paths


def _at(found: dict[str, object], path: str) -> Cell:
    value: object = found
    for key in [path] if path in found else path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _pointer(path: str) -> str:
    return "/" + "/".join(part.replace("~", "~0") for part in path.split("."))
