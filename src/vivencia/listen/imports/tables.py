"""The files of an import as DuckDB tables: read once, joined, with dates and numbers already parsed.

A table's rows keep their place in the file, so that a rejected row can be named and ties keep the file's order.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import duckdb

from vivencia.listen.imports.assign import Assigned
from vivencia.listen.imports.conventions import Conventions
from vivencia.listen.imports.expressions import Columns, Samples, is_numeric
from vivencia.listen.imports.mapping import Account, Alias, Defaults, Event, Join, Mapping, People, Table, Take
from vivencia.listen.imports.problems import Problem, Reason
from vivencia.listen.imports.readers.jsonl import NOT_AN_OBJECT
from vivencia.listen.imports.readers.registry import reader_of
from vivencia.listen.imports.readers.table import How, Look, Relation, quoted
from vivencia.listen.imports.repeats import may_repeat

ROW: Final = '"#row"'
HASH: Final = '"#hash"'
Instead = Callable[[str, Look], Relation | None]  # other rows for a file of a table: its sample, in previews
Refused = dict[int, tuple[str, str, Reason]]  # lines that are no rows: record -> column, line, reason
Run = Callable[[str], None]  # runs one SQL statement; whoever gives it may watch its progress


@dataclass
class Part:
    """One file of a table, and which of the table's rows are its."""

    look: Look
    relation: Relation
    begins: int = 0  # the table's row number of its first row
    rows: int = 0
    refused: Refused = field(default_factory=dict)  # known once the table is loaded and looked through


@dataclass
class Staged:
    """One table: planned first, loaded later."""

    name: str
    table: Table
    columns: Columns
    parts: list[Part]
    joins: list[Join] = field(default_factory=list)
    base: tuple[str, ...] = ()  # the file's own columns
    hashed: bool = False
    ordinals: bool = False
    loaded: bool = False
    in_place: bool = False  # a view of its file, which is not copied first
    repeated: bool = False  # some rows have an earlier row's key and say something else

    @property
    def sql(self) -> str:
        return quoted(f"t:{self.name}")

    @property
    def source(self) -> str:
        """What stands after FROM."""
        if not self.ordinals:
            return self.sql
        return f"{self.sql} LEFT JOIN {quoted('o:' + self.name)} ON {self.row} = {quoted('#of')}"

    @property
    def row(self) -> str:
        """SQL for a row's place in its table, from 0."""
        return ROW if self.joins or self.in_place else f"{self.sql}.rowid"


