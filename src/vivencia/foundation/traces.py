"""Where else in the operational database a person may be named: values kept as JSON by any package, and tracebacks.

What packages keep of people in columns of their own they remove themselves, by a function declared as a `wiper` in a
module that their AppConfig's `ready` imports:

    @traces.wiper
    def _forget(marks: Collection[str]) -> int: ...  # the person's ids and addresses; returns rows removed or changed
"""

import re
from collections.abc import Callable, Collection
from typing import Any

from django.apps import apps
from django.db import models
from django_tasks_db.models import DBTaskResult

Wiper = Callable[[Collection[str]], int]
WIPERS: dict[str, Wiper] = {}
LONG_ENOUGH = 4  # a shorter id stands in every traceback, as a line's number


def wiper(forget: Wiper) -> Wiper:
    """Have every erasure call the function with the person's ids and addresses."""
    WIPERS[f"{forget.__module__}.{forget.__qualname__}"] = forget
    return forget


def as_a_word(mark: str) -> re.Pattern[str]:
    """The mark, but not as part of a longer word: "ana-1" is not in "ana-12".

    >>> bool(as_a_word("ana-1").search("of ana-1.")), bool(as_a_word("ana-1").search("ana-12"))
    (True, False)
    """
    return re.compile(rf"(?<![\w-]){re.escape(mark)}(?![\w-])")


def wipe(marks: Collection[str]) -> int:
    """Have packages forget the marks, take them out of JSON values that are one, and empty tracebacks that quote one.

    Returns how many rows were changed.
    """
    wanted = frozenset(marks)
    kept = [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.JSONField)
    ]
    forgotten = sum(forget(wanted) for forget in list(WIPERS.values()))
    return forgotten + sum(_wiped(field, wanted) for field in kept) + _tracebacks(wanted)


def _wiped(field: "models.JSONField[Any, Any]", marks: frozenset[str]) -> int:
    rows = field.model._default_manager.exclude(**{f"{field.name}__isnull": True})
    changed = 0
    for pk, value in list(rows.values_list("pk", field.name).iterator(2_000)):
        without = _without(value, marks)
        if without != value:
            changed += rows.filter(pk=pk).update(**{field.name: without})
    return changed


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
            named |= models.Q(traceback__contains=mark)
    return DBTaskResult.objects.filter(named).update(traceback="")
