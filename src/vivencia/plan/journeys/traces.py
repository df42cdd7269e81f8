"""What maps keep of people: whatever somebody typed. A person's ids and addresses go out of every text of every map."""

import re
from collections.abc import Collection
from typing import Any

from vivencia.foundation import traces
from vivencia.foundation.traces import LONG_ENOUGH, as_a_word
from vivencia.plan.journeys.models import JourneyMap, MapOperation, MapVersion

GONE = "…"


@traces.wiper
def forget(marks: Collection[str]) -> int:
    """Texts stay, without the marks: a note that names somebody is about the journey. Returns rows changed."""
    wanted = [as_a_word(mark) for mark in marks if len(mark) >= LONG_ENOUGH]
    if not wanted:
        return 0
    return (
        _rewritten(JourneyMap, ("stored", "title", "persona"), wanted)
        + _rewritten(MapOperation, ("document", "inverse", "about"), wanted)
        + _rewritten(MapVersion, ("stored", "name"), wanted)
    )


def _rewritten(model: Any, names: tuple[str, ...], marks: list[re.Pattern[str]]) -> int:
    changed = 0
    for pk, *values in list(model.objects.values_list("pk", *names).iterator(500)):
        without = [_without(value, marks) for value in values]
        if without != values:
            changed += model.objects.filter(pk=pk).update(**dict(zip(names, without, strict=True)))
    return changed


def _without(value: Any, marks: list[re.Pattern[str]]) -> Any:
    if isinstance(value, str):
        for mark in marks:
            value = mark.sub(GONE, value)
        return value
    if isinstance(value, list):
        return [_without(one, marks) for one in value]
    if isinstance(value, dict):  # keys of parts and the shape itself are ours; only what people typed is looked at
        return {name: one if name in _OURS else _without(one, marks) for name, one in value.items()}
    return value


_OURS = (
    *("key", "step", "lane", "phase", "source", "target", "after", "kind", "when", "then"),
    *("do", "of", "field", "at", "by"),
)
