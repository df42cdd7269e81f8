"""What the worker does again and again for texts: reading those that came in."""

import os
import threading

from django.utils import timezone

from vivencia.foundation.chores import chore
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand import emerging, emerging_noticed, reading_own, reading_vectors, readings, readings_learning

MANY_WAIT = 2_000  # texts; while more are still to be read, what rises cannot be told
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
    if getattr(_done, "model", None) is None and not readings.has_words(read):
        return  # nothing to read yet: the models need not be opened
    models = readings.reader()
    now = (read.readings_version, reading_own.names(models.model))
    if getattr(_done, "model", None) == now:
        return
    if not readings.read_new(models=models, beside=reading_vectors.keep):
        _done.model = now


@chore(every_seconds=20)
def look_for_what_emerges() -> None:
    """Look at what customers are suddenly talking about, where something was read or a day has passed since."""
    if os.environ.get("VIVENCIA_READ_TEXTS") == "0":
        return
    read = open_ledger().read()
    now = (read.readings_version, timezone.now().date())
    if getattr(_done, "emerging", None) == now or readings.waits(read) > MANY_WAIT:
        return
    told = emerging.latest()
    if told is None or told["readings_version"] != read.readings_version or told["at"][:10] != now[1].isoformat():
        told = emerging.look()
    emerging_noticed.keep_up(told)
    _done.emerging = now
