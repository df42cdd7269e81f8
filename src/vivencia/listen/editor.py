"""The mapping editor: a mapping as a form, and a filled form as a mapping."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vivencia.listen.imports.conventions import ENCODINGS
from vivencia.listen.imports.dates import SHOWN
from vivencia.listen.imports.mapping import METRIC_SCALES, WORDS, Defaults, Event, Mapping, Value

Text = str | Promise
FIXED: Final = "="  # the choice "a fixed text" among columns

GROUPS: Final[tuple[tuple[Text, tuple[tuple[str, Text], ...]], ...]] = (
    (_("What happened, and when"), (
        ("name", _("What happened")), ("when", _("When")), ("touchpoint", _("Touchpoint")), ("channel", _("Channel")),
    )),
    (_("To whom, and about what"), (
        ("customer", _("Customer")), ("account", _("Account")), ("subject", _("About (order, ticket, case)")),
        ("subject_kind", _("Kind of thing it is about")), ("employee", _("Employee")),
    )),
    (_("Promise"), (("promise", _("Kind of promise")), ("promised_at", _("Promised for")))),
    (_("What they said"), (
        ("metric", _("What was asked")), ("score", _("Score")), ("scale_max", _("Top of the scale")),
        ("text", _("Words")),
    )),
    (_("Money"), (("amount", _("Amount")), ("currency", _("Currency")))),
)  # fmt: skip
_LABELS: Final = {name: label for _group, named in GROUPS for name, label in named}


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
class EventForm:
    """The form of one kind of event."""

    place: int
    name: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Choice:
    """One convention of the files: what is declared, and what else it could be."""

    name: str
    label: Text
    value: str
    options: tuple[tuple[str, Text], ...]


def forms(mapping: Mapping, columns: Dict[str, tuple[str, ...]], notes: Dict[str, str]) -> list[EventForm]:
    """A form for each kind of event. `columns`: of each table; `notes`: why a field's column was guessed."""
    made = []
    for place, event in enumerate(mapping.events):
        known = columns.get(event.table, ())
        made.append(EventForm(place, _called(event), tuple(_groups(place, event, known, notes if place == 0 else {}))))
    return made


def conventions(defaults: Defaults, detected: Dict[str, str]) -> list[Choice]:
    """How the files are written; the first option of each is what was detected."""
    found = {name: _("Detected: %(what)s") % {"what": what} for name, what in detected.items()}
    return [
        _choice("encoding", _("Encoding"), defaults, found, [(name, name) for name in ENCODINGS]),
        _choice(
            "delimiter",
            _("Between the columns"),
            defaults,
            found,
            list(DELIMITERS.items()),
        ),
        _choice("decimal", _("Decimal mark"), defaults, found, [(".", "1,234.56"), (",", "1.234,56")]),
        _choice("dates", _("Dates"), defaults, found, list(SHOWN.items())),
    ]


def filled(mapping: Mapping, said: Dict[str, Any]) -> Mapping:
    """The mapping as the form says it; what the form does not show stays as it was."""
    events = tuple(_event(place, event, said) for place, event in enumerate(mapping.events))
    return replace(mapping, events=events, defaults=_defaults(mapping.defaults, said))


def is_complete(mapping: Mapping) -> bool:
    """Whether every event says when it happened."""
    return all(event.when.columns != ("",) for event in mapping.events)


def _groups(place: int, event: Event, columns: tuple[str, ...], notes: Dict[str, str]) -> list[Group]:
    return [
        Group(label, tuple(_field(place, event, name, text, columns, notes) for name, text in named))
        for label, named in GROUPS
    ]


def _field(place: int, event: Event, name: str, label: Text, columns: tuple[str, ...], notes: Dict[str, str]) -> Field:
    value: Value | None = getattr(event, name)
    column, fixed = _shown(value, columns)
    choices = columns if column in ("", FIXED) or column in columns else (*columns, column)
    return Field(
        name=f"e{place}.{name}",
        label=label,
        columns=choices,
        column=column,
        fixed=fixed,
        can_be_fixed=name in WORDS,
        is_needed=name in ("name", "when"),
        note=notes.get(name, ""),
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


def _event(place: int, event: Event, said: Dict[str, Any]) -> Event:
    changed: dict[str, Value | None] = {}
    for name in _LABELS:
        key = f"e{place}.{name}"
        if key in said:
            changed[name] = _value(
                getattr(event, name), str(said[key]), str(said.get(f"{key}.fixed", "")).strip(), name
            )
    done: Event = replace(event, **changed)  # type: ignore[arg-type]  # the names are Event's own
    return done


def _value(before: Value | None, column: str, fixed: str, name: str) -> Value | None:
    if column == FIXED:
        if not fixed:
            return before if name == "name" else None
        return Value(constant=_number(fixed) if name.startswith("scale") else fixed)
    if not column:
        absent = before is not None and before.optional
        return before if name in ("name", "when") or absent else None
    if before is not None and column in before.columns:
        return before
    return Value((column,))


def _number(text: str) -> str | float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


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
