"""One customer as a whole: who they are, what they are worth, what they are in the middle of, everything they lived."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.identity import OtherId, ids_of
from vivencia.understand.json_text import members_of
from vivencia.understand.lived import Lived, Promised, life_of
from vivencia.understand.situations import Situation, closes, situation
from vivencia.understand.value import Value, value


@dataclass(frozen=True)
class Customer:
    """`known`: what the customer list says of them (empty where it says nothing); times are UTC."""

    customer_id: str
    known: dict[str, Any]
    traits: dict[str, Any]
    consent: dict[str, Any]
    other_ids: tuple[OtherId, ...]
    lived: tuple[Lived, ...]
    promised: tuple[Promised, ...]
    value: Value
    situation: tuple[Situation, ...]

    @property
    def name(self) -> str | None:
        return self.known.get("name")

    @property
    def since(self) -> datetime | None:
        """Customer since when: as the source says, else their first event."""
        return self.known.get("since") or (self.lived[0].at if self.lived else None)

    @property
    def last_seen(self) -> datetime | None:
        """When they last did something; being asked is not doing."""
        return max((event.at for event in self.lived if not event.about_surveys), default=None)


def customer(read: Read, customer_id: str, as_of: datetime) -> Customer:
    """The person with this canonical id, as of a moment."""
    rows = read.to_arrow(read.customers.filter(_.customer_id == customer_id)).to_pylist()
    known = {key: told for key, told in (rows[0] if rows else {}).items() if told is not None}
    lived, promised = life_of(read, customer_id, as_of)
    return Customer(
        customer_id=customer_id,
        known=known,
        traits=members_of(known.get("traits")),
        consent=members_of(known.get("consent")),
        other_ids=tuple(ids_of(read, customer_id)),
        lived=tuple(lived),
        promised=tuple(promised),
        value=value(lived),
        situation=tuple(situation(lived, promised, as_of, issues_close=issues_close(read))),
    )


def issues_close(read: Read) -> bool:
    """Whether this ledger ever says that a problem was solved."""

    def compute() -> bool:
        names = read.to_arrow(read.events.select("name").distinct())["name"].to_pylist()
        return any(closes(name) for name in names)

    return bool(read.remember("customers/issues-close/1", compute))
