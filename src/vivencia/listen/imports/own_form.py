"""Our own form, and what its other columns say by their names: a score without a metric, a comment.

A file by the ledger's names is taken by them; but people who write "score" seldom know that a metric must be named.
Nobody is asked whether it is right, so only what is plain is told: everything else stays a property.
"""

from dataclasses import replace

from vivencia.listen.imports.assign import Assigned
from vivencia.listen.imports.fuller import fuller
from vivencia.listen.imports.logs import column_of, with_questions
from vivencia.listen.imports.mapping import Event, Mapping, Value
from vivencia.listen.imports.propose import columns_of, propose
from vivencia.listen.imports.readers.table import Look

EVENTS = "events"


def completed(own: Mapping, assigned: Assigned) -> Mapping:
    """The mapping with what it leaves unsaid; the same where the file says everything by the ledger's names."""
    plain = own.events[0]
    first = assigned[EVENTS][0]
    scored = bool(column_of(first, _value(plain.score))) and not column_of(first, _value(plain.metric))
    if not scored and not {*first.columns} - _read(plain, first):
        return own
    look = fuller(first)
    said = propose(look, EVENTS).mapping.events[0]
    return replace(own, events=(_asked(_worded(plain, said, look), look),))


def with_scores(log: Mapping, first: Look) -> Mapping:
    """The mapping of a process log, with the scores and comments that its columns' names and contents tell."""
    event, look = log.events[0], fuller(first)
    said = propose(look).mapping.events[0]
    if said.score is None:
        return log
    return replace(log, events=(with_questions(replace(event, score=said.score, text=said.text), look),))


def _worded(event: Event, said: Event, look: Look) -> Event:
    there = column_of(look, _value(event.text))
    return replace(event, text=replace(said.text, optional=True)) if said.text and not there else event


def _asked(event: Event, look: Look) -> Event:
    if column_of(look, _value(event.metric)) or not column_of(look, _value(event.score)):
        return event
    asked = with_questions(event, look)
    return replace(asked, scale_max=event.scale_max) if column_of(look, _value(event.scale_max)) else asked


def _read(event: Event, look: Look) -> set[str]:
    """The file's columns that an event takes."""
    names = {name.casefold() for name in (*columns_of(event), event.spread or "")}
    return {column for column in look.columns if column.strip().casefold() in names}


def _value(value: Value | None) -> Value:
    return value or Value()
