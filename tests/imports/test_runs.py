"""Imports in the ledger: again, replaced, undone, failed; and killed at any moment."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from tests.imports.bringing import EVENTS, rejects_in, write
from vivencia.foundation.ledger.disk import only_one
from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen import runs
from vivencia.listen.commands import import_, imports
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.recognise import recognise
from vivencia.listen.jobs import execute_import
from vivencia.listen.models import ImportRun, State

ROOT = Path(__file__).resolve().parents[2]
HEADER = "event_id,customer_id,occurred_at,name"
pytestmark = pytest.mark.django_db


def events_in(home: Path) -> Counter[str]:
    read = open_ledger(home).read()
    ids = read.to_arrow(read.events.select("event_id"))["event_id"].to_pylist()
    return Counter(each.split("/")[2] for each in ids)  # source/kind/the file's own id/digest


def vivencia(command: Any, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(command, [*arguments, "--json"])
    assert done.exit_code == code, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture
def log(tmp_path: Path, home: Path) -> Path:
    return write(
        tmp_path, "events.csv", HEADER, "e1,ana,2026-01-01,bought", "e2,ana,never,paid", "e3,bo,2026-01-02,bought"
    )


def test_the_command_counts_and_names_the_rejects(log: Path, home: Path) -> None:
    told = vivencia(import_, str(log))
    assert {key: told[key] for key in ("read", "accepted", "rejected", "duplicates")} == {
        "read": 3, "accepted": 2, "rejected": 1, "duplicates": 0,
    }  # fmt: skip
    assert rejects_in(Path(told["rejects_file"]))[0]["row"] == "3"
    assert Path(told["rejects_file"]).is_relative_to(home)
    assert events_in(home) == {"e1": 1, "e3": 1}


def test_events_of_erased_people_are_refused_and_counted(log: Path, home: Path) -> None:
    open_ledger().erase(["ana"], datetime(2026, 6, 1, tzinfo=UTC))
    told = vivencia(import_, str(log))
    assert (told["read"], told["accepted"], told["rejected"], told["erased"]) == (3, 1, 1, 1)
    assert events_in(home) == {"e3": 1}
    shown = CliRunner().invoke(import_, [str(write(log.parent, "one.csv", HEADER, "e9,ana,2026-01-05,bought"))])
    assert "1 event of somebody who was erased, refused" in shown.stdout
    assert "1 row read" in shown.stdout
    assert "0 events brought in" in shown.stdout


def test_the_same_file_again_adds_nothing(log: Path, home: Path) -> None:
    vivencia(import_, str(log))
    version = open_ledger().read().version
    again = vivencia(import_, str(log))
    assert (again["accepted"], again["duplicates"], again["rejected"]) == (0, 2, 1)
    assert events_in(home) == {"e1": 1, "e3": 1}
    assert open_ledger().read().version[:2] == version[:2]


def test_an_import_is_undone_and_a_corrected_file_replaces_one(log: Path, home: Path, tmp_path: Path) -> None:
    first = vivencia(import_, str(log))["run"]
    corrected = write(tmp_path, "corrected.csv", HEADER, "e1,ana,2026-01-01,bought", "e2,ana,2026-01-03,paid")
    second = vivencia(import_, str(corrected), "--replace", str(first))["run"]
    assert events_in(home) == {"e1": 1, "e2": 1}
    assert ImportRun.objects.get(pk=first).state == State.UNDONE
    assert vivencia(imports, "undo", str(second), "--yes")["removed_rows"] == 2
    assert events_in(home) == {}
    assert [run["state"] for run in vivencia(imports, "list")] == ["undone", "undone"]  # type: ignore[index]
    assert CliRunner().invoke(imports, ["undo", str(second), "--yes"]).exit_code == 2
    assert CliRunner().invoke(import_, [str(log), "--replace", str(second)]).exit_code == 2


def test_a_corrected_file_is_read_with_the_mapping_of_the_import_it_replaces(home: Path, tmp_path: Path) -> None:
    mapping = write(tmp_path, "m.toml", *EVENTS.replace("bought", "rented").splitlines())
    first = vivencia(
        import_, str(write(tmp_path, "a.csv", "date,customer", "2026-01-01,ana")), "--mapping", str(mapping)
    )
    again = write(tmp_path, "b.csv", "date,customer", "2026-01-02,ana")
    second = vivencia(import_, str(again), "--replace", str(first["run"]))
    assert (second["recognised"], second["accepted"]) == ("mapping", 1)
    read = open_ledger().read()
    assert read.to_arrow(read.events.select("name"))["name"].to_pylist() == ["rented"]
    other = write(tmp_path, "c.csv", HEADER, "e1,ana,2026-01-03,bought")
    told = CliRunner().invoke(import_, [str(other), "--replace", str(second["run"])])
    assert "can no longer be read as those of the replaced import were: c.csv: the column “date”" in told.stderr
    assert events_in(home) == {"e1": 1}


def test_what_is_wrong_is_said_with_code_two_and_harms_nothing(log: Path, home: Path, tmp_path: Path) -> None:
    vivencia(import_, str(log))
    before = events_in(home)
    told = vivencia(import_, str(write(tmp_path, "f.csv", HEADER, "e9,ana,never,paid")), code=2)
    assert told["code"] == "nothing-usable"
    assert "f.csv" in told["error"]
    assert Path(told["rejects_file"]).exists()
    assert vivencia(import_, str(log), "--preset", "olits", code=2)["allowed"].startswith("olist, ")
    assert vivencia(import_, str(write(tmp_path, "h.csv", HEADER)), code=2)["code"] == "no-rows"
    wrong = write(tmp_path, "m.toml", 'source="s"', "[tables.t]", 'file="*"', "[[events]]", 'wen="x"')
    assert "events[0].wen" in vivencia(import_, str(log), "--mapping", str(wrong), code=2)["error"]
    proposal = vivencia(import_, str(write(tmp_path, "g.csv", "plan,amount", "gold,1", "silver,2")), code=2)
    assert "[[events]]" in proposal["proposed_mapping"] and proposal["code"] == "unrecognised"
    assert events_in(home) == before


def test_customers_who_are_known_are_not_written_again(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, "events.csv", HEADER, "e1,ana,2026-01-01,bought")
    write(folder, "customers.csv", "customer_id,segment", "ana,gold")
    vivencia(import_, str(folder))
    version = open_ledger().read().version
    vivencia(import_, str(folder))
    assert open_ledger().read().version.split("-")[1] == version.split("-")[1]
    write(folder, "customers.csv", "customer_id,segment", "ana,silver")
    vivencia(import_, str(folder))
    read = open_ledger().read()
    assert read.to_arrow(read.customers.select("segment"))["segment"].to_pylist() == ["silver"]


def test_a_job_may_run_twice_and_keeps_what_went_wrong(log: Path, home: Path, tmp_path: Path) -> None:
    looked = runs.look(log)
    run = runs.start(looked, recognise(looked.looks))
    runs.enqueue(run)
    run.refresh_from_db()
    assert (run.state, run.stage) == (State.RUNNING, "waiting")
    execute_import.func(run.pk)
    execute_import.func(run.pk)
    run.refresh_from_db()
    assert (run.state, run.accepted) == (State.DONE, 2)
    bad = runs.look(write(tmp_path, "bad.csv", HEADER, "e9,ana,never,paid"))
    failed = runs.start(bad, recognise(bad.looks))
    with pytest.raises(Problem):
        runs.execute(failed)
    failed.refresh_from_db()
    assert failed.state == State.FAILED
    assert failed.problem["code"] == "nothing-usable"  # type: ignore[index]
    with pytest.raises(runs.WrongStateError):
        runs.execute(run)


def with_people(folder: Path, name: str, *people: str) -> Path:
    """A folder with one event each of some customers, and what is known of them."""
    place = folder / name
    place.mkdir()
    write(place, "events.csv", HEADER, *(f"e-{who},{who.partition(',')[0]},2026-01-01,bought" for who in people))
    write(place, "customers.csv", "customer_id,segment", *(f"{who},gold" for who in people))
    return place


def people_in(home: Path) -> list[str]:
    read = open_ledger(home).read()
    return sorted(read.to_arrow(read.customers.select("customer_id"))["customer_id"].to_pylist())


def test_what_two_imports_brought_stays_until_both_are_undone(tmp_path: Path, home: Path) -> None:
    first = vivencia(import_, str(with_people(tmp_path, "one", "ana", "bo")))
    second = vivencia(import_, str(with_people(tmp_path, "two", "bo", "eva")))
    assert (second["accepted"], second["duplicates"]) == (1, 1)
    vivencia(imports, "undo", str(first["run"]), "--yes")
    assert people_in(home) == ["bo", "eva"]
    assert events_in(home) == {"e-bo": 1, "e-eva": 1}
    vivencia(imports, "undo", str(second["run"]), "--yes")
    assert people_in(home) == []
    assert events_in(home) == {}


def test_an_alias_told_again_after_another_word_holds_again(tmp_path: Path, home: Path) -> None:
    toml = """source = "s"
