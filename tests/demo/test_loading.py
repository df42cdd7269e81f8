"""The demonstration comes into the ledger, again without doubling, and out again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.listen import demo_loading
from vivencia.listen.demo_commands import demo

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
