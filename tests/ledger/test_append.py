"""An append is atomic and idempotent, says what it did, and refuses what has no shape."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.shop import aliases, customers, event, events
from vivencia.foundation.ledger.change import Appended
from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS, EVENTS
from vivencia.foundation.ledger.store import Ledger, open_ledger


def ids(ledger: Ledger) -> list[str]:
    read = ledger.read()
    return sorted(read.to_arrow(read.events["event_id",])["event_id"].to_pylist())


def test_an_event_counts_once_however_often_it_comes(ledger: Ledger) -> None:
    assert ledger.append(events(event("1"), event("2"), event("1"))) == Appended(accepted=2, duplicates=1)
    assert ledger.append(events(event("2"), event("3"))) == Appended(accepted=1, duplicates=1)
    assert ids(ledger) == ["1", "2", "3"]


def test_of_two_with_one_id_the_first_of_the_file_is_kept(ledger: Ledger) -> None:
    ledger.append(events(event("1", name="second", seq=7), event("1", name="first", seq=3)))
    read = ledger.read()
    assert read.to_arrow(read.events)["name"].to_pylist() == ["first"]


def test_nothing_new_is_no_new_version(ledger: Ledger) -> None:
    ledger.append(events(event("1")))
    before = ledger.read().version
    assert ledger.append(events(event("1"))) == Appended(accepted=0, duplicates=1)
    assert ledger.append(EVENTS.empty_table()) == Appended(accepted=0, duplicates=0)
    assert ledger.read().version == before == "e1-c0-a0"


@pytest.mark.parametrize("form", ["table", "stream", "relation", "file", "files", "file of another shape"])
def test_rows_come_in_any_form(ledger: Ledger, tmp_path: Path, form: str) -> None:
    rows = events(event("1"), event("2"))
    pq.write_table(rows, tmp_path / "rows.parquet")
    pq.write_table(rows.select(EVENTS.names[::-1]), tmp_path / "other.parquet")
    given = {
        "table": rows,
        "stream": pa.RecordBatchReader.from_batches(EVENTS, rows.to_batches(max_chunksize=1)),
        "relation": duckdb.connect().from_arrow(rows),
        "file": tmp_path / "rows.parquet",
        "files": [tmp_path / "rows.parquet"],
        "file of another shape": tmp_path / "other.parquet",
    }[form]
    assert ledger.append(given).accepted == 2
    read = ledger.read()
    assert read.to_arrow(read.events.order_by("event_id")).to_pylist() == rows.to_pylist()
    assert (tmp_path / "rows.parquet").exists()


def test_an_event_without_a_time_is_refused_and_leaves_nothing(ledger: Ledger, home: Path) -> None:
    with pytest.raises(ValueError, match="occurred_at is empty in 1 of 2 rows"):
        ledger.append(events(event("1"), event("2", occurred_at=None)))
    assert ids(ledger) == []
    assert not list((home / "ledger" / "events").glob("*.parquet"))


def test_columns_must_be_those_of_an_event(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match=r"missing: \['seq'\]"):
        ledger.append(events(event("1")).drop_columns(["seq"]))
    with pytest.raises(ValueError, match=r"no place for: \['mood'\]"):
        ledger.append(events(event("1")).append_column("mood", pa.array(["good"])))


def test_undo_takes_a_batch_out_of_all_three_tables(ledger: Ledger) -> None:
    ledger.append(events(event("1", batch="b1"), event("2", batch="b2"), event("3", None, batch="b2")))
    ledger.put_customers(customers({"customer_id": "ana", "batch_id": "b2"}))
    ledger.put_aliases(aliases(("anna", "ana"), batch="b2"))
    assert ledger.undo("b2") == 4
    read = ledger.read()
    assert ids(ledger) == ["1"]
    assert read.to_arrow(read.customers).num_rows == read.to_arrow(read.aliases).num_rows == 0
    assert ledger.undo("b2") == 0


def test_what_was_undone_can_come_again(ledger: Ledger) -> None:
    ledger.append(events(event("1")))
    ledger.undo("b1")
    assert ledger.append(events(event("1"))).accepted == 1


def test_a_corrected_file_takes_the_place_of_the_earlier_in_one_step(ledger: Ledger) -> None:
    ledger.append(events(event("1"), event("2"), event("other", batch="b0")))
    ledger.put_customers(customers({"customer_id": "ana", "name": "Anna"}))
    corrected = events(event("1", batch="b2", score=5.0), event("3", batch="b2"))
    ana = customers({"customer_id": "ana", "name": "Ana", "batch_id": "b2"})
    assert ledger.replace("b1", corrected, ana, ALIASES.empty_table()) == Appended(accepted=2, duplicates=0)
    read = ledger.read()
    assert ids(ledger) == ["1", "3", "other"]
    assert read.to_arrow(read.customers)["name"].to_pylist() == ["Ana"]


def test_a_replacement_that_fails_changes_nothing(ledger: Ledger) -> None:
    ledger.append(events(event("1")))
    with pytest.raises(ValueError, match="updated_at is empty"):
        ledger.replace(
            "b1", events(event("2")), customers({"customer_id": "ana", "updated_at": None}), ALIASES.empty_table()
        )
    assert ids(ledger) == ["1"]


def test_any_delta_reader_understands_the_tables_and_the_log_tells_only_times(ledger: Ledger, home: Path) -> None:
    ledger.append(events(event("1", "ana", text="ana@example.org was late")))
    ledger.put_customers(customers({"customer_id": "ana", "email": "ana@example.org"}))
    table = DeltaTable(home / "ledger" / "events")
    assert table.to_pyarrow_table()["event_id"].to_pylist() == ["1"]
    assert "deletionVectors" not in str(table.protocol().writer_features)
    for entry in (home / "ledger").glob("*/_delta_log/*"):
        assert b"ana" not in entry.read_bytes()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.integers(0, 6), max_size=6), max_size=4))
def test_whatever_arrives_every_id_is_there_once(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    ledger = open_ledger(tmp_path_factory.mktemp("ledger"))
    accepted = sum(ledger.append(events(*(event(str(n)) for n in batch))).accepted for batch in batches)
    known = sorted({str(n) for batch in batches for n in batch})
    assert ids(ledger) == known
    assert accepted == len(known)


def test_customers_need_no_columns_but_their_own(ledger: Ledger) -> None:
    ledger.put_customers(CUSTOMERS.empty_table())
    assert ledger.read().version == "e0-c0-a0"
