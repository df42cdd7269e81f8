"""Small events, customers and aliases of an invented shop, for the ledger's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS, EVENTS

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def event(
    event_id: str, customer: str | None = "ana", hours: float = 0, batch: str = "b1", **more: Any
) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "customer_id": customer,
        "occurred_at": MONDAY + timedelta(hours=hours),
        "received_at": MONDAY,
        "seq": 0,
        "name": "purchase",
        "source": "shop",
        "batch_id": batch,
        **more,
    }


def events(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=EVENTS)


def customers(*rows: dict[str, Any]) -> pa.Table:
    given = {"updated_at": MONDAY, "source": "shop", "batch_id": "b1"}
    return pa.Table.from_pylist([given | row for row in rows], schema=CUSTOMERS)


def aliases(*pairs: tuple[str, str], made_hours: float = 0, batch: str = "b1") -> pa.Table:
    made_at = MONDAY + timedelta(hours=made_hours)
    said = {"reason": "same card", "made_at": made_at, "source": "shop", "batch_id": batch}
    rows = [{"alias_id": alias, "customer_id": customer, **said} for alias, customer in pairs]
    return pa.Table.from_pylist(rows, schema=ALIASES)