class Tables:
    """All tables of one import on one DuckDB connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        mapping: Mapping,
        assigned: Assigned,
        folder: Path,
        run: Run,
        instead: Instead = lambda name, look: None,
    ) -> None:
        self._connection, self._mapping, self._run, self._instead = connection, mapping, run, instead
        self.staged: dict[str, Staged] = {}
        for name, looks in assigned.items():
            self.staged[name] = self._planned(name, mapping.tables[name], looks, folder)
        for join in mapping.joins:
            if join.to in self.staged and join.on and join.take:  # one that is being prepared says nothing yet
                self._plan_join(join)
        for name, staged in self.staged.items():
            self._refuse_circle(name, name, set())
            staged.in_place = staged.parts[0].relation.place is not None and self._is_asked_once(staged)

    def __contains__(self, name: str) -> bool:
        return name in self.staged

    def __getitem__(self, name: str) -> Staged:
        return self.staged[name]

    def hash_rows(self, staged: Staged) -> None:
        """Have every row carry a digest of its contents (before `load`)."""
        cells = ", chr(31), ".join(f"coalesce({staged.columns.plain(name)}, chr(30))" for name in staged.base)
        staged.columns.typed["#hash"] = f"md5(concat({cells}))"
        staged.hashed = True

    def load(self, name: str) -> None:
        """Read the table's files, after those it is joined with; or see them in their place."""
        staged = self.staged[name]
        if staged.loaded:
            return
        staged.loaded = True
        sources = [join for join in staged.joins if join.source in self.staged]
        for join in sources:
            self.load(join.source)
        joins = [(join, self._joined(join)) for join in sources]
        if staged.in_place:
            self._see(staged)
        elif staged.joins:
            self._read(staged, quoted(f"r:{name}"), {})
            self._run(_with_joins(staged, joins))
            self._connection.execute(f"DROP TABLE {quoted(f'r:{name}')}")
        else:
            self._read(staged, staged.sql, staged.columns.typed)
        if staged.hashed:
            self._number_twins(staged)

    def rows(self) -> int:
        """How many rows were read, of all tables."""
        return sum(part.rows for staged in self.staged.values() for part in staged.parts)

    def _planned(self, name: str, table: Table, looks: list[Look], folder: Path) -> Staged:
        how = how_of(table, self._mapping.defaults)
        parts = [Part(look, self._relation(name, look, how, folder)) for look in looks]
        types: dict[str, str] = {}
        for part in parts:
            for column, kind in self._types(part.relation).items():
                types[column] = kind if types.get(column, kind) == kind else "VARCHAR"
        if not types:
            raise Problem("empty", file=looks[0].name)
        decimal = next((look.conventions.decimal for look in looks if look.conventions), None) or "."
        columns = Columns(
            looks[0].name, types, table, self._mapping.defaults, table.decimal or decimal, Samples(looks[0], {})
        )
        columns.touched.update(columns.named(key) for key in table.key)
        columns.telling = lambda column: self._telling(column, parts[0].relation)
        return Staged(name, table, columns, parts, base=tuple(types))

    def _relation(self, name: str, look: Look, how: How, folder: Path) -> Relation:
        other = self._instead(name, look)
        return other or reader_of(look.file).relation(look.file, how, self._connection, folder)

    def _telling(self, column: str, relation: Relation) -> list[str]:
        """Values like 31/12/2026 in the whole file: only one order of day and month can read them."""
        first, second = (
            f"TRY_CAST(regexp_extract({quoted(column)}, '^\\s*(\\d{{1,2}})[/.-](\\d{{1,2}})', {place}) AS INTEGER)"
            for place in (1, 2)
        )
        found = self._connection.execute(
            f"SELECT {quoted(column)} FROM {relation.probe or relation.sql} "  # noqa: S608
            f"WHERE {first} > 12 OR {second} > 12 LIMIT 500"
        )
        return [str(row[0]).strip() for row in found.fetchall()]

    def _types(self, relation: Relation) -> dict[str, str]:
        if relation.types is not None:
            return dict(relation.types)
        described = self._connection.execute(f"DESCRIBE SELECT * FROM {relation.sql}").fetchall()  # noqa: S608
        return {row[0]: row[1] for row in described if row[0] != NOT_AN_OBJECT}

    def _plan_join(self, join: Join) -> None:
        to = self.staged[join.to]
        to.joins.append(join)
        source = self.staged.get(join.source)
        for column in join.on:
            to.columns.touched.add(to.columns.named(column))
        for name, take in join.take.items():
            if source is None:  # an optional file is absent: its columns are there, and empty
                to.columns.types[name] = "VARCHAR"
                continue
            column = source.columns.named(take.column)
            source.columns.touched.add(column)
            to.columns.types[name] = _type_after(source.columns, column, take)
            to.columns.samples = to.columns.samples.joined(name, source.columns.samples.get(column, []))
        if source is not None:
            for column in join.on.values():
                source.columns.touched.add(source.columns.named(column))

    def _refuse_circle(self, name: str, begin: str, seen: set[str]) -> None:
        """Raise Problem where what a table is joined with is joined with it."""
        for join in self.staged[name].joins:
            if join.source == begin:
                raise Problem("circular-join", file=self.staged[begin].parts[0].look.name, field=begin)
            if join.source in self.staged and join.source not in seen:
                seen.add(join.source)
                self._refuse_circle(join.source, begin, seen)

    def _joined(self, join: Join) -> str:
        """The source of a join, one row a key."""
        source = self.staged[join.source]
        keys = [source.columns.raw(source.columns.named(column)) for column in join.on.values()]
        taken = [f"{key} AS {quoted(f'#key{i}')}" for i, key in enumerate(keys)]
        row = source.row
        for name, take in join.take.items():
            taken.append(f"{_aggregate(source.columns, take, row)} AS {quoted(name)}")
        groups = ", ".join(str(i + 1) for i in range(len(keys)))
        return f"(SELECT {', '.join(taken)} FROM {source.sql} GROUP BY {groups})"  # noqa: S608

    def _read(self, staged: Staged, target: str, typed: dict[str, str]) -> None:
        wanted = staged.base if staged.hashed else tuple(c for c in staged.base if c in staged.columns.touched)
        begins = 0
        for place, part in enumerate(staged.parts):
            begin = f"CREATE TABLE {target} AS" if place == 0 else f"INSERT INTO {target}"
            self._run(f"{begin} {self._selected(staged, part, wanted or staged.base[:1], typed)}")
            part.begins, part.rows = begins, self._written()
            begins += part.rows
        if not begins and not any(part.relation.rejects for part in staged.parts):
            raise Problem("no-rows", file=staged.parts[0].look.name)

    def _is_asked_once(self, staged: Staged) -> bool:
        """Whether only one kind of event is made of a table: then reading its file again is cheaper than copying it."""
        mapping = self._mapping
        askers: list[Event | People | Account | Alias] = [*mapping.events, *mapping.customers]
        askers += [*mapping.accounts, *mapping.aliases]
        asked = [each.table for each in askers] + [table for join in mapping.joins for table in (join.to, join.source)]
        return len(staged.parts) == 1 and asked.count(staged.name) == 1

    def _see(self, staged: Staged) -> None:
        """A view in the place of a table."""
        (part,) = staged.parts
        rows = self._selected(staged, part, staged.base, staged.columns.typed, f"{part.relation.place} AS {ROW}")
        self._run(f"CREATE VIEW {staged.sql} AS {rows}")
        part.begins, part.rows = 0, part.relation.rows or 0

    def _selected(self, staged: Staged, part: Part, wanted: tuple[str, ...], typed: dict[str, str], *more: str) -> str:
        has = part.relation.columns
        inner = list(more)
        inner += [_cell(name, staged.columns.types[name], name in has) for name in wanted]
        if part.look.kind == "jsonl":
            inner.append(quoted(NOT_AN_OBJECT))
        outer = "".join(f", {sql} AS {quoted(name)}" for name, sql in typed.items())
        return f"SELECT *{outer} FROM (SELECT {', '.join(inner)} FROM {part.relation.sql})"  # noqa: S608

    def _number_twins(self, staged: Staged) -> None:
        """Rows with the same contents as an earlier one get their ordinal: two like purchases are two."""
        row = staged.row
        if not may_repeat(self._connection, _contents(staged) if staged.in_place else HASH, staged.sql):
            return
        self._run(
            f"CREATE TABLE {quoted('o:' + staged.name)} AS SELECT {row} AS {quoted('#of')}, "  # noqa: S608
            f"row_number() OVER (PARTITION BY {HASH} ORDER BY {row}) AS {quoted('#ordinal')} FROM {staged.sql} "
            f"WHERE {HASH} IN (SELECT {HASH} FROM {staged.sql} GROUP BY 1 HAVING count(*) > 1)"
        )
        staged.ordinals = True

    def _written(self) -> int:
        """How many rows the statement that just ran wrote."""
        counted = self._connection.fetchone()
        return int(counted[0]) if counted else 0


