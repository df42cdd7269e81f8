"""The ledger against DuckDB alone: CSV into Parquet, and how quickly it reads while it grows.

    python -m bench.ledger [--events 2000000]

`plain` is DuckDB reading a CSV file of events and writing the same rows to one Parquet file, as fast as it can.
`append` is the ledger taking the same file in through a DuckDB relation: staged, checked against every known
event_id, committed, fsynced. The target is at least half of plain's speed. Small appends, acknowledged one by one,
and reads follow on the ledger that this made.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from vivencia.foundation.ledger.schema import EVENTS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.ledger.writing import shaped

KINDS = {"string": "VARCHAR", "double": "DOUBLE", "int64": "BIGINT", "timestamp[us, tz=UTC]": "TIMESTAMPTZ"}
COLUMNS = {field.name: KINDS[str(field.type)] for field in EVENTS}
MADE_UP = """
    SELECT md5((i + ?)::VARCHAR) AS event_id, 'c' || hash(i) % 500000 AS customer_id, NULL AS anonymous_id,
           NULL AS account_id, TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds(hash(i * 7) % 40000000) AS occurred_at,
           TIMESTAMPTZ '2026-01-01 00:00:00+00' AS received_at, i AS seq, 'step ' || hash(i * 3) % 12 AS "name",
           'step ' || hash(i * 3) % 12 AS touchpoint, 'web' AS channel, (hash(i) % 1000) / 10.0 AS amount,
           'EUR' AS currency, NULL AS promise, NULL AS promised_at, NULL AS metric, NULL AS score, NULL AS scale_max,
           NULL AS "text", 'e' || hash(i * 5) % 50 AS employee_id, 'order' AS subject_kind,
           'o' || hash(i * 11) % 2000000 AS subject_id, 'bench' AS "source", 'b1' AS batch_id, NULL AS properties
    FROM range(?) r(i)
"""


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def database() -> duckdb.DuckDBPyConnection:
    db = duckdb.connect(config={"preserve_insertion_order": False})
    db.execute("SET TimeZone = 'UTC'")
    return db


def some(start: int, rows: int) -> pa.Table:
    return shaped(database().sql(MADE_UP, params=[start, rows]), EVENTS).to_arrow_table()


def appended(ledger: Ledger, csv: Path) -> None:
    ledger.append(database().read_csv(str(csv), dtype=COLUMNS))


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--events", type=int, default=2_000_000)
    rows = wanted.parse_args().events
    with TemporaryDirectory() as place:
        folder, ledger = Path(place), open_ledger(Path(place) / "home")
        csv = folder / "events.csv"
        database().sql(MADE_UP, params=[0, rows]).write_csv(str(csv))
        ledger.read()
        plain = timed(lambda: database().read_csv(str(csv), dtype=COLUMNS).write_parquet(str(folder / "plain.parquet")))
        ours = timed(lambda: appended(ledger, csv))
        print(f"plain DuckDB  {rows / plain:12,.0f} events/s")
        print(f"append        {rows / ours:12,.0f} events/s   {plain / ours:5.2f} of plain's speed (target: 0.5)")
        again = timed(lambda: appended(ledger, csv))
        print(f"the same again{rows / again:12,.0f} events/s   all known, nothing added")
        tidy = timed(lambda: ledger.tidy(grace_seconds=0))
        print(f"sorting it    {rows / tidy:12,.0f} events/s   once, in the background")
        for batch in (100, 1_000, 10_000):
            given = [some(rows + 10_000 * n + batch, batch) for n in range(6)]
            ledger.append(given.pop())  # brings this file's known ids to memory
            seconds = sum(timed(lambda each=each: ledger.append(each)) for each in given)  # type: ignore[misc]
            print(f"acknowledged in batches of {batch:6,}: {batch * len(given) / seconds:12,.0f} events/s")
        show_reads(ledger)


def show_reads(ledger: Ledger) -> None:
    read = ledger.read()
    questions = {
        "count by touchpoint": read.events.group_by("touchpoint").aggregate(n=read.events.count()),
        "distinct customers": read.events.aggregate(n=read.events.customer_id.nunique()),
        "one customer's events": read.events_of("c77"),
    }
    for name, question in questions.items():
        read.to_arrow(question)
        print(f"read, warm: {name:24} {1000 * timed(lambda asked=question: read.to_arrow(asked)):8.0f} ms")  # type: ignore[misc]


if __name__ == "__main__":
    main()
