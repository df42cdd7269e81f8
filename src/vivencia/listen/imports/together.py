"""A mapping for several files nobody described: events, people, and joins where one file names another's rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from vivencia.listen.imports import belonging
from vivencia.listen.imports.belonging import File, Link
from vivencia.listen.imports.guesses import KNOWN, Seen, name_rank, plain, see
from vivencia.listen.imports.mapping import Defaults, Event, Join, Mapping, People, Table, Value
from vivencia.listen.imports.propose import Proposal, propose
from vivencia.listen.imports.readers.table import Look

_PEOPLE: Final = ("customer", "client", "cliente", "user", "usuario", "people", "persona", "member", "socio", "contact")


def propose_together(looks: Sequence[Look]) -> Proposal:
    """What the files most likely say together. Never fails; a person is always asked to look at it."""
    names = belonging.tables_of(looks)
    files = [File(name, look, tuple(see(look))) for name, look in zip(names, looks, strict=True)]
    links = belonging.links(files)
    people = [made for file in files if (made := _people(file, links)) is not None]
    of_people = {one.table for one in people}
    proposals = {file.table: propose(file.look, file.table) for file in files if file.table not in of_people}
    lived = {name: found for name, found in proposals.items() if "when" not in found.missing}
    joins, customers = _joins(files, links, set(lived), of_people, proposals)
    events = tuple(
        replace(event, kind=f"{name}-{event.kind}", customer=event.customer or customers.get(name))
        for name, found in lived.items()
        for event in found.mapping.events
    )
    mapping = Mapping(
        source=next(iter(lived or proposals or of_people)).replace("_", "-"),
        tables={file.table: _table(file, proposals) for file in files},
        joins=tuple(joins),
        events=events,
        customers=tuple(people),
        defaults=Defaults(),
    )
    used = {*lived, *of_people, *(join.source for join in joins)}
    guesses = tuple(guess for found in lived.values() for guess in found.guesses)
    return Proposal(mapping, guesses, _missing(lived, customers, used, files))


def _table(file: File, proposals: dict[str, Proposal]) -> Table:
    found = proposals.get(file.table)
    return found.mapping.tables[file.table] if found else Table(file=file.look.name)


def _missing(
    lived: dict[str, Proposal], customers: dict[str, Value], used: set[str], files: Sequence[File]
) -> tuple[str, ...]:
    """What a person must say: something in one file, how a file belongs to the others, or just that it is right."""
    said = [key for name, found in lived.items() for key in found.missing if key != "who" or name not in customers]
    if not lived:
        said.append("when")
    said.append("joined" if used >= {file.table for file in files} else "several")
    return tuple(dict.fromkeys(said))


def _people(file: File, links: Sequence[Link]) -> People | None:
    """A file of people has one row each: it is called so, or other files name its rows as customers."""
    key = next((column for column in file.keys if _names_people(file, column, links)), None)
    if key is None:
        return None
    found = {role: _called(file, names) for role, names in KNOWN.items()}
    known: dict[str, Any] = {role: value for role, value in found.items() if value and value.columns != (key.name,)}
    dates = [column.name for column in file.columns if column.is_date and not _is_birth(column)]
    return People(
        table=file.table,
        id=Value((key.name,)),
        since=Value((dates[0],)) if dates else None,
        rest=True,
        **known,
    )


def _names_people(file: File, key: Seen, links: Sequence[Link]) -> bool:
    called = any(word in file.table for word in _PEOPLE)
    named = any(
        name_rank("customer", link.on) is not None
        for link in links
        if (link.source, link.key) == (file.table, key.name)
    )
    about_more = any(name_rank("subject", column.name) is not None for column in file.keys)
    return (called or named) and not about_more


def _called(file: File, names: tuple[str, ...]) -> Value | None:
    return next((Value((column.name,)) for column in file.columns if plain(column.name) in names), None)


def _is_birth(column: Seen) -> bool:
    return any(word in plain(column.name) for word in ("birth", "nacim", "nasc"))


def _joins(
    files: Sequence[File], links: Sequence[Link], lived: set[str], people: set[str], proposals: dict[str, Proposal]
) -> tuple[list[Join], dict[str, Value]]:
    """Joins, and the customer of those tables whose rows learn it from another."""
    joins: list[Join] = []
    customers: dict[str, Value] = {}
    done: set[tuple[str, str]] = set()
    for link in links:
        pair = (link.to, link.source)
        made: Join | None = None
        if pair in done or pair[::-1] in done or people & {*pair}:
            continue
        if link.source in lived and link.to in lived:
            whose = _customer(proposals[link.source])
            if whose and not _customer(proposals[link.to]) and link.to not in customers:
                made = belonging.join(link, files, [whose])
                customers[link.to] = Value(tuple(made.take) if made else (whose,))
        elif link.source in lived:
            made = belonging.gathered(link, files)
        elif link.to in lived:
            made = belonging.join(link, files)
        if made is not None:
            joins.append(made)
            done.add(pair)
    return joins, customers


def _customer(found: Proposal) -> str | None:
    event: Event = found.mapping.events[0]
    return event.customer.columns[0] if event.customer else None
