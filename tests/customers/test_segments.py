"""Segments name the people who meet typed conditions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import ibis.expr.types as ir
import pytest

from tests.customers.shop import TODAY
from tests.metrics.events import BEGIN, events_table
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand import segment_words, segments
from vivencia.understand.segments import (
    Definition,
    InSegment,
    LastScore,
    Orders,
    PromiseIs,
    Silent,
    Spend,
    Touchpoint,
    Trait,
)

EVERYBODY = {"ana", "bruno", "carla", "dario", "eva"}


def people(read: Read, *conditions: segments.Condition, match: segments.Match = "all") -> set[str]:
    found = read.to_arrow(segments.members(read, Definition(conditions, match), TODAY))["customer_id"].to_pylist()
    assert len(found) == len(set(found)), "each person once"
    return set(found)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (InSegment(("gold",)), {"ana", "bruno"}),
        (InSegment(("gold", "silver")), EVERYBODY - {"dario"}),
        (Trait("city", "is", "vigo"), {"ana", "carla"}),
        (Trait("city", "is not", "Vigo"), {"bruno"}),
        (Trait("city", "contains", "adr"), {"bruno"}),
        (Trait("age", "at least", "40"), {"ana"}),
        (Trait("age", "at most", "40"), {"bruno"}),
        (Touchpoint("contact centre"), {"ana", "eva"}),
        (Touchpoint("contact centre", within_days=7), {"eva"}),
        (Touchpoint("contact centre", happened=False), {"bruno", "carla", "dario"}),
        (PromiseIs("broken"), {"ana"}),
        (PromiseIs("broken", within_days=7), set()),
        (PromiseIs("overdue", promise="delivery"), {"bruno"}),
        (PromiseIs("overdue", promise="refund"), set()),
        (PromiseIs("open"), {"eva"}),
        (LastScore("csat", "at most", 2), {"ana"}),
        (LastScore("nps", "at least", 9), {"eva"}),
        (Spend("at least", 80), {"ana", "bruno", "carla"}),
        (Spend("at most", 80), {"ana", "carla", "dario", "eva"}),
        (Spend("at least", 80, within_days=30), {"bruno"}),
        (Orders("at least", 2), {"ana", "bruno", "carla"}),
        (Orders("at most", 0), {"dario"}),
        (Silent(40), {"carla"}),
    ],
)
def test_each_condition_finds_its_people(read: Read, condition: segments.Condition, expected: set[str]) -> None:
    assert people(read, condition) == expected


@dataclass(frozen=True)
class Abroad:
    """People who pay in two currencies."""

    events: ir.Table
    customers: ir.Table
    horizon: datetime | None = BEGIN + timedelta(days=9)


def test_spend_is_summed_in_one_currency_and_says_what_is_left_out() -> None:
    paid = [("ana", 60.0, "EUR"), ("ana", 30.0, None), ("leo", 70.0, "EUR"), ("leo", 900.0, "USD")]
    rows = [{"customer_id": who, "amount": much, "currency": said} for who, much, said in paid]
    events = events_table(*rows)
    abroad = Abroad(events, events.select("customer_id"))
    for operator, who in (("at least", "ana"), ("at most", "leo")):
        found = segments.members(abroad, Definition((Spend(operator, 80),)))
        assert found.to_pyarrow()["customer_id"].to_pylist() == [who]
    spend = Definition((Spend("at least", 80),))
    assert segment_words.tell(spend, ["EUR", "USD"]) == ["Spend at least 80 € (not counting USD)"]
    assert segment_words.tell(spend, ["EUR"]) == ["Spend at least 80 €"]


def test_all_conditions_narrow_and_any_condition_widens(read: Read) -> None:
    vigo, broken, silent = Trait("city", "is", "Vigo"), PromiseIs("broken"), Silent(40)

    assert people(read, vigo, broken) == {"ana"}
    assert people(read, vigo, broken, silent) == set()
    assert people(read, broken, silent, match="any") == {"ana", "carla"}
    assert people(read) == EVERYBODY


def test_a_definition_survives_being_stored() -> None:
    definition = Definition(
        (InSegment(("gold", "silver")), Touchpoint("delivery", happened=False, within_days=30), Spend("at least", 9.5)),
        "any",
    )

    assert segments.from_json(segments.to_json(definition)) == definition


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        ({"kind": "horoscope"}, "allowed: segment, trait"),
        ({"kind": "trait", "key": "age", "operator": "is"}, "value is missing"),
        ({"kind": "trait", "key": "age", "operator": "at least", "value": "old"}, "a number is needed"),
        ({"kind": "promise", "state": "forgotten"}, "allowed: kept, broken"),
        ({"kind": "silent", "days": "-3"}, "a whole number"),
        ({"kind": "silent", "days": "inf"}, "a number is needed"),
        ({"kind": "spend", "operator": "at least", "amount": "nan"}, "a number is needed"),
        ({"kind": "touchpoint", "touchpoint": "delivery", "within_days": "99999999"}, "from 0 to 36500"),
    ],
)
def test_a_wrong_condition_says_what_is_allowed(stored: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        segments.condition(stored)


def test_an_empty_ledger_has_no_members(home: object) -> None:
    read = open_ledger().read()

    assert read.to_arrow(segments.members(read, Definition((Silent(3),)))).num_rows == 0
