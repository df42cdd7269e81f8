"""How much may come in at once: what is beyond is asked to come again in a moment (429), and loses nothing."""

import os
import threading
import time
from collections import Counter

from vivencia.foundation import inbox

AT_ONCE = 8  # requests a process answers at the same time; its other threads stay free for pages
BACKLOG_MOST = int(os.environ.get("VIVENCIA_API_BACKLOG", "500000"))  # rows on their way to the ledger
LOOK_EVERY_SECONDS = 0.5
A_SECOND_FROM_ONE_ADDRESS = 200  # requests with a key that everybody can read


class Gate:
    """Lets so many in at once; the rest is told to come back."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._looked_at, self._full = 0.0, False
        self._second, self._counts = 0, Counter[str]()

    def enter(self) -> bool:
        """Whether there is room; whoever enters must leave."""
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        self._free.release()

    def full(self) -> bool:
        """Whether more waits for the worker than should."""
        now = time.monotonic()
        if now - self._looked_at > LOOK_EVERY_SECONDS:
            self._looked_at = now
            self._full = inbox.backlog() > BACKLOG_MOST
        return self._full

    def too_often(self, address: str) -> bool:
        """Whether an address has had its share of this second. Addresses are forgotten with the second."""
        with self._lock:
            second = int(time.monotonic())
            if second != self._second:
                self._second = second
                self._counts.clear()
            self._counts[address] += 1
            return self._counts[address] > A_SECOND_FROM_ONE_ADDRESS
