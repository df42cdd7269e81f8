"""Running SQL while somebody watches how far it is."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import duckdb

Progress = Callable[[str, float], None]
"""Told the stage ("reading", "writing") and the share of the whole that is done, from 0 to 1."""

_POLL_SECONDS: Final = 0.25
_READING: Final = 0.7  # of the time


def silent(stage: str, done: float) -> None:
    """Nobody watches."""


@dataclass
class Watched:
    """Runs statements on a connection in a thread of their own and reports about four times a second."""

    connection: duckdb.DuckDBPyConnection
    progress: Progress
    tables: int = 1
    _read: int = field(default=0)

    def expect(self, tables: int) -> None:
        """How many tables will be read."""
        self.tables = max(tables, 1)

    def reading(self, sql: str) -> None:
        begin = min(self._read / self.tables, 1.0) * _READING
        self._run(sql, "reading", begin, min(begin + _READING / self.tables, _READING))
        self._read += 1

    def writing(self, sql: str) -> None:
        self._run(sql, "writing", _READING, 1.0)

    def _run(self, sql: str, stage: str, begin: float, end: float) -> None:
        self.progress(stage, begin)
        if self.progress is silent:
            self.connection.execute(sql)
            return
        failure: list[BaseException] = []

        def work() -> None:
            try:
                self.connection.execute(sql)
            except BaseException as error:  # noqa: BLE001  # handed to the caller's thread
                failure.append(error)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        while True:
            worker.join(_POLL_SECONDS)
            if not worker.is_alive():
                break
            done = max(self.connection.query_progress(), 0.0) / 100
            self.progress(stage, begin + (end - begin) * min(done, 1.0))
        if failure:
            raise failure[0]


def watched(connection: duckdb.DuckDBPyConnection, progress: Progress) -> Watched:
    """A runner that tells `progress` how far it is."""
    return Watched(connection, progress)
