"""Where else in the operational database a person may be named: values kept as JSON by any package, and tracebacks."""

from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.db import models
from django_tasks_db.models import DBTaskResult

LONG_ENOUGH = 4  # a shorter id stands in every traceback, as a line's number


def wipe(marks: Collection[str]) -> int:
    """Take the marks out of every JSON value that is one of them, and empty tracebacks that quote one.

    Returns how many rows were changed.
    """
    wanted = frozenset(marks)
    kept = [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.JSONField)
    ]
    return sum(_wiped(field, wanted) for field in kept) + _tracebacks(wanted)


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
