"""When a question is studied anew, and what is shown meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.moments.company import BEGINNING, event, table
from vivencia.foundation import audit, traces
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act
from vivencia.listen.models import ImportRun
from vivencia.listen.models import State as ImportState
from vivencia.moments import freshness, studies
from vivencia.moments.chores import study_what_is_due
from vivencia.moments.models import MomentStudy, MomentWitness, State
from vivencia.moments.pages import standing

pytestmark = pytest.mark.django_db
QUESTION = studies.Question("nps")


@pytest.fixture
def read(home: Path) -> Read:
    """A hundred events."""
    return _grown(100)


def _grown(more: int) -> Read:
    """The ledger with so many events more."""
    ledger = open_ledger()
    there = studies.events_in(ledger.read())
    rows = [event(f"c{i}", BEGINNING, "visited", touchpoint="shop", event_id=f"e{there + i}") for i in range(more)]
    ledger.append(table(rows))
    return ledger.read()


def _studied(read: Read, *, hours_ago: float = 0, **more: object) -> MomentStudy:
    fields = {"outcome": "nps", "state": State.DONE, "product_version": studies.PRODUCT, "events": 100} | more
    row = MomentStudy.objects.create(ledger_version=read.version, **fields)
    MomentStudy.objects.filter(pk=row.pk).update(asked_at=timezone.now() - timedelta(hours=hours_ago))
    return row


def test_a_question_nobody_asked_is_due_and_the_same_data_are_not_studied_twice(read: Read) -> None:
    assert freshness.due(QUESTION, read)
    _studied(read)
    assert not freshness.due(QUESTION, read)


def test_another_vivencia_studies_anew(read: Read) -> None:
    _studied(read, product_version="0.0.1")
    assert freshness.due(QUESTION, read)
    assert studies.latest(QUESTION, read.version) is None
    assert studies.latest(QUESTION) is not None  # shown until the new one is ready


def test_what_failed_on_these_data_is_not_tried_for_ever(read: Read) -> None:
    _studied(read, state=State.FAILED)
    assert not freshness.due(QUESTION, read)


@pytest.mark.parametrize(
    ("hours_ago", "more", "due"),
    [(0.5, 50, False), (2, 1, False), (2, 3, True)],  # too soon; hardly grown; grown by a fiftieth
)
def test_events_one_by_one_are_taken_in_at_most_hourly_and_as_they_add_up(
    read: Read, hours_ago: float, more: int, due: bool
) -> None:
    _studied(read, hours_ago=hours_ago)
    assert freshness.due(QUESTION, _grown(more)) == due


def test_an_import_is_taken_in_as_soon_as_it_is_over(read: Read) -> None:
    _studied(read)
    later = _grown(1)
    assert not freshness.due(QUESTION, later)
    audit.record(Act.IMPORTED, by=None, run=1, events=1)
    assert freshness.due(QUESTION, later)
    ImportRun.objects.create(batch="other", state=ImportState.RUNNING)
    assert not freshness.due(QUESTION, later)


def test_while_a_study_runs_the_one_before_is_shown(read: Read) -> None:
    before = _studied(read)
    later = _grown(1)
    audit.record(Act.IMPORTED, by=None, run=1, events=1)
    now = standing(QUESTION, later, None)
    assert now.shown == before
    assert now.running is not None
    assert now.old
    assert standing(QUESTION, later, None).running == now.running  # begun once


def test_a_study_cut_off_long_ago_stands_in_nobody_s_way(read: Read) -> None:
    stuck = _studied(read, state=State.RUNNING)
    assert studies.under_way(QUESTION) == stuck
    MomentStudy.objects.filter(pk=stuck.pk).update(touched_at=timezone.now() - timedelta(hours=2))
    assert studies.under_way(QUESTION) is None
    assert freshness.due(QUESTION, read)


def test_studies_start_by_themselves_one_at_a_time(read: Read) -> None:
    study_what_is_due()
    study_what_is_due()
    assert [row.outcome for row in MomentStudy.objects.all()] == ["repurchase"]  # nobody was asked anything here


def test_nothing_is_studied_before_there_is_anything(home: Path) -> None:
    study_what_is_due()
    assert not MomentStudy.objects.exists()


def test_erasing_a_person_takes_them_from_the_witnesses(read: Read) -> None:
    row = _studied(read)
    for who in ("ana", "luis"):
        MomentWitness.objects.create(study=row, key="delivery · failed", customer_id=who)
    assert traces.wipe(["ana"]) >= 1
    assert [witness.customer_id for witness in row.witnesses.all()] == ["luis"]
