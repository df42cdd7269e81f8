"""The ledger keeps itself tidy, and nobody who reads meanwhile notices."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from tests.ledger.shop import aliases, customers, event, events
from vivencia.foundation.ledger import tidying
from vivencia.foundation.ledger.store import Ledger, open_ledger


def pile_up(ledger: Ledger, count: int = 9) -> None:
    for n in range(count):
        ledger.append(events(event(f"{n}-late", f"c{9 - n}", hours=5), event(f"{n}-early", f"c{9 - n}", hours=1)))


def test_many_small_files_become_one_sorted_by_customer_and_time(ledger: Ledger, home: Path) -> None:
    pile_up(ledger)
    before = ledger.read()
    everything = before.to_arrow(before.events.order_by("event_id"))
    ledger.tidy(grace_seconds=3600)
    files = DeltaTable(home / "ledger" / "events").file_uris()
    assert len(files) == 1
    rows = pq.read_table(files[0], columns=["customer_id", "occurred_at"]).to_pylist()
    assert rows == sorted(rows, key=lambda row: (row["customer_id"], row["occurred_at"]))
    after = ledger.read()
    assert after.to_arrow(after.events.order_by("event_id")) == everything
    assert after.version == before.version  # it says what it said: remembered results still hold
    assert before.to_arrow(before.events.count())["value"].to_pylist() == [18]  # its files are kept for the grace


def test_few_files_are_left_alone(ledger: Ledger, home: Path) -> None:
    pile_up(ledger, 3)
    files = DeltaTable(home / "ledger" / "events").file_uris()
    ledger.tidy()
    assert DeltaTable(home / "ledger" / "events").file_uris() == files


def test_a_large_import_is_sorted_though_it_is_one_file(
    ledger: Ledger, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "SMALL_BYTES", 10)
    ledger.append(events(event("1", "b"), event("2", "a")))
    ledger.tidy()
    (file,) = DeltaTable(home / "ledger" / "events").file_uris()
    assert pq.read_table(file)["customer_id"].to_pylist() == ["a", "b"]
    ledger.tidy()
    assert DeltaTable(home / "ledger" / "events").file_uris() == [file]


def test_a_reader_who_lost_its_files_reads_what_the_ledger_says_now(ledger: Ledger) -> None:
    pile_up(ledger)
    ledger.put_aliases(aliases(("c1", "ana")))
    late = ledger.read()
    question = late.events.filter(late.events.customer_id == "ana").count()
    ledger.append(events(event("new", "ana")))
    ledger.tidy(grace_seconds=0)
    assert late.to_arrow(question)["value"].to_pylist() == [3]
    assert late.version == ledger.read().version


def test_old_files_and_log_entries_go_after_the_grace(ledger: Ledger, home: Path) -> None:
    pile_up(ledger, 30)
    ledger.tidy(grace_seconds=0)
    folder = home / "ledger" / "events"
    assert len(list(folder.glob("*.parquet"))) == 1
    assert len(list((folder / "_delta_log").glob("*.json"))) <= 2
    assert open_ledger(home).read().version == "e30-c0-a0"
    assert ledger.append(events(event("new"), event("1-late"))).accepted == 1
    assert DeltaTable(folder).version() == 32


def test_a_restored_backup_of_an_older_head_reads_and_writes_on(ledger: Ledger, home: Path) -> None:
    """What was copied while others wrote: `HEAD` first, then files and log entries, some of them newer than it."""
    pile_up(ledger, 3)
    head = (home / "ledger" / "HEAD").read_bytes()
    pile_up(ledger, 25)
    ledger.tidy(grace_seconds=3600)  # a checkpoint, newer than the copied head
    assert list((home / "ledger" / "events" / "_delta_log").glob("*.checkpoint.parquet"))
    (home / "ledger" / "HEAD").write_bytes(head)
    restored = open_ledger(home)
    assert restored.read().version == "e3-c0-a0"
    assert restored.append(events(event("20-late"), event("0-late"))).accepted == 1
    read = restored.read()
    assert read.version == "e4-c0-a0"
    assert read.to_arrow(read.events.count())["value"].to_pylist() == [7]
    assert DeltaTable(home / "ledger" / "events").version() == 4


def test_what_a_killed_sorter_left_is_cleared_away(ledger: Ledger, home: Path) -> None:
    pile_up(ledger)
    orphan, unfinished = home / "ledger/events/orphan.parquet", home / "ledger/events/.sorting-x"
    orphan.touch()
    unfinished.mkdir()
    ledger.tidy(grace_seconds=0)
    assert not orphan.exists()
    assert not unfinished.exists()


def test_customers_and_aliases_are_tidied_too(ledger: Ledger, home: Path) -> None:
    for n in range(9):
        ledger.put_customers(customers({"customer_id": f"c{n}"}))
        ledger.put_aliases(aliases((f"a{n}", f"c{n}")))
    ledger.tidy(grace_seconds=0)
    assert len(list((home / "ledger").glob("customers/*.parquet"))) == 1
    read = ledger.read()
    assert read.to_arrow(read.customers).num_rows == read.to_arrow(read.aliases).num_rows == 9


def test_before_the_first_import_there_is_nothing_to_tidy(home: Path) -> None:
    open_ledger().tidy()
    assert not (home / "ledger" / "HEAD").exists()


def test_no_progress_bar_is_drawn_into_the_log_of_a_process_begun_with_c() -> None:
    asked = "print(database().execute(\"SELECT current_setting('enable_progress_bar')\").fetchall())"
    code = f"from vivencia.foundation.ledger.databases import database; {asked}"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[(False,)]\n"
