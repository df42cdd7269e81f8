"""Erasing a person leaves a receipt and nothing else: not one byte below the data folder."""

import csv
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from django.test import Client
from django_tasks_db.models import DBTaskResult

from tests.ledger.shop import MONDAY, aliases, customers, event, events
from vivencia.foundation import erasure, inbox, traces
from vivencia.foundation.commands import erase as erase_command
from vivencia.foundation.ledger.schema import ALIASES
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import AuditEntry, Erasure, InboxEvent, PendingErasure, Role, Setting, User

SECRETS = ["ana-4711", "loyalty-815", "cookie-42", "ana.ruiz@example.org", "the parcel came broken"]
AFTER = datetime(2100, 1, 1, tzinfo=UTC)


def ana_and_bea(ledger: Ledger) -> None:
    """Ana under three ids in three batches, and Bea beside her in the same files."""
    ledger.append(events(event("1", "ana-4711", text="the parcel came broken"), event("2", "bea")))
    ledger.append(events(event("3", "loyalty-815", batch="b2"), event("4", None, anonymous_id="cookie-42", batch="b2")))
    ledger.append(events(event("5", None, batch="b3")))
    ledger.put_customers(
        customers(
            {"customer_id": "ana-4711", "email": "ana.ruiz@example.org"}, {"customer_id": "bea", "email": "b@x.org"}
        )
    )
    ledger.put_aliases(aliases(("loyalty-815", "ana-4711"), ("cookie-42", "ana-4711"), ("b-2", "bea")))


def everything_below(folder: Path) -> dict[Path, str]:
    """All files as text; Parquet files' rows too, because their bytes are compressed."""
    found = {}
    for file in folder.rglob("*"):
        if file.is_file():
            rows = pq.read_table(file).to_pylist() if file.suffix == ".parquet" else ""
            found[file] = file.read_bytes().decode("latin-1") + str(rows)
    return found


def test_nothing_of_a_person_is_left_in_the_ledger(ledger: Ledger, home: Path) -> None:
    ana_and_bea(ledger)
    read = ledger.read()
    read.remember("words", lambda: read.to_arrow(read.events))
    assert any("broken" in text for text in everything_below(home).values())
    ids = ledger.same_person("loyalty-815")
    assert ids == {"ana-4711", "loyalty-815", "cookie-42"}
    assert ledger.erase(ids, AFTER) == {"events": 3, "customers": 1, "aliases": 2, "readings": 0}
    for file, text in everything_below(home).items():
        for secret in SECRETS:
            assert secret not in text, file
    left = ledger.read()
    assert left.to_arrow(left.events.order_by("event_id"))["event_id"].to_pylist() == ["2", "5"]
    assert left.to_arrow(left.customers)["customer_id"].to_pylist() == ["bea"]
    assert left.to_arrow(left.aliases)["alias_id"].to_pylist() == ["b-2"]


def test_an_old_file_does_not_bring_a_person_back(ledger: Ledger) -> None:
    ana_and_bea(ledger)
    ledger.erase(ledger.same_person("ana-4711"), MONDAY)
    again = ledger.append(events(event("1", "ana-4711"), event("4", None, anonymous_id="cookie-42"), event("6", "bea")))
    assert (again.accepted, again.duplicates, again.erased) == (1, 0, 2)
    ledger.put_customers(customers({"customer_id": "ana-4711", "updated_at": AFTER}, {"customer_id": "eva"}))
    ledger.put_aliases(aliases(("loyalty-815", "ana-4711"), ("e-1", "eva")))
    read = ledger.read()
    assert read.to_arrow(read.customers.order_by("customer_id"))["customer_id"].to_pylist() == ["bea", "eva"]
    assert read.to_arrow(read.aliases.order_by("alias_id"))["alias_id"].to_pylist() == ["b-2", "e-1"]


