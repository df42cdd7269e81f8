"""What a metric's figures can be grouped by here: dimensions that really tell its observations apart."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.asking import Asked
from vivencia.measure.metrics import computing
from vivencia.measure.metrics.lived import Lived
from vivencia.measure.reading import Source

SAMPLE = 1000
MOST_VALUES = 60  # a property with more values in a sample names single things, not groups
# What an answer to our own survey is kept with: the score itself once more, marks and keys. Its survey, version,
# language and group tell answers apart.
OF_ANSWERS = frozenset(
    {"survey", "response", "question", "asked", "answer", "answer_codes", "about", "row", "finished"}
)
FIRST_CHOICE = ("promise", "channel", "segment", "touchpoint", "employee")


def dimensions(source: Source, asked: Asked) -> list[str]:
    """Names of dimensions, the most telling first."""
    question = asked.question(source.rules.zone)
    found: list[str] = source.remembered(
        "dimensions", question, asked.definition_of_segment, lambda of: _found(asked, of)
    )
    return found


def known(source: Source, asked: Asked) -> list[str] | None:
    """The same where it is remembered already, else None."""
    question = asked.question(source.rules.zone)
    told: list[str] | None = source.remembered_only("dimensions", question, asked.definition_of_segment)
    return told


def _found(asked: Asked, lived: Lived) -> list[str]:
    question = asked.question(lived.rules.zone)
    told = _told_apart(computing.observations(question, lived), lived)
    return [name for name in told if computing.splittable(asked.variant, name)]


def _told_apart(observed: ir.Table, lived: Lived) -> list[str]:
    names = {"touchpoint": "touchpoint", "channel": "channel", "employee": "employee_id"}
    kinds = lived.to_arrow(observed.aggregate(**{name: observed[column].nunique() for name, column in names.items()}))
    columns = [name for name in names if kinds[name][0].as_py() > 1]
    if lived.to_arrow(lived.customers.aggregate(n=_.segment.nunique()))["n"][0].as_py() > 1:
        columns.append("segment")
    if "case_state" in observed.columns or _any_promise(lived, observed):
        columns.append("promise")
    told = lived.to_arrow(sample(observed, "properties", "event_id"))["properties"].to_pylist()
    properties = groups_told(told)
    traits = groups_told(lived.to_arrow(sample(lived.customers, "traits", "customer_id"))["traits"].to_pylist())
    first = [name for name in FIRST_CHOICE if name in columns]
    return [*first, *(f"property:{key}" for key in properties), *(f"trait:{key}" for key in traits)]


def sample(table: ir.Table, column: str, key: str) -> ir.Table:
    """Some of its documents: mixed, whatever source they came from, and the same ones each time."""
    told = table.filter(table[column].notnull())
    return told.order_by(told[key].hash(), told[key]).limit(SAMPLE).select(column)


def _any_promise(lived: Lived, observed: Any) -> bool:
    with_case = observed.filter(_.subject_id.notnull()).limit(1)
    promised = lived.events.filter(_.promised_at.notnull()).limit(1)
    return bool(lived.to_arrow(with_case.select("subject_id")).num_rows and lived.to_arrow(promised).num_rows)


def groups_told(documents: Iterable[str | None]) -> list[str]:
    """Members of the objects whose values repeat, by how often they are there; in our own answers, those that tell."""
    values: dict[str, Counter[str]] = {}
    for document in documents:
        members = json.loads(document) if document else {}
        unsaid = OF_ANSWERS if "survey_version" in members else frozenset()
        for key, value in members.items():
            if key not in unsaid and isinstance(value, (str, int, float, bool)):
                values.setdefault(key, Counter())[str(value)] += 1
    telling = {key: seen for key, seen in values.items() if 1 < len(seen) <= min(MOST_VALUES, seen.total() / 2)}
    return sorted(telling, key=lambda key: (-telling[key].total(), key))
