"""Which file is which table of a mapping: by name, or else by its columns."""

from collections.abc import Sequence
from fnmatch import fnmatch

from vivencia.listen.imports.mapping import Mapping, Table
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers.table import Look

Assigned = dict[str, list[Look]]


def assign(mapping: Mapping, looks: Sequence[Look], name: str) -> Assigned:
    """The files of each table. `name` is what messages call the mapping.

    Raises Problem naming a table whose file is missing, and the files there are.
    """
    assigned: Assigned = {}
    for table, body in mapping.tables.items():
        found = _by_name(body, looks) or _by_columns(body, looks)
        if found:
            assigned[table] = found
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


def fits(mapping: Mapping, looks: Sequence[Look]) -> bool:
    """Whether these files are what the mapping describes, by their columns."""
    described = [table for table in mapping.tables.values() if not table.optional]
    return bool(described) and all(any(has_columns(table, look) for look in looks) for table in described)


def _by_name(table: Table, looks: Sequence[Look]) -> list[Look]:
    if table.file == "*" and table.columns:
        return [look for look in looks if has_columns(table, look)] or list(looks)
    named = [look for look in looks if fnmatch(look.name.casefold(), table.file.casefold())]
    return [look for look in named if has_columns(table, look)] or named


def _by_columns(table: Table, looks: Sequence[Look]) -> list[Look]:
    found = [look for look in looks if has_columns(table, look)]
    return found[:1]
