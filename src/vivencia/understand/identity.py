"""One person, several ids: which they are, why they are one, and what to suggest for an id nobody has."""

from dataclasses import dataclass
from datetime import datetime

import ibis
from ibis import _

from vivencia.foundation.ledger.reading import Read

NEAR = 5
MOST_SLIPS = 2


@dataclass(frozen=True)
class OtherId:
    """Another id by which a source knows the same person."""

    id: str
    reason: str
    since: datetime
    source: str


def canonical(read: Read, any_id: str) -> str | None:
    """The id of the person whom any source calls `any_id`; None where nobody is called so."""
    led = read.to_arrow(read.aliases.filter(_.alias_id == any_id).select("person_id"))
    if led.num_rows:
        return str(led["person_id"][0].as_py())
    known = (read.customers.filter(_.customer_id == any_id), read.events_of(any_id))
    return any_id if any(read.to_arrow(table.select("customer_id").limit(1)).num_rows for table in known) else None


def ids_of(read: Read, customer_id: str) -> list[OtherId]:
    """The other ids of a person, the newest statement about each, with the reason they are one."""
    told = read.told_aliases
    own = told.semi_join(read.aliases.filter(_.person_id == customer_id), "alias_id")
    rows = read.to_arrow(own.select("alias_id", "reason", "made_at", "source").order_by(ibis.asc("made_at")))
    newest = {
        row["alias_id"]: OtherId(row["alias_id"], row["reason"], row["made_at"], row["source"])
        for row in rows.to_pylist()
    }
    return list(newest.values())


def near(read: Read, any_id: str) -> list[str]:
    """Up to five known ids that look like this one: the same beginning or end, or a slip of the fingers."""
    wanted = any_id.strip()
    ids = ibis.union(read.customers.select(id=_.customer_id), read.aliases.select(id=_.alias_id), distinct=True)
    length = max(2, len(wanted) // 2)
    slips = ids.id.levenshtein(wanted)
    alike = ids.id.startswith(wanted[:length]) | ids.id.endswith(wanted[-length:]) | (slips <= MOST_SLIPS)
    nearest = ids.filter(alike).order_by([slips.asc(), ids.id.asc()]).limit(NEAR)
    return [str(found) for found in read.to_arrow(nearest)["id"].to_pylist()]
