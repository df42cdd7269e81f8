"""Files of every kind, written in many ways, become the same events."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from tests.imports.bringing import EVENTS, bring, write
from vivencia.foundation.ledger.schema import EVENTS as SHAPE
from vivencia.listen.imports.take_in import look_at

PLAIN = ("customer,date,amount", "ana,2026-01-31 10:00,12.5", "bo,2026-02-01 11:30,1000")
MEANT = [("ana", datetime(2026, 1, 31, 10, tzinfo=UTC), 12.5), ("bo", datetime(2026, 2, 1, 11, 30, tzinfo=UTC), 1000.0)]


def told(file: Path, toml: str = EVENTS) -> list[tuple[str, datetime, float]]:
    return [(e["customer_id"], e["occurred_at"], e["amount"]) for e in bring(file, toml).events]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings_are_detected(tmp_path: Path, encoding: str) -> None:
    file = write(
        tmp_path, "f.csv", "customer,date,amount", "José,2026-01-31 10:00,1", "Íñigo,2026-02-01,2", encoding=encoding
    )
    assert bring(file, EVENTS).values("customer_id") == ["José", "Íñigo"]


def test_windows_letters_are_told_from_latin_1(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", "customer,date", "“José”,2026-01-31", encoding="cp1252")
    assert look_at(file).conventions.encoding == "cp1252"  # type: ignore[union-attr]
    assert bring(file, EVENTS).values("customer_id") == ["“José”"]


@pytest.mark.parametrize(
    "lines",
    [
        PLAIN,
        ("customer;date;amount", "ana;31/01/2026 10:00;12,5", "bo;01/02/2026 11:30;1.000,00 €"),
        ("customer\tdate\tamount", "ana\t31-01-2026 10:00\t12.50", "bo\t01-02-2026 11:30\t$1,000.00"),
        ("customer|date|amount", "ana|2026-01-31T10:00:00Z|12.5", "bo|2026-02-01T12:30:00+01:00|1000"),
        ("customer,date,amount", '"ana","01/31/2026 10:00 AM",12.5', '"bo","02/01/2026 11:30 AM","1,000.00"'),
        ("customer,date,amount", "ana,31 ene 2026 10:00,12.5", "bo,1 feb 2026 11:30,1000"),
        ("customer,date,amount", "ana,1769853600,12.5", "bo,1769945400,1000"),
    ],
)
def test_delimiter_decimals_and_dates_are_detected(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert told(write(tmp_path, "f.csv", *lines)) == MEANT


def test_lines_may_end_as_on_windows_and_fields_span_lines(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", "customer,date,amount", '"a\r\nna",2026-01-31,1', newline="\r\n")
    assert bring(file, EVENTS).values("customer_id") == ["a\r\nna"]


def test_every_kind_of_file_gives_the_same_events(tmp_path: Path) -> None:
    (tmp_path / "f.csv.gz").write_bytes(gzip.compress("\n".join(PLAIN).encode()))
    records = [{"customer": who, "date": when.isoformat(), "amount": much} for who, when, much in MEANT]
    write(tmp_path, "f.jsonl", *(json.dumps(record) for record in records))
    columns = {"customer": ["ana", "bo"], "date": [when for _, when, _ in MEANT], "amount": [12.5, 1000.0]}
    pq.write_table(pa.table(columns), tmp_path / "f.parquet")
    with xlsxwriter.Workbook(tmp_path / "f.xlsx", {"remove_timezone": True}) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["customer", "date", "amount"])
        for row, (who, when, much) in enumerate(MEANT, 1):
            sheet.write(row, 0, who)
            sheet.write_datetime(row, 1, when, form)
            sheet.write(row, 2, much)
    for name in ("f.csv.gz", "f.jsonl", "f.parquet", "f.xlsx"):
        assert told(tmp_path / name) == MEANT, name


def test_times_without_a_zone_are_in_the_declared_one(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", "customer,date", "ana,2026-07-01 10:00", "bo,2026-07-01T10:00:00Z")
    toml = EVENTS.replace("[tables.rows]", '[defaults]\nzone = "Europe/Madrid"\n[tables.rows]')
    assert [when.hour for when in bring(file, toml).values("occurred_at")] == [8, 10]


def test_a_later_row_tells_day_from_month(tmp_path: Path) -> None:
    rows = [f"c{i},01/02/2026" for i in range(1500)]
    file = write(tmp_path, "f.csv", "customer,date", *rows, "ana,12/31/2026")
    brought = bring(file, EVENTS)
    assert brought.taken.rejected == 0
    assert {when.date() for when in brought.values("occurred_at")} == {date(2026, 1, 2), date(2026, 12, 31)}


def test_events_have_the_ledgers_shape(tmp_path: Path) -> None:
    taken = bring(write(tmp_path, "f.csv", *PLAIN), EVENTS).taken
    schema = pq.read_schema(taken.events_file)
    assert (schema.names, schema.types) == (SHAPE.names, SHAPE.types)


def test_scores_on_their_metrics_own_scale_have_the_ledgers_shape_too(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", "event_id,customer_id,occurred_at,name,metric,score", "e,ana,2026-01-31,said,nps,9")
    brought = bring(file)
    assert brought.values("scale_max") == [10.0]
    assert brought.taken.events_file is not None
    assert pq.read_schema(brought.taken.events_file).types == SHAPE.types


def test_ties_keep_the_files_order(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", "customer,date", "c,2026-01-01", "a,2026-01-01", "b,2026-01-01")
    assert bring(file, EVENTS).values("customer_id") == ["c", "a", "b"]


def test_the_same_file_gives_the_same_ids_and_twin_rows_two(tmp_path: Path) -> None:
    lines = ("customer,date,amount", "ana,2026-01-01,5", "ana,2026-01-01,5", "bo,2026-01-01,5")
    first = bring(write(tmp_path, "f.csv", *lines), EVENTS).values("event_id")
    assert len(set(first)) == 3
    assert bring(write(tmp_path, "other.csv", *lines), EVENTS).values("event_id") == first


def test_xes_keeps_case_order_and_attributes(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "tickets.xes",
        '<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/"><trace><string key="concept:name" value="T1"/>',
        '<event><string key="concept:name" value="open"/>',
        '<date key="time:timestamp" value="2026-01-01T10:00:00+01:00"/>',
        '<string key="org:resource" value="Eva"/><int key="level" value="2"/></event>',
        '<event><string key="concept:name" value="close"/>',
        '<date key="time:timestamp" value="2026-01-01T10:00:00+01:00"/>',
        "</event></trace></log>",
    )
    brought = bring(file)
    assert brought.values("touchpoint") == ["open", "close"]
    assert brought.values("subject_kind") == ["ticket", "ticket"]
    assert brought.events[0]["employee_id"] == "Eva"
    assert brought.events[0]["occurred_at"] == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert json.loads(brought.events[0]["properties"]) == {"level": 2}
    assert brought.values("customer_id") == [None, None]


def test_ocel_takes_the_object_most_events_are_about(tmp_path: Path) -> None:
    log: dict[str, Any] = {
        "eventTypes": [],
        "objectTypes": [],
        "objects": [{"id": "o1", "type": "order"}, {"id": "c1", "type": "customer"}, {"id": "i1", "type": "item"}],
        "events": [
            {"id": "e1", "type": "place", "time": "2026-01-01T10:00:00Z",
             "attributes": [{"name": "via", "value": "web"}],
             "relationships": [{"objectId": "o1"}, {"objectId": "c1"}, {"objectId": "i1"}]},
            {"id": "e2", "type": "pay", "time": "2026-01-02T10:00:00Z", "relationships": [{"objectId": "o1"}]},
        ],
    }  # fmt: skip
    brought = bring(write(tmp_path, "log.json", json.dumps(log)))
    assert [each.split("/")[2] for each in brought.values("event_id")] == ["e1", "e2"]
    for event in log["events"]:
        event["time"] = event["time"].replace("2026", "2025")
    other = bring(write(tmp_path, "other.json", json.dumps(log)))
    assert not {*other.values("event_id")} & {*brought.values("event_id")}, "every log begins with e1"
    assert brought.values("subject_id") == ["o1", "o1"]
    assert brought.values("subject_kind") == ["order", "order"]
    assert brought.values("customer_id") == ["c1", None]
    assert json.loads(brought.events[0]["properties"]) == {"via": "web", "object:item": "i1"}


def test_systems_that_number_their_events_alike_tell_of_different_ones(tmp_path: Path) -> None:
    header = "event_id,customer_id,occurred_at,name"
    web = bring(write(tmp_path, "web.csv", header, "1,ana,2026-01-01,bought", "2,bo,2026-01-02,bought"))
    till = bring(write(tmp_path, "till.csv", header, "1,eva,2026-01-01,bought", "2,bo,2026-01-02,returned"))
    ids = {*web.values("event_id"), *till.values("event_id")}
    assert len(ids) == 4
    again = bring(write(tmp_path, "later.csv", header, "2,bo,2026-01-02T00:00:00Z,bought", "3,bo,2026-01-03,bought"))
    assert [each in ids for each in again.values("event_id")] == [True, False]  # overlapping exports of one system


def test_a_call_in_segments_form_keeps_the_id_it_has_everywhere(tmp_path: Path) -> None:
    call = {"type": "track", "userId": "ana", "event": "Paid", "timestamp": "2026-01-01T10:00:00Z"}
    calls = [{**call, "messageId": each} for each in ("ajs-next-17f", "17")]
    live, numbered = bring(write(tmp_path, "c.jsonl", *(json.dumps(each) for each in calls))).values("event_id")
    assert live == "ajs-next-17f"
    assert numbered.startswith("segment/track/17/")  # a bare number is nobody's alone


def test_answers_of_two_surveys_that_number_from_one_are_all_kept(tmp_path: Path) -> None:
    head = "Response ID,Timestamp,Finished,User ID,How likely are you to recommend us?"
    one = write(tmp_path, "a.csv", head, *(f"{i},2026-01-0{i}T10:00:00Z,true,u{i},{i}" for i in (1, 2, 3)))
    other = write(tmp_path, "b.csv", head, *(f"{i},2026-02-0{i}T10:00:00Z,true,u{i},{i}" for i in (1, 2, 3)))
    assert len({*bring(one).values("event_id"), *bring(other).values("event_id")}) == 6


def test_a_list_of_objects_is_a_table(tmp_path: Path) -> None:
    records = [{"customer": who, "date": when.isoformat(), "amount": much} for who, when, much in MEANT]
    file = write(tmp_path, "f.json", json.dumps(records, indent=2))
    assert told(file) == MEANT
    (tmp_path / "g.json.gz").write_bytes(gzip.compress(json.dumps(records).encode()))
    assert told(tmp_path / "g.json.gz") == MEANT


def test_members_that_begin_far_down_are_columns_too(tmp_path: Path) -> None:
    lines = [json.dumps({"customer": f"c{i}", "date": "2026-01-01"}) for i in range(1200)]
    late = {"customer": "ana", "date": "2026-01-02", "amount": 7, "store": {"city": "Vigo"}}
    file = write(tmp_path, "f.jsonl", *lines, json.dumps(late))
    brought = bring(file, EVENTS.replace("[[events]]", "[[events]]\nrest = true"))
    assert brought.events[-1]["amount"] == 7
    assert json.loads(brought.events[-1]["properties"])["store.city"] == "Vigo"
