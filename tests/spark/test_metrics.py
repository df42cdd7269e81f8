"""Every metric, every variant and every kind of group says exactly the same on a Spark cluster as on DuckDB."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.metrics.events import BEGIN, customers_table, events_table
from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.computing import compute, splittable
from vivencia.measure.metrics.lived import Lived
from vivencia.measure.metrics.rules import Rules

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]

NAMES = (
    "page viewed", "issue reported", "issue responded", "issue solved", "issue reopened", "survey sent",
    "contract started", "contract ended", "loyalty joined", "loyalty left", "referral joined", "goal started",
    "goal completed", "order purchased",
)  # fmt: skip
SCORES = {"nps": 10.0, "csat": 5.0, "ces": 7.0, "enps": 10.0, "fcr": 1.0}
AS_OF = BEGIN + timedelta(days=300)
# one grouping of each kind is enough for each metric: they are attached by the same code
GROUPS: tuple[tuple[str, ...], ...] = ((), ("period:month",), ("channel", "promise"), ("segment", "property:size"))


def happening(number: int, chance: random.Random) -> dict[str, Any]:
    """One event of anything, to anybody, about any of a few cases; amounts and times with awkward fractions."""
    metric = chance.choice([None, None, *SCORES])
    name = chance.choice(NAMES)
    promised = chance.random() < 0.3
    at = BEGIN + timedelta(seconds=chance.uniform(0, 280 * 86400))
    return {
        "event_id": f"e{number}",
        "customer_id": f"c{chance.randrange(40)}",
        "occurred_at": at,
        "name": name,
        "channel": chance.choice(["web", "phone", None]),
        "amount": round(chance.uniform(-5, 99), 2) if name in ("order purchased", "contract started") else None,
        "currency": "EUR",
        "promise": "delivery" if promised else None,
        "promised_at": at + timedelta(days=chance.uniform(0, 9)) if promised and chance.random() < 0.5 else None,
        "metric": metric,
        "score": float(chance.randint(0, int(SCORES[metric]))) if metric else None,
        "scale_max": SCORES[metric] if metric else None,
        "subject_kind": "case",
        "subject_id": f"s{chance.randrange(60)}",
        "employee_id": chance.choice(["eve", "moe"]),
        "properties": chance.choice(['{"size": 5}', '{"size": "it\'s \\"L\\"", "x": 1.50}', "{}", None]),
    }


def test_every_metric_is_exactly_the_same(cluster: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    ledger = open_ledger(home)
    ledger.append(events_table(*(happening(number, chance) for number in range(600))).to_pyarrow())
    people = (
        {"customer_id": f"c{n}", "segment": "gold" if n % 3 else None, "traits": '{"city": "Vigo"}'} for n in range(30)
    )
    ledger.put_customers(customers_table(*people).to_pyarrow())
    rules = Rules(inactivity_days=40, repurchase_days=30, zone="Europe/Madrid")

    def lived(read: Read) -> Lived:
        return Lived(read.events, read.customers, AS_OF, rules, read.to_arrow)

    here = lived(ledger.read())
    monkeypatch.setenv("VIVENCIA_ENGINE", cluster)
    there = lived(ledger.read())
    seen = 0
    for place, metric in enumerate(METRICS.values()):
        for variant in metric.variants:
            by = tuple(one for one in GROUPS[place % len(GROUPS)] if splittable(variant, one))
            one = compute(metric.name, here, by, variant=variant.name, min_n=1)
            other = compute(metric.name, there, by, variant=variant.name, min_n=1)
            assert one == other, (metric.name, variant.name, by)
            seen += sum(figure.value is not None for figure in one)
    assert seen > 60
