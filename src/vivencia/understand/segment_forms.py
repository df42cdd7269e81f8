"""The segment builder's form: conditions as rows of fields, read back into typed conditions.

A row's fields are named `row-<token>-<field>`; rows are read in the order the form sends them. Whatever is wrong is
said beside its row, in the reader's language.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from vivencia.foundation.vocabulary import title, trait
from vivencia.understand.audiences import questions
from vivencia.understand.promises import STATES
from vivencia.understand.segment_answers import Answered
from vivencia.understand.segment_personas import personas
from vivencia.understand.segments import CONDITIONS, Condition, Definition, Match, Trait, condition

KINDS: dict[str, str | Promise] = {
    "segment": gettext_lazy("Company segment"),
    "persona": gettext_lazy("Persona"),
    "trait": gettext_lazy("Trait"),
    "touchpoint": gettext_lazy("Touchpoint"),
    "promise": gettext_lazy("Promise"),
    "score": gettext_lazy("Last answer"),
    "answer": gettext_lazy("Survey answer"),
    "spend": gettext_lazy("Spend"),
    "orders": gettext_lazy("Orders"),
    "silent": gettext_lazy("Silence"),
}
OPERATORS: dict[str, str | Promise] = {
    "is": gettext_lazy("is"),
    "is not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "at least": gettext_lazy("at least"),
    "at most": gettext_lazy("at most"),
}
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Control:
    """One field of a row. `options`: a choice; `suggestions`: free text with proposals; neither: a number or text."""

    name: str
    label: str
    value: str = ""
    options: Options = field(default_factory=list)
    suggestions: Sequence[str] = ()
    number: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Row:
    """One condition as it stands in the form, with what is wrong about it."""

    token: str
    kind: str
    controls: tuple[Control, ...]
    error: str = ""
    condition: Condition | None = None


@dataclass(frozen=True)
class Builder:
    """The whole form."""

    rows: tuple[Row, ...]
    match: Match

    @property
    def definition(self) -> Definition | None:
        """The typed conditions; None while a row is wrong."""
        found = [row.condition for row in self.rows if row.condition is not None]
        return Definition(tuple(found), self.match) if len(found) == len(self.rows) else None


def from_definition(definition: Definition, known: Mapping[str, list[str]]) -> Builder:
    rows = (replace(new_row(one.kind, known, asdict(one)), condition=one) for one in definition.conditions)
    return Builder(tuple(rows), definition.match)


def from_post(sent: QueryDict, known: Mapping[str, list[str]]) -> Builder:
    values: dict[str, dict[str, Any]] = {}
    for name in sent:
        if name.startswith("row-"):
            _row, token, part = name.split("-", 2)
            values.setdefault(token, {})[part] = sent.getlist(name) if part == "values" else str(sent[name]).strip()
    rows = [_checked(token, one, known) for token, one in values.items() if one.get("kind") in CONDITIONS]
    return Builder(tuple(rows), "any" if sent.get("match") == "any" else "all")


def new_row(kind: str, known: Mapping[str, list[str]], values: Mapping[str, Any] | None = None, token: str = "") -> Row:
    """A row of this kind, filled with `values` where they are known."""
    filled = {key: value for key, value in (values or {}).items() if value is not None}
    return Row(token or uuid.uuid4().hex[:8], kind, _controls(kind, filled, known))


def _checked(token: str, values: dict[str, Any], known: Mapping[str, list[str]]) -> Row:
    kind = values["kind"]
    try:
        found = condition(values)
    except ValueError:
        return Row(token, kind, _controls(kind, values, known), error=_wrong(kind))
    return Row(token, kind, _controls(kind, values, known), condition=found)


def _wrong(kind: str) -> str:
    numbers = {"spend", "orders", "silent", "score"}
    if kind in numbers:
        return _("Fill in every field; amounts, scores and days are numbers.")
    return _("Fill in every field; at least and at most need a number.")


def _controls(kind: str, values: Mapping[str, Any], known: Mapping[str, list[str]]) -> tuple[Control, ...]:
    def text(name: str) -> str:
        value = values.get(name, "")
        if isinstance(value, list | tuple):
            value = value[0] if value else ""
        if isinstance(value, bool):
            return str(value).lower()
        return f"{value:g}" if isinstance(value, float) else str(value)

    def choose(name: str, label: str, options: Options, empty: str = "") -> Control:
        offered = [("", empty), *options] if empty else options
        if text(name) and text(name) not in dict(offered):
            offered = [*offered, (text(name), title(text(name)))]
        return Control(name, label, text(name), options=offered)

    within = Control(
        "within_days", _("in the last days (empty: ever)"), text("within_days"), number=True, unit=_("days")
    )
    operators = [(one, str(OPERATORS[one])) for one in ("at least", "at most")]
    return {
        "segment": (choose("values", _("which one"), _said(known["segments"])),),
        "persona": (
            choose(
                "persona",
                _("which persona"),
                personas(),
            ),
        ),
        "trait": (
            choose("key", _("which trait"), [(key, trait(key)) for key in known["traits"]]),
            choose("operator", _("how it compares"), [(one, str(OPERATORS[one])) for one in Trait.OPERATORS]),
            Control("value", _("value"), text("value")),
        ),
        "touchpoint": (
            choose("touchpoint", _("which touchpoint"), _said(known["touchpoints"])),
            choose("happened", _("happened or not"), [("true", _("happened")), ("false", _("did not happen"))]),
            within,
        ),
        "promise": (
            choose("promise", _("which promise"), _said(known["promises"]), empty=_("any promise")),
            choose("state", _("its state"), [(state, title(state)) for state in STATES]),
            Control(
                "within_days", _("due in the last days (empty: ever)"), text("within_days"), number=True, unit=_("days")
            ),
        ),
        "score": (
            choose("metric", _("which question"), _said(known["metrics"])),
            choose("operator", _("how it compares"), list(reversed(operators))),
            Control("score", _("score"), text("score"), number=True),
            within,
        ),
        "answer": (
            choose("question", _("which question"), questions(known.get("answers", []), get_language() or "en")),
            choose("operator", _("how it compares"), [(one, str(OPERATORS[one])) for one in Answered.OPERATORS]),
            Control("value", _("answer"), text("value")),
            within,
        ),
        "spend": (
            choose("operator", _("how it compares"), operators),
            Control("amount", _("amount"), text("amount"), number=True, unit=_money(known.get("currencies", []))),
            within,
        ),
        "orders": (
            choose("operator", _("how it compares"), operators),
            Control("times", _("how many"), text("times"), number=True, unit=_("orders")),
            within,
        ),
        "silent": (Control("days", _("for at least"), text("days"), number=True, unit=_("days")),),
    }[kind]


def _money(currencies: Sequence[str]) -> str:
    """The currency an amount is in, and which are left out."""
    if len(currencies) < 2:
        return next(iter(currencies), "")
    main, *others = currencies
    return _("%(currency)s; not counting %(others)s") % {"currency": main, "others": ", ".join(others)}


def _said(words: Sequence[str]) -> Options:
    return [(word, title(word)) for word in words]