[tables.t]
file = "*.csv"
[[aliases]]
table = "t"
id = "card"
customer = "who"
reason = "the card's owner"
"""
    mapping = write(tmp_path, "m.toml", *toml.splitlines())
    for who in ("ana", "bo", "ana"):
        vivencia(import_, str(write(tmp_path, "cards.csv", "card,who", f"c1,{who}")), "--mapping", str(mapping))
        assert open_ledger().same_person("c1") == {"c1", who}


def staged(path: Path, replaces: int) -> ImportRun:
    looked = runs.look(path)
    return runs.start(looked, recognise(looked.looks), replaces=ImportRun.objects.get(pk=replaces))


def test_one_import_takes_the_place_of_another_only_once(log: Path, home: Path, tmp_path: Path) -> None:
    first = vivencia(import_, str(log))["run"]
    one = staged(write(tmp_path, "one.csv", HEADER, "e1,ana,2026-01-01,bought"), first)
    other = staged(write(tmp_path, "other.csv", HEADER, "e7,eva,2026-01-01,bought"), first)
    runs.execute(one)
    with pytest.raises(Problem, match="replaced or taken out meanwhile"):
        runs.execute(other)
    other.refresh_from_db()
    assert other.state == State.FAILED
    assert events_in(home) == {"e1": 1}


def test_an_import_killed_between_the_ledger_and_its_own_record_is_finished(
    log: Path, home: Path, tmp_path: Path
) -> None:
    first = vivencia(import_, str(log))["run"]
    run = staged(with_people(tmp_path, "in", "eva"), first)
    with patch.object(runs, "_done", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        runs.execute(run)
    assert events_in(home) == {"e-eva": 1}
    versions: list[Counter[str]] = []
    runs.execute(run, lambda stage, share: versions.append(events_in(home)))
    assert {*map(tuple, versions)} == {("e-eva",)}  # never missing, not even for a moment
    assert (run.state, run.accepted, people_in(home)) == (State.DONE, 1, ["eva"])
    assert ImportRun.objects.get(pk=first).state == State.UNDONE


def test_asking_whether_an_import_is_at_work_does_not_stop_it(log: Path, home: Path) -> None:
    looked = runs.look(log)
    run = runs.start(looked, recognise(looked.looks))
    folder = runs.folder_of(run)
    folder.mkdir(parents=True)
    held = only_one(folder / "lock", "asking", timeout_seconds=0)
    held.__enter__()
    letting_go = threading.Timer(0.05, lambda: held.__exit__(None, None, None))
    letting_go.start()
    assert runs.execute(run).state == State.DONE
    letting_go.join()


@pytest.mark.slow
def test_an_import_killed_at_any_moment_is_finished_by_starting_it_again(tmp_path: Path, home: Path) -> None:
    many = 60_000
    file = write(tmp_path, "events.csv", HEADER, *(f"e{i},c{i % 900},2026-01-01 10:00,bought" for i in range(many)))
    environment = {**os.environ, "VIVENCIA_HOME": str(home)}
    environment.pop("VIVENCIA_DATABASE_URL", None)
    command = [sys.executable, "-c", "from vivencia.cli import main; main()", "import", str(file), "--json"]
    began = time.monotonic()
    for after in (0.7, 1.3, 1.9):
        child = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
        )
        if after == 1.3:
            _wait_until_reading(home, child)
        else:
            time.sleep(after)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert set(events_in(home).values()) <= {1}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = events_in(home)
    assert (len(found), set(found.values())) == (many, {1})
    assert told["accepted"] + told["duplicates"] == many
    assert time.monotonic() - began < 120


def _wait_until_reading(home: Path, child: "subprocess.Popen[bytes]") -> None:
    """Kill it once it is at work on its files."""
    for _ in range(600):
        if list((home / "imports").rglob("work/*")) or child.poll() is not None:
            return
        time.sleep(0.02)
