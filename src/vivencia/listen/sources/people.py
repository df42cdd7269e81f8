"""Whose a message is: the customer with that e-mail address, or a new one known by it alone."""

import hashlib
from collections.abc import Iterable
from typing import Any

from ibis import _

from vivencia.foundation import inbox
from vivencia.foundation.ledger.reading import Read


def by_address(addresses: Iterable[str], read: Read) -> dict[str, str]:
    """The customer of each address that exactly one customer has; whom several share is nobody's."""
    wanted = sorted({one.strip().lower() for one in addresses if one.strip()})
    if not wanted:
        return {}
    rows = read.customers.filter(_.email.lower().isin(wanted)).select("customer_id", email=_.email.lower())
    found: dict[str, set[str]] = {}
    for row in read.to_arrow(rows).to_pylist():
        found.setdefault(row["email"], set()).add(row["customer_id"])
    return {address: next(iter(ids)) for address, ids in found.items() if len(ids) == 1}


def new_id(address: str) -> str:
    """The id of who is known by an address alone: the same whenever they write, and without the address in it."""
    return "mail-" + hashlib.blake2b(address.strip().lower().encode(), digest_size=9).hexdigest()


def make_known(address: str, name: str, source: str) -> str:
    """Put somebody on the customer list who is known by an address alone; returns their id."""
    customer_id = new_id(address)
    known: dict[str, Any] = {"customer_id": customer_id, "email": address.strip().lower(), "source": source}
    inbox.put_customers([{**known, "name": name} if name else known])
    return customer_id
