"""What a segment's conditions can choose from: the touchpoints, promises, questions and traits this ledger knows."""

import json
from collections import Counter
from typing import Any

from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.currencies import currencies
from vivencia.understand.json_text import json_text
from vivencia.understand.segment_answers import NAME

TRAITS_READ = 20_000  # customers whose traits are looked at for their names


def choices(read: Read) -> dict[str, list[str]]:
    """What occurs of `segments`, `touchpoints`, `promises`, `metrics`, `traits`, survey `answers`,

    `currencies` (the one sums are in first); once a version."""

    def compute() -> dict[str, list[str]]:
        return {
            "segments": _distinct(read, read.customers, "segment"),
            "touchpoints": _distinct(read, read.events, "touchpoint"),
            "promises": _distinct(read, read.events, "promise"),
            "metrics": _distinct(read, read.events.filter(_.score.notnull() & _.customer_id.notnull()), "metric"),
            "traits": _traits(read),
            "answers": _answers(read),
        }

    found: dict[str, list[str]] = read.remember("customers/choices/2", compute)
    return {**found, "currencies": currencies(read)}


def _distinct(read: Read, table: Any, column: str) -> list[str]:
    known = table.filter(table[column].notnull()).select(column).distinct().order_by(column)
    return [str(value) for value in read.to_arrow(known.limit(500))[column].to_pylist()]


def _answers(read: Read) -> list[str]:
    """The questions of our surveys that were answered: "<survey>/<question>"."""
    told = read.events.filter((_.name == NAME) & _.customer_id.notnull())
    named = told.select(survey=json_text(told.properties, "survey"), question=json_text(told.properties, "question"))
    rows = read.to_arrow(named.distinct().order_by("survey", "question").limit(500)).to_pylist()
    return [f"{row['survey']}/{row['question']}" for row in rows if row["survey"] and row["question"]]


def _traits(read: Read) -> list[str]:
    rows = read.to_arrow(read.customers.select("traits").filter(_.traits.notnull()).limit(TRAITS_READ))
    counted: Counter[str] = Counter()
    for text in rows["traits"].to_pylist():
        said = json.loads(text)
        counted.update(list(said) if isinstance(said, dict) else ())
    return ["language", *sorted(counted)]
