"""What the worker does again and again for texts: reading those that came in."""

import os
import threading

from vivencia.foundation.chores import chore
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand import readings, readings_learning

_done = threading.local()


@chore(every_seconds=2)
def read_texts() -> None:
    """Read what is new, a batch at a time; where nothing has changed since nothing was left, nothing is asked.

    VIVENCIA_READ_TEXTS=0 leaves texts unread: on a machine too small for it, and in tests about something else.
    """
    if os.environ.get("VIVENCIA_READ_TEXTS") == "0":
        return
    readings_learning.restore()
    read = open_ledger().read()
    if getattr(_done, "model", None) is None and not readings.waits(read):
        return  # nothing to read yet: the models need not be opened
    models = readings.reader()
    now = (read.readings_version, models.model)
    if getattr(_done, "model", None) == now:
        return
    if not readings.read_new(models=models):
        _done.model = now
