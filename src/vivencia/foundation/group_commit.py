"""Several callers' rows in one transaction: whoever comes while another writes is written by the next, with all others.

A durable commit costs one wait for the disk, however many rows it holds. Under load that wait is shared; a caller who
comes alone is written at once.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class _Waiting(Generic[T]):
    rows: list[T]
    done: bool = False
    failure: BaseException | None = field(default=None)


class GroupCommit(Generic[T]):
    """`write` puts a list of rows on the disk in one transaction, or raises and has written none of them."""

    def __init__(self, write: Callable[[list[T]], object]) -> None:
        self._write = write
        self._arriving, self._writing = threading.Lock(), threading.Lock()
        self._waiting: list[_Waiting[T]] = []

    def __call__(self, rows: list[T]) -> None:
        """Return when the rows are on the disk. Raises what `write` raised where they are not."""
        own = _Waiting(rows)
        with self._arriving:
            self._waiting.append(own)
        with self._writing:
            if not own.done:
                self._write_all()
        if own.failure is not None:
            raise own.failure

    def _write_all(self) -> None:
        """Called by the one who writes: for everybody who has come by now.

        Where all together cannot be written each is tried alone: nobody fails for what somebody else brought.
        """
        with self._arriving:
            group, self._waiting = self._waiting, []
        if self._failure([row for each in group for row in each.rows]) is not None:
            for each in group:
                each.failure = self._failure(each.rows)
        for each in group:
            each.done = True

    def _failure(self, rows: list[T]) -> BaseException | None:
        try:
            self._write(rows)
        except BaseException as problem:  # noqa: BLE001  # whoever waits must be told, whatever it was
            return problem
        return None
