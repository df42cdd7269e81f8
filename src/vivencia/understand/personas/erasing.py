"""Erasing a person: evidence that quotes them goes, and their ids and addresses go out of whatever people typed.

Sentences left without evidence are assumptions again.
"""

from collections.abc import Collection

from vivencia.foundation import traces
from vivencia.understand.personas.models import Evidence, Persona, Statement

traces.texts(Persona, "name", "quote", "story", "goals")
traces.texts(Statement, "text")
traces.texts(Evidence, "note")


@traces.wiper
def forget(marks: Collection[str]) -> int:
    """Remove the verbatims of these ids; returns how many."""
    removed, _by_table = Evidence.objects.filter(customer_id__in=list(marks)).delete()
    return removed
