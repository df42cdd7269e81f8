"""What really moves the demonstration's customers, stated as data. `docs/guide/demo.md` tells it in words.

The shifts below are the causes the generator adds: points on the hidden feeling behind a CSAT answer (1-5), points on
the hidden feeling behind an NPS answer (0-10), and percentage points of buying again within 180 days. What an answer
shows is smaller, because nobody can give more than 5: `orders.true_effect` works out the effect as it is observed, by
living every order twice, once with the moment and once without it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Planted:
    """One moment that truly matters."""

    key: str  # the exposure in `orders.Lived`
    kind: str  # pain or gain
    touchpoint: str
    says: str
    among: str  # the orders it can happen to
    csat: float  # points of hidden feeling, 0 where it comes after the question
    nps: float
    repurchase: float  # percentage points


PLANTED: tuple[Planted, ...] = (
    Planted(
        "late", "pain", "delivery", "The order came after the promised day", "orders sent home", -1.25, -1.9, -11.0
    ),
    Planted(
        "stock_out",
        "pain",
        "stock-out",
        "Part of a paid order was not there after all",
        "all orders",
        -1.05,
        -1.6,
        -9.0,
    ),
    Planted(
        "transferred",
        "pain",
        "transfer",
        "Whoever asked for help was passed on to somebody else",
        "orders with a ticket",
        -0.95,
        -1.5,
        -9.0,
    ),
    Planted(
        "refund_late",
        "pain",
        "refund",
        "The money for a return came later than promised",
        "returned orders",
        0.0,
        -2.2,
        -12.0,
    ),
    Planted(
        "notice",
        "gain",
        "delivery notice",
        "The shop said by itself how the delivery was going",
        "orders sent home",
        0.45,
        0.7,
        4.0,
    ),
    Planted(
        "advice",
        "gain",
        "store advice",
        "An expert in the store gave advice before the purchase",
        "all orders",
        0.60,
        1.0,
        8.0,
    ),
    Planted(
        "guide",
        "gain",
        "care guide",
        "The buyer opened the guide on looking after the purchase",
        "all orders",
        0.45,
        0.7,
        6.0,
    ),
)

# They go together with good or bad answers, because of who does them and when, but change nothing.
HARMLESS: dict[str, str] = {
    "chat before purchase": "gardeners and professionals ask more, and they are milder judges",
    "newsletter": "people who have bought often open it, and they come back more anyway",
    "loyalty": "members are gardeners and regular customers",
    "return": "returning is no pain in itself; only the late refund is",
    "search": "long searches come with large furniture, which comes late more often",
    "payment in instalments": "goes with furniture and with newly furnished homes",
    "gift wrapping": "peaks before Christmas, when deliveries are late",
}
