"""The mapping editor: a mapping as a form, and a filled form as a mapping.

Every part of a mapping (an event, a group of customers, another id, a company) is a list of fields that each take a
column, or for some a fixed text. Buttons add and remove parts: `changed`. What the form does not show stays as it was.
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vivencia.foundation import vocabulary
from vivencia.foundation.numbers import whole
from vivencia.listen.imports.conventions import ENCODINGS
from vivencia.listen.imports.dates import SHOWN
from vivencia.listen.imports.mapping import (
    AGGREGATES,
    METRIC_SCALES,
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
    Take,
    Value,
)
from vivencia.listen.imports.problems import Problem

Text = str | Promise
Columns = Dict[str, tuple[str, ...]]  # of each table
Notes = Dict[str, tuple[str, str]]  # field -> the column guessed for it, and why
Part = Event | People | Alias | Account
FIXED: Final = "="  # the choice "a fixed text" among columns

Groups = tuple[tuple[Text, tuple[tuple[str, Text], ...]], ...]
GROUPS: Final[Groups] = (
    (_("What happened, and when"), (
        ("name", _("What happened")), ("when", _("When")), ("touchpoint", _("Touchpoint")), ("channel", _("Channel")),
    )),
    (_("To whom, and about what"), (
        ("customer", _("Customer")), ("anonymous", _("Device or visitor nobody knows yet")), ("account", _("Account")),
        ("subject", _("About (order, ticket, case)")), ("subject_kind", _("Kind of thing it is about")),
        ("employee", _("Employee")),
    )),
    (_("Promise"), (("promise", _("Kind of promise")), ("promised_at", _("Promised for")))),
    (_("What they said"), (
        ("metric", _("What was asked")), ("score", _("Score")), ("scale_min", _("Bottom of the scale")),
        ("scale_max", _("Top of the scale")), ("text", _("Words")),
    )),
    (_("Money"), (("amount", _("Amount")), ("currency", _("Currency")))),
    (_("Its number in the file"), (("id", _("Number of the event, if it has one")),)),
)  # fmt: skip
_PEOPLE: Final[Groups] = (
    (_("Who it is"), (
        ("id", _("Customer")), ("name", _("Name")), ("email", _("E-mail address")), ("phone", _("Telephone")),
    )),
    (_("What is known of them"), (
        ("segment", _("Segment")), ("account", _("Account")), ("language", _("Language")),
        ("timezone", _("Time zone")), ("since", _("Customer since")),
    )),
)  # fmt: skip
_ALIASES: Final[Groups] = ((_("Which two are one"), (("id", _("The other id")), ("customer", _("Customer")))),)
_ACCOUNTS: Final[Groups] = ((_("Which company"), (("id", _("Account")), ("name", _("Name")))),)
_NEEDED: Final = {"e": ("name", "when"), "c": ("id",), "a": ("id", "customer"), "f": ("id",)}
_FIXABLE: Final = {"e": WORDS, "c": frozenset({"language", "timezone"}), "a": frozenset[str](), "f": frozenset[str]()}
SAID: Final[dict[str, vocabulary.Words]] = {  # fields whose fixed text the reader's language has a word for
    "name": vocabulary.EVENTS,
    "touchpoint": {**vocabulary.EVENTS, **vocabulary.TOUCHPOINTS},  # a source without touchpoints has its events' names
    "channel": vocabulary.CHANNELS,
    "promise": vocabulary.TOUCHPOINTS,
    "subject_kind": {**vocabulary.TOUCHPOINTS, **vocabulary.SUBJECTS},
}
_SHAPES: Final = {"e": GROUPS, "c": _PEOPLE, "a": _ALIASES, "f": _ACCOUNTS}
_LISTS: Final = {"e": "events", "c": "customers", "a": "aliases", "f": "accounts", "j": "joins"}
_MORE: Final = {"e": "properties", "c": "traits", "f": "traits"}  # what else a part says, by name


@dataclass(frozen=True)
class Field:
    """One line of the form: a column, or for some a fixed text."""

    name: str  # of the control
    label: Text
    columns: tuple[str, ...]  # that can be chosen
    column: str  # that is; "=" for a fixed text, "" for none
    fixed: str
    can_be_fixed: bool
    is_needed: bool
    note: str = ""  # why the column was guessed


@dataclass(frozen=True)
class Group:
    label: Text
    fields: tuple[Field, ...]

    @property
    def is_used(self) -> bool:
        """Whether anything is chosen in it."""
        return any(field.column for field in self.fields)


@dataclass(frozen=True)
class PartForm:
    """The form of one part: which table its rows are of, its fields, which rows count, and what else they say."""

    key: str  # "e0"
    place: int
    name: str
    table: str
    groups: tuple[Group, ...]
    columns: tuple[str, ...]
    chosen: tuple[str, ...] = ()  # columns kept as properties or traits
    rest: bool = False  # all other columns are
    has_more: bool = False
    optional: bool | None = None  # None: not asked
    condition: Condition | None = None
    reason: str | None = None

    @property
    def wanted(self) -> str:
        """The values of its condition, as typed."""
        return "; ".join((self.condition.is_ or self.condition.is_not) if self.condition else ())

    @property
    def how(self) -> str:
        """Which way its condition asks."""
        if self.condition is None:
            return ""
        if self.condition.filled is not None:
            return "filled" if self.condition.filled else "empty"
        return "is_not" if self.condition.is_not else "is"


@dataclass(frozen=True)
class JoinForm:
    """A join: which table's rows learn something from which other's."""

    key: str
    place: int
    join: Join
    to_columns: tuple[str, ...]
    taken: tuple[tuple[str, str], ...]  # (column of the other table, how: "" = not taken)
    column: str
    other: str


@dataclass(frozen=True)
class Choice:
    """One convention of the files: what is declared, and what else it could be."""

    name: str
    label: Text
    value: str
    options: tuple[tuple[str, Text], ...]


def forms(mapping: Mapping, columns: Columns, notes: Notes) -> list[PartForm]:
    """A form for each kind of event. `columns`: of each table; `notes`: why a field's column was guessed."""
    return parts("e", mapping, columns, notes)


