"""A ledger of a town's shop: people of the app who order often, people of the store, and people who telephone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from vivencia.foundation.ledger.schema import CUSTOMERS, EVENTS

BEGINNING = datetime(2026, 1, 1, 9, tzinfo=UTC)
KINDS = {"app": 90, "store": 90, "phone": 60}
# kind -> likely channels, orders, amount, share of promises broken, score, words
LIVES: dict[str, dict[str, Any]] = {
    "app": {"channels": ("app",) * 9 + ("web",), "orders": 6, "amount": 30, "late": 0.1, "score": 4.4},
    "store": {"channels": ("store",) * 9 + ("phone",), "orders": 3, "amount": 80, "late": 0.0, "score": 4.6},
    "phone": {"channels": ("phone",) * 8 + ("web",) * 2, "orders": 2, "amount": 50, "late": 0.7, "score": 2.2},
}
STEPS = {"app": ("search", "purchase"), "store": ("advice", "purchase"), "phone": ("contact", "purchase", "contact")}


def events(seed: int = 0, kinds: dict[str, int] | None = None, prefix: str = "") -> pa.Table:
    """What they all lived in half a year."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for kind, n in (kinds or KINDS).items():
        for place in range(n):
            rows += _life(f"{prefix}{kind}-{place:03}", kind, random)
    for seq, row in enumerate(rows):
        row |= {"event_id": f"{prefix}e{seq}", "seq": seq}
    return pa.Table.from_pylist([dict.fromkeys(EVENTS.names) | row for row in rows], schema=EVENTS)


def customers(kinds: dict[str, int] | None = None) -> pa.Table:
    """Their records; those who telephone buy for companies."""
    rows = [
        {
            "customer_id": f"{kind}-{place:03}", "name": f"{kind.title()} {place}", "segment": f"{kind} people",
            "account_id": f"firm-{place % 9}" if kind == "phone" else None,
            "traits": '{"role": "buyer"}' if kind == "phone" else "{}",
            "updated_at": BEGINNING, "source": "town", "batch_id": "b",
        }
        for kind, n in (kinds or KINDS).items() for place in range(n)
    ]  # fmt: skip
    return pa.Table.from_pylist([dict.fromkeys(CUSTOMERS.names) | row for row in rows], schema=CUSTOMERS)


def _life(who: str, kind: str, random: np.random.Generator) -> list[dict[str, Any]]:
    life = LIVES[kind]
    rows: list[dict[str, Any]] = []
    for order in range(1 + random.poisson(life["orders"])):
        at = BEGINNING + timedelta(days=float(random.uniform(0, 170)))
        subject = f"{who}-{order}"
        for step in STEPS[kind]:
            at += timedelta(hours=1)
            bought = step == "purchase"
            rows.append(
                _row(
                    who,
                    at,
                    f"{step} happened",
                    subject,
                    touchpoint=step,
                    channel=str(random.choice(life["channels"])),
                    amount=float(random.gamma(4, life["amount"] / 4)) if bought else None,
                    currency="EUR" if bought else None,
                    promise="delivery" if bought else None,
                    promised_at=at + timedelta(days=2) if bought else None,
                )
            )
        late = random.random() < life["late"]
        rows.append(
            _row(
                who,
                at + timedelta(days=3 if late else 1),
                "delivered",
                subject,
                touchpoint="delivery",
                promise="delivery",
            )
        )
        if random.random() < 0.6:
            score = float(np.clip(round(random.normal(life["score"], 0.7)), 1, 5))
            rows.append(
                _row(
                    who,
                    at + timedelta(days=4),
                    "survey answered",
                    subject,
                    metric="csat",
                    score=score,
                    scale_max=5.0,
                    text=f"My telephone is 612 345 678, this was {score:g}" if random.random() < 0.3 else None,
                )
            )
    return rows


def _row(who: str, at: datetime, name: str, subject: str, **more: Any) -> dict[str, Any]:
    return {
        "customer_id": who, "occurred_at": at, "received_at": at, "name": name, "subject_kind": "order",
        "subject_id": subject, "source": "town", "batch_id": "b", **more,
    }  # fmt: skip
