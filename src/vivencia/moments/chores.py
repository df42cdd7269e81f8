"""Studies start by themselves, as soon as what they rest on has changed enough."""

from vivencia.foundation.chores import chore
from vivencia.foundation.ledger.store import open_ledger
from vivencia.moments import freshness, studies


@chore(every_seconds=60)
def study_what_is_due() -> None:
    """One study at a time: the worker has other things to do, too."""
    read = open_ledger().read()
    if read.horizon is None or studies.any_under_way():
        return
    for question in studies.standing_questions():
        if freshness.due(question, read):
            studies.begin(question, read.version)
            return