def test_who_comes_back_of_their_own_accord_is_a_new_customer(ledger: Ledger) -> None:
    ana_and_bea(ledger)
    ledger.erase(ledger.same_person("ana-4711"), MONDAY)
    assert ledger.append(events(event("7", "ana-4711", hours=1))).accepted == 1
    ledger.put_customers(customers({"customer_id": "ana-4711", "updated_at": AFTER}))
    read = ledger.read()
    assert read.to_arrow(read.customers.filter(read.customers.customer_id == "ana-4711")).num_rows == 1


def test_replacing_an_import_does_not_bring_a_person_back_either(ledger: Ledger) -> None:
    ana_and_bea(ledger)
    ledger.erase(ledger.same_person("ana-4711"), MONDAY)
    corrected = events(event("1", "ana-4711", batch="b9"), event("2", "bea", batch="b9"))
    people = customers({"customer_id": "ana-4711", "batch_id": "b9"}, {"customer_id": "bea", "batch_id": "b9"})
    assert ledger.replace("b1", corrected, people, ALIASES.empty_table()).erased == 1
    read = ledger.read()
    assert read.to_arrow(read.customers)["customer_id"].to_pylist() == ["bea"]


@pytest.mark.django_db
def test_erasure_reaches_inbox_and_refused_rows_and_gives_a_receipt(ledger: Ledger, home: Path) -> None:
    ana_and_bea(ledger)
    said = {"occurred_at": MONDAY, "name": "purchase", "source": "shop"}
    inbox.put(
        [{**said, "event_id": "8", "customer_id": "loyalty-815"}, {**said, "event_id": "9", "customer_id": "bea"}]
    )
    rejects = home / "imports" / "1" / "rejects.csv"
    rejects.parent.mkdir(parents=True)
    rejects.write_text('row,field,reason,value\n7,score,"too high\nby far",ana-4711\n8,score,too high,bea\n')
    Setting.objects.create(key="odd", value={"who": ["loyalty-815", "bea"], "note": "about ana-4711"})
    DBTaskResult.objects.create(task_path="t", args_kwargs={}, run_after=MONDAY, traceback="KeyError: 'ana-4711'")
    for name, text in {"orders.csv": "id\nana-4711\n", "other.csv": "id\nbea\n", "book.xlsx": "zipped"}.items():
        (rejects.parent / name).write_text(text)
    receipt = erasure.erase("cookie-42", ledger=ledger)
    assert receipt.counts == {
        "events": 3,
        "customers": 1,
        "aliases": 2,
        "readings": 0,
        "inbox": 1,
        "rejects": 1,
        "files": 2,
        "database": 2,
    }
    assert Setting.objects.get(key="odd").value == {"who": ["", "bea"], "note": "about ana-4711"}
    assert DBTaskResult.objects.get().traceback == ""
    assert sorted(file.name for file in rejects.parent.iterdir()) == ["other.csv", "rejects.csv"]
    assert [row.event["customer_id"] for row in InboxEvent.objects.all()] == ["bea"]
    assert [row[0] for row in csv.reader(rejects.read_text().splitlines())] == ["row", "8"]
    kept = Erasure.objects.get(receipt=receipt.receipt)
    assert kept.counts == receipt.counts
    assert AuditEntry.objects.get().details == {"receipt": str(receipt.receipt)}
    for text in (*everything_below(home).values(), json.dumps(kept.counts)):
        assert not any(secret in text for secret in SECRETS)


