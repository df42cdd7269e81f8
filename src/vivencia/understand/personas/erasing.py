"""Erasing a person: evidence that quotes them goes; sentences left without evidence are assumptions again."""

from collections.abc import Collection

from vivencia.foundation import traces
from vivencia.understand.personas.models import Evidence


@traces.wiper
def forget(marks: Collection[str]) -> int:
    """Remove the verbatims of these ids; returns how many."""
    removed, _by_table = Evidence.objects.filter(customer_id__in=list(marks)).delete()
    return removed
