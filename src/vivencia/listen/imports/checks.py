"""What must hold of a row before an event is made of it, as SQL."""

from dataclasses import dataclass
from typing import Final

from vivencia.listen.imports import dates
from vivencia.listen.imports.expressions import NULL, Columns
from vivencia.listen.imports.mapping import METRIC_SCALES, Event, Value
from vivencia.listen.imports.problems import Reason
from vivencia.listen.imports.readers.table import literal

EARLIEST: Final = "TIMESTAMPTZ '1900-01-01 00:00:00+00'"
LATEST: Final = "TIMESTAMPTZ '2200-01-01 00:00:00+00'"


@dataclass(frozen=True)
class Check:
    """One way in which a row can be wrong. `bad` and `value` are SQL over the row."""

    field: str  # the column, as the file calls it
    reason: Reason
    bad: str
    value: str
    allowed: str = ""
    other: str = ""


def checks_of(event: Event, columns: Columns) -> list[Check]:
    """Everything that can be wrong with the rows of one kind of event."""
    found = _when(event, columns)
    found += _date(event.promised_at, columns)
    for value in (event.amount, event.scale_max):
        found += _number(value, columns)
    found += _score(event, columns)
    found += _needed(event.name, columns)
    found += _somebody(event, columns)
    return found


def _when(event: Event, columns: Columns) -> list[Check]:
    found = _date(event.when, columns)
    if not event.optional:
        found += _needed(event.when, columns)
    if event.when.not_before and found:
        column = columns.named(event.when.not_before)
        other = columns.time(Value((column,), dates=event.when.dates, zone=event.when.zone))
        used = columns.used(event.when)
        when = columns.time(event.when)
        allowed = f"≥ {column}"
        found.append(
            Check(used[0], Reason.BEFORE_OTHER, f"{when} < {other}", columns.raw(used[0]), allowed, other=column)
        )
    return found


def _date(value: Value | None, columns: Columns) -> list[Check]:
    if value is None or not (used := columns.used(value)):
        return []
    time = columns.time(value)
    typed = columns.types[used[0]].startswith(("TIMESTAMP", "DATE"))
    allowed = "" if typed else _form_shown(columns.form(used[0], value))
    raw = columns.raw(used[0])
    return [
        Check(used[0], Reason.NOT_A_DATE, f"{columns.filled(value)} AND {time} IS NULL", raw, allowed),
        Check(used[0], Reason.OUT_OF_TIME, f"{time} NOT BETWEEN {EARLIEST} AND {LATEST}", raw, "1900 … 2199"),
    ]


def _form_shown(form: dates.Dates) -> str:
    return form.shown


def _number(value: Value | None, columns: Columns) -> list[Check]:
    if value is None or value.listed or not (used := columns.used(value)):
        return []  # what a list does not name is nothing, not a number that is wrong
    number = columns.number(value)
    allowed = "1.234,56" if (value.decimal or columns.decimal) == "," else "1,234.56"
    bad = f"{columns.filled(value)} AND {number} IS NULL"
    return [Check(used[0], Reason.NOT_A_NUMBER, bad, columns.raw(used[0]), allowed)]


def _score(event: Event, columns: Columns) -> list[Check]:
    if event.score is None or not (used := columns.used(event.score)):
        return []
    found = _number(event.score, columns)
    score, low, high = columns.number(event.score), scale_min(event, columns), scale_max(event, columns)
    raw = columns.raw(used[0])
    bad = f"({score} > {high} OR {score} < {low})"
    found.append(Check(used[0], Reason.OUT_OF_SCALE, bad, raw, _scale_shown(event)))
    told = event.metric is not None and event.metric.constant is None and not event.metric.listed
    if event.metric is not None and told and (asked := columns.used(event.metric)):
        unnamed = f"{score} IS NOT NULL AND {columns.text(event.metric)} IS NULL"
        found.append(Check(asked[0], Reason.MISSING, unnamed, "NULL", ", ".join(METRIC_SCALES)))
    return found


def scale_max(event: Event, columns: Columns) -> str:
    """The top of the scale: as the file or mapping says, else as the metric has it."""
    return _scale(event, columns, event.scale_max, 1)


def scale_min(event: Event, columns: Columns) -> str:
    """The bottom of the scale: as the mapping says, else as the metric has it."""
    return _scale(event, columns, event.scale_min, 0)


def _scale(event: Event, columns: Columns, value: Value | None, end: int) -> str:
    said = columns.number(value)
    if event.metric is None:
        return said if end else (said if said != NULL else "0")
    cases = " ".join(f"WHEN {literal(name)} THEN {ends[end]}" for name, ends in METRIC_SCALES.items())
    usual = f"CASE lower({columns.text(event.metric)}) {cases}{'' if end else ' ELSE 0'} END"
    return usual if said == NULL else f"coalesce({said}, {usual})"


def _scale_shown(event: Event) -> str:
    metric = str(event.metric.constant).lower() if event.metric and event.metric.constant else ""
    low, high = METRIC_SCALES.get(metric, (0.0, None))
    if event.scale_min and event.scale_min.constant is not None:
        low = float(event.scale_min.constant)
    if event.scale_max and event.scale_max.constant is not None:
        high = float(event.scale_max.constant)
    return f"{low:g} … {high:g}" if high is not None else "nps, enps: 0 … 10; csat: 1 … 5; ces: 1 … 7; scale_max"


def _needed(value: Value, columns: Columns) -> list[Check]:
    if not (used := columns.used(value)) or value.constant is not None:
        return []
    return [Check(used[0], Reason.MISSING, f"NOT ({columns.filled(value)})", "NULL")]


def _somebody(event: Event, columns: Columns) -> list[Check]:
    """Where the mapping says whom an event is about, the row must name at least one of them."""
    about = [v for v in (event.customer, event.anonymous, event.account, event.subject) if v and columns.used(v)]
    if not about:
        return []
    nobody = " AND ".join(f"{columns.text(value)} IS NULL" for value in about)
    names = [columns.used(value)[0] for value in about]
    return [Check(names[0], Reason.MISSING, nobody, "NULL", " | ".join(names))]
