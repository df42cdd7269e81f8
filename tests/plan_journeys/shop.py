"""A shop whose every number can be counted by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from tests.moments.company import Row, customer_table, event, table
from vivencia.plan.journeys.drawing import Drawing, Expectations, Phase, Step

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LATE = 5  # of twenty, every fourth


def events() -> pa.Table:
    """Twenty orders, ten days apart. Each: bought, delivered two days later (every fourth a day late, and four days
    after), reviewed with 5 (late: 2). Odd ones ask by phone, where somebody answers; one order is never delivered."""
    rows: list[Row] = []
    for number in range(20):
        rows += _order(number, START + 10 * number * DAY)
    rows.append(event("last", START + 364 * DAY, "visit started", touchpoint="visit", channel="web"))
    return table(rows)


def _order(number: int, bought: datetime) -> list[Row]:
    who = f"customer {number}"
    about: dict[str, Any] = {"subject_kind": "order", "subject_id": f"o{number}"}
    promised = bought + 3 * DAY
    late = number % 4 == 0
    told = [event(who, bought, "order placed", touchpoint="purchase", channel="web", promise="delivery",
                  promised_at=promised, **about)]  # fmt: skip
    if number % 2:
        told.append(event(who, bought + DAY, "ticket opened", touchpoint="contact", channel="phone",
                          employee_id="ana", **about))  # fmt: skip
    if number == 19:
        return told
    arrived = bought + (4 if late else 2) * DAY
    told.append(event(who, arrived, "order delivered", touchpoint="delivery", channel="courier", promise="delivery",
                      **about))  # fmt: skip
    told.append(event(who, arrived + DAY, "review answered", touchpoint="review", channel="web", metric="csat",
                      score=2.0 if late else 5.0, scale_max=5.0, **about))  # fmt: skip
    return told


def customers() -> pa.Table:
    return customer_table([{"customer_id": f"customer {n}", "segment": "new" if n < 10 else "old"} for n in range(20)])


def step(name: str, **expected: Any) -> Step:
    """A step bound to the touchpoint of its name."""
    return Step(name, "p", name.title(), name, expectations=Expectations(**expected))


def drawing(*steps: Step, title: str = "Order to door") -> Drawing:
    return Drawing(title, "en", "target", phases=(Phase("p", "During"),), steps=steps)
