"""Writing small files and bringing them in, without Django and without a ledger."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from vivencia.listen.imports.assign import assign
from vivencia.listen.imports.events import Batch
from vivencia.listen.imports.mapping import Mapping, parse
from vivencia.listen.imports.readers.registry import files_at
from vivencia.listen.imports.recognise import by_preset, recognise
from vivencia.listen.imports.take_in import Taken, look_at, take_in

EVENTS = """
source = "shop"
[tables.rows]
file = "*"
[[events]]
table = "rows"
name = "bought"
when = "date"
customer = "customer"
amount = { column = "amount", optional = true }
"""


@dataclass(frozen=True)
class Brought:
    """What came of an import."""

    taken: Taken
    events: list[dict[str, Any]]
    customers: list[dict[str, Any]]
    aliases: list[dict[str, Any]]
    rejects: list[dict[str, str]]

    def values(self, column: str) -> list[Any]:
        return [event[column] for event in self.events]


def mapping(toml: str) -> Mapping:
    return parse(toml, "test.toml")


def bring(path: Path, toml: str | None = None, *, preset: str | None = None) -> Brought:
    """Bring a file or folder in; without a mapping or preset, as it is recognised."""
    looks = [look_at(file) for file in files_at(path)]
    found = by_preset(preset, looks) if preset else recognise(looks)
    chosen = found.mapping if toml is None else mapping(toml)
    work = path.parent / f"work-{path.name}"
    taken = take_in(chosen, assign(chosen, looks, "test"), Batch("b1", chosen.source, "2026-11-22T10:00:00Z"), work)
    events = sorted(rows(taken.events_file), key=lambda event: event["seq"])
    return Brought(taken, events, rows(taken.customers_file), rows(taken.aliases_file), rejects_in(taken.rejects_file))


def rows(file: Path | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(file).to_pylist() if file else []
    return found


def rejects_in(file: Path | None) -> list[dict[str, str]]:
    if file is None:
        return []
    with file.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def write(folder: Path, name: str, *lines: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
    """A text file of these lines."""
    file = folder / name
    file.write_bytes((newline.join(lines) + newline).encode(encoding))
    return file


def table(folder: Path, name: str, header: str, body: Sequence[str]) -> Path:
    return write(folder, name, header, *body)
