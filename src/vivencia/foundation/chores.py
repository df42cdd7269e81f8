"""Chores: what the worker does again and again beside its tasks, such as draining the inbox.

A package declares its own in `chores.py` and imports that module in its AppConfig's `ready`, so that the worker, which
lives below all packages, need not know them:

    @chore(every_seconds=5)
    def send_what_is_due() -> None: ...

Each runs in a thread of its own, never twice at once. It may be cut short at any moment and is then simply run again.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Chore:
    name: str
    do: Callable[[], object]
    every_seconds: float


CHORES: dict[str, Chore] = {}


def chore(every_seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Have the worker call the function, again `every_seconds` after it returned."""

    def declare(do: Callable[[], object]) -> Callable[[], object]:
        name = f"{do.__module__}.{do.__qualname__}"
        CHORES[name] = Chore(name, do, every_seconds)
        return do

    return declare
