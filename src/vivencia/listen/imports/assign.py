"""Which file is which table of a mapping: by name, or else by its columns."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from fnmatch import fnmatch

from vivencia.listen.imports.mapping import Account, Alias, Condition, Event, Mapping, People, Table, Value
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Look, listed

Assigned = dict[str, list[Look]]


def assign(mapping: Mapping, looks: Sequence[Look], name: str) -> Assigned:
    """The files of each table. `name` is what messages call the mapping.

    Raises Problem naming a table whose file is missing and the files there are, or of one file the missing columns.
    """
    assigned: Assigned = {}
    for table, body in mapping.tables.items():
        found = _by_name(body, looks) or _by_columns(body, looks)
        if found:
            assigned[table] = found
        elif not body.optional and len(looks) == 1 and body.columns:
            raise _lacking(body, looks[0])
        elif not body.optional:
            files = ", ".join(look.name for look in looks)
            raise Problem("missing-file", file=name, field=body.file, allowed=files)
    return assigned


def has_columns(table: Table, look: Look) -> bool:
    """Whether a file has the columns a table is recognised by: `a|b` is either, `!a` must not be there."""
    names = {column.strip().casefold() for column in look.columns}
    for wanted in table.columns:
        if wanted.startswith("!"):
            if wanted[1:].casefold() in names:
                return False
        elif not any(name.casefold() in names for name in wanted.split("|")):
            return False
    return bool(table.columns)


def _lacking(table: Table, look: Look) -> Problem:
    """Which of the columns a table is recognised by the only file there is has not."""
    there = {column.strip().casefold() for column in look.columns}
    needed = [column for column in table.columns if not column.startswith("!")]
    missing = [one for one in needed if not any(name.casefold() in there for name in one.split("|"))]
    named = listed([one.replace("|", " | ") for one in missing], 5)
    return Problem("missing-column", file=look.name, field=named, allowed=listed(look.columns))


def fits(mapping: Mapping, looks: Sequence[Look]) -> bool:
    """Whether these files are what the mapping describes, by their columns."""
    described = [table for table in mapping.tables.values() if not table.optional]
    return bool(described) and all(any(has_columns(table, look) for look in looks) for table in described)


def renamed(mapping: Mapping, looks: Sequence[Look]) -> Mapping:
    """The mapping for the same files under other names: a table whose file is not there is the one file left over that
    has its columns, or the only file there is."""
    found = {name: _by_name(body, looks) or _by_columns(body, looks) for name, body in mapping.tables.items()}
    left = [look for look in looks if not any(look in taken for taken in found.values())]
    tables = dict(mapping.tables)
    for name, taken in found.items():
        if taken:
            continue
        likely = left if len(tables) == 1 else [look for look in left if asked(mapping, name) <= {*look.columns}]
        if len(likely) == 1:
            tables[name] = replace(tables[name], file=likely[0].name)
            left.remove(likely[0])
    return mapping if tables == dict(mapping.tables) else replace(mapping, tables=tables)


def asked(mapping: Mapping, table: str) -> set[str]:
    """The columns that a mapping asks of a table's own file."""
    parts: list[Event | People | Account | Alias] = [*mapping.events, *mapping.customers]
    parts += [*mapping.accounts, *mapping.aliases]
    columns = {column for part in parts if part.table == table for column in _columns_of(part)}
    columns |= {*mapping.tables[table].key}
    for join in mapping.joins:
        if join.to == table:
            columns = (columns - {*join.take}) | {*join.on}
        if join.source == table:
            columns |= {*join.on.values(), *(take.column for take in join.take.values())}
    return columns


def _columns_of(part: Event | People | Account | Alias) -> Iterator[str]:
    values = [getattr(part, one.name) for one in fields(part)]
    more = [value for each in values if isinstance(each, dict) for value in each.values()]
    for value in (*values, *more):
        if isinstance(value, Value) and not value.optional:
            yield from value.columns
        elif isinstance(value, Condition):
            yield value.column


def _by_name(table: Table, looks: Sequence[Look]) -> list[Look]:
    if table.file == "*" and table.columns:
        return [look for look in looks if has_columns(table, look)] or list(looks)
    named = [look for look in looks if fnmatch(look.name.casefold(), table.file.casefold())]
    return [look for look in named if has_columns(table, look)] or named


def _by_columns(table: Table, looks: Sequence[Look]) -> list[Look]:
    found = [look for look in looks if has_columns(table, look)]
    return found[:1]
