"""Promises are kept, broken, overdue or open: the truth table, drawn."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.metrics.events import BEGIN, events_table
from vivencia.understand.cancellations import says_cancelled
from vivencia.understand.promises import case_states, promises

# One column is one day; the ledger is read at its right edge (day 10).
#   P promise made    ! promised for the midnight that begins this day    F fulfilled at that midnight
#   X order cancelled
TIMELINES = """
                         0123456789     state     hours late
    early                P F  !         kept      -72
    to the moment        P    *         kept        0
    late                 P    !  F      broken     72
    never                P    !         overdue
    not yet due          P            ! open
    due at the edge      P         !    open
    before it was made   F P  !         overdue
    same moment          @    !         kept     -120
    fulfilled twice      P  F ! F       kept      -48
    cancelled            P X  !         withdrawn
    cancelled when due   P    & F       withdrawn
    cancelled too late   P    ! X       overdue
    late, came, undone   P    ! FX      broken     48
    came, then undone    P F X!         kept      -72
    cancelled, came      P X F!         withdrawn
    undone before        XP   !         overdue
"""
HORIZON = BEGIN + timedelta(days=10)


def _day(column: int) -> datetime:
    return BEGIN + timedelta(days=column)


def _read(line: str) -> tuple[str, list[dict[str, Any]], str, float | None]:
    """One drawn line as (name, its events, expected state, expected hours late)."""
    name, drawing, expected = line[4:25].strip(), line[25:39], line[39:].split()
    about = {"promise": "delivery", "subject_kind": "order", "subject_id": name, "customer_id": "ada"}
    due = max(drawing.find(mark) for mark in "!*&")
    made = max(drawing.find("P"), drawing.find("@"))
    rows = [{**about, "name": "ordered", "occurred_at": _day(made), "promised_at": _day(due)}]
    rows += [{**about, "name": "came", "occurred_at": _day(day)} for day, mark in enumerate(drawing) if mark in "F*@"]
    undone = {**about, "promise": None, "name": "Order cancelled"}
    rows += [{**undone, "occurred_at": _day(day)} for day, mark in enumerate(drawing) if mark in "X&"]
    return name, rows, expected[0], float(expected[1]) if len(expected) > 1 else None


def test_each_drawn_timeline_has_its_state() -> None:
    # "due at the edge" is drawn on day 10, the horizon itself: it is only late afterwards.
    lines = [_read(line) for line in TIMELINES.splitlines()[2:] if line.strip()]
    events = events_table(*(row for _, rows, *_ in lines for row in rows))
    table = promises(events, HORIZON).to_pyarrow().to_pylist()
    known = (
        promises(events, HORIZON, names=["ordered", "came", "Order cancelled", "elsewhere"]).to_pyarrow().to_pylist()
    )
    assert sorted(map(str, known)) == sorted(map(str, table)), "the same where the names are known beforehand"
    found = {row["subject_id"]: (row["state"], row["late_hours"]) for row in table}
    assert found == {name: (state, hours) for name, _, state, hours in lines}
    assert len(table) == len(lines)


def test_a_second_promise_about_the_same_order_does_not_take_the_first_back() -> None:
    about = {"promise": "delivery", "subject_kind": "order", "subject_id": "o1"}
    table = events_table(
        {**about, "occurred_at": _day(0), "promised_at": _day(2)},
        {**about, "occurred_at": _day(2), "promised_at": _day(6)},
        {**about, "occurred_at": _day(4)},
    )
    states = {row["promised_at"]: row["state"] for row in promises(table, HORIZON).to_pyarrow().to_pylist()}
    assert states == {_day(2): "broken", _day(6): "kept"}
    assert case_states(promises(table, HORIZON)).to_pyarrow().to_pylist() == [
        {"subject_kind": "order", "subject_id": "o1", "state": "broken"}
    ]


def test_a_repeated_promise_is_fulfilled_by_the_next_fulfilment_each_time() -> None:
    about = {"promise": "monthly bill", "subject_kind": "contract", "subject_id": "c1"}
    table = events_table(
        {**about, "occurred_at": _day(0), "promised_at": _day(1)},
        {**about, "occurred_at": _day(3)},
        {**about, "occurred_at": _day(4), "promised_at": _day(6)},
        {**about, "occurred_at": _day(5)},
    )
    rows = promises(table, HORIZON).order_by("opened_at").to_pyarrow().to_pylist()
    assert [(row["fulfilled_at"], row["state"]) for row in rows] == [(_day(3), "broken"), (_day(5), "kept")]


def test_a_cancellation_withdraws_what_it_is_about_and_nothing_else() -> None:
    opening = {"occurred_at": _day(0), "promised_at": _day(5), "subject_kind": "order", "subject_id": "1"}
    table = events_table(
        {**opening, "promise": "delivery"},
        {**opening, "promise": "gift wrap"},
        {**opening, "promise": "delivery", "subject_id": "2"},
        {"promise": "call back", "customer_id": "ada", "occurred_at": _day(0), "promised_at": _day(5)},
        {"name": "pedido cancelado", "subject_kind": "order", "subject_id": "1", "occurred_at": _day(1)},
        {"name": "delivery cancelled", "promise": "delivery", **opening, "subject_id": "2", "promised_at": None},
        {"name": "account cancelled", "customer_id": "ada", "occurred_at": _day(1)},
    )
    told = promises(table, HORIZON).to_pyarrow().to_pylist()
    assert {(row["promise"], row["subject_id"]): row["state"] for row in told} == {
        ("delivery", "1"): "withdrawn",
        ("gift wrap", "1"): "withdrawn",
        ("delivery", "2"): "withdrawn",
        ("call back", None): "overdue",
    }
    assert all(row["fulfilled_at"] is None for row in told)


def test_what_was_withdrawn_says_nothing_about_the_rest_of_its_case() -> None:
    order, gift = ({"subject_kind": "order", "subject_id": "1", "promise": name} for name in ("delivery", "gift"))
    cancelled = {"name": "gift cancelled", **gift, "occurred_at": _day(1)}
    opened = [{**one, "occurred_at": _day(0), "promised_at": _day(3)} for one in (order, gift)]
    case = case_states(promises(events_table(*opened, cancelled, {**order, "occurred_at": _day(2)}), HORIZON))
    alone = case_states(promises(events_table(opened[1], cancelled), HORIZON))
    assert [table.to_pyarrow()["state"].to_pylist() for table in (case, alone)] == [["kept"], ["withdrawn"]]


@pytest.mark.parametrize("name", ["contract cancelled", "Contrato cancelado", "done"])
def test_who_was_promised_a_cancellation_gets_it_by_the_event_that_says_so(name: str) -> None:
    about = {"promise": "cancellation", "subject_kind": "contract"}
    asked = {**about, "name": "cancellation requested", "occurred_at": _day(0), "promised_at": _day(3)}
    table = events_table(
        {**asked, "subject_id": "in time"},
        {**about, "subject_id": "in time", "name": name, "occurred_at": _day(2)},
        {**asked, "subject_id": "late"},
        {**about, "subject_id": "late", "name": name, "occurred_at": _day(5)},
    )
    told = {row["subject_id"]: row for row in promises(table, HORIZON).to_pyarrow().to_pylist()}
    assert {of: (row["state"], row["withdrawn_at"]) for of, row in told.items()} == {
        "in time": ("kept", None),
        "late": ("broken", None),
    }


CANCELLED = {  # the name of an event about an order -> what becomes of what was promised about the order
    "withdrawn": [
        "order cancelled", "ORDER_CANCELED", "orderCancelled", "Cancelled", "cancelled order", "order was cancelled",
        "order cancelled by the customer", "Order status: cancelled", "order cancelled (out of stock)",
        "pedido cancelado por el cliente", "compra anulada", "Reserva cancelada", "shop visit cancelled",
        "suscripción cancelada", "envío cancelado",
    ],
    "broken": [
        "coupon cancelled", "cupón anulado", "order item cancelled", "order cancelled email sent", "invoice cancelled",
        "order not cancelled", "order partially cancelled", "cita con el técnico cancelada", "order delivered",
    ],
}  # fmt: skip


def test_only_what_cancels_the_subject_itself_withdraws_what_was_promised_about_it() -> None:
    named = [(name, state) for state, names in CANCELLED.items() for name in names]
    rows: list[dict[str, Any]] = []
    for name, _state in named:
        about = {"subject_kind": "shop_visit" if "visit" in name else "order", "subject_id": name}
        rows.append({**about, "promise": "delivery", "occurred_at": _day(0), "promised_at": _day(3)})
        rows.append({**about, "name": name, "occurred_at": _day(1)})
        rows.append({**about, "promise": "delivery", "name": "order delivered", "occurred_at": _day(8)})

    told = promises(events_table(*rows), HORIZON).to_pyarrow().to_pylist()

    assert {row["subject_id"]: row["state"] for row in told} == dict(named)


DRAWN = st.fixed_dictionaries(
    {
        "promise": st.sampled_from(["delivery", "call back"]),
        "subject_id": st.sampled_from(["1", "2", None]),
        "customer_id": st.sampled_from(["ada", None]),
        "occurred_at": st.integers(0, 6).map(_day),
        "promised_at": st.none() | st.integers(0, 9).map(_day),
    }
)


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(DRAWN, min_size=1, max_size=12), edges=st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_what_is_due_is_told_as_if_everything_had_been_read(rows: list[dict[str, Any]], edges: tuple[int, int]) -> None:
    table = events_table(*rows)
    after, until = _day(min(edges)), _day(max(edges))

    due = promises(table, HORIZON, due=(after, until)).to_pyarrow().to_pylist()

    whole = promises(table, HORIZON).to_pyarrow().to_pylist()
    wanted = [row for row in whole if after < row["promised_at"] <= until]
    assert sorted(due, key=str) == sorted(wanted, key=str)


def test_other_kinds_other_orders_and_other_people_fulfil_nothing() -> None:
    opening = {"occurred_at": _day(0), "promised_at": _day(2), "promise": "delivery"}
    table = events_table(
        {**opening, "subject_kind": "order", "subject_id": "1", "customer_id": "ada"},
        {
            "promise": "call back",
            "subject_kind": "order",
            "subject_id": "1",
            "customer_id": "ada",
            "occurred_at": _day(1),
        },
        {
            "promise": "delivery",
            "subject_kind": "order",
            "subject_id": "2",
            "customer_id": "ada",
            "occurred_at": _day(1),
        },
        {
            "promise": "delivery",
            "subject_kind": "ticket",
            "subject_id": "1",
            "customer_id": "ada",
            "occurred_at": _day(1),
        },
        {"promise": "delivery", "customer_id": "1", "occurred_at": _day(1)},
    )
    assert [row["state"] for row in promises(table, HORIZON).to_pyarrow().to_pylist()] == ["overdue"]


def test_a_promise_without_a_subject_is_about_its_customer_and_belongs_to_no_case() -> None:
    table = events_table(
        {"promise": "call back", "customer_id": "ada", "occurred_at": _day(0), "promised_at": _day(2)},
        {"promise": "call back", "customer_id": "ada", "occurred_at": _day(1)},
    )
    promised = promises(table, HORIZON)
    assert [row["state"] for row in promised.to_pyarrow().to_pylist()] == ["kept"]
    assert case_states(promised).to_pyarrow().num_rows == 0


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        promises(events_table(), datetime(2026, 1, 1))  # noqa: DTZ001  # the mistake under test


@pytest.mark.real_data
def test_late_orders_of_the_real_marketplace(real_data: Path) -> None:
    """7.94 % of delivered orders came after the promised *moment*; comparing calendar days would say 6.58 %."""
    connection = ibis.duckdb.connect()
    orders = connection.read_csv(real_data / "olist" / "olist_orders_dataset.csv")

    def time(column: str) -> ibis.Value:
        return orders[column].cast("timestamp('UTC')")

    def as_events(name: str, occurred_at: ibis.Value, promised_at: ibis.Value) -> ibis.Table:
        return orders.select(
            event_id=ibis.literal(name + " ") + orders.order_id,
            name=ibis.literal(name),
            customer_id=orders.customer_id,
            occurred_at=occurred_at,
            touchpoint=ibis.literal(name),
            promise=ibis.literal("delivery"),
            promised_at=promised_at,
            subject_kind=ibis.literal("order"),
            subject_id=orders.order_id,
            source=ibis.literal("olist"),
        ).filter(lambda table: table.occurred_at.notnull())

    never = ibis.null("timestamp('UTC')")
    told = as_events("purchase", time("order_purchase_timestamp"), time("order_estimated_delivery_date")).union(
        as_events("delivery", time("order_delivered_customer_date"), never)
    )
    states = connection.to_pyarrow(
        promises(told, datetime.fromisoformat("2018-11-01T00:00+00:00")).state.value_counts()
    )
    counted = {row["state"]: row["state_count"] for row in states.to_pylist()}
    assert counted["broken"] == 1156
    assert counted["kept"] == 14552 - 1156
    assert round(100 * counted["broken"] / 14552, 2) == 7.94
    assert counted["overdue"] == 15000 - 14552


def test_a_name_says_cancelled_alike_whether_the_names_are_known_or_not() -> None:
    names = ["pedido caNcelado", "order CANCELLED", "Anulado", "ANULado", "cancel requested", "delivered"]
    events = events_table(*({"name": name, "subject_kind": "order", "subject_id": "1"} for name in names))
    told = events.select("name", known=says_cancelled(events, names), unknown=says_cancelled(events))
    assert told.order_by("name").execute().to_dict("records") == [
        {"name": name, "known": name in names[:4], "unknown": name in names[:4]} for name in sorted(names)
    ]
