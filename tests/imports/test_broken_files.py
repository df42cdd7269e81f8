"""Every kind of broken file gets a message that names file, place and what is allowed; rows that are good go on."""

import gzip
import time
import zipfile
from pathlib import Path

import pytest

from tests.imports.bringing import EVENTS, bring, write
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.readers import ocel
from vivencia.listen.imports.take_in import look_at

HEADER = "customer,date,amount"


def refusal(path: Path, toml: str = EVENTS) -> str:
    with pytest.raises(Problem) as raised:
        bring(path, toml)
    return str(raised.value)


def test_a_declared_encoding_that_does_not_fit_names_the_row(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", HEADER, "ana,2026-01-01,1", "josé,2026-01-01,1", encoding="latin-1")
    said = refusal(file, EVENTS.replace('file = "*"', 'file = "*"\nencoding = "utf-8"'))
    assert "f.csv: row 3" in said
    assert "latin-1" in said
    assert "klingon" in refusal(file, EVENTS.replace('file = "*"', 'file = "*"\nencoding = "klingon"'))


def test_single_bad_bytes_reject_their_row_only(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(
        "customer,date\nJosé,2026-01-01\nÍñigo,2026-01-01\n".encode() + b"Ra\xfal,2026-01-01\nZo\xc3\xab,2026-01-02\n"
    )
    brought = bring(file, EVENTS)
    assert brought.values("customer_id") == ["José", "Íñigo", "Zoë"]
    assert [(reject["row"], reject["reason"]) for reject in brought.rejects] == [
        ("4", "the row contains bytes that are not text")
    ]


@pytest.mark.parametrize("name", ["f.csv", "f.jsonl", "f.parquet", "f.xlsx", "f.xes", "f.json", "f.csv.gz"])
def test_an_empty_file_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert name in refusal(tmp_path / name)


def test_a_header_alone_says_so(tmp_path: Path) -> None:
    assert "no row" in refusal(write(tmp_path, "f.csv", HEADER))


@pytest.mark.parametrize("name", ["f.csv", "f.jsonl", "f.parquet", "f.xlsx", "f.xes.gz", "f.csv.gz"])
def test_a_binary_file_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 50)
    assert name in refusal(tmp_path / name)


def test_a_line_of_two_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    with file.open("wb") as out:
        out.write(b"customer,date\n" + b"x" * (17 << 20))
        out.truncate(2 << 30)
    began = time.monotonic()
    said = refusal(file)
    assert time.monotonic() - began < 5
    assert "line 2" in said
    with pytest.raises(Problem, match="line 2 is longer"):
        look_at(file)
    assert "16 MB" in said


def test_mixed_dates_reject_the_rows_of_the_minority(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", HEADER, "a,31/12/2025,1", "b,30/12/2025,2", "c,12/31/2025,3", "d,soon,4")
    brought = bring(file, EVENTS)
    assert brought.values("customer_id") == ["a", "b"]
    assert [(r["file"], r["row"], r["field"], r["value"]) for r in brought.rejects] == [
        ("f.csv", "4", "date", "12/31/2025"),
        ("f.csv", "5", "date", "soon"),
    ]
    assert {r["allowed"] for r in brought.rejects} == {"30/11/2026 18:45"}


def test_row_numbers_count_lines_also_where_fields_span_them(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", HEADER, '"an\na",2026-01-01,1', "", "b,2026-01-01", "c,never,1", "d,2026-01-01,x")
    brought = bring(file, EVENTS)
    assert [(r["row"], r["field"]) for r in brought.rejects] == [("5", "amount"), ("6", "date"), ("7", "amount")]
    assert brought.taken.rows == 4
    assert (brought.taken.events, brought.taken.rejected) == (1, 3)


def test_cells_that_spreadsheets_would_run_are_made_harmless(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", HEADER, "a,2026-01-01,1", 'b,"=HYPERLINK(""http://evil"")",1', "c,+1,1", "d,@x,1")
    assert [r["value"][0] for r in bring(file, EVENTS).rejects] == ["'", "'", "'"]


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unopened(tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1100):
            part.write(b"\0" * (1 << 20))
    assert file.stat().st_size < 20 << 20
    assert "1000 MB" in refusal(file)


def test_a_workbook_of_a_thousandth_of_its_size_is_refused_before_it_fills_the_machine(tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(110):
            part.write(b"A" * (1 << 20))
    assert "larger than 100 MB" in refusal(file)


def test_a_gzip_cut_off_on_its_way_says_so(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join([HEADER, *(f"c{i},2026-01-01,{i}" for i in range(5000))]).encode())
    for name in ("f.csv.gz", "f.jsonl.gz", "f.xes.gz"):
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        assert "cut off" in refusal(tmp_path / name), name


def test_a_header_with_the_same_name_twice_names_it(tmp_path: Path) -> None:
    assert "“date” appears twice" in refusal(write(tmp_path, "f.csv", "customer,date,date", "a,2026-01-01,2026-01-02"))


def test_lines_that_are_no_json_objects_are_rejected_one_by_one(tmp_path: Path) -> None:
    file = write(
        tmp_path, "f.jsonl", '{"customer":"a","date":"2026-01-01"}', "{oops", "", "[1]", '{"customer":"b","date":"x"}'
    )
    brought = bring(file, EVENTS)
    assert brought.values("customer_id") == ["a"]
    assert [r["row"] for r in brought.rejects] == ["2", "4", "5"]


def test_xml_with_entities_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "f.xes", '<!DOCTYPE log [<!ENTITY a "aaaa">]>', "<log><trace>&a;</trace></log>")
    assert "entity" in refusal(file)
    assert "well-formed" in refusal(write(tmp_path, "g.xes", "<log><trace></log>"))


@pytest.mark.parametrize(
    "event", ['{"id": "e1", "relationships": ["o1"]}', '{"id": "e1", "attributes": [{"value": 1}]}']
)
def test_an_ocel_log_of_the_wrong_shape_is_refused(tmp_path: Path, event: str) -> None:
    log = f'{{"eventTypes": [], "objectTypes": [], "objects": [], "events": [{event}]}}'
    with pytest.raises(Problem, match=r"f\.json: the file is damaged"):
        bring(write(tmp_path, "f.json", log))


def test_scores_off_the_scale_and_amounts_that_are_no_numbers(tmp_path: Path) -> None:
    toml = EVENTS.replace("amount = {", 'metric = "nps"\nscore = "nps"\namount = {')
    file = write(
        tmp_path,
        "f.csv",
        HEADER + ",nps",
        "a,2026-01-01,1,10",
        "b,2026-01-01,1,11",
        "c,2026-01-01,nan,5",
        "d,2026-01-01,12.5.1,0",
    )
    brought = bring(file, toml)
    assert brought.values("customer_id") == ["a"]
    assert [(r["field"], r["value"], r["allowed"]) for r in brought.rejects] == [
        ("nps", "11", "0 … 10"),
        ("amount", "nan", "1,234.56"),
        ("amount", "12.5.1", "1,234.56"),
    ]


def test_a_file_without_a_single_good_row_is_refused_with_its_first_reason(tmp_path: Path) -> None:
    said = refusal(write(tmp_path, "f.csv", HEADER, "a,,1", "b,,2"))
    assert "f.csv: not one row could be used; 2 were rejected. The first: row 2, column “date”" in said


def test_the_same_key_with_other_contents_is_reported(tmp_path: Path) -> None:
    toml = EVENTS.replace('file = "*"', 'file = "*"\nkey = ["customer"]')
    brought = bring(write(tmp_path, "f.csv", HEADER, "a,2026-01-01,1", "a,2026-01-01,1", "a,2026-01-01,2"), toml)
    assert [(r["row"], r["field"], r["value"]) for r in brought.rejects] == [("4", "customer", "a")]
    assert brought.values("amount") == [
        1,
        1,
    ]  # the one that is the same is a duplicate, the other a reject and no event


def test_unknown_kinds_and_missing_files_name_what_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "f.pdf").write_bytes(b"%PDF")
    assert ".csv" in refusal(tmp_path / "f.pdf")
    assert "no such file" in refusal(tmp_path / "gone.csv")
    (tmp_path / "empty").mkdir()
    assert ".parquet" in refusal(tmp_path / "empty")


def test_json_that_is_no_table_says_what_would_be_one(tmp_path: Path) -> None:
    assert "[{…}, {…}]" in refusal(write(tmp_path, "f.json", '{"rows": 3}'))
    assert "[{…}, {…}]" in refusal(write(tmp_path, "g.json", "[1, 2]"))
    assert "line 3" in refusal(write(tmp_path, "h.json", "[", '{"customer": "a", "date": "2026-01-01"},', "{oops}]"))
    assert "line 3" in refusal(write(tmp_path, "i.json", '[{"customer": "a"},', '{"customer": "b"'))


def test_a_process_log_too_large_to_be_held_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocel, "MAX_FILE_MB", 1)
    said = refusal(write(tmp_path, "f.json", '{"events": [' + "\n" * (2 << 20)))
    assert "larger than 1 MB" in said
    assert "XES" in said
