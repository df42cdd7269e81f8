"""What was said, as rows of the ledger: each value checked and given its column's type.

Pure: dictionaries in, dictionaries out. Every error says which field is wrong and what it may be.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS, EVENTS, UTC_TIME

YEARS = range(1900, 2200)  # as for imports
LARGEST = 1e300  # beyond it a whole number may be no float
_OURS = {
    "events": {"received_at", "seq", "batch_id"},
    "customers": {"updated_at", "batch_id"},
    "aliases": {"made_at", "batch_id"},
}
_SCHEMAS = {"events": EVENTS, "customers": CUSTOMERS, "aliases": ALIASES}
_TYPES = {
    table: {field.name: field.type for field in schema if field.name not in _OURS[table]}
    for table, schema in _SCHEMAS.items()
}
_NEEDED = {
    table: [field.name for field in schema if not field.nullable and field.name not in _OURS[table]]
    for table, schema in _SCHEMAS.items()
}
_OBJECTS = {"properties", "traits", "consent"}


@dataclass(frozen=True)
class Told:
    """What one thing received says, in the columns of EVENTS, CUSTOMERS and ALIASES, not yet checked."""

    events: Sequence[Any] = ()
    customers: Sequence[Any] = ()
    aliases: Sequence[Any] = ()


def as_event(said: object, received_at: datetime, seq: int) -> dict[str, Any]:
    """One row of EVENTS. Raises ValueError."""
    event = _row("events", said)
    if event["properties"] is not None:
        event["properties"] = json.dumps(event["properties"], ensure_ascii=False)
    return {**event, "received_at": received_at, "seq": seq, "batch_id": _batch(received_at)}


def as_customer(said: object) -> dict[str, Any]:
    """The fields of one row of CUSTOMERS that were given; `traits` and `consent` as dictionaries. Raises ValueError."""
    return {name: value for name, value in _row("customers", said).items() if value is not None}


def as_alias(said: object, received_at: datetime) -> dict[str, Any]:
    """One row of ALIASES. Raises ValueError."""
    row = _row("aliases", said)
    if row["alias_id"] == row["customer_id"]:
        raise ValueError("alias_id and customer_id are the same id")
    return {**row, "made_at": received_at, "batch_id": _batch(received_at)}


def plain(value: Any) -> Any:
    """The value as every database's JSON can hold it: no NUL, no half character, no number that is not one."""
    match value:
        case Mapping():
            return {plain(str(key)): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case datetime():
            return value.isoformat()
        case float() if value - value != 0:
            return str(value)
        case None | bool() | int() | float():
            return value
        case _:
            return str(value).encode("utf-8", "replace").decode().replace("\0", "")


def _batch(received_at: datetime) -> str:
    return f"inbox-{received_at:%Y-%m-%d}"


def _row(table: str, said: object) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise ValueError("what is said is an object of fields")
    types = _TYPES[table]
    if unknown := sorted(set(said) - set(types)):
        place = {"events": "; put what has no column into properties", "customers": "; put it into traits"}
        raise ValueError(f"no such field: {', '.join(unknown)}{place.get(table, '')}")
    if missing := [name for name in _NEEDED[table] if said.get(name) in (None, "")]:
        raise ValueError(f"missing: {', '.join(missing)}")
    return {name: _value(name, kind, said.get(name)) for name, kind in types.items()}


def _value(name: str, wanted: pa.DataType, value: Any) -> Any:
    """The value in its column's type; an empty text is not known."""
    if value is None or value == "":
        return None
    if wanted == UTC_TIME:
        return _time(name, value)
    if wanted == pa.float64():
        return _number(name, value)
    if name in _OBJECTS:
        return _members(name, value)
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}; it must be text")
    return value


def _members(name: str, value: Any) -> dict[str, Any]:
    """Text that is not a JSON object would make every later question about properties fail."""
    try:
        members = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise ValueError(f"{name} is {value!r}; it must be a JSON object")
    told: dict[str, Any] = plain(members)
    return told


def _time(name: str, value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {value!r}; it must be a time such as 2026-03-01T09:30:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"{name} is {value!r}; it must say its time zone, such as 2026-03-01T09:30:00Z")
    if moment.year not in YEARS:
        raise ValueError(f"{name} is {value!r}; allowed: the years {YEARS[0]} to {YEARS[-1]}")
    return moment.astimezone(UTC)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is {value!r}; it must be a number")
    number = float(value) if abs(value) < LARGEST else math.nan
    if number - number != 0:
        raise ValueError(f"{name} is {value!r}; it must be a finite number")
    return number
