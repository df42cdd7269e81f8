"""Erasing a person takes what names them out of rejects, messages and waiting uploads: all of it, and nothing else."""

from pathlib import Path

import pytest

from tests.imports.bringing import rejects_in, write
from tests.ledger.shop import aliases, event, events
from vivencia.foundation import erasure
from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen import runs
from vivencia.listen.imports.recognise import recognise
from vivencia.listen.models import ImportRun

pytestmark = pytest.mark.django_db
HEADER = "event_id,customer_id,occurred_at,name,amount"


def waiting(file: Path) -> ImportRun:
    """An upload that somebody has not brought in yet."""
    batch = runs.new_batch()
    kept = runs.folder_for(batch) / "input" / file.name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(file.read_bytes())
    looked = runs.look(kept)
    return runs.stage(looked, recognise(looked.looks), batch=batch, is_upload=True)


def rejects(home: Path, *lines: str) -> Path:
    folder = home / "imports" / "import-1"
    folder.mkdir(parents=True)
    return write(folder, "rejects.csv", "file,row,field,value,reason,allowed,event", *lines)


def test_a_short_id_takes_its_own_rows_and_files_only(home: Path, tmp_path: Path) -> None:
    open_ledger().append(events(event("e", "1")))
    file = rejects(home, "f1.csv,1,date,never,not a date,1 … 9,", "f1.csv,11,,1;never;5,wrong,3,", "f1.csv,2,who,1,x,,")
    others = waiting(write(tmp_path, "others.csv", HEADER, "1,11,2026-01-01,bought,1"))
    theirs = waiting(write(tmp_path, "theirs.csv", HEADER, "7,1,2026-01-01,bought,5"))
    counts = erasure.erase("1").counts
    assert (counts["rejects"], counts["files"]) == (2, 0)
    assert [row["value"] for row in rejects_in(file)] == ["never"]
    assert (Path(others.path).exists(), Path(theirs.path).exists()) == (True, False)


def test_a_longer_id_is_found_as_a_word_in_every_way_of_writing(home: Path, tmp_path: Path) -> None:
    open_ledger().append(events(event("e", "Íñigo-7")))
    rows = (HEADER, "1,Íñigo-77,2026-01-01,bought,1")
    other = waiting(write(tmp_path, "other.csv", *rows))
    found = [
        waiting(write(tmp_path, f"{place}.csv", HEADER, "1,Íñigo-7,2026-01-01,bought,1", encoding=encoding))
        for place, encoding in enumerate(("utf-8", "latin-1", "utf-16"))
    ]
    found.append(
        waiting(
            write(tmp_path, "f.jsonl", '{"customer_id":"\\u00cd\\u00f1igo-7","name":"x","occurred_at":"2026-01-01"}')
        )
    )
    erasure.erase("Íñigo-7")
    assert Path(other.path).exists()
    assert not [run.path for run in found if Path(run.path).exists()]


def test_titles_paths_and_messages_forget_the_person(home: Path, tmp_path: Path) -> None:
    open_ledger().append(events(event("e", "ana-4711")))
    run = waiting(write(tmp_path, "about-bea.csv", HEADER, "1,bea,2026-01-01,bought,1"))
    problem = {"code": "unexpected", "facts": {"what": "no time for ana-4711 here", "row": 3}}
    ImportRun.objects.filter(pk=run.pk).update(title="ana-4711.csv", path="/data/ana-4711.csv", problem=problem)
    erasure.erase("ana-4711")
    run.refresh_from_db()
    assert (run.title, run.path) == ("….csv", "/data/….csv")
    assert run.problem == {"code": "unexpected", "facts": {"what": "no time for … here", "row": 3}}


def test_a_shared_device_does_not_take_the_other_persons_events(home: Path) -> None:
    ledger = open_ledger()
    ledger.append(events(
        event("1", "ana"), event("2", None, anonymous_id="tablet"), event("3", "bea", anonymous_id="tablet"),
    ))  # fmt: skip
    ledger.put_aliases(aliases(("tablet", "ana")))
    assert erasure.erase("ana").counts["events"] == 2
    read = ledger.read()
    left = read.to_arrow(read.events.select("event_id", "customer_id", "anonymous_id")).to_pylist()
    assert left == [{"event_id": "3", "customer_id": "bea", "anonymous_id": None}]
    assert ledger.append(events(event("4", "bea", anonymous_id="tablet"))).accepted == 1
