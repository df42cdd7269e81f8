"""Importing files, against DuckDB alone reading the same files and writing the same rows.

    python -m bench.imports [--rows 1000000] [--files PATH ...]

Ours is everything an import does: detection, parsing, joining, checks, ids, rejects, and the append to the ledger with
its look for duplicates and its fsync. DuckDB alone reads every file into a table (types detected by itself) and writes
the events, which it is given ready made, to Parquet. The aim: at most twice its time.
"""

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS
from vivencia.foundation.ledger.store import Ledger
from vivencia.listen.imports.assign import assign
from vivencia.listen.imports.events import Batch
from vivencia.listen.imports.readers.registry import files_at
from vivencia.listen.imports.readers.table import looked_at
from vivencia.listen.imports.recognise import recognise
from vivencia.listen.imports.take_in import Taken, look_at, take_in

AIM = 2.0


def events_file(folder: Path, rows: int, seed: int = 7) -> Path:
    """Our own form: one row an event, a tenth of them scored, with words and two properties."""
    folder.mkdir(parents=True)
    chance = random.Random(seed)
    file = folder / "events.csv"
    with file.open("w") as out:
        out.write("event_id,customer_id,occurred_at,name,touchpoint,channel,amount,metric,score,text,order_id,")
        out.write("store,weight\n")
        for i in range(rows):
            day, second = 1 + i % 28, i % 60
            at = f"2026-{1 + i % 12:02}-{day:02}T{i % 24:02}:{(i // 24) % 60:02}:{second:02}Z"
            score = f"csat,{chance.randint(1, 5)},It was rather good that day" if i % 10 == 0 else ",,"
            out.write(
                f"e{i:09},c{chance.randrange(rows // 8):07},{at},step {i % 12},step {i % 12},web,{i % 500}.5,"
                f"{score},o{i // 4},s{i % 40},{i % 97}\n"
            )
    return folder


@dataclass(frozen=True)
class Spent:
    """Seconds: on the clock, and of all processors together (which other work on the machine disturbs less)."""

    clock: float
    processors: float

    def least(self, other: "Spent") -> "Spent":
        return Spent(min(self.clock, other.clock), min(self.processors, other.processors))


def now() -> Spent:
    return Spent(time.perf_counter(), time.process_time())


def since(began: Spent) -> Spent:
    ended = now()
    return Spent(ended.clock - began.clock, ended.processors - began.processors)


def ours(path: Path, folder: Path) -> tuple[Spent, Taken]:
    """From the path to a ledger that is there, by a process that has not seen the files."""
    ledger = Ledger(folder / "home")
    ledger.read()
    looked_at.cache_clear()
    began = now()
    looks = [look_at(file) for file in files_at(path)]
    mapping = recognise(looks).mapping
    batch = Batch("bench", mapping.source, "2026-11-22T10:00:00Z")
    taken = take_in(mapping, assign(mapping, looks, path.name), batch, folder / "work")
    customers: pa.Table | Path = taken.customers_file or CUSTOMERS.empty_table()
    aliases: pa.Table | Path = taken.aliases_file or ALIASES.empty_table()
    ledger.replace("bench", taken.events_file, customers, aliases)
    return since(began), taken


def duckdb_alone(path: Path, taken: Taken, folder: Path) -> Spent:
    """DuckDB reads the files and writes the rows."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE made AS FROM read_parquet('{taken.events_file}')")
        began = now()
        for place, file in enumerate(files_at(path)):
            reader = "read_parquet" if file.suffix == ".parquet" else "read_csv"
            connection.execute(f"CREATE TABLE f{place} AS FROM {reader}('{file}')")
        connection.execute(f"COPY made TO '{folder / 'alone.parquet'}' (FORMAT parquet)")
        return since(began)


def compared(name: str, path: Path, say: Callable[[str], None] = print, repeats: int = 3) -> float:
    """The best of some runs of each, and their ratio."""
    best_ours = best_alone = Spent(float("inf"), float("inf"))
    for _ in range(repeats):
        with TemporaryDirectory() as temporary:
            spent, taken = ours(path, Path(temporary))
            best_ours = best_ours.least(spent)
            best_alone = best_alone.least(duckdb_alone(path, taken, Path(temporary)))
    ratio = best_ours.clock / best_alone.clock
    say(
        f"{name:<26} {taken.rows:>10,} rows {taken.events:>10,} events   ours {best_ours.clock:6.2f} s   "
        f"DuckDB alone {best_alone.clock:6.2f} s   ratio {ratio:4.2f}, "
        f"of processor time {best_ours.processors:.2f} / {best_alone.processors:.2f} = "
        f"{best_ours.processors / best_alone.processors:4.2f} (aim: {AIM})"
    )
    return ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--files", type=Path, nargs="*", default=[])
    asked = parser.parse_args()
    with TemporaryDirectory() as temporary:
        compared("events.csv, made here", events_file(Path(temporary) / "events", asked.rows))
    for path in asked.files:
        compared(path.name, path)


if __name__ == "__main__":
    main()
