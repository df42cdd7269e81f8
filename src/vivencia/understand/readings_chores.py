"""What the worker does again and again for texts: reading those that came in."""

import threading

from vivencia.foundation.chores import chore
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand import readings, readings_learning

_done = threading.local()


@chore(every_seconds=2)
def read_texts() -> None:
    """Read what is new, a batch at a time; where nothing has changed since nothing was left, nothing is asked."""
    readings_learning.restore()
    models = readings.reader()
    now = (open_ledger().read().readings_version, models.model)
    if getattr(_done, "seen", None) == now:
        return
    if not readings.read_new(models=models):
        _done.seen = now
