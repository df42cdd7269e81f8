"""What is said of people, merged into what is known of them.

A field that is not given stays as it was; traits merge key by key (null takes one away), consent purpose by purpose
(the later statement holds). An id that is another name of a person keeps a row of its own beside the person's, so that
taking the two apart again loses nothing that was said of either.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Said:
    """Fields of one row of CUSTOMERS (`arriving.as_customer`), and when they were received."""

    fields: dict[str, Any]
    at: datetime


def customer_rows(read: Read, said: Sequence[Said]) -> pa.Table:
    """CUSTOMERS' rows to add so that what was said holds; none for what was known already."""
    persons = _persons(read, {one.fields["customer_id"] for one in said})
    known = _known(read, persons, {one.fields["customer_id"] for one in said})
    rows = dict(known)
    for one in said:
        own = one.fields["customer_id"]
        rows[own] = merged(rows.get(own), one)
        if (person := persons.get(own, own)) != own:
            about_person = Said({**one.fields, "customer_id": person}, one.at)
            rows[person] = merged(rows.get(person), about_person, after=rows[own]["updated_at"])
    new = [row for identifier, row in rows.items() if row is not known.get(identifier)]
    return pa.Table.from_pylist(new, schema=CUSTOMERS)


def merged(known: dict[str, Any] | None, said: Said, *, after: datetime | None = None) -> dict[str, Any]:
    """One row of CUSTOMERS: `known` itself where nothing said is new.

    after: the row is to be newer than this too.
    """
    row = dict(known or {})
    row.update({name: value for name, value in said.fields.items() if name not in ("traits", "consent")})
    row["traits"] = _text(_traits(_object(row.get("traits")), said.fields.get("traits", {})))
    row["consent"] = _text(_consent(_object(row.get("consent")), said.fields.get("consent", {})))
    if known is not None and all(row.get(name) == known.get(name) for name in CUSTOMERS.names if name != "source"):
        return known
    newer_than = [each + _TICK for each in (known["updated_at"] if known else None, after) if each is not None]
    return {**row, "updated_at": max([said.at, *newer_than]), "batch_id": f"inbox-{said.at:%Y-%m-%d}"}


def alias_rows(read: Read, said: Sequence[dict[str, Any]], unless_known: frozenset[int]) -> pa.Table:
    """ALIASES' rows to add; none for what is known already.

    unless_known: the places in `said` of statements that give way to any earlier one about the same alias.
    """
    ids = {row["alias_id"] for row in said}
    told = read.told_aliases.filter(_.alias_id.isin(sorted(ids))).select("alias_id", "customer_id", "made_at")
    rows = read.to_arrow(told.order_by("made_at")).to_pylist() if ids else []
    known = {row["alias_id"]: row["customer_id"] for row in rows}
    new = []
    for place, row in enumerate(said):
        before = known.get(row["alias_id"])
        if before == row["customer_id"] or (before is not None and place in unless_known):
            continue
        known[row["alias_id"]] = row["customer_id"]
        new.append(row)
    return pa.Table.from_pylist(new, schema=ALIASES)


def _persons(read: Read, ids: set[str]) -> dict[str, str]:
    """Those of the ids that are another name of somebody: id to canonical id."""
    led = read.to_arrow(read.aliases.filter(_.alias_id.isin(sorted(ids))))
    return dict(zip(led["alias_id"].to_pylist(), led["person_id"].to_pylist(), strict=True))


def _known(read: Read, persons: dict[str, str], ids: set[str]) -> dict[str, dict[str, Any]]:
    """What holds now: of another name what was said of itself, of a person what was said under all their names."""
    people = {persons.get(each, each) for each in ids}
    names = read.to_arrow(read.aliases.filter(_.person_id.isin(sorted(people))))
    person_of = dict(zip(names["alias_id"].to_pylist(), names["person_id"].to_pylist(), strict=True))
    told = read.told_customers.filter(_.customer_id.isin(sorted({*ids, *people, *person_of})))
    known: dict[str, dict[str, Any]] = {}
    for row in read.to_arrow(told.order_by("updated_at", "batch_id")).to_pylist():
        own, person = row["customer_id"], person_of.get(row["customer_id"])
        if person is None:
            known[own] = _over(known.get(own, {}), row, whole=own not in person_of.values())
        else:
            known[own] = row
            known[person] = _over(known.get(person, {}), {**row, "customer_id": person}, whole=False)
    return known


def _over(known: dict[str, Any], row: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """The newer row: as a whole, or where it says something."""
    return row if whole else {**known, **{name: value for name, value in row.items() if value is not None}}


def _traits(known: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**known, **said}.items() if value is not None}


def _consent(known: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    return {**known, **{purpose: new for purpose, new in said.items() if not _older(new, known.get(purpose))}}


def _older(new: Any, known: Any) -> bool:
    moments = [_moment(each.get("at")) if isinstance(each, dict) else None for each in (new, known)]
    return moments[0] is not None and moments[1] is not None and moments[0] < moments[1]


def _moment(said: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _object(text: str | None) -> dict[str, Any]:
    try:
        said = json.loads(text) if text else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _text(members: dict[str, Any]) -> str | None:
    return json.dumps(members, ensure_ascii=False, sort_keys=True) if members else None
