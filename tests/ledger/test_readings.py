"""What was read in a text belongs to its event: it comes after it, changes with the models, and goes when it goes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.ledger.shop import MONDAY, aliases, event, events
from tests.ledger.test_erase import everything_below
from vivencia.foundation.ledger.schema import READINGS
from vivencia.foundation.ledger.store import Ledger, open_ledger

AFTER = datetime(2100, 1, 1, tzinfo=UTC)


def reading(event_id: str, sentiment: int = 1, hours: float = 0, batch: str = "b1", **more: Any) -> dict[str, Any]:
    given = {"sentiment": sentiment, "strength": 0.5, "emotion": "none", "topics": "[]", "model": "m1"}
    return {"event_id": event_id, **given, "read_at": MONDAY + timedelta(hours=hours), "batch_id": batch, **more}


def readings(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=READINGS)


def felt(ledger: Ledger) -> dict[str, int]:
    read = ledger.read()
    rows = read.to_arrow(read.readings.select("event_id", "sentiment")).to_pylist()
    return {row["event_id"]: row["sentiment"] for row in rows}


def test_a_ledger_without_readings_can_be_asked_for_them(ledger: Ledger) -> None:
    ledger.append(events(event("1")))
    assert felt(ledger) == {}


def test_the_newest_reading_of_an_event_holds(ledger: Ledger) -> None:
    ledger.append(events(event("1"), event("2")))
    ledger.put_readings(readings(reading("1", 1), reading("2", 0)))
    ledger.put_readings(readings(reading("1", -1, hours=1, model="m2")))
    assert felt(ledger) == {"1": -1, "2": 0}


def test_a_reading_whose_event_is_not_there_is_left_out(ledger: Ledger) -> None:
    ledger.append(events(event("1")))
    ledger.put_readings(readings(reading("1"), reading("gone")))
    ledger.put_readings(readings(reading("gone too")))
    assert felt(ledger) == {"1": 1}


def test_undoing_a_batch_takes_its_readings_out(ledger: Ledger) -> None:
    ledger.append(events(event("1"), event("2", batch="b2")))
    ledger.put_readings(readings(reading("1"), reading("2", batch="b2")))
    ledger.undo("b1")
    assert felt(ledger) == {"2": 1}


def test_replacing_a_batch_leaves_no_reading_of_what_it_said_before(ledger: Ledger) -> None:
    ledger.append(events(event("1", text="lovely")))
    ledger.put_readings(readings(reading("1", masked="lovely")))
    none = ledger.read().to_arrow(ledger.read().customers)
    ledger.replace("b1", events(event("1", text="awful", batch="b3")), none, aliases())
    assert felt(ledger) == {}


def test_erasing_a_person_erases_what_was_read_in_their_words(ledger: Ledger, home: Path) -> None:
    ledger.append(events(event("1", "ana-4711"), event("2", None, anonymous_id="cookie-42"), event("3", "bea")))
    ledger.put_aliases(aliases(("cookie-42", "ana-4711")))
    said = [reading("1", masked="the cup broke"), reading("2", masked="the cup broke"), reading("3", masked="fine")]
    ledger.put_readings(readings(*said))
    assert ledger.erase(ledger.same_person("ana-4711"), AFTER)["readings"] == 2
    assert felt(ledger) == {"3": 1}
    assert not any("the cup broke" in text for text in everything_below(home).values())


def test_readings_do_not_make_figures_old_that_do_not_depend_on_them(ledger: Ledger) -> None:
    ledger.append(events(event("1")))
    before = ledger.read()
    assert before.remember("figure", lambda: 1) == 1
    assert before.remember("feeling", lambda: "unknown", with_readings=True) == "unknown"
    ledger.put_readings(readings(reading("1")))
    after = ledger.read()
    assert (after.version, after.readings_version) == (before.version, "e1-c0-a0-r1")
    assert after.remember("figure", lambda: 2) == 1
    assert after.remember("feeling", lambda: "good", with_readings=True) == "good"


def test_tidying_keeps_every_reading(ledger: Ledger) -> None:
    ledger.append(events(*(event(str(number)) for number in range(10))))
    for number in range(10):
        ledger.put_readings(readings(reading(str(number), hours=number)))
    ledger.put_readings(readings(reading("9", -1, hours=11)))
    ledger.tidy(grace_seconds=0.0)
    assert felt(ledger) == {str(number): 1 for number in range(9)} | {"9": -1}


def test_a_ledger_made_before_there_were_readings_gets_room_for_them(ledger: Ledger, home: Path) -> None:
    ledger.append(events(event("1")))
    head = home / "ledger" / "HEAD"
    places = json.loads(head.read_bytes())
    del places["readings"]
    head.write_text(json.dumps(places))
    for file in sorted((home / "ledger" / "readings").rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    again = open_ledger(home)
    assert felt(again) == {}
    again.put_readings(readings(reading("1", -1)))
    assert felt(again) == {"1": -1}


def test_a_reading_without_a_model_is_refused(ledger: Ledger) -> None:
    ledger.append(events(event("1")))
    with pytest.raises(ValueError, match="model is empty in 1 of 1 rows"):
        ledger.put_readings(readings(reading("1", model=None)))
