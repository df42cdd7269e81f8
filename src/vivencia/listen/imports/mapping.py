"""A mapping: how the tables of some files become events, customers and aliases.

Written in TOML (reference: docs/guide/imports.md), read here into frozen dataclasses. A name that is not known, a
missing key or a wrong type is a `Problem` that names the file, the key and what is allowed.
"""

import re
import tomllib
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vivencia.listen.imports.problems import Problem

AGGREGATES: Final = ("first", "last", "sum", "mean", "min", "max", "count")
VALUE_FLAGS: Final = ("optional", "whole", "unique", "listed")
DATE_ORDERS: Final = ("auto", "iso", "dmy", "mdy", "ymd", "epoch")
METRIC_SCALES: Final[Dict[str, tuple[float, float]]] = {
    "nps": (0, 10),
    "enps": (0, 10),
    "csat": (1, 5),
    "ces": (1, 7),
}


@dataclass(frozen=True)
class Value:
    """Where one field of an event comes from: columns (the first that is filled) or a constant."""

    columns: tuple[str, ...] = ()
    constant: str | float | None = None
    dates: str | None = None  # of DATE_ORDERS, or a strptime format
    zone: str | None = None  # of times written without one
    clock: str | None = None  # "23:59": the time of day to assume where the column has days only
    decimal: str | None = None
    words: Dict[str, str] = field(default_factory=dict)  # what the file calls it -> what we call it
    listed: bool = False  # what `words` does not list is nothing, instead of itself
    glue: str | None = None  # join the columns with this instead of taking the first
    not_before: str | None = None  # another column, whose time must not be later
    optional: bool = False  # the file may lack the column
    whole: bool = False  # of several columns, take the first the file has, even where it is empty
    unique: bool = False  # of an id: no other system uses it, so it is the same event whichever way it comes


@dataclass(frozen=True)
class Condition:
    """Which rows an event is made of."""

    column: str
    is_: tuple[str, ...] = ()
    is_not: tuple[str, ...] = ()
    filled: bool | None = None
    optional: bool = False  # the file may lack the column: then no row meets it


@dataclass(frozen=True)
class Table:
    """One table: the files it is read from, what its rows are known by, and how its text is written."""

    file: str  # a name or a pattern: "orders*.csv"
    columns: tuple[str, ...] = ()  # a file with these columns is this table, whatever its name
    key: tuple[str, ...] = ()  # what a row is known by; without it, its whole contents
    optional: bool = False  # the file may be absent
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None
    zone: str | None = None
    skip_rows: int = 0  # rows between header and data that are neither
    sheet: str | None = None
    only_if: Condition | None = None


@dataclass(frozen=True)
class Take:
    """One column to bring over in a join, and how many rows become one value."""

    column: str
    how: str = "first"


@dataclass(frozen=True)
class Join:
    """Bring columns of `source` to the rows of `to` that have the same key."""

    to: str
    source: str
    on: Dict[str, str]  # column of `to` -> column of `source`
    take: Dict[str, Take]  # name in `to` -> what


@dataclass(frozen=True)
class Event:
    """One kind of event that a row of `table` may give."""

    table: str
    name: Value
    when: Value
    kind: str = ""  # short name, part of the event ids: two events of one row need different ones
    id: Value | None = None
    optional: bool = False  # an empty `when` means it did not happen, and is no error
    only_if: Condition | None = None
    customer: Value | None = None
    anonymous: Value | None = None
    account: Value | None = None
    touchpoint: Value | None = None
    channel: Value | None = None
    amount: Value | None = None
    currency: Value | None = None
    promise: Value | None = None
    promised_at: Value | None = None
    metric: Value | None = None
    score: Value | None = None
    scale_min: Value | None = None
    scale_max: Value | None = None
    text: Value | None = None
    employee: Value | None = None
    subject: Value | None = None
    subject_kind: Value | None = None
    properties: Dict[str, Value] = field(default_factory=dict)
    rest: bool = False  # every column not used otherwise becomes a property
    spread: str | None = None  # a column that holds a JSON object whose members become properties


@dataclass(frozen=True)
class People:
    """Customers, one a distinct `id`; where several rows name one, the last filled value counts."""

    table: str
    id: Value
    name: Value | None = None
    email: Value | None = None
    phone: Value | None = None
    account: Value | None = None
    segment: Value | None = None
    language: Value | None = None
    timezone: Value | None = None
    since: Value | None = None
    traits: Dict[str, Value] = field(default_factory=dict)
    rest: bool = False
    spread: str | None = None
    only_if: Condition | None = None


@dataclass(frozen=True)
class Account:
    """Companies that customers belong to; what is known of one becomes traits of its customers."""

    table: str
    id: Value
    name: Value | None = None
    traits: Dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Alias:
    """Another id of the same person."""

    table: str
    id: Value
    customer: Value
    reason: str
    only_if: Condition | None = None


