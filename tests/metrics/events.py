"""Small ledgers for tests: events written as short rows, given as Ibis tables in the ledger's shape."""

from datetime import UTC, datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from vivencia.foundation.ledger.schema import CUSTOMERS, EVENTS

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def events_table(*rows: dict[str, Any]) -> ir.Table:
    """Events in EVENTS' shape; what a row does not say is null, except what the ledger always has."""
    filled = [
        {
            "event_id": f"e{number}",
            "occurred_at": BEGIN,
            "received_at": BEGIN,
            "seq": number,
            "name": "something",
            "source": "test",
            "batch_id": "test",
            **row,
        }
        for number, row in enumerate(rows)
    ]
    return ibis.memtable(_table(filled, EVENTS))


def customers_table(*rows: dict[str, Any]) -> ir.Table:
    """Customers in CUSTOMERS' shape."""
    filled = [{"updated_at": BEGIN, "source": "test", "batch_id": "test", **row} for row in rows]
    return ibis.memtable(_table(filled, CUSTOMERS))


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.table(
        {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema}, schema
    )
