"""Pages show what has been worked out, say so where it is not the newest, and never what was taken out."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.journeys import plain
from tests.journeys.plain import START, Lived
from vivencia.foundation.ledger import settled
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.understand import settling
from vivencia.understand.settling import FIGURES, MEASURED, OVERVIEW, WORKS, View, Work, settle, view

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(home: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger with one event, and nobody resting."""
    monkeypatch.setattr(settling, "REST", {OVERVIEW: 0.0, MEASURED: 0.0, FIGURES: 0.0})
    settling._resting.clear()
    ledger = open_ledger(home)
    happens(ledger, 1)
    return ledger


def happens(ledger: Ledger, number: int) -> None:
    row = plain.arrow([Lived("ana", "visit", number)]).to_pylist()[0]
    told = {**row, "event_id": f"e{number}", "batch_id": f"b{number}"}
    ledger.append(type(plain.arrow([])).from_pylist([told], schema=plain.arrow([]).schema))


def works(monkeypatch: pytest.MonkeyPatch, *does: Callable[[View], None]) -> None:
    """The worker has only this to do."""
    monkeypatch.setattr(
        settling, "WORKS", {str(place): Work(str(place), FIGURES, do, False) for place, do in enumerate(does)}
    )


def test_without_a_worker_pages_read_the_newest_version(ledger: Ledger) -> None:
    happens(ledger, 2)
    assert view().read.version == ledger.head.version
    assert view().since is None


def test_pages_show_the_last_version_worked_out_and_since_when(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    works(monkeypatch)
    assert settle(FIGURES)
    first = ledger.head.version
    assert not settle(FIGURES)
    happens(ledger, 2)
    shown = view()
    assert shown.read.version == first
    assert shown.since is not None
    assert shown.read.to_arrow(shown.read.events.count())["value"][0].as_py() == 1
    assert view(OVERVIEW).read.version == ledger.head.version  # its own worker has not begun
    assert settle(FIGURES)
    assert view().read.version == ledger.head.version
    assert view().since is None


def test_a_page_that_is_behind_says_as_of_when(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, browser: Callable[..., Client]
) -> None:
    works(monkeypatch)
    settle(FIGURES)
    client = browser()
    assert "As of" not in client.get(reverse("journeys")).content.decode()
    happens(ledger, 2)
    assert "As of" in client.get(reverse("journeys")).content.decode()
    assert "As of" not in client.get(reverse("customer", args=["ana"])).content.decode()  # always the newest


def test_what_was_taken_out_is_not_shown_while_the_rest_is_worked_out(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch)
    happens(ledger, 2)
    settle(FIGURES)
    ledger.undo("b2")
    assert view().read.version == ledger.head.version
    settle(FIGURES)
    ledger.erase(["ana"], START + timedelta(days=9))
    assert view().read.version == ledger.head.version


def test_nothing_is_told_of_a_version_from_which_something_was_taken_out_meanwhile(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    happens(ledger, 2)

    def somebody_undoes_an_import(_view: View) -> None:
        ledger.undo("b2")

    works(monkeypatch, somebody_undoes_an_import)
    settle(FIGURES)
    assert settled.told(ledger.cache, FIGURES) is None


def test_who_has_not_been_seen_at_work_is_not_believed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    works(monkeypatch)
    settle(FIGURES)
    happens(ledger, 2)
    file = ledger.cache / f"settled-{FIGURES}.json"
    os.utime(file, (0, 0))
    assert view().read.version == ledger.head.version


def test_long_work_for_one_aspect_keeps_the_others_believed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settled, "BELIEVED_SECONDS", 3.0)
    works(monkeypatch)
    settle(MEASURED)
    told = ledger.cache / f"settled-{MEASURED}.json"
    seen = told.stat().st_mtime

    def takes_until_the_others_were_seen(_view: View) -> None:
        until = time.monotonic() + 20
        while told.stat().st_mtime == seen and time.monotonic() < until:
            time.sleep(0.01)

    happens(ledger, 2)
    works(monkeypatch, takes_until_the_others_were_seen)
    settle(FIGURES)
    assert told.stat().st_mtime > seen


def test_what_comes_after_metrics_is_worked_out_of_the_version_they_show(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch)
    settle(MEASURED)
    measured = ledger.head.version
    happens(ledger, 2)
    settle(FIGURES)
    assert view(FIGURES).read.version == measured

    settling._resting.clear()
    settle(MEASURED)
    settle(FIGURES)
    assert view(FIGURES).read.version == ledger.head.version != measured


def test_work_that_fails_keeps_no_other_from_being_done(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fails(_view: View) -> None:
        raise RuntimeError("by design")

    works(monkeypatch, fails, lambda seen: done.append(seen.read.version))
    settle(FIGURES)
    assert done == [ledger.head.version]
    assert view().settled


def test_everything_the_packages_declare_is_worked_out_of_a_shop(
    at_the_shop: None, caplog: pytest.LogCaptureFixture
) -> None:
    settling._resting.clear()
    assert {each.aspect for each in WORKS.values()} == {OVERVIEW, MEASURED, FIGURES}
    for aspect in (OVERVIEW, MEASURED, FIGURES):
        settle(aspect)
    assert not [
        record for record in caplog.records if record.name == "vivencia.settling" and record.levelname == "ERROR"
    ]
    settled.forget(open_ledger().cache)


def test_details_give_way_to_a_newer_version_and_are_not_rested_from(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    overtaken: list[bool] = []

    def details(seen: View) -> None:
        happens(ledger, 2)
        overtaken.append(seen.overtaken())

    monkeypatch.setattr(
        settling, "WORKS", {name: Work(name, FIGURES, details, afterwards=True) for name in ("one", "other")}
    )
    settle(FIGURES)
    assert overtaken == [True], "the second piece of details is left for the newer version"
    assert settle(FIGURES), "nobody rests from details"


def test_short_work_is_followed_by_a_short_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "REST", {OVERVIEW: 0.5, MEASURED: 2.0, FIGURES: 2.0})
    assert settling._rest(FIGURES, 4.0) == 2.0
    assert settling._rest(FIGURES, 40.0) == 80.0


def test_metrics_show_a_new_version_before_journeys_are_worked_out(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch)
    for aspect in (MEASURED, FIGURES):
        settle(aspect)
    before = ledger.head.version
    happens(ledger, 2)
    settle(MEASURED)
    assert view(MEASURED).read.version == ledger.head.version
    assert view(FIGURES).read.version == before


def test_a_version_is_seen_from_one_moment_so_that_one_aspect_serves_the_other(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(monkeypatch)
    for aspect in (OVERVIEW, MEASURED, FIGURES):
        settle(aspect)
    assert len({view(aspect).clock for aspect in (OVERVIEW, MEASURED, FIGURES)}) == 1
