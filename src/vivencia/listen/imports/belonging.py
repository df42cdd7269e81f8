"""How several unknown files belong together: by columns that hold the key of another file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from vivencia.listen.imports.guesses import Seen, best, name_rank, plain
from vivencia.listen.imports.mapping import Join, Take
from vivencia.listen.imports.readers.table import Look

MOST_TAKEN: Final = 12  # columns that one join brings over
_SUMMED: Final = ("amount", "total", "price", "value", "cost", "importe", "valor", "precio", "coste", "freight")


@dataclass(frozen=True)
class File:
    """One of the files: its table's name and what its columns seem to be."""

    table: str
    look: Look
    columns: tuple[Seen, ...]

    def column(self, name: str) -> Seen | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def keys(self) -> tuple[Seen, ...]:
        """Columns that tell its rows apart and are called an id."""
        return tuple(column for column in self.columns if column.is_unique and not column.is_date and _is_id(column))


@dataclass(frozen=True)
class Link:
    """Rows of `to` name rows of `source`: the column `on` holds what `key` holds there."""

    to: str
    on: str
    source: str
    key: str
    shared: float  # of the sampled values that are filled, how many the other file's sample has, too


def tables_of(looks: Sequence[Look]) -> list[str]:
    """A name for each file's table: the file's own, in plain letters."""
    names: list[str] = []
    for look in looks:
        stem = plain(PurePath(look.name).name.partition(".")[0]).replace(" ", "_") or "file"
        names.append(stem if stem not in names else f"{stem}_{len(names) + 1}")
    return names


def links(files: Sequence[File]) -> list[Link]:
    """Which files name each other's rows, by the names of their columns and what is in them; the surest first."""
    found = []
    homes = {plain(file.columns[0].name) for file in files if file.columns and file.columns[0] in file.keys}
    for source in files:
        for key in source.keys:
            if key != source.columns[0] and plain(key.name) in homes:
                continue  # a review that names its order is not where orders are at home
            for other in files:
                column = _same(other, key, source) if other is not source else None
                if column is not None:
                    shared = len({*column.values} & {*key.values}) / max(len({*column.values}), 1)
                    found.append(Link(other.table, column.name, source.table, key.name, shared))
    return sorted(found, key=lambda link: -link.shared)


def join(link: Link, files: Sequence[File], wanted: Sequence[str] = ()) -> Join | None:
    """Bring what `source` knows to the rows of `to`: the wanted columns, or all it can be asked for."""
    to, source = (next(file for file in files if file.table == name) for name in (link.to, link.source))
    taken = [column for column in source.columns if column.name != link.key and (not wanted or column.name in wanted)]
    take = {_named(column, source, to): Take(column.name) for column in taken[:MOST_TAKEN]}
    return Join(link.to, link.source, {link.on: link.key}, take) if take else None


def gathered(link: Link, files: Sequence[File]) -> Join | None:
    """Bring rows that name a row of `source` to it, many to one: money is summed, of anything else the first holds."""
    one, many = (next(file for file in files if file.table == name) for name in (link.source, link.to))
    taken = [column for column in many.columns if column.name != link.on and not column.is_date]
    take = {_named(column, many, one): Take(column.name, _how(column)) for column in taken[:MOST_TAKEN]}
    return Join(link.source, link.to, {link.key: link.on}, take) if take else None


def _how(column: Seen) -> str:
    is_money = (
        any(word in plain(column.name).split() for word in _SUMMED) or name_rank("amount", column.name) is not None
    )
    return "sum" if column.numbers and is_money else "first"


def _named(column: Seen, source: File, to: File) -> str:
    taken = {other.name.strip().casefold() for other in to.columns}
    return column.name if column.name.strip().casefold() not in taken else f"{source.table}_{column.name}"


def _same(other: File, key: Seen, source: File) -> Seen | None:
    """The column of another file that holds this key: of the same name, or `customer_id` for the `id` of customers."""
    wanted = {plain(key.name).replace(" ", "")}
    if plain(key.name) in ("id", "uuid", "code", "codigo", "key", "clave"):
        stem = source.table.replace("_", "")
        one = stem.removesuffix("s")
        wanted = {f"{name}{end}" for name in (stem, one, one.removesuffix("e")) for end in ("id", "", plain(key.name))}
        wanted |= {f"id{name}" for name in (stem, one, one.removesuffix("e"))}
    return next((column for column in other.columns if plain(column.name).replace(" ", "") in wanted), None)


def _is_id(column: Seen) -> bool:
    words = plain(column.name).split()
    named = bool({"id", "uuid", "code", "codigo", "key", "clave", "number", "numero", "no"} & set(words))
    return named or any(best(role, [column], set()) for role in ("customer", "subject", "account", "id"))