def parts(letter: str, mapping: Mapping, columns: Columns, notes: Notes | None = None) -> list[PartForm]:
    """A form for each part of a kind: events (e), customers (c), other ids (a), companies (f)."""
    found: tuple[Part, ...] = getattr(mapping, _LISTS[letter])
    return [
        _form(letter, place, part, columns.get(part.table, ()), (notes or {}) if place == 0 else {})
        for place, part in enumerate(found)
    ]


def join_forms(mapping: Mapping, own: Columns) -> list[JoinForm]:
    """A form for each join. `own`: the columns of each table's file."""
    made = []
    for place, join in enumerate(mapping.joins):
        column, other = next(iter(join.on.items()), ("", ""))
        hows = {take.column: take.how for take in join.take.values()}
        taken = tuple((name, hows.get(name, "")) for name in dict.fromkeys([*own.get(join.source, ()), *hows]))
        made.append(JoinForm(f"j{place}", place, join, own.get(join.to, ()), taken, column, other))
    return made


def conventions(defaults: Defaults, detected: Dict[str, str]) -> list[Choice]:
    """How the files are written; the first option of each is what was detected."""
    found = {name: _("Detected: %(what)s") % {"what": what} for name, what in detected.items()}
    return [
        _choice("encoding", _("Encoding"), defaults, found, [(name, name) for name in ENCODINGS]),
        _choice("delimiter", _("Between the columns"), defaults, found, list(DELIMITERS.items())),
        _choice("decimal", _("Decimal mark"), defaults, found, [(".", "1,234.56"), (",", "1.234,56")]),
        _choice("dates", _("Dates"), defaults, found, list(SHOWN.items())),
    ]


