"""What imports do for speed must not be seen in what comes out."""

from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest

from tests.imports.bringing import EVENTS, bring, write
from vivencia.listen.imports import take_in
from vivencia.listen.imports.conventions import Conventions, detect
from vivencia.listen.imports.readers import text
from vivencia.listen.imports.repeats import may_repeat

LOG = 'source = "log"\n[tables.log]\nfile = "*"\n[[events]]\ntable = "log"\nname = {column = "what"}\nwhen = "moment"\n'


def parquet(folder: Path, select: str) -> Path:
    """What a SELECT gives, as a file."""
    file = folder / "log.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"COPY ({select}) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    return file


def test_rows_of_a_parquet_file_keep_their_place_over_many_row_groups(tmp_path: Path) -> None:
    many = "SELECT 'step ' || i AS what, TIMESTAMPTZ '2026-01-01 10:00:00+00' AS moment FROM range(5000) r(i)"
    with patch.object(take_in, "ROW_GROUP", 1):  # enough to use all processors
        brought = bring(parquet(tmp_path, many), LOG)
    assert [(event["seq"], event["name"]) for event in brought.events] == [(i, f"step {i}") for i in range(5000)]


ROWS = """
SELECT * FROM (VALUES ('paid', TIMESTAMPTZ '2026-01-01 10:00:00+00', 1.5), ('paid', NULL, 1.5),
('paid', TIMESTAMPTZ '2026-01-01 10:00:00+00', 1.5), ('left', TIMESTAMPTZ '2026-01-01 10:00:00+00', NULL),
('left', TIMESTAMPTZ '2300-01-01 10:00:00+00', 2.5)) rows(what, moment, {third})
"""


@pytest.mark.parametrize("third", ["fee", "file_row_number"])
def test_a_parquet_file_read_where_it_lies_gives_what_a_copied_one_gives(tmp_path: Path, third: str) -> None:
    """A column with the name DuckDB has for rows' places makes it be copied first."""
    brought = bring(parquet(tmp_path, ROWS.format(third=third)), LOG)
    first, second, other = brought.events
    assert second["event_id"] == first["event_id"] + ".2"  # two like rows are two events
    assert [event["seq"] for event in brought.events] == [0, 2, 3]
    assert other["name"] == "left"
    assert [(reject["row"], reject["field"]) for reject in brought.rejects] == [("2", "moment"), ("5", "moment")]


def test_the_same_parquet_file_gives_the_same_ids_whether_asked_once_or_twice(tmp_path: Path) -> None:
    file = parquet(tmp_path, ROWS.format(third="fee"))
    again = LOG + '[[events]]\ntable = "log"\nkind = "again"\nname = "again"\nwhen = "moment"\n'
    once, twice = bring(file, LOG), bring(file, again)
    assert {event["event_id"] for event in once.events} < {event["event_id"] for event in twice.events}


def test_only_what_repeats_may_repeat() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS FROM (VALUES ('a', 1), ('a', 2), (NULL, 1)) t(x, y)")
        assert may_repeat(connection, "x", "t")
        assert not may_repeat(connection, "x, y", "t")
        assert not may_repeat(connection, "x", "(FROM t LIMIT 0)")


def test_a_file_is_looked_at_once_where_what_is_declared_changes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, "sales.csv", "date;customer;amount", "2026-01-02;ana;1.500", "2026-01-03;bo;2,5")
    toml = EVENTS.replace('file = "*"', 'file = "*"\ndelimiter = ";"\ndecimal = ","')
    with patch("vivencia.listen.imports.readers.csv.sample", wraps=text.sample) as sampled:
        brought = bring(file, toml)
    assert sampled.call_count == 1
    assert brought.values("amount") == [1500.0, 2.5]


def test_a_delimiter_is_looked_for_in_the_header_but_not_inside_quotes() -> None:
    def found(head: str) -> str | None:
        return detect(head.encode(), "f.csv", Conventions()).delimiter

    assert found("a;b\n1,5;2,5\n3,5;4,5\n") == ";"
    assert found('"a;b"\n"1;2"\n') == ","
    assert found('"a,\nb";c\n1;2\n3;4\n') == ";"
