"""Writing that survives a power cut, and the lock that lets one writer in at a time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_TIMEOUT_SECONDS = 120.0


class LedgerBusyError(RuntimeError):
    """Another process held the writer's lock for longer than we were willing to wait."""


def sync(path: Path) -> None:
    """Ask the disk to keep a file's contents, or a folder's list of names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path` so that every reader sees the old file or the new one, and the new one lasts."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    partial.rename(path)
    sync(path.parent)


@contextmanager
def only_one(lock: Path, what: str, timeout_seconds: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold `lock` against every other thread and process; the kernel lets go of it when its holder dies.

    Raises LedgerBusyError, naming `what` is being waited for, when the time runs out.
    """
    with lock.open("a") as held:
        deadline = time.monotonic() + timeout_seconds
        while not _taken(held.fileno()):
            if time.monotonic() >= deadline:
                raise LedgerBusyError(f"{what} is busy: another process has held {lock} for {timeout_seconds:g} s")
            time.sleep(0.01)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
