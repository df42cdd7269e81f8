"""Figures of the present ledger, under the company's own rules, remembered by its version."""

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.models import Setting
from vivencia.foundation.organisation import organisation
from vivencia.measure.metrics import computing
from vivencia.measure.metrics.computing import Question
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.lived import Lived, are_called, paid_by_name
from vivencia.measure.metrics.metric import Variant
from vivencia.measure.metrics.rules import Rules
from vivencia.understand import segments
from vivencia.understand.settling import MEASURED, View, view

KEY = "metric-rules"


def company_rules() -> Rules:
    """The rules as the company set them, on its own clock; defaults where it has not."""
    row = Setting.objects.filter(key=KEY).first()
    known = {field.name for field in fields(Rules)}
    stored = {name: value for name, value in (row.value if row else {}).items() if name in known}
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
    return replace(Rules(**told), zone=organisation().time_zone)


def save_rules(changed: Rules) -> None:
    """Keep the rules; the time zone stays the organisation's."""
    told = {name: value for name, value in asdict(changed).items() if name != "zone"}
    Setting.objects.update_or_create(key=KEY, defaults={"value": told})


class _NotYetError(Exception):
    """Nobody has asked this yet."""


@dataclass(frozen=True)
class Source:
    """One version of the ledger, the moment it is read at, and the rules it is read by."""

    read: Read
    as_of: datetime
    rules: Rules

    @cached_property
    def lived(self) -> Lived:
        read, named = self.read, self._named()
        names = tuple(row["name"] for row in named)
        return Lived(
            read.events,
            read.customers,
            self.as_of,
            self.rules,
            read.to_arrow,
            self._begun(),
            names,
            called=are_called(named),
        )

    def _named(self) -> list[dict[str, Any]]:
        """What events are called, and how many of each have an amount: one scan of two columns a version."""

        def compute() -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = self.read.to_arrow(paid_by_name(self.read.events)).to_pylist()
            return sorted(rows, key=lambda row: str(row["name"]))

        told: list[dict[str, Any]] = self.read.remember("metric-names-paid", compute)
        return told

    def _begun(self) -> datetime | None:
        """When the first event happened."""

        def compute() -> str | None:
            first = self.read.to_arrow(self.read.events.aggregate(first=_.occurred_at.min()))["first"][0].as_py()
            return first.isoformat() if first else None

        told = self.read.remember("metric-first-event", compute)
        return datetime.fromisoformat(told) if told else None

    def of(self, segment: segments.Definition | None) -> Lived:
        """What the members of a segment lived; None: everybody."""
        return self.lived.only(segments.members(self.read, segment, self.as_of)) if segment else self.lived

    def figures(self, question: Question, segment: segments.Definition | None = None) -> list[Figure]:
        """The figures that answer a question, computed once a version."""
        told = self.remembered("metric", question, segment, lambda lived: _told(computing.ask(question, lived)))
        return [Figure.remembered(one) for one in told]

    def figures_with_periods(self, whole: Question, periods: Question) -> None:
        """Have both questions remembered, from one reading of the ledger where the whole is its periods together.

        `periods`: the same question, split by one period. Where they have to be read apart, nothing is done.
        """
        if self.known(whole) is not None:
            return
        told = computing.ask_with_periods(periods, self.lived)
        if told is not None:
            self.remembered("metric", whole, None, lambda _lived: _told(told.whole))
            self.remembered("metric", periods, None, lambda _lived: _told(told.periods))

    def silence(self, variant: Variant) -> str:
        """Why nothing can be known of this variant though there are events ("" where that is not so), a msgid."""
        if variant.silent is None:
            return ""
        silent = variant.silent
        key = f"silent {variant.name} {self.as_of:%Y-%m-%dT%H} {json.dumps(asdict(self.rules), sort_keys=True)}"
        return variant.silence if self.read.remember(key, lambda: silent(self.lived)) else ""

    def known(self, question: Question, segment: segments.Definition | None = None) -> list[Figure] | None:
        """The figures where they are remembered already; None where they would have to be computed."""
        told = self.remembered_only("metric", question, segment)
        return None if told is None else [Figure.remembered(one) for one in told]

    def remembered_only(self, what: str, question: Question, segment: segments.Definition | None) -> Any:
        """What is remembered, or None."""

        def give_up(_lived: Lived) -> Any:
            raise _NotYetError

        try:
            return self.remembered(what, question, segment, give_up)
        except _NotYetError:
            return None

    def remembered(self, what: str, question: Question, segment: segments.Definition | None, compute: Any) -> Any:
        """`compute(lived)`, remembered under everything it depends on."""
        asked = {
            "question": asdict(question),
            "segment": segments.to_json(segment) if segment else None,
            "as_of": self.as_of,
            "rules": asdict(self.rules),
        }
        key = f"{what} {json.dumps(asked, default=str, sort_keys=True)}"
        return self.read.remember(key, lambda: compute(self.of(segment)))


def source(aspect: str | None = MEASURED) -> Source:
    """What pages of this aspect show (`understand.settling`); without an aspect, the ledger as it is now."""
    return source_of(view(aspect))


def source_of(seen: View) -> Source:
    return Source(seen.read, seen.as_of, company_rules())


def _told(figures: list[Figure]) -> list[dict[str, Any]]:
    return [asdict(figure) for figure in figures]
