"""The few figures the overview shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import pytest

from tests.metrics.events import BEGIN, customers_table, events_table
from vivencia.lead.vitals import vitals
from vivencia.measure.metrics.computing import Question, ask
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.lived import Lived
from vivencia.measure.metrics.rules import Rules
from vivencia.measure.reading import Source


@dataclass(frozen=True)
class Held:
    """A source whose events are held in memory."""

    lived: Lived
    as_of: datetime
    rules: Rules

    def figures(self, question: Question) -> list[Figure]:
        return ask(question, self.lived)


@pytest.mark.django_db
def test_buying_again_does_not_seem_to_fall_because_the_newest_customers_had_no_time_yet() -> None:
    """A new customer a day for two years; every second one buys again, 100 days later."""
    rows = [
        {"customer_id": f"c{i}", "name": "order placed", "amount": 10.0, "occurred_at": BEGIN + timedelta(days=day)}
        for i in range(730)
        for day in ((i, i + 100) if i % 2 else (i,))
    ]
    as_of = BEGIN + timedelta(days=730)
    known = [row for row in rows if cast("datetime", row["occurred_at"]) < as_of]
    told = vitals(cast("Source", Held(Lived(events_table(*known), customers_table(), as_of), as_of, Rules())))
    (vital,) = (one for one in told if one.name == "repurchase")
    assert vital.figure.value == pytest.approx(43.0, abs=1)  # as everywhere: the newest have not come back yet
    assert vital.trend[:-1] == pytest.approx([50.0] * 11, abs=5)  # the last month has only begun
    assert vital.recent is None  # nobody who came in the last days had the time to come back


@pytest.mark.django_db
def test_the_last_days_stand_beside_everything_and_say_whether_they_differ() -> None:
    """Two answers a day for a year, 5 and 3; in the last 90 days both are bad."""
    days = 365
    rows = [
        {"customer_id": f"c{day}-{score}", "metric": "csat", "score": score, "scale_max": 5.0,
         "occurred_at": BEGIN + timedelta(days=day)}
        for day in range(days)
        for score in ((5.0, 3.0) if day < days - 90 else (2.0, 1.0))
    ]  # fmt: skip
    as_of = BEGIN + timedelta(days=days, hours=-1)
    told = vitals(cast("Source", Held(Lived(events_table(*rows), customers_table(), as_of), as_of, Rules())))
    (vital,) = (one for one in told if one.name == "csat")
    assert vital.figure.value == pytest.approx(100 * 275 / 730)
    assert vital.href == "/metrics/csat/"  # the page that shows the same figure
    assert vital.recent is not None
    assert (vital.recent.figure.value, vital.recent.figure.n, vital.recent.tone) == (0.0, 180, "pain")
    assert vital.recent.href == "/metrics/csat/?since=2026-10-03"
