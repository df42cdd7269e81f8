"""DuckDB databases in memory, each for one piece of work."""

from pathlib import Path

import duckdb


def database(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A new one, in UTC; `spill`: where it puts what does not fit into memory.

    It draws no progress bar: DuckDB takes a process begun with `python -c`, as the worker is, for somebody at a
    terminal, and would draw into the log.
    """
    connection = duckdb.connect(":memory:", config={"temp_directory": str(spill)} if spill else {})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection
