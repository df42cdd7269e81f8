"""A journey table that grew by what came since says what one built from everything says."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given

from tests.journeys import plain
from tests.journeys.plain import START, Lived
from tests.journeys.test_counts_are_exact import cases, lived, quickly
from vivencia.foundation.ledger.schema import ALIASES
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.understand import journey_growing
from vivencia.understand.journey_reading import Journeys, journey_table
from vivencia.understand.journeys.build import build, shape
from vivencia.understand.journeys.extend import exchanged
from vivencia.understand.journeys.table import CaseKind, JourneyTable


def said(table: JourneyTable) -> tuple[Any, ...]:
    """Everything a journey table says, in an order of its own."""
    rows = []
    feedback: dict[int, list[Any]] = {}
    told = table.feedback
    for case, step, scale, score in zip(told.case, told.step, told.scale, told.score, strict=True):
        at = table.steps[step] if step >= 0 else None
        feedback.setdefault(int(case), []).append((table.scales[scale].name, str(at), float(score)))
    for journey in range(table.journeys):
        own = slice(int(table.offsets[journey]), int(table.offsets[journey + 1]))
        channels = [table.channels[code] if code >= 0 else "" for code in table.channel[own]]
        steps = [table.steps[code] for code in table.step[own]]
        marks = list(
            zip(*(one[own].tolist() for one in (table.at, table.first, table.first_move, table.goes_on)), strict=True)
        )
        person = str(table.person_ids[int(table.person[journey])])
        kind = table.kinds[table.kind[journey]]
        rows.append(
            (str(table.case_keys[journey]), kind, person, steps, channels, marks, sorted(feedback.get(journey, [])))
        )
    people = [int(person) for person in table.person]
    assert people == sorted(people)
    return sorted(rows, key=str), len(set(people)), table.left_out


@given(lived, lived, cases)
@quickly
def test_exchanging_the_cases_that_changed_is_building_all_anew(
    before: list[Lived], more: list[Lived], case: CaseKind
) -> None:
    everything = plain.arrow([*before, *more])
    events, to_arrow = plain.asked(everything)
    seen, whole = shape(events, to_arrow), build(events, to_arrow, case=case)
    column = "customer_id" if case == "customer" else "subject_id"
    changed = {str(row[column]) for row in everything.to_pylist()[len(before) :] if row[column]}
    theirs = pa.Table.from_pylist(
        [row for row in everything.to_pylist() if row[column] in changed], schema=everything.schema
    )
    earlier = build(*plain.asked(everything.slice(0, len(before))), case=case)
    fresh = build(*plain.asked(theirs), case=case, seen=seen)
    keys = pa.array([key if case == "customer" else f"order\x1f\x1f{key}" for key in changed], pa.string())
    grew = exchanged(earlier, keys, fresh, seen.left_out(case))
    assert said(grew) == said(whole)


def same_person(*pairs: tuple[str, str], day: int = 0) -> pa.Table:
    rows = [
        {"alias_id": alias, "customer_id": person, "reason": "r", "made_at": START + timedelta(days=day), "source": "s",
         "batch_id": "b"}
        for alias, person in pairs
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=ALIASES)


def events(*happened: Lived, first: int = 0) -> pa.Table:
    rows = plain.arrow(happened).to_pylist()
    told = [{**row, "event_id": f"e{first + place}", "seq": first + place} for place, row in enumerate(rows)]
    return pa.Table.from_pylist(told, schema=plain.arrow([]).schema)


@pytest.fixture
def grew(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each journey table built in this test grew out of an earlier one."""
    told: list[bool] = []
    whole = journey_growing.grown

    def listening(*asked: Any) -> JourneyTable | None:
        table = whole(*asked)
        told.append(table is not None)
        return table

    monkeypatch.setattr("vivencia.understand.journey_reading.grown", listening)
    monkeypatch.setattr(journey_growing, "few", lambda *_: True)
    return told


def as_built_anew(ledger: Ledger, case: CaseKind) -> None:
    read = ledger.read()
    assert said(journey_table(read, Journeys(case))) == said(build(read.events, read.to_arrow, case=case))


@pytest.mark.parametrize("case", ["customer", "subject"])
def test_new_events_and_new_names_of_people_reach_the_table_of_the_version_before(
    home: Path, grew: list[bool], case: CaseKind
) -> None:
    ledger = open_ledger(home)
    steps: Sequence[Sequence[Lived]] = (
        [Lived("ana", "visit", 1, "o1"), Lived("luis", "visit", 2, "o2"), Lived("eva", "purchase", 3, "o3", score=4)],
        [Lived("ana", "purchase", 0, "o1", channel="web"), Lived("new", "delivery", 9, "o4", score=1)],
        [Lived("card", "visit", 4, "o1"), Lived(None, "visit", 5)],
    )
    for place, batch in enumerate(steps):
        ledger.append(events(*batch, first=10 * place))
        as_built_anew(ledger, case)
    ledger.put_aliases(same_person(("card", "ana"), ("luis", "eva")))
    as_built_anew(ledger, case)
    ledger.put_aliases(same_person(("card", "new"), day=1))
    ledger.append(events(Lived("card", "refund", 6, "o5"), first=90))
    as_built_anew(ledger, case)
    ledger.tidy(grace_seconds=900)
    ledger.append(events(Lived("ana", "refund", 7, "o1"), first=95))
    as_built_anew(ledger, case)
    assert grew == [False, True, True, True, True, True]


def test_what_was_taken_out_is_in_no_later_table(home: Path, grew: list[bool]) -> None:
    ledger = open_ledger(home)
    ledger.append(events(Lived("ana", "visit", 1)))
    as_built_anew(ledger, "customer")
    ledger.append(pa.Table.from_pylist(
        [{**row, "batch_id": "later"} for row in events(Lived("ana", "purchase", 2), first=5).to_pylist()],
        schema=plain.arrow([]).schema,
    ))  # fmt: skip
    as_built_anew(ledger, "customer")
    ledger.undo("later")
    as_built_anew(ledger, "customer")
    ledger.erase(["ana"], START)
    as_built_anew(ledger, "customer")
    assert grew == [False, True, False, False]
