"""What the ledger knows of people that a survey may say or needs: names, addresses, languages."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger


@dataclass(frozen=True)
class Person:
    """One customer as far as asking them goes; "" where nothing is known."""

    customer_id: str
    name: str = ""
    email: str = ""
    language: str = ""

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else ""


def find(customer_ids: Collection[str], read: Read | None = None) -> dict[str, Person]:
    """Who these ids belong to, by the id asked for; people nobody knows are left out."""
    if not customer_ids:
        return {}
    read = read or open_ledger().read()
    led = read.to_arrow(read.aliases.filter(_.alias_id.isin(list(customer_ids)))).to_pylist()
    canonical = {row["alias_id"]: row["person_id"] for row in led}
    wanted = {canonical.get(one, one) for one in customer_ids}
    known = {one.customer_id: one for one in _people(read, read.customers.customer_id.isin(list(wanted)))}
    return {one: known[canonical.get(one, one)] for one in customer_ids if canonical.get(one, one) in known}


def by_address(addresses: Collection[str], read: Read | None = None) -> dict[str, Person]:
    """Whose these e-mail addresses are, by the address in small letters; of several people, the first id."""
    if not addresses:
        return {}
    read = read or open_ledger().read()
    wanted = [one.strip().lower() for one in addresses]
    found = sorted(_people(read, read.customers.email.lower().isin(wanted)), key=lambda one: one.customer_id)
    return {one.email.lower(): one for one in reversed(found)}


def _people(read: Read, which: object) -> Iterable[Person]:
    rows = read.to_arrow(read.customers.filter(which).select("customer_id", "name", "email", "language"))
    return [Person(**{key: value or "" for key, value in row.items()}) for row in rows.to_pylist()]
