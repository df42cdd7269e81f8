"""What a person is worth so far: orders and revenue, as their events say."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from vivencia.understand.lived import Lived


@dataclass(frozen=True)
class Value:
    """`orders`: different orders with a payment (a payment without an order is one of its own).

    `revenue`: money received less money returned, per ISO 4217 currency ("" where the source names none), in the
    currency's units. Empty where no money ever changed hands: not known is not zero.
    """

    orders: int
    revenue: dict[str, float]


def value(lived: Sequence[Lived]) -> Value:
    orders: set[str] = set()
    revenue: dict[str, float] = defaultdict(float)
    for event in lived:
        if event.amount is None:
            continue
        revenue[event.currency or ""] += event.amount
        if event.amount > 0:
            orders.add(event.subject_id or event.event_id)
    return Value(len(orders), {currency: round(amount, 2) for currency, amount in revenue.items()})
