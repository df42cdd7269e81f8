"""Importing files, against DuckDB alone reading the same files and writing the same rows.

    python -m bench.imports [--rows 1000000] [--files PATH ...] [--repeats 5]

*Ours* is everything an import does, from a path to a ledger that has it: recognising the files, detection, parsing,
joining, checks, ids, rejects with their places, and the append to the ledger with its look for duplicates and its
fsync.

*DuckDB alone* is a database in memory with nothing set, in the same process. It reads every file into a table (types
detected by itself) and writes the same rows with the same columns as Parquet, which it is given ready made in tables:
the events, and the customers and other ids where there are any; then the disk is asked to keep them. Opening the
database and making the rows ready are not counted. So it works out no ids, joins nothing, checks nothing and knows no
duplicates, and it writes no column that ours does not write.

The two take turns, so that whatever else the machine does hinders both; what is told is the median, and the median of
the ratios of neighbouring runs, by the clock and by the time of all processors. The aim: at most twice DuckDB's time.
"""

import argparse
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from vivencia.foundation.ledger.disk import sync
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

    def over(self, other: "Spent") -> "Spent":
        return Spent(self.clock / other.clock, self.processors / other.processors)


def typical(spent: list[Spent]) -> Spent:
    return Spent(median(each.clock for each in spent), median(each.processors for each in spent))


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
    ready = [file for file in (taken.events_file, taken.customers_file, taken.aliases_file) if file]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for file in ready:
            connection.execute(f"CREATE TABLE {file.stem} AS FROM read_parquet('{file}')")
        began = now()
        for place, file in enumerate(files_at(path)):
            reader = "read_parquet" if file.suffix == ".parquet" else "read_csv"
            connection.execute(f"CREATE TABLE f{place} AS FROM {reader}('{file}')")
        for file in ready:
            connection.execute(f"COPY {file.stem} TO '{folder / file.stem}.alone' (FORMAT parquet)")
            sync(folder / f"{file.stem}.alone")
        sync(folder)
        return since(began)


def compared(name: str, path: Path, say: Callable[[str], None] = print, repeats: int = 5) -> Spent:
    """Ours and DuckDB alone by turns, and how many times as long ours takes."""
    mine: list[Spent] = []
    alone: list[Spent] = []
    for turn in range(repeats + 1):
        with TemporaryDirectory() as temporary:
            spent, taken = ours(path, Path(temporary))
            floor = duckdb_alone(path, taken, Path(temporary))
        if turn:  # the first warms up
            mine.append(spent)
            alone.append(floor)
    ratio = typical([one.over(other) for one, other in zip(mine, alone, strict=True)])
    say(
        f"{name:<26} {taken.rows:>10,} rows {taken.events:>10,} events   "
        f"clock {typical(mine).clock:6.2f} / {typical(alone).clock:6.2f} s = {ratio.clock:4.2f}   "
        f"processors {typical(mine).processors:6.2f} / {typical(alone).processors:6.2f} s = {ratio.processors:4.2f}   "
        f"(aim: {AIM})"
    )
    return ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the file made here; 0: none")
    parser.add_argument("--files", type=Path, nargs="*", default=[])
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} processors, {os.getloadavg()[0]:.0f} at work; ours / DuckDB alone")
    if asked.rows:
        with TemporaryDirectory() as temporary:
            made = events_file(Path(temporary) / "events", asked.rows)
            compared("events.csv, made here", made, repeats=asked.repeats)
    for path in asked.files:
        compared(path.name, path, repeats=asked.repeats)


if __name__ == "__main__":
    main()