def filled(mapping: Mapping, said: Dict[str, Any]) -> Mapping:
    """The mapping as the form says it; what the form does not show stays as it was. Lists are given as lists."""
    changed: dict[str, Any] = {
        _LISTS[letter]: tuple(
            _filled(letter, f"{letter}{place}", part, said)
            for place, part in enumerate(getattr(mapping, _LISTS[letter]))
        )
        for letter in _SHAPES
    }
    return replace(
        mapping,
        tables={name: _table(f"t{place}", table, said) for place, (name, table) in enumerate(mapping.tables.items())},
        joins=tuple(_join(f"j{place}", join, said) for place, join in enumerate(mapping.joins)),
        defaults=_defaults(mapping.defaults, said),
        **changed,
    )


def changed(mapping: Mapping, action: str) -> tuple[Mapping, str]:
    """The mapping with a part added or removed ("add-e", "add-j", "remove-e1"), and the part's key.

    Raises Problem where nothing would be left that says anything.
    """
    verb, _dash, what = action.partition("-")
    if verb == "add" and what in _LISTS:
        made = _new(what, mapping)
        before = getattr(mapping, _LISTS[what])
        more: dict[str, Any] = {_LISTS[what]: (*before, made)}
        return replace(mapping, **more), f"{what}{len(before)}"
    letter, number = what[:1], what[1:]
    before = getattr(mapping, _LISTS.get(letter, ""), ())
    place = whole(number)
    if verb != "remove" or place is None or place >= len(before):
        return mapping, ""
    fewer: dict[str, Any] = {_LISTS[letter]: (*before[:place], *before[place + 1 :])}
    left = replace(mapping, **fewer)
    if not (left.events or left.customers or left.aliases):
        raise Problem("nothing-left")
    return left, ""


def is_complete(mapping: Mapping) -> bool:
    """Whether every event says when it happened, and every other part what it must."""
    needed = [event.when for event in mapping.events] + [people.id for people in mapping.customers]
    needed += [value for alias in mapping.aliases for value in (alias.id, alias.customer)]
    needed += [account.id for account in mapping.accounts]
    return all(value.columns != ("",) for value in needed)


def without_incomplete(mapping: Mapping) -> Mapping:
    """What of a mapping can be shown while parts of it are being prepared."""
    empty = Value(("",))
    return replace(
        mapping,
        events=tuple(event for event in mapping.events if event.when != empty),
        customers=tuple(people for people in mapping.customers if people.id != empty),
        aliases=tuple(alias for alias in mapping.aliases if empty not in (alias.id, alias.customer)),
        accounts=tuple(account for account in mapping.accounts if account.id != empty),
    )


def _new(letter: str, mapping: Mapping) -> Part | Join:
    """A part that says as little as possible, and where one like it is there, whose it is."""
    table, empty = next(iter(mapping.tables)), Value(("",))
    if letter == "j":
        other = next((name for name in mapping.tables if name != table), table)
        return Join(table, other, {}, {})
    if letter == "c":
        return People(table, empty, rest=True)
    if letter == "a":
        return Alias(table, empty, empty, gettext("The file names both ids."))
    if letter == "f":
        return Account(table, empty)
    like = mapping.events[-1] if mapping.events else Event(table, Value(constant=""), empty)
    kinds = {event.kind for event in mapping.events}
    kind = next(kind for place in range(2, 10_000) if (kind := f"event-{place}") not in kinds)
    name = Value(constant=gettext("New event"))
    return Event(
        like.table, name, empty, kind, optional=True, customer=like.customer, anonymous=like.anonymous,
        subject=like.subject, subject_kind=like.subject_kind,
    )  # fmt: skip


