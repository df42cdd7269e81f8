"""The demonstration comes into the ledger, again without doubling, and out again."""

import errno
import json
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import Act, AuditEntry
from vivencia.listen import demo_loading
from vivencia.listen.demo_commands import demo
from vivencia.listen.jobs import load_demonstration
from vivencia.listen.models import ImportRun, State
from vivencia.listen.shown import shown

pytestmark = pytest.mark.django_db

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def ledger(home: Path) -> Ledger:
    return open_ledger()


def counted(ledger: Ledger) -> tuple[int, int]:
    read = ledger.read()
    events, customers = (read.to_arrow(table.count())[0][0].as_py() for table in (read.events, read.customers))
    return events, customers


def test_loading_twice_adds_nothing(ledger: Ledger) -> None:
    heard: list[float] = []
    loaded = demo_loading.load(heard.append, customers=300, until=UNTIL, ledger=ledger)
    first = counted(ledger)

    demo_loading.load(customers=300, until=UNTIL, ledger=ledger)

    assert first == (loaded.events, loaded.customers) == counted(ledger)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_a_later_day_moves_the_story_on_instead_of_telling_it_twice(ledger: Ledger) -> None:
    demo_loading.load(customers=300, until=UNTIL, ledger=ledger)
    later = demo_loading.load(customers=300, until=datetime(2026, 11, 8, tzinfo=UTC), ledger=ledger)

    assert counted(ledger) == (later.events, later.customers)


def test_taking_it_out_leaves_nothing(ledger: Ledger) -> None:
    demo_loading.load(customers=300, until=UNTIL, ledger=ledger)

    assert demo_loading.unload(ledger) > 0
    assert counted(ledger) == (0, 0)


def test_the_command_says_what_it_loaded_as_json_alone(home: Path) -> None:
    done = CliRunner().invoke(demo, ["--customers", "200", "--json"])

    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert set(said) == {"company", "events", "customers", "until", "seconds"}
    assert said["customers"] <= 200

    removed = json.loads(CliRunner().invoke(demo, ["--remove", "--json"]).stdout)
    assert removed["removed_rows"] > said["events"]


def test_the_command_leaves_an_import_that_says_so_and_so_does_the_audit_log(home: Path) -> None:
    CliRunner().invoke(demo, ["--customers", "200", "--json"])
    run = ImportRun.objects.get()
    assert (run.recognised, run.state, run.stage, run.share) == ("demo", State.DONE, "", 1.0)
    assert run.accepted > 0
    CliRunner().invoke(demo, ["--remove", "--json"])
    run.refresh_from_db()
    assert run.state == State.UNDONE
    assert [entry.act for entry in AuditEntry.objects.order_by("pk")] == [Act.IMPORTED, Act.IMPORT_UNDONE]


def test_a_demonstration_that_fails_says_so_and_does_not_stay_running(home: Path) -> None:
    run = demo_loading.begin()
    full = patch.object(demo_loading, "generate", side_effect=OSError(errno.ENOSPC, "No space left on device"))
    with full, pytest.raises(OSError, match="No space left"):
        load_demonstration.func(run.pk)
    run.refresh_from_db()
    assert run.state == State.FAILED
    assert "no space left on the server's disk" in shown(run).trouble


def test_some_begin_to_pay_and_never_do(ledger: Ledger) -> None:
    demo_loading.load(customers=300, until=UNTIL, ledger=ledger)
    read = ledger.read()
    begun, done = (
        read.to_arrow(read.events.filter(read.events.name == name).count())[0][0].as_py()
        for name in ("checkout started", "checkout completed")
    )
    assert 0.6 < done / begun < 0.95
