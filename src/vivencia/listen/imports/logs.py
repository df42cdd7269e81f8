"""A log nobody described: one row an event, called by its name. What its answers and promises are, names tell too."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from vivencia.listen.imports.guesses import plain
from vivencia.listen.imports.mapping import METRIC_SCALES, Condition, Event, Value
from vivencia.listen.imports.questions import Question, metric_in, question_of
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.scales import scale_of

ALL: Final = 0.9  # of the rows have a score: the table is one of answers
FEWEST_KINDS: Final = 3  # different scores, and one near the top, tell a scale where nothing names the question
ARRIVALS: Final = ("deliver", "entreg", "arriv", "llegad", "received", "recibid")
# What keeps a promise says that it is done, or ends with what was to be done; the most telling first: "order received"
# is no arrival where something is delivered.
_DONE: Final = "done|made|completed?|realizad[oa]|completad[oa]|finalizad[oa]|confirmed|confirmad[oa]"
_ENDS: Final = (
    ("delivery", rf"\b(delivered|entregad[oa]s?)\b|\b(delivery|entrega)( ({_DONE}))?$"),
    ("delivery", rf"\b(arrived|received|llegad[oa]s?|recibid[oa]s?)\b|\b(arrival|llegada)( ({_DONE}))?$"),
    ("resolution", r"\b(re)?solved\b|\bresuelt[oa]s?\b|\bclosed?\b|\bcerrad[oa]s?\b|\bfinished\b|\bterminad[oa]s?\b"),
    ("resolution", r"\bcomplet(ed|ad[oa]s?)\b|\binstall(ed|ation)\b|\binstalad[oa]s?\b|\binstalacion\b"),
)
_NOT_YET: Final = re.compile(
    r"\b(out for|not?|never|nunca|fail\w*|fallid\w*|attempt\w*|intent\w*|delay\w*|retras\w*|sched\w*|program\w*)\b"
)
_TROUBLE: Final = re.compile(
    r"\b(tickets?|issues?|incidenc\w*|cases?|casos?|complaints?|quejas?|reclam\w*|contact\w*|request\w*|solicitud\w*)\b"
)


def events_of_log(event: Event, look: Look) -> tuple[Event, ...]:
    """`event` takes every row of `look`, with a column for its name: what its scores answer and which rows make and
    keep its promise is told by those names, and by where the columns are filled."""
    return tuple(with_questions(each, look) for each in _with_promises(event, look))


def with_questions(event: Event, look: Look) -> Event:
    """`event` with the question and scale of its scores: one for all, or by the name of the row. As it is where it has
    no score, or the sample shows none."""
    if event.score is None:
        return event
    name, score = column_of(look, event.name), column_of(look, event.score)
    scores = _by_name(look, name, score)
    if not scores:
        return event
    untold = [_number(value) for each, values in scores.items() if not metric_in(each) for value in values]
    other = question_of(score, scale_of(untold)) if metric_in(score) or _tells(untold) else None
    asked = {
        each: question
        for each, values in scores.items()
        if (question := question_of(each, scale_of([*map(_number, values)])) if metric_in(each) else other)
    }
    if not asked:
        return event
    questions = {*asked.values()}
    answered = sum(len(scores[each]) for each in asked) >= ALL * len(look.rows)
    if len(questions) == 1 and answered:
        only = questions.pop()
        low, high = Value(constant=only.low), Value(constant=only.high)
        return replace(event, metric=Value(constant=only.metric), scale_min=low, scale_max=high)

    def by_name(field: Callable[[Question], str]) -> Value:
        words = {each: field(question) for each, question in asked.items()}
        return replace(event.name, words=words, listed=True)

    asking = replace(
        event,
        metric=by_name(lambda question: question.metric),
        scale_min=_of_columns(event.scale_min),
        scale_max=_of_columns(event.scale_max),
    )
    if all((each.low, each.high) == METRIC_SCALES[each.metric] for each in questions):
        return asking
    return replace(
        asking,
        scale_min=by_name(lambda question: f"{question.low:g}"),
        scale_max=by_name(lambda question: f"{question.high:g}"),
    )


def _of_columns(value: Value | None) -> Value | None:
    return None if value is None or value.constant is not None else value


def _with_promises(event: Event, look: Look) -> tuple[Event, ...]:
    """Who promises is the first kind of row that names a time; who keeps it is called so. What nothing keeps is no
    promise. Tickets and orders in one log promise each their own."""
    if event.promised_at is None:
        return (event,)
    name, promised = column_of(look, event.name), column_of(look, event.promised_at)
    timed = [*_by_name(look, name, promised)]
    kept = _kept([*_by_name(look, name, name)], timed)
    keepers = {*chain.from_iterable(kept.values())}
    made: dict[str, str] = {}
    for each in timed:
        if each not in keepers and kept and (kind := _kind(each, kept)) not in made.values():
            made[each] = kind
    if not made:
        return (replace(event, promise=None, promised_at=None),)
    kept = {kind: names for kind, names in kept.items() if kind in made.values()}
    ends = tuple(chain.from_iterable(kept.values()))
    opens = replace(event.name, words=made, listed=True)
    return (
        replace(event, promise=opens, only_if=Condition(name, is_not=ends)),
        *(
            replace(event, promise=Value(constant=kind), promised_at=None, only_if=Condition(name, is_=tuple(names)))
            for kind, names in kept.items()
        ),
    )


def _kept(names: Sequence[str], timed: Sequence[str]) -> dict[str, list[str]]:
    """What keeps each kind of promise, by its name; where nothing else names a time, what names it promises instead."""
    found: dict[str, list[str]] = {}
    for kind, ends in _ENDS:
        taken = {*chain.from_iterable(found.values())}
        called = [one for one in names if re.search(ends, plain(one)) and not _NOT_YET.search(plain(one))]
        if kind not in found and (left := [one for one in called if one not in taken]):
            found[kind] = left
    if {*timed} <= {*chain.from_iterable(found.values())}:
        found = {kind: [one for one in called if one not in timed] for kind, called in found.items()}
    return {kind: called for kind, called in found.items() if called}


def _kind(opener: str, kept: dict[str, list[str]]) -> str:
    if len(kept) == 1:
        return next(iter(kept))
    return "resolution" if _TROUBLE.search(plain(opener)) else "delivery"


def column_of(look: Look, value: Value) -> str:
    """The first of a value's columns that the file has; "" where it has none."""
    known = {column.strip().casefold(): column for column in look.columns}
    return next((known[name.casefold()] for name in value.columns if name.casefold() in known), "")


def _by_name(look: Look, name: str, column: str) -> dict[str, list[str]]:
    """The filled values of a column by what their rows are called."""
    named, wanted = look.columns.index(name), look.columns.index(column)
    found: dict[str, list[str]] = defaultdict(list)
    for row in look.rows:
        if len(row) > max(named, wanted) and (text := (row[wanted] or "").strip()):
            found[(row[named] or "").strip()].append(text)
    return found


def _tells(values: Sequence[float | None]) -> bool:
    """Whether scores alone tell a question: a scale is used in its breadth. Zeros and ones are no NPS."""
    scale, different = scale_of(values), {value for value in values if value is not None}
    return scale is not None and len(different) >= FEWEST_KINDS and max(different) >= scale.high - 1


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