def _form(letter: str, place: int, part: Part, columns: tuple[str, ...], notes: Notes) -> PartForm:
    key, more = f"{letter}{place}", _MORE.get(letter)
    known: Dict[str, Value] = getattr(part, more) if more else {}
    return PartForm(
        key=key,
        place=place,
        name=_called(part) if isinstance(part, Event) else "",
        table=part.table,
        groups=tuple(
            Group(label, tuple(_field(letter, key, part, name, text, columns, notes) for name, text in named))
            for label, named in _SHAPES[letter]
        ),
        columns=columns,
        chosen=tuple(value.columns[0] for name, value in known.items() if _is_plain(name, value)),
        rest=bool(getattr(part, "rest", False)),
        has_more=more is not None,
        optional=part.optional if isinstance(part, Event) else None,
        condition=getattr(part, "only_if", None),
        reason=vocabulary.written(part.reason, vocabulary.REASONS) if isinstance(part, Alias) else None,
    )


def _field(letter: str, key: str, part: Part, name: str, label: Text, columns: tuple[str, ...], notes: Notes) -> Field:
    value: Value | None = getattr(part, name)
    column, fixed = _shown(value, columns)
    guessed, why = notes.get(name, ("", ""))
    choices = columns if column in ("", FIXED) or column in columns else (*columns, column)
    return Field(
        name=f"{key}.{name}",
        label=label,
        columns=choices,
        column=column,
        fixed=vocabulary.written(fixed, SAID.get(name, {})),
        can_be_fixed=name in _FIXABLE[letter],
        is_needed=name in _NEEDED[letter],
        note=why if column == guessed else "",  # of another column it says nothing
    )


def _shown(value: Value | None, columns: tuple[str, ...]) -> tuple[str, str]:
    if value is None:
        return "", ""
    fixed = (
        "" if value.constant is None else f"{value.constant:g}" if isinstance(value.constant, float) else value.constant
    )
    if value.columns:
        there = [name for name in value.columns if name in columns]
        if there or not value.optional:
            return (there or list(value.columns))[0], fixed
    return (FIXED, fixed) if value.constant is not None else ("", "")


def _is_plain(name: str, value: Value) -> bool:
    """Whether a property is just a column under its own name: what the form shows."""
    return value == Value((name,)) or value == Value((name,), optional=True)


def _filled(letter: str, key: str, part: Part, said: Dict[str, Any]) -> Part:
    changed: dict[str, Any] = {}
    for name in (name for _label, named in _SHAPES[letter] for name, _text in named):
        if f"{key}.{name}" in said:
            fixed = _fixed(name, getattr(part, name), str(said.get(f"{key}.{name}.fixed", "")))
            needed = name in _NEEDED[letter]
            changed[name] = _value(getattr(part, name), str(said[f"{key}.{name}"]), fixed, name, needed=needed)
    if f"{key}.table" in said:
        changed["table"] = str(said[f"{key}.table"])
    if f"{key}.optional" in said:
        changed["optional"] = bool(said[f"{key}.optional"])
    if f"{key}.reason" in said:
        before = getattr(part, "reason", "")
        changed["reason"] = vocabulary.meant(str(said[f"{key}.reason"]), vocabulary.REASONS, before) or before
    if f"{key}.if" in said and letter != "f":
        changed["only_if"] = _condition(key, said)
    if f"{key}.more" in said:
        changed |= _more(letter, key, part, said)
    done: Part = replace(part, **changed)
    return done


def _more(letter: str, key: str, part: Part, said: Dict[str, Any]) -> dict[str, Any]:
    """Properties or traits: the columns chosen, and those the form cannot show as they were."""
    name = _MORE[letter]
    before: Dict[str, Value] = getattr(part, name)
    kept = {each: value for each, value in before.items() if not _is_plain(each, value)}
    chosen = {column: before.get(column, Value((column,))) for column in said.get(f"{key}.columns", [])}
    found: dict[str, Any] = {name: {**chosen, **kept}}
    if letter != "f":
        found["rest"] = said[f"{key}.more"] == "rest"
    return found


