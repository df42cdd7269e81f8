"""What the worker does again and again for personas: telling them anew when the ledger has moved on."""

import time

from vivencia.foundation.chores import chore
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand.personas import retelling
from vivencia.understand.personas.models import Persona

REST = 20.0  # so many times as long as telling took, nothing is told anew
LEAST = 300.0  # seconds
_next: dict[str, float] = {"at": 0.0}


@chore(every_seconds=30)
def tell_personas() -> None:
    """Portraits and what empathy maps claim, once the ledger has a newer version; seldom where it takes long."""
    if time.monotonic() < _next["at"] or not Persona.objects.exists():
        return
    read = open_ledger().read()
    if not retelling.stale(read):
        return
    began = time.monotonic()
    retelling.retell(read)
    _next["at"] = time.monotonic() + max(LEAST, REST * (time.monotonic() - began))
