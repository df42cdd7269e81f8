"""OCEL 2.0 in JSON: events about several objects at once."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Cell, How, Look, Relation, quoted
from vivencia.listen.imports.readers.text import chunks

KEYS: Final = ("eventTypes", "objectTypes", "events", "objects")
OBJECT: Final = "object:"
MAX_FILE_MB: Final = 200  # read as a whole, since events name objects that come after them


class OcelReader:
    """One row an event; for each object type a column `object:<type>` with the object's id (several: the first)."""

    name = "ocel"
    suffixes = (".jsonocel", ".ocel.json")

    def look(self, file: Path, how: How) -> Look:
        columns, rows = _table(_log(file), file)
        return Look(file, self.name, columns, tuple(rows[:1000]))

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        columns, rows = _table(_log(file), file)
        if not rows:
            raise Problem("no-rows", file=file.name)
        values = list(zip(*rows, strict=True))
        table = pa.table({name: pa.array(values[place], pa.string()) for place, name in enumerate(columns)})
        name = f"ocel_{id(table):x}"
        connection.register(name, table)
        return Relation(quoted(name), columns, first_row=1, rows=table.num_rows)


def _log(file: Path) -> dict[str, Any]:
    content = bytearray()
    for chunk in chunks(file):
        content += chunk
        if len(content) > MAX_FILE_MB << 20:
            raise Problem("log-too-large", file=file.name, limit=MAX_FILE_MB)
    if not content.strip():
        raise Problem("empty", file=file.name)
    try:
        log = json.loads(content)
    except (ValueError, RecursionError) as error:
        row = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise Problem("bad-json", file=file.name, row=row, why=str(error)) from error
    if not isinstance(log, dict) or any(not isinstance(log.get(key), list) for key in KEYS):
        raise Problem("not-ocel", file=file.name, allowed=", ".join(KEYS))
    return log


def _table(log: dict[str, Any], file: Path) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    try:
        return _rows_of(log)
    except (AttributeError, KeyError, TypeError) as error:
        raise Problem("damaged", file=file.name, why=f"{type(error).__name__}: {error}") from error


def _rows_of(log: dict[str, Any]) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    kinds = {item.get("id"): item.get("type") for item in log["objects"] if isinstance(item, dict)}
    events = [event for event in log["events"] if isinstance(event, dict)]
    types = [kind for kind, _ in _usage(events, kinds).most_common()]
    attributes = list(dict.fromkeys(item["name"] for event in events for item in event.get("attributes") or ()))
    columns = ("id", "type", "time", *(OBJECT + kind for kind in types), *attributes)
    if len(set(columns)) < len(columns):
        attributes = [name for name in attributes if name not in ("id", "type", "time")]
        columns = ("id", "type", "time", *(OBJECT + kind for kind in types), *attributes)
    return columns, [_row(event, kinds, types, attributes) for event in events]


def _usage(events: list[dict[str, Any]], kinds: dict[Any, Any]) -> Counter[str]:
    """How many events are about an object of each type."""
    usage: Counter[str] = Counter()
    for event in events:
        about = {kinds.get(link.get("objectId")) for link in event.get("relationships") or ()}
        usage.update(str(kind) for kind in about if kind is not None)
    return usage


def _row(event: dict[str, Any], kinds: dict[Any, Any], types: list[str], attributes: list[str]) -> tuple[Cell, ...]:
    objects: dict[str, str] = {}
    for link in event.get("relationships") or ():
        kind = kinds.get(link.get("objectId"))
        if kind is not None:
            objects.setdefault(kind, str(link["objectId"]))
    said = {item["name"]: item.get("value") for item in event.get("attributes") or ()}
    return (
        _text(event.get("id")),
        _text(event.get("type")),
        _text(event.get("time")),
        *(objects.get(kind) for kind in types),
        *(_text(said.get(name)) for name in attributes),
    )


def _text(value: object) -> Cell:
    return None if value is None else str(value)
