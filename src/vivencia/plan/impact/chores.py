"""Outcomes are worked out by themselves, as soon as another month or week has passed."""

from vivencia.foundation.chores import chore
from vivencia.measure.reading import source
from vivencia.plan.impact import proving


@chore(every_seconds=300)
def prove_what_is_due() -> None:
    """One initiative at a time: the worker has other things to do, too."""
    waiting = proving.candidates()
    if not waiting:
        return
    here = source()
    for initiative in waiting:
        if proving.due(initiative, here):
            proving.prove(initiative, here)
            return
