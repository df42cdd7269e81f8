"""A log nobody described: one row an event, called by its name. What its answers and promises are, names tell too."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from vivencia.listen.imports.guesses import plain
from vivencia.listen.imports.mapping import METRIC_SCALES, Condition, Event, Value
from vivencia.listen.imports.questions import Question, metric_in, question_of
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.scales import scale_of

ALL: Final = 0.9  # of the rows have a score: the table is one of answers
ARRIVALS: Final = ("deliver", "entreg", "arriv", "llegad", "received", "recibid")
_ENDS: Final = (  # the most telling first: "order received" is no arrival where something is delivered
    ("delivery", ARRIVALS[:2]),
    ("delivery", ARRIVALS[2:]),
    ("resolution", ("solved", "resuelt", "closed", "cerrad", "complet", "finish", "terminad", "install", "instalad")),
)
_NOT_YET: Final = (
    "out for",
    "schedul",
    "program",
    "fail",
    "fallid",
    "attempt",
    "intent",
    "delay",
    "retras",
    "not ",
    "no ",
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
    other = question_of(score, scale_of(untold))
    asked = {
        each: question_of(each, scale_of([_number(value) for value in values])) if metric_in(each) else other
        for each, values in scores.items()
    }
    questions = {*asked.values()}
    answered = sum(map(len, scores.values())) >= ALL * len(look.rows)
    if len(questions) == 1 and answered:
        only = questions.pop()
        low, high = Value(constant=only.low), Value(constant=only.high)
        return replace(event, metric=Value(constant=only.metric), scale_min=low, scale_max=high)

    def by_name(field: Callable[[Question], str]) -> Value:
        return Value((name,), words={each: field(question) for each, question in asked.items()}, listed=True)

    asking = replace(event, metric=by_name(lambda question: question.metric))
    if all((each.low, each.high) == METRIC_SCALES[each.metric] for each in questions):
        return asking
    return replace(
        asking,
        scale_min=by_name(lambda question: f"{question.low:g}"),
        scale_max=by_name(lambda question: f"{question.high:g}"),
    )


def _with_promises(event: Event, look: Look) -> tuple[Event, ...]:
    """Who promises is the first of those that name a time; who keeps it is called so. Nobody keeps what has no end."""
    if event.promised_at is None:
        return (event,)
    name, promised = column_of(look, event.name), column_of(look, event.promised_at)
    names = [*_by_name(look, name, name)]
    ends = ((kind, [each for each in names if _is(each, words) and not _is(each, _NOT_YET)]) for kind, words in _ENDS)
    kind, kept = next(((kind, found) for kind, found in ends if found), ("", []))
    made = [each for each in _by_name(look, name, promised) if each not in kept]
    if not kept or not made:
        return (replace(event, promise=None, promised_at=None),)
    opens = Value((name,), words={made[0]: kind}, listed=True)
    return (
        replace(event, promise=opens, only_if=Condition(name, is_not=tuple(kept))),
        replace(event, promise=Value(constant=kind), promised_at=None, only_if=Condition(name, is_=tuple(kept))),
    )


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


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _is(name: str, words: Sequence[str]) -> bool:
    return any(word in plain(name) for word in words)
