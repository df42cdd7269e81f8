"""The cast: five people of a small shop, their lives short enough to check by hand. Today is 1 June 2026, noon.

- Ana: two orders, the second came three days late; called 12 May, solved; answered 2 of 5. The app calls her app-7.
- Bruno: ordered once, 100 days ago, kept; a parcel promised for 25 May never came.
- Carla: buys every ten days, and has been silent for sixty.
- Dario: only known from the customer list.
- Eva: asked for help yesterday, nobody has solved it; her order is due tomorrow; she once said 9 of 10.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS, EVENTS
from vivencia.foundation.ledger.store import Ledger

TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)


def day(month: int, day_of_month: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day_of_month, hour, tzinfo=UTC)


def _order(
    who: str, number: str, at: datetime, amount: float, due: datetime, came: datetime | None
) -> list[dict[str, Any]]:
    about = {"customer_id": who, "subject_kind": "order", "subject_id": number}
    placed = {
        **about, "occurred_at": at, "name": "order purchased", "touchpoint": "purchase", "channel": "web",
        "amount": amount, "currency": "EUR", "promise": "delivery", "promised_at": due,
    }  # fmt: skip
    delivered = {
        **about,
        "occurred_at": came,
        "name": "order delivered",
        "touchpoint": "delivery",
        "promise": "delivery",
    }
    return [placed, delivered] if came else [placed]


def _ticket(who: str, number: str, at: datetime, solved: datetime | None) -> list[dict[str, Any]]:
    about = {"customer_id": who, "subject_kind": "ticket", "subject_id": number, "channel": "phone"}
    opened = {
        **about,
        "occurred_at": at,
        "name": "ticket opened",
        "touchpoint": "contact centre",
        "text": "Where is it?",
    }
    closed = {**about, "occurred_at": solved, "name": "ticket solved"}
    return [opened, closed] if solved else [opened]


def events() -> list[dict[str, Any]]:
    carla = [
        _order("carla", f"C{turn}", day(3, 3) + timedelta(days=10 * turn), 20.0, day(4, 20), day(4, 10))
        for turn in range(4)
    ]
    return [
        *_order("ana", "A1", day(4, 1), 50.0, day(4, 5), day(4, 4)),
        *_order("app-7", "A2", day(5, 4), 30.0, day(5, 10), day(5, 13)),
        *_ticket("ana", "T1", day(5, 12), day(5, 12, 15)),
        {
            "customer_id": "ana", "occurred_at": day(5, 15), "name": "survey answered", "metric": "csat", "score": 2.0,
            "scale_max": 5.0, "text": "Came three days late.", "subject_kind": "order", "subject_id": "A2",
        },
        *_order("bruno", "B1", day(2, 21), 200.0, day(2, 26), day(2, 25)),
        *_order("bruno", "B2", day(5, 20), 80.0, day(5, 25), None),
        *(event for order in carla for event in order),
        *_order("eva", "E1", day(5, 30), 10.0, day(6, 2), None),
        *_ticket("eva", "T2", day(5, 31), None),
        {
            "customer_id": "eva", "occurred_at": day(5, 1), "name": "survey answered", "metric": "nps", "score": 9.0,
            "scale_max": 10.0,
        },
    ]  # fmt: skip


def customers() -> list[dict[str, Any]]:
    told: tuple[tuple[str, str, str | None, dict[str, Any]], ...] = (
        ("ana", "Ana Muñoz", "gold", {"city": "Vigo", "age": 41}),
        ("bruno", "Bruno Ríos", "gold", {"city": "Madrid", "age": 30}),
        ("carla", "Carla Díaz", "silver", {"city": "Vigo"}),
        ("dario", "Darío Peña", None, {}),
        ("eva", "Eva Ruiz", "silver", {"age": "unknown"}),
    )
    return [
        {
            "customer_id": who,
            "name": name,
            "email": f"{who}@correo.example",
            "segment": segment,
            "traits": json.dumps(traits),
        }
        for who, name, segment, traits in told
    ]


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.table(
        {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema}, schema
    )


def fill(ledger: Ledger, more: list[dict[str, Any]] | None = None) -> Ledger:
    """Put the cast into a ledger."""
    given = {"source": "test", "batch_id": "cast"}
    rows = [
        {"event_id": f"e{number}", "received_at": row["occurred_at"], "seq": number, **given, **row}
        for number, row in enumerate([*events(), *(more or [])])
    ]
    ledger.append(_table(rows, EVENTS))
    ledger.put_customers(_table([{"updated_at": day(1, 1), **given, **row} for row in customers()], CUSTOMERS))
    alias = {"alias_id": "app-7", "customer_id": "ana", "reason": "Signed in to the app with the same e-mail address"}
    ledger.put_aliases(_table([{**alias, "made_at": day(5, 4), **given}], ALIASES))
    return ledger