def _condition(key: str, said: Dict[str, Any]) -> Condition | None:
    column, how = str(said[f"{key}.if"]), str(said.get(f"{key}.if.how", "is"))
    values = tuple(value for each in str(said.get(f"{key}.if.values", "")).split(";") if (value := each.strip()))
    if not column or (how in ("is", "is_not") and not values):
        return None
    if how in ("filled", "empty"):
        return Condition(column, filled=how == "filled")
    return Condition(column, is_not=values) if how == "is_not" else Condition(column, is_=values)


def _value(before: Value | None, column: str, fixed: str, name: str, *, needed: bool) -> Value | None:
    if column == FIXED:
        if not fixed:
            return before if needed else None
        return Value(constant=_number(fixed) if name.startswith("scale") else fixed)
    if not column:
        absent = before is not None and before.optional
        return before if needed or absent else None
    if before is not None and column in before.columns:
        return before
    return Value((column,))


def _fixed(name: str, before: Value | None, text: str) -> str:
    """The text that is always the same, as it is stored: the form shows it in the reader's language."""
    constant = before.constant if before is not None else None
    return vocabulary.meant(text, SAID.get(name, {}), constant if isinstance(constant, str) else "")


def _number(text: str) -> str | float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _table(key: str, table: Table, said: Dict[str, Any]) -> Table:
    changed: dict[str, Any] = {}
    if f"{key}.shown" in said:
        changed["key"] = tuple(said.get(f"{key}.key", []))
        changed["sheet"] = str(said.get(f"{key}.sheet", "")).strip() or None
        skip = str(said.get(f"{key}.skip_rows", "0"))
        changed["skip_rows"] = int(skip) if skip.isdecimal() and len(skip) < 7 else table.skip_rows
    done: Table = replace(table, **changed)
    return done


def _join(key: str, join: Join, said: Dict[str, Any]) -> Join:
    if f"{key}.to" not in said:
        return join
    column, other = (str(said.get(f"{key}.{name}", "")) for name in ("column", "other"))
    first = next(iter(join.on), None)
    on = {name: theirs for name, theirs in join.on.items() if name != first}
    on = {column: other, **on} if column and other else on
    source = str(said.get(f"{key}.from", join.source))
    names = {take.column: name for name, take in join.take.items()}
    hows = {
        name.removeprefix(f"{key}.take."): str(how) for name, how in said.items() if name.startswith(f"{key}.take.")
    }
    take = {names.get(column, column): Take(column, how) for column, how in hows.items() if how in AGGREGATES}
    return Join(str(said[f"{key}.to"]), source, on, take if source == join.source else {})


def _defaults(before: Defaults, said: Dict[str, Any]) -> Defaults:
    changed = {
        item.name: str(said[f"d.{item.name}"]) or item.default for item in fields(Defaults) if f"d.{item.name}" in said
    }
    done: Defaults = replace(before, **changed)  # type: ignore[arg-type]  # the names are Defaults' own
    return done


def _choice(
    name: str, label: Text, defaults: Defaults, detected: Dict[str, Text], options: list[tuple[str, Text]]
) -> Choice:
    value = getattr(defaults, name) or ""
    value = "" if value == "auto" else value
    known = [option for option, _label in options]
    more = [] if not value or value in known else [(value, value)]
    first: tuple[str, Text] = ("", detected.get(name, _("Detect")))
    return Choice(name, label, value, (first, *options, *more))


def _called(event: Event) -> str:
    constant = event.name.constant
    return str(constant) if constant is not None else ""


DELIMITERS: Final[dict[str, Text]] = {
    ",": _("comma ,"),
    ";": _("semicolon ;"),
    "\t": _("tab"),
    "|": _("bar |"),
}
METRICS: Final = tuple(METRIC_SCALES)
HOWS: Final[dict[str, Text]] = {
    "first": _("the first"),
    "last": _("the last"),
    "sum": _("added up"),
    "mean": _("the mean"),
    "min": _("the least"),
    "max": _("the greatest"),
    "count": _("how many"),
}
