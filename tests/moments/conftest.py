"""A ledger held in memory, and a company whose truth is known."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from tests.moments.company import BEGINNING, Row, customer_table, table
from vivencia.moments.lived import Lived, take


@dataclass(frozen=True)
class InMemory:
    """What a study asks of the ledger's `Read`."""

    events: ir.Table
    customers: ir.Table
    aliases: ir.Table = field(default_factory=lambda: ibis.memtable(pa.table({"alias_id": [""], "person_id": [""]})))

    @property
    def told_customers(self) -> ir.Table:
        return self.customers

    def to_arrow(self, expr: Any) -> pa.Table:
        return expr.to_pyarrow()


def lived_by(rows: list[Row], customers: list[Row] | None = None, *, as_of: datetime | None = None) -> Lived:
    """What a study would read of these events; `as_of` is a year after the beginning unless said."""
    held = InMemory(ibis.memtable(table(rows)), ibis.memtable(customer_table(customers or [])))
    return take(held, as_of or BEGINNING + timedelta(days=365))


@pytest.fixture
def quiet() -> Any:
    return lambda stage, share: None
