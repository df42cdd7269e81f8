"""All customers at a glance."""

from pathlib import Path

import pyarrow as pa
import pytest
from django.utils import translation

from tests.customers import shop
from tests.customers.shop import TODAY, day
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand.directory import Query, currencies, directory, find, people_by_id, revenues, segments_in
from vivencia.understand.templatetags.customers import paid


def names(read: Read, **asked: object) -> list[str]:
    query = Query(**asked)  # type: ignore[arg-type]
    found = find(directory(read, TODAY), query, people_by_id(read, query.text), 0, 25)
    assert found.total == len(found.rows)
    return [row["customer_id"] for row in found.rows]


def test_everybody_is_listed_once_the_latest_first(read: Read) -> None:
    assert names(read) == ["eva", "bruno", "ana", "carla", "dario"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("muñoz", ["ana"]),
        ("MUNOZ ana", ["ana"]),
        ("carla@correo", ["carla"]),
        ("A2", ["ana"]),
        ("app-7", ["ana"]),
        ("no such person", []),
    ],
)
def test_search_finds_by_name_address_id_and_order_number(read: Read, text: str, expected: list[str]) -> None:
    assert names(read, text=text) == expected


def test_filters_narrow_the_list(read: Read) -> None:
    assert names(read, segment="gold") == ["bruno", "ana"]
    assert names(read, trouble=True) == ["bruno"]
    assert names(read, unhappy=True) == ["ana"]
    assert names(read, members=pa.table({"customer_id": ["ana", "eva", "ana"]})) == ["eva", "ana"]
    assert names(read, sort="revenue")[:2] == ["bruno", "ana"]


def test_a_row_tells_what_was_lived_under_every_id(read: Read) -> None:
    (ana,) = find(directory(read, TODAY), Query(text="ana m"), [], 0, 25).rows

    assert (ana["orders"], ana["revenue"], ana["overdue"]) == (2, 80.0, 0)
    assert (ana["first_seen"], ana["last_seen"]) == (day(4, 1), day(5, 13))
    assert ana["last_score_share"] == 0.4


def test_pages_are_parts_of_one_list(read: Read) -> None:
    table = directory(read, TODAY)
    first, second = find(table, Query(), [], 0, 3), find(table, Query(), [], 3, 3)

    assert first.total == second.total == 5
    assert [row["customer_id"] for row in first.rows + second.rows] == names(read)


def test_the_companys_own_segments_are_offered_with_their_sizes(read: Read) -> None:
    assert segments_in(directory(read, TODAY)) == [("gold", 2), ("silver", 2)]


def test_money_in_several_currencies_is_never_added_up(tmp_path: Path) -> None:
    bought = {"name": "order purchased", "occurred_at": day(5, 1)}
    abroad = [
        {**bought, "customer_id": "ana", "amount": 10.5, "currency": "USD"},
        {**bought, "customer_id": "ana", "amount": 2.0, "currency": "USD"},
        {**bought, "customer_id": "gil", "amount": 7.0, "currency": "GBP"},
    ]
    read = shop.fill(open_ledger(tmp_path), abroad).read()
    assert currencies(read) == ["EUR", "USD", "GBP"]
    rows = {row["customer_id"]: row for row in find(directory(read, TODAY), Query(), [], 0, 25).rows}
    assert revenues(rows["ana"], "EUR") == [(80.0, "EUR"), (12.5, "USD")]
    assert revenues(rows["gil"], "EUR") == [(7.0, "GBP")] and rows["gil"]["revenue"] is None
    assert revenues(rows["dario"], "EUR") == []
    with translation.override("es"):
        assert paid(rows["ana"], "EUR") == ["80,00 €", "12,50 $"]