def how_of(table: Table, defaults: Defaults) -> How:
    """What a mapping declares about a table's files."""
    conventions = Conventions(table.encoding or defaults.encoding, table.delimiter or defaults.delimiter)
    decimal = table.decimal or defaults.decimal
    if decimal in (".", ","):
        conventions = replace(conventions, decimal="," if decimal == "," else ".")
    return How(conventions, table.skip_rows, table.sheet)


def _with_joins(staged: Staged, joins: list[tuple[Join, str]]) -> str:
    raw = quoted(f"r:{staged.name}")
    taken = ["r.*", f"r.rowid AS {ROW}"]
    froms = [f"{raw} r"]
    names = {name for join, _ in joins for name in join.take}
    for place, (join, sql) in enumerate(joins):
        alias = f"j{place}"
        on = " AND ".join(
            f"CAST(r.{quoted(staged.columns.named(column))} AS VARCHAR) = {alias}.{quoted(f'#key{i}')}"
            for i, column in enumerate(join.on)
        )
        froms.append(f"LEFT JOIN {sql} {alias} ON {on}")
        taken += [f"{alias}.{quoted(name)}" for name in join.take]
    absent = [name for join in staged.joins for name in join.take if name not in names]
    taken += [f"CAST(NULL AS VARCHAR) AS {quoted(name)}" for name in absent]
    typed = "".join(f", {sql} AS {quoted(name)}" for name, sql in staged.columns.typed.items())
    return f"CREATE TABLE {staged.sql} AS SELECT *{typed} FROM (SELECT {', '.join(taken)} FROM {' '.join(froms)})"  # noqa: S608


def _cell(name: str, kind: str, there: bool) -> str:
    """A column as it is kept: text without spaces around it, blank as null."""
    if not there:
        return f"CAST(NULL AS {kind}) AS {quoted(name)}"
    if kind == "VARCHAR":
        cell = f"CAST({quoted(name)} AS VARCHAR)"
        # `trim` looks at every letter; hardly a cell has a space at its ends, which is seen at once. Whatever begins
        # with a space or is empty comes before '!', which takes no look at the letters at all.
        odd = f"{cell} LIKE '% ' OR ({cell} < '!' AND ({cell} = '' OR {cell} LIKE ' %'))"
        return f"CASE WHEN {odd} THEN nullif(trim({cell}), '') ELSE {cell} END AS {quoted(name)}"
    return f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}"


def _contents(staged: Staged) -> str:
    """What the digest is of, but before it is text, which takes longer than looking for repeats."""
    columns = staged.columns
    is_plain = {name: not {"(", "["} & {*kind} for name, kind in columns.types.items()}  # no list, no object
    return ", ".join(quoted(name) if is_plain[name] else columns.plain(name) for name in staged.base)


def _aggregate(columns: Columns, take: Take, row: str) -> str:
    column = columns.named(take.column)
    value = columns.raw(column) if columns.types[column] == "VARCHAR" else quoted(column)
    if take.how in ("first", "last"):
        return f"{'arg_min' if take.how == 'first' else 'arg_max'}({value}, {row})"
    if take.how == "count":
        return f"count({value})"
    if take.how in ("min", "max") and _type_after(columns, column, take) != "DOUBLE":
        return f"{take.how}({value})"
    return f"{ {'mean': 'avg'}.get(take.how, take.how) }({columns.number_of(column)})"


def _type_after(columns: Columns, column: str, take: Take) -> str:
    if take.how == "count":
        return "BIGINT"
    if take.how in ("sum", "mean"):
        return "DOUBLE"
    if take.how in ("min", "max") and (is_numeric(columns.types[column]) or columns.looks_numeric(column)):
        return "DOUBLE"
    return columns.types[column]
