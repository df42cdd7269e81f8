"""Where else in the operational database a person may be named: what people typed, values kept as JSON, tracebacks.

What packages keep of people in columns of their own they declare, in a module that their AppConfig's `ready` imports:

    traces.texts(Initiative, "title", "problem", touch={"changed_at": Now()})  # ids and addresses go out

    @traces.wiper
    def _forget(marks: Collection[str]) -> int: ...  # the person's ids and addresses; returns rows removed or changed
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django_tasks_db.models import DBTaskResult

Wiper = Callable[[Collection[str]], int]
Change = Callable[[Any, Collection[str]], Any]  # a value, and the keys that are ours: the value as it is to be
WIPERS: dict[str, Wiper] = {}
AT_ONCE: dict[str, Wiper] = {}
TEXTS: dict[str, "Texts"] = {}
LONG_ENOUGH = 4  # a shorter id stands in every text and traceback, as a number
GONE = "…"


@dataclass(frozen=True)
class Texts:
    """Columns of a table in which people type, or JSON of what they typed; `ours`: keys of the JSON that nobody types.

    `touch`: what else changes with such a row, so that an edit under way does not write the old text back.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    ours: frozenset[str] = frozenset()
    touch: Mapping[str, Any] = field(default_factory=dict)


def wiper(forget: Wiper) -> Wiper:
    """Have every erasure call the function with the person's ids and addresses."""
    WIPERS[f"{forget.__module__}.{forget.__qualname__}"] = forget
    return forget


def at_once(forget: Wiper) -> Wiper:
    """Have every erasure call the function in the transaction it begins with: what must hold while it is under way."""
    AT_ONCE[f"{forget.__module__}.{forget.__qualname__}"] = forget
    return forget


def texts(
    model: type[models.Model], *columns: str, ours: Collection[str] = (), touch: Mapping[str, Any] | None = None
) -> None:
    """Have every erasure take a person's ids and addresses out of these columns; the rest of the text stays."""
    TEXTS[model._meta.label] = Texts(model, columns, frozenset(ours), touch or {})


def as_a_word(mark: str) -> re.Pattern[str]:
    """The mark, however it is capitalised, but not as part of a longer word: "ana-1" is not in "ana-12".

    >>> bool(as_a_word("ana-1").search("of Ana-1.")), bool(as_a_word("ana-1").search("ana-12"))
    (True, False)
    """
    return re.compile(rf"(?<![\w-]){re.escape(mark)}(?![\w-])", re.IGNORECASE)


def words_of(marks: Collection[str]) -> tuple[re.Pattern[str], ...]:
    """What is looked for in texts: marks that are long enough, an address before the name that is part of it."""
    told = {mark for mark in marks if len(mark) >= LONG_ENOUGH}
    return tuple(as_a_word(mark) for mark in sorted(told, key=lambda mark: (-len(mark), mark)))


def blotted(value: Any, words: Collection[re.Pattern[str]], ours: Collection[str] = ()) -> Any:
    """A text, or a JSON value, with `GONE` where it names the person; what keys in `ours` hold is left as it is.

    >>> blotted({"key": "eva-1", "said": ["Ask Eva-1, not eva-12"]}, words_of(["eva-1"]), ours=["key"])
    {'key': 'eva-1', 'said': ['Ask …, not eva-12']}
    """
    match value:
        case str():
            for word in words:
                value = word.sub(GONE, value)
            return value
        case list():
            return [blotted(each, words, ours) for each in value]
        case dict():
            return {name: each if name in ours else blotted(each, words, ours) for name, each in value.items()}
        case _:
            return value


def begin(marks: Collection[str]) -> None:
    """Do what must hold from the first moment of an erasure on. Called in a transaction."""
    for forget in list(AT_ONCE.values()):
        forget(frozenset(marks))


def wipe(marks: Collection[str], tell: Callable[[int], None] = lambda rows: None) -> int:
    """Have packages forget the marks, take them out of texts and of JSON values that are one, and empty tracebacks that
    quote one. Done again, it goes on where it was cut short.

    Returns how many rows were changed; `tell` hears each part's number as soon as it is done.
    """
    wanted, words, changed = frozenset(marks), words_of(marks), 0
    parts: list[Callable[[], int]] = [partial(forget, wanted) for forget in list(WIPERS.values())]
    if words:
        parts += [partial(_rewritten, each, partial(_blotted, words)) for each in list(TEXTS.values())]
    parts += [partial(_rewritten, each, partial(_emptied, wanted)) for each in _kept_as_json()]
    parts.append(partial(_tracebacks, wanted))
    for part in parts:
        rows = part()
        changed += rows
        tell(rows)
    return changed


def _kept_as_json() -> list[Texts]:
    """Every column of JSON that nobody has declared as one people type in."""
    declared = {(each.model, name) for each in TEXTS.values() for name in each.columns}
    return [
        Texts(model, (column.name,))
        for model in apps.get_models()
        for column in model._meta.get_fields()
        if isinstance(column, models.JSONField) and (model, column.name) not in declared
    ]


def _blotted(words: Collection[re.Pattern[str]], value: Any, ours: Collection[str]) -> Any:
    return blotted(value, words, ours)


def _emptied(marks: frozenset[str], value: Any, _ours: Collection[str]) -> Any:
    return _without(value, marks)


def _rewritten(where: Texts, change: Change) -> int:
    """Rows are looked through without holding anybody up. Each that names the person is then read again and written
    with nobody in between, so that no edit is lost and none brings the old text back."""
    rows = where.model._default_manager.values_list("pk", *where.columns)
    named = [pk for pk, *said in rows.iterator(2_000) if [change(value, where.ours) for value in said] != said]
    return sum(_rewrite(where, pk, change) for pk in named)


@transaction.atomic
def _rewrite(where: Texts, pk: Any, change: Change) -> int:
    row = where.model._default_manager.filter(pk=pk)
    said = row.select_for_update().values(*where.columns).first()
    if said is None:
        return 0
    without = {name: change(value, where.ours) for name, value in said.items()}
    if without == said:
        return 0
    try:
        with transaction.atomic():
            return row.update(**without, **where.touch)
    except IntegrityError:  # two names that differed by the person alone are one now
        apart = {name: _apart(where, name, value, pk) for name, value in without.items() if value != said[name]}
        return row.update(**without | apart, **where.touch)


def _apart(where: Texts, name: str, value: Any, pk: Any) -> Any:
    """The text with the row's number at its end, no longer than the column holds."""
    most, number = getattr(where.model._meta.get_field(name), "max_length", None), f" {pk}"
    return value[: most - len(number)] + number if most and isinstance(value, str) else value


def _without(value: Any, marks: frozenset[str]) -> Any:
    match value:
        case dict():
            return {key: _without(each, marks) for key, each in value.items()}
        case list():
            return [_without(each, marks) for each in value]
        case str() if value in marks:
            return ""
        case _:
            return value


def _tracebacks(marks: frozenset[str]) -> int:
    named = models.Q(pk__in=[])
    for mark in marks:
        if len(mark) >= LONG_ENOUGH:
            named |= models.Q(traceback__icontains=mark)
    return DBTaskResult.objects.filter(named).update(traceback="")