@dataclass(frozen=True)
class Defaults:
    """What holds where a table or a value says nothing else."""

    zone: str = "UTC"
    dates: str = "auto"
    decimal: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Mapping:
    """All of a mapping file."""

    source: str
    tables: Dict[str, Table]
    events: tuple[Event, ...] = ()
    customers: tuple[People, ...] = ()
    accounts: tuple[Account, ...] = ()
    aliases: tuple[Alias, ...] = ()
    joins: tuple[Join, ...] = ()
    defaults: Defaults = field(default_factory=Defaults)
    title: str = ""


# A plain string in these fields is the thing itself; in all others it is a column's name.
WORDS: Final = frozenset(
    {
        "name", "touchpoint", "channel", "currency", "promise", "metric", "scale_min", "scale_max", "subject_kind",
        "language", "timezone",
    }
)  # fmt: skip
_PEOPLE_WORDS: Final = frozenset({"language", "timezone"})  # a customer's name is a column, an event's is a word


def parse(text: str, file: str) -> Mapping:
    """Read a mapping from TOML; `file` is what messages call it.

    >>> parse('source="s"\\n[tables.t]\\nfile="t.csv"\\n[[events]]\\ntable="t"\\nname="paid"\\nwhen="date"', "m").source
    's'
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        row = getattr(error, "lineno", None) or int((re.search(r"line (\d+)", str(error)) or [0, 1])[1])
        raise Problem("bad-toml", file=file, row=row, why=str(error)) from error
    return _Reader(file).mapping(raw)


@dataclass(frozen=True)
class _Reader:
    """Turns plain TOML values into dataclasses, naming the place of whatever is wrong."""

    file: str

    def mapping(self, raw: Dict[str, Any]) -> Mapping:
        self._known(raw, "", _names(Mapping))
        tables = {name: self._table(body, f"tables.{name}") for name, body in self._dict(raw, "tables", "").items()}
        mapping = Mapping(
            title=self._text(raw.get("title", ""), "title"),
            source=self._text(self._needed(raw, "source", ""), "source"),
            defaults=self._defaults(self._dict(raw, "defaults", "")),
            tables=tables,
            joins=tuple(self._join(body, at) for at, body in self._list(raw, "joins")),
            events=tuple(self._event(body, at) for at, body in self._list(raw, "events")),
            customers=tuple(self._people(body, at) for at, body in self._list(raw, "customers")),
            accounts=tuple(self._account(body, at) for at, body in self._list(raw, "accounts")),
            aliases=tuple(self._alias(body, at) for at, body in self._list(raw, "aliases")),
        )
        self._check(mapping)
        return mapping

    def _check(self, mapping: Mapping) -> None:
        if not mapping.tables:
            raise Problem("missing-key", file=self.file, field="tables")
        if not (mapping.events or mapping.customers or mapping.aliases):
            raise Problem("missing-key", file=self.file, field="events")
        users: list[tuple[str, str]] = [(f"events[{i}].table", e.table) for i, e in enumerate(mapping.events)]
        users += [(f"customers[{i}].table", p.table) for i, p in enumerate(mapping.customers)]
        users += [(f"accounts[{i}].table", a.table) for i, a in enumerate(mapping.accounts)]
        users += [(f"aliases[{i}].table", a.table) for i, a in enumerate(mapping.aliases)]
        for i, join in enumerate(mapping.joins):
            users += [(f"joins[{i}].to", join.to), (f"joins[{i}].from", join.source)]
        for where, table in users:
            if table not in mapping.tables:
                allowed = ", ".join(mapping.tables)
                raise Problem("unknown-table", file=self.file, field=where, value=table, allowed=allowed)

    def _defaults(self, raw: Dict[str, Any]) -> Defaults:
        self._known(raw, "defaults", _names(Defaults))
        self._conventions(raw, "defaults")
        return Defaults(**{key: self._text(value, f"defaults.{key}") for key, value in raw.items()})

    def _table(self, raw: Any, at: str) -> Table:
        body = self._a_dict(raw, at)
        self._known(body, at, _names(Table))
        self._conventions(body, at)
        texts = ("encoding", "delimiter", "decimal", "dates", "zone", "sheet")
        return Table(
            file=self._text(self._needed(body, "file", at), f"{at}.file"),
            key=self._texts(body.get("key", []), f"{at}.key"),
            columns=self._texts(body.get("columns", []), f"{at}.columns"),
            optional=self._bool(body.get("optional", False), f"{at}.optional"),
            skip_rows=self._whole(body.get("skip_rows", 0), f"{at}.skip_rows"),
            only_if=self._condition(body.get("only_if"), f"{at}.only_if"),
            **{key: self._text(body[key], f"{at}.{key}") for key in texts if key in body},
        )

    def _conventions(self, raw: Dict[str, Any], at: str) -> None:
        zone = raw.get("zone")
        if isinstance(zone, str) and not _is_zone(zone):
            raise Problem(
                "wrong-value", file=self.file, field=f"{at}.zone", value=zone, allowed="UTC, Europe/Madrid, …"
            )
        self._one_of(raw.get("decimal"), (".", ","), f"{at}.decimal")
        dates = raw.get("dates")
        if isinstance(dates, str) and "%" not in dates:
            self._one_of(dates, DATE_ORDERS, f"{at}.dates", " %d/%m/%Y %H:%M …")

    def _join(self, body: Dict[str, Any], at: str) -> Join:
        self._known(body, at, ("to", "from", "on", "take"))
        take = {
            name: self._take(value, f"{at}.take.{name}")
            for name, value in self._dict(body, "take", at, needed=True).items()
        }
        on = self._dict(body, "on", at, needed=True)
        return Join(
            to=self._text(self._needed(body, "to", at), f"{at}.to"),
            source=self._text(self._needed(body, "from", at), f"{at}.from"),
            on={column: self._text(value, f"{at}.on.{column}") for column, value in on.items()},
            take=take,
        )

    def _take(self, raw: Any, at: str) -> Take:
        if isinstance(raw, str):
            return Take(raw)
        body = self._a_dict(raw, at)
        self._known(body, at, AGGREGATES)
        if len(body) != 1:
            raise Problem("wrong-type", file=self.file, field=at, allowed='{ sum = "column" }')
        ((how, column),) = body.items()
        return Take(self._text(column, at), how)

    def _event(self, body: Dict[str, Any], at: str) -> Event:
        self._known(body, at, _names(Event))
        plain = {"table", "kind", "optional", "only_if", "properties", "rest", "spread"}
        values = {
            key: self._value(raw, f"{at}.{key}", word=key in WORDS) for key, raw in body.items() if key not in plain
        }
        for needed in ("name", "when"):
            self._needed(body, needed, at)
        return Event(
            table=self._text(self._needed(body, "table", at), f"{at}.table"),
            kind=self._text(body.get("kind", ""), f"{at}.kind"),
            optional=self._bool(body.get("optional", False), f"{at}.optional"),
            only_if=self._condition(body.get("only_if"), f"{at}.only_if"),
            properties=self._named_values(body, "properties", at),
            rest=self._bool(body.get("rest", False), f"{at}.rest"),
            spread=self._maybe_text(body.get("spread"), f"{at}.spread"),
            **values,
        )

    def _people(self, body: Dict[str, Any], at: str) -> People:
        self._known(body, at, _names(People))
        plain = {"table", "traits", "rest", "spread", "only_if"}
        values = {
            key: self._value(raw, f"{at}.{key}", word=key in _PEOPLE_WORDS)
            for key, raw in body.items()
            if key not in plain
        }
        self._needed(body, "id", at)
        return People(
            table=self._text(self._needed(body, "table", at), f"{at}.table"),
            traits=self._named_values(body, "traits", at),
            rest=self._bool(body.get("rest", False), f"{at}.rest"),
            spread=self._maybe_text(body.get("spread"), f"{at}.spread"),
            only_if=self._condition(body.get("only_if"), f"{at}.only_if"),
            **values,
        )

    def _account(self, body: Dict[str, Any], at: str) -> Account:
        self._known(body, at, _names(Account))
        return Account(
            table=self._text(self._needed(body, "table", at), f"{at}.table"),
            id=self._value(self._needed(body, "id", at), f"{at}.id", word=False),
            name=self._value(body["name"], f"{at}.name", word=False) if "name" in body else None,
            traits=self._named_values(body, "traits", at),
        )

    def _alias(self, body: Dict[str, Any], at: str) -> Alias:
        self._known(body, at, _names(Alias))
        return Alias(
            table=self._text(self._needed(body, "table", at), f"{at}.table"),
            id=self._value(self._needed(body, "id", at), f"{at}.id", word=False),
            customer=self._value(self._needed(body, "customer", at), f"{at}.customer", word=False),
            reason=self._text(self._needed(body, "reason", at), f"{at}.reason"),
            only_if=self._condition(body.get("only_if"), f"{at}.only_if"),
        )

    def _named_values(self, body: Dict[str, Any], key: str, at: str) -> dict[str, Value]:
        raw = body.get(key, {})
        if isinstance(raw, list):
            return {name: Value((name,)) for name in self._texts(raw, f"{at}.{key}")}
        return {
            name: self._value(value, f"{at}.{key}.{name}", word=False)
            for name, value in self._a_dict(raw, f"{at}.{key}").items()
        }

    def _value(self, raw: Any, at: str, *, word: bool) -> Value:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return Value(constant=float(raw))
        if isinstance(raw, str):
            return Value(constant=raw) if word else Value((raw,))
        if isinstance(raw, list):
            return Value(self._texts(raw, at))
        body = self._a_dict(raw, at)
        self._known(body, at, ("column", *(name for name in _names(Value) if name != "columns")))
        self._conventions(body, at)
        column = body.get("column", [])
        columns = (column,) if isinstance(column, str) else self._texts(column, f"{at}.column")
        if not columns and "constant" not in body:
            raise Problem("missing-key", file=self.file, field=f"{at}.column")
        words = {key: self._text(value, f"{at}.words") for key, value in self._dict(body, "words", at).items()}
        given: dict[str, Any] = {key: self._bool(body.get(key, False), f"{at}.{key}") for key in VALUE_FLAGS}
        given |= {key: self._text(body[key], f"{at}.{key}") for key in _VALUE_TEXTS if key in body}
        constant = body.get("constant")
        if not isinstance(constant, str | int | float | None) or (
            isinstance(constant, float) and not isfinite(constant)
        ):
            raise Problem("wrong-type", file=self.file, field=f"{at}.constant", allowed='"…", 0, 1.5')
        return Value(columns=columns, constant=constant, words=words, **given)

    def _condition(self, raw: Any, at: str) -> Condition | None:
        if raw is None:
            return None
        body = self._a_dict(raw, at)
        self._known(body, at, ("column", "is", "is_not", "filled", "optional"))
        filled = body.get("filled")
        return Condition(
            column=self._text(self._needed(body, "column", at), f"{at}.column"),
            is_=self._texts(body.get("is", []), f"{at}.is"),
            is_not=self._texts(body.get("is_not", []), f"{at}.is_not"),
            filled=None if filled is None else self._bool(filled, f"{at}.filled"),
            optional=self._bool(body.get("optional", False), f"{at}.optional"),
        )

    # --- the plain kinds ---

    def _known(self, body: Dict[str, Any], at: str, allowed: Sequence[str]) -> None:
        for key in body:
            if key not in allowed:
                name = f"{at}.{key}" if at else key
                raise Problem("unknown-key", file=self.file, field=name, allowed=", ".join(allowed))

    def _needed(self, body: Dict[str, Any], key: str, at: str) -> Any:
        if key not in body:
            raise Problem("missing-key", file=self.file, field=f"{at}.{key}" if at else key)
        return body[key]

    def _a_dict(self, raw: Any, at: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise Problem("wrong-type", file=self.file, field=at, allowed="{ … }")
        return raw

    def _dict(self, body: Dict[str, Any], key: str, at: str, *, needed: bool = False) -> dict[str, Any]:
        if needed:
            self._needed(body, key, at)
        return self._a_dict(body.get(key, {}), f"{at}.{key}" if at else key)

    def _list(self, body: Dict[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
        raw = body.get(key, [])
        if not isinstance(raw, list):
            raise Problem("wrong-type", file=self.file, field=key, allowed=f"[[{key}]]")
        return [(f"{key}[{i}]", self._a_dict(item, f"{key}[{i}]")) for i, item in enumerate(raw)]

    def _text(self, raw: Any, at: str) -> str:
        if not isinstance(raw, str):
            raise Problem("wrong-type", file=self.file, field=at, allowed='"…"')
        return raw

    def _maybe_text(self, raw: Any, at: str) -> str | None:
        return None if raw is None else self._text(raw, at)

    def _texts(self, raw: Any, at: str) -> tuple[str, ...]:
        if isinstance(raw, str):
            return (raw,)
        if not isinstance(raw, list):
            raise Problem("wrong-type", file=self.file, field=at, allowed='["…", "…"]')
        return tuple(self._text(item, at) for item in raw)

    def _bool(self, raw: Any, at: str) -> bool:
        if not isinstance(raw, bool):
            raise Problem("wrong-type", file=self.file, field=at, allowed="true, false")
        return raw

    def _whole(self, raw: Any, at: str) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or raw < 0:
            raise Problem("wrong-type", file=self.file, field=at, allowed="0, 1, 2, …")
        return raw

    def _one_of(self, raw: Any, allowed: Sequence[str], at: str, more: str = "") -> None:
        if raw is not None and raw not in allowed:
            raise Problem("wrong-value", file=self.file, field=at, value=str(raw), allowed=", ".join(allowed) + more)


_VALUE_TEXTS: Final = ("dates", "zone", "clock", "decimal", "glue", "not_before")


def _names(shape: type) -> tuple[str, ...]:
    return tuple(item.name for item in fields(shape))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