class Killed(BaseException):
    """What no `except Exception` stops, as a kill would."""


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["_clear_away", "_erase_from_inbox", "_erase_files", "wipe", "record", "_leave_nothing"])
@pytest.mark.parametrize("again", ["asked", "worker"])
def test_an_erasure_cut_short_anywhere_is_finished_and_its_receipt_is_complete(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, at: str, again: str
) -> None:
    ana_and_bea(ledger)
    inbox.put([{"occurred_at": MONDAY, "name": "visit", "source": "s", "event_id": "8", "customer_id": "ana-4711"}])
    Setting.objects.create(key="odd", value={"who": "ana-4711"})
    place, name = {
        "_clear_away": (Ledger, "_clear_away"),
        "wipe": (traces, "_tracebacks"),
        "_leave_nothing": (erasure, "_leave_nothing_in_database_files"),
    }.get(at, (erasure, at))

    def kill(*_told: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as cut:
        cut.setattr(place, name, kill)
        with pytest.raises(Killed):
            erasure.erase("cookie-42", ledger=ledger)
    assert AuditEntry.objects.count() == (at == "_leave_nothing")
    assert not any(secret in PendingErasure.objects.get().sealed for secret in SECRETS)

    if again == "worker" or at == "_leave_nothing":
        assert erasure.go_on(ledger) == 1
    else:
        assert erasure.known("Ana.Ruiz@example.org", ledger)
        erasure.erase("Ana.Ruiz@example.org", ledger=ledger)

    counts = Erasure.objects.get().counts
    told = {name: counts[name] for name in ("events", "customers", "aliases", "inbox", "database")}
    assert told == {"events": 3, "customers": 1, "aliases": 2, "inbox": 1, "database": 1}
    assert AuditEntry.objects.count() == 1
    assert not PendingErasure.objects.exists() and not erasure.known("ana-4711", ledger)
    assert Setting.objects.get().value == {"who": ""}


@pytest.mark.django_db
def test_an_erasure_that_cannot_be_finished_keeps_no_other_back(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_marks: object) -> None:
        raise OSError("disk")

    ana_and_bea(ledger)
    for who in ("ana-4711", "bea"):
        with monkeypatch.context() as cut:
            cut.setattr(erasure, "_erase_files", failing)
            with pytest.raises(OSError, match="disk"):
                erasure.erase(who, ledger=ledger)
    first = PendingErasure.objects.earliest("asked_at")
    PendingErasure.objects.filter(pk=first.pk).update(sealed="of another key")
    assert erasure.go_on(ledger) == 1
    assert PendingErasure.objects.count() == Erasure.objects.count() == 1
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(User.objects.create_user("admin@example.org", role=Role.ADMINISTRATOR))
    assert "An erasure is not finished yet" in client.get("/settings/erasure/").content.decode()


@pytest.mark.django_db
def test_what_was_put_in_the_inbox_before_an_erasure_does_not_come_through_after_it(ledger: Ledger) -> None:
    ana_and_bea(ledger)
    erasure.erase("ana-4711", ledger=ledger)
    said = {"occurred_at": MONDAY, "name": "purchase", "source": "shop"}
    inbox.put([{**said, "event_id": "8", "customer_id": "ana-4711"}])
    drained = inbox.drain(ledger)
    assert (drained.accepted, drained.erased) == (0, 1)


@pytest.mark.django_db
def test_somebody_nobody_knows_cannot_be_erased(ledger: Ledger) -> None:
    with pytest.raises(erasure.UnknownPersonError, match="Nobody here has the id 'eva'"):
        erasure.erase("eva", ledger=ledger)
    assert not Erasure.objects.exists()


@pytest.mark.django_db
def test_the_command_asks_and_then_tells(ledger: Ledger) -> None:
    ana_and_bea(ledger)
    unknown = CliRunner().invoke(erase_command, ["eva"])
    assert (unknown.exit_code, "Nobody here has the id 'eva'" in unknown.stderr) == (2, True)
    assert CliRunner().invoke(erase_command, ["ana-4711"], input="n\n").exit_code == 1
    assert erasure.known("ana-4711")
    done = CliRunner().invoke(erase_command, ["ana-4711", "--yes", "--json"])
    assert json.loads(done.stdout)["counts"]["events"] == 3
    assert not erasure.known("ana-4711")


def test_the_rewritten_database_file_holds_no_deleted_row(tmp_path: Path) -> None:
    """Why `erasure` rewrites SQLite's file: deleting alone leaves the bytes there."""
    file = tmp_path / "db.sqlite3"
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE TABLE t (event TEXT)")
    db.execute("INSERT INTO t VALUES ('ana-4711')")
    db.execute("DELETE FROM t")
    for statement in erasure.LEAVE_NOTHING:
        db.execute(statement)
    assert not any(b"ana-4711" in each.read_bytes() for each in tmp_path.iterdir())
    db.close()
