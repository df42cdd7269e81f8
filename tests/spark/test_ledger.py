"""The ledger says the same on a Spark cluster as on DuckDB."""

from pathlib import Path

import ibis
import pytest
from ibis import _

from tests.ledger.shop import MONDAY, aliases, customers, event, events
from vivencia.foundation.ledger.store import open_ledger

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]


def test_events_customers_and_aliases_are_the_same(cluster: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = open_ledger(home)
    ledger.append(
        events(
            event("1", "card-7", score=4.5, promised_at=MONDAY),
            event("2", None, hours=2.5, anonymous_id="cookie", text='¡Ñandú! "quoted" 🎉'),
            event("3", "bea", hours=-1),
        )
    )
    ledger.append(events(event("4", "ana", batch="b2")))
    ledger.put_customers(
        customers(
            {"customer_id": "ana", "name": "Ana"},
            {"customer_id": "bea"},
            {"customer_id": "ana", "updated_at": MONDAY.replace(year=2027), "name": "Ana R."},
        )
    )
    ledger.put_aliases(aliases(("card-7", "ana"), ("cookie", "bea")))
    here = ledger.read()
    monkeypatch.setenv("VIVENCIA_ENGINE", cluster)
    there = ledger.read()
    assert here.version == there.version
    assert (
        here.to_arrow(here.events.order_by("event_id")).to_pylist()
        == there.to_arrow(there.events.order_by("event_id")).to_pylist()
    )
    for name in ("customers", "aliases"):
        ones, others = getattr(here, name), getattr(there, name)
        order = ones.columns[0]
        assert here.to_arrow(ones.order_by(order)).to_pylist() == there.to_arrow(others.order_by(order)).to_pylist()
    assert there.horizon == here.horizon
    counted = there.events.group_by("customer_id").aggregate(
        n=_.count(), hours=_.occurred_at.max().delta(_.occurred_at.min(), unit="hour")
    )
    assert there.to_arrow(counted.order_by(ibis.asc("customer_id"))).to_pylist() == [
        {"customer_id": "ana", "n": 2, "hours": 0},
        {"customer_id": "bea", "n": 2, "hours": 3},
    ]


def test_an_empty_ledger_reads_on_spark(cluster: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVENCIA_ENGINE", cluster)
    read = open_ledger(home).read()
    assert read.horizon is None
    assert read.to_arrow(read.customers).num_rows == 0
