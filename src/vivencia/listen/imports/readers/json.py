"""JSON that is one document: a list of objects, which is a table, or an OCEL log."""

import codecs
import json
import re
import secrets
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import duckdb

from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers import jsonl
from vivencia.listen.imports.readers.ocel import KEYS, OcelReader
from vivencia.listen.imports.readers.table import How, Look, Relation
from vivencia.listen.imports.readers.text import MAX_LINE_MB, chunks, sample

_SPACE: Final = re.compile(r"[\s,]*")
_DECODER: Final = json.JSONDecoder()


class JsonReader:
    """A list is read object by object, whatever its size; anything else must be an OCEL log."""

    name = "json"
    suffixes = (".json", ".json.gz")

    def look(self, file: Path, how: How) -> Look:
        if not _is_list(file):
            return OcelReader().look(file, how)
        found = [one for one, _ in zip(_objects(file), range(1000), strict=False) if isinstance(one, dict)]
        if not found:
            raise Problem("not-ocel", file=file.name, allowed=", ".join(KEYS))
        return jsonl.looked(file, found)

    def relation(self, file: Path, how: How, connection: duckdb.DuckDBPyConnection, folder: Path) -> Relation:
        if not _is_list(file):
            return OcelReader().relation(file, how, connection, folder)
        folder.mkdir(parents=True, exist_ok=True)
        lines = folder / f"{secrets.token_hex(4)}.jsonl"
        with lines.open("w", encoding="utf-8", newline="\n") as out:
            for one in _objects(file):
                out.write(json.dumps(one, ensure_ascii=False) + "\n")
        return jsonl.related(lines, self.look(file, how), connection)


def _is_list(file: Path) -> bool:
    text = sample(file).decode("utf-8-sig", errors="replace").lstrip()
    return text.startswith("[")


def _objects(file: Path) -> Iterator[object]:
    """The members of the list, one by one. Raises Problem where it is not JSON, naming the line."""
    decode = codecs.getincrementaldecoder("utf-8-sig")("replace")
    rest, line, ended = "", 1, False
    for chunk in chain(chunks(file), (b"",)):
        text = rest + decode.decode(chunk, final=not chunk)
        if line == 1 and not rest:
            text = text.replace("[", " ", 1)  # it opens the list
        members, at, ended = _members(text, file, line, is_last=not chunk)
        yield from members
        line, rest = line + text.count("\n", 0, at), text[at:] or " "
        if ended:
            return
    raise Problem("bad-json", file=file.name, row=line, why="the list does not end")


def _members(text: str, file: Path, line: int, *, is_last: bool) -> tuple[list[object], int, bool]:
    """The whole members at the beginning of the text, where they end, and whether the list ends there."""
    found: list[object] = []
    at = 0
    while (begin := _SPACE.match(text, at).end()) < len(text):  # type: ignore[union-attr]  # it matches nothing, too
        if text[begin] == "]":
            return found, begin, True
        try:
            one, end = _DECODER.raw_decode(text, begin)
        except json.JSONDecodeError as error:
            if is_last or len(text) - begin > MAX_LINE_MB << 20:
                row = line + text.count("\n", 0, error.pos)
                raise Problem("bad-json", file=file.name, row=row, why=str(error)) from error
            break  # it goes on in what comes next
        if end == len(text) and not is_last:
            break  # a number may go on
        found.append(one)
        at = end
    return found, at, False
