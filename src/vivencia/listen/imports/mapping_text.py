"""A mapping as TOML, the way a person would write it; `mapping.parse` reads it back to the same mapping."""

import json
from collections.abc import Mapping as Dict
from dataclasses import fields

from vivencia.listen.imports.mapping import (
    VALUE_FLAGS,
    WORDS,
    Account,
    Alias,
    Condition,
    Defaults,
    Event,
    Join,
    Mapping,
    People,
    Table,
    Value,
)

_PEOPLE_WORDS = frozenset({"language", "timezone"})


def write(mapping: Mapping) -> str:
    """TOML text of a mapping."""
    blocks = [_head(mapping), _defaults(mapping.defaults)]
    blocks += [_section(f"[tables.{_key(name)}]", _table(table)) for name, table in mapping.tables.items()]
    blocks += [_section("[[joins]]", _join(join)) for join in mapping.joins]
    blocks += [_event(event) for event in mapping.events]
    blocks += [_people(people) for people in mapping.customers]
    blocks += [_account(account) for account in mapping.accounts]
    blocks += [_alias(alias) for alias in mapping.aliases]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(mapping: Mapping) -> str:
    lines = [f"title = {_text(mapping.title)}"] if mapping.title else []
    return "\n".join([*lines, f"source = {_text(mapping.source)}"])


def _defaults(defaults: Defaults) -> str:
    usual = Defaults()
    said = {
        item.name: _text(value)
        for item in fields(Defaults)
        if (value := getattr(defaults, item.name)) is not None
        and (value != getattr(usual, item.name) or item.name == "zone")
    }
    return _section("[defaults]", said)


def _table(table: Table) -> dict[str, str]:
    said = {"file": _text(table.file)}
    if table.columns:
        said["columns"] = _texts(table.columns)
    if table.key:
        said["key"] = _texts(table.key)
    if table.optional:
        said["optional"] = "true"
    for name in ("encoding", "delimiter", "decimal", "dates", "zone", "sheet"):
        if (value := getattr(table, name)) is not None:
            said[name] = _text(value)
    if table.skip_rows:
        said["skip_rows"] = str(table.skip_rows)
    return said | _only_if(table.only_if)


def _join(join: Join) -> dict[str, str]:
    take = {
        name: _text(take.column) if take.how == "first" else f"{{ {take.how} = {_text(take.column)} }}"
        for name, take in join.take.items()
    }
    return {
        "to": _text(join.to),
        "from": _text(join.source),
        "on": _inline({column: _text(other) for column, other in join.on.items()}),
        "take": _inline(take),
    }


def _event(event: Event) -> str:
    said = {"table": _text(event.table)}
    if event.kind:
        said["kind"] = _text(event.kind)
    for item in fields(Event):
        value = getattr(event, item.name)
        if isinstance(value, Value):
            said[item.name] = _value(value, word=item.name in WORDS)
    if event.optional:
        said["optional"] = "true"
    said |= _only_if(event.only_if)
    if event.spread:
        said["spread"] = _text(event.spread)
    if event.rest:
        said["rest"] = "true"
    return _section("[[events]]", said) + _named("\n\n[events.properties]", event.properties)


def _people(people: People) -> str:
    said = {"table": _text(people.table)}
    for item in fields(People):
        value = getattr(people, item.name)
        if isinstance(value, Value):
            said[item.name] = _value(value, word=item.name in _PEOPLE_WORDS)
    said |= _only_if(people.only_if)
    if people.spread:
        said["spread"] = _text(people.spread)
    if people.rest:
        said["rest"] = "true"
    return _section("[[customers]]", said) + _named("\n\n[customers.traits]", people.traits)


def _account(account: Account) -> str:
    said = {"table": _text(account.table), "id": _value(account.id, word=False)}
    if account.name is not None:
        said["name"] = _value(account.name, word=False)
    return _section("[[accounts]]", said) + _named("\n\n[accounts.traits]", account.traits)


def _alias(alias: Alias) -> str:
    said = {"table": _text(alias.table), "id": _value(alias.id, word=False)}
    said |= {"customer": _value(alias.customer, word=False), "reason": _text(alias.reason)}
    return _section("[[aliases]]", said | _only_if(alias.only_if))


def _value(value: Value, *, word: bool) -> str:
    said: dict[str, str] = {}
    if value.columns:
        said["column"] = _text(value.columns[0]) if len(value.columns) == 1 else _texts(value.columns)
    if value.constant is not None:
        said["constant"] = _constant(value.constant)
    for name in ("dates", "zone", "clock", "decimal", "glue", "not_before"):
        if (text := getattr(value, name)) is not None:
            said[name] = _text(text)
    for name in VALUE_FLAGS:
        if getattr(value, name):
            said[name] = "true"
    if value.words:
        said["words"] = _inline({theirs: _text(ours) for theirs, ours in value.words.items()})
    if said.keys() == {"column"} and not word:
        return said["column"]
    if said.keys() == {"constant"} and (word or not isinstance(value.constant, str)):
        return said["constant"]
    return _inline(said)


def _only_if(condition: Condition | None) -> dict[str, str]:
    if condition is None:
        return {}
    said = {"column": _text(condition.column)}
    if condition.is_:
        said["is"] = _texts(condition.is_)
    if condition.is_not:
        said["is_not"] = _texts(condition.is_not)
    if condition.filled is not None:
        said["filled"] = "true" if condition.filled else "false"
    if condition.optional:
        said["optional"] = "true"
    return {"only_if": _inline(said)}


def _named(head: str, values: Dict[str, Value]) -> str:
    return _section(head, {_key(name): _value(value, word=False) for name, value in values.items()}) if values else ""


def _section(head: str, said: Dict[str, str]) -> str:
    return "\n".join([head, *(f"{name} = {value}" for name, value in said.items())])


def _inline(said: Dict[str, str]) -> str:
    return "{ " + ", ".join(f"{_key(name)} = {value}" for name, value in said.items()) + " }"


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "a").replace("-", "a").isalnum()
    return name if bare else _text(name)


def _text(text: str) -> str:
    """A TOML basic string: JSON's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _texts(texts: tuple[str, ...]) -> str:
    return "[" + ", ".join(_text(text) for text in texts) + "]"


def _constant(constant: str | float) -> str:
    if isinstance(constant, str):
        return _text(constant)
    return str(int(constant)) if float(constant).is_integer() else repr(float(constant))
