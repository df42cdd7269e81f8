"""The durable inbox: an event put here in a committed transaction reaches the ledger exactly once.

`put` writes rows to the operational database inside the caller's transaction. `drain`, in the worker, appends them to
the ledger, which returns after fsync, and only then deletes them. A crash in between appends them a second time,
which the ledger, idempotent on `event_id`, does not count.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from django.utils import timezone

from vivencia.foundation.ledger.schema import EVENTS, UTC_TIME
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import InboxEvent

AT_A_TIME = 5_000
YEARS = range(1900, 2200)  # as for imports
LARGEST = 1e300  # beyond it a whole number may be no float
_OURS = {"received_at", "seq", "batch_id"}
_NEEDED = [field.name for field in EVENTS if not field.nullable and field.name not in _OURS]
_TYPES = {field.name: field.type for field in EVENTS}


@dataclass(frozen=True)
class Drained:
    """What a drain did: rows that reached the ledger, rows it had already, rows of erased people, rows kept as bad."""

    accepted: int = 0
    duplicates: int = 0
    erased: int = 0
    bad: int = 0


def put(events: Sequence[Mapping[str, Any]]) -> None:
    """Keep events, given as EVENTS' columns, until the worker carries them over. Times are datetimes or ISO 8601.

    `received_at`, `seq` and `batch_id` are ours. Whatever is wrong with an event is found by `drain`.
    """
    now = timezone.now()
    InboxEvent.objects.bulk_create([InboxEvent(event=_plain(event), received_at=now) for event in events], 1_000)


def waiting() -> int:
    """How many events are on their way."""
    return InboxEvent.objects.filter(problem="").count()


def drain(ledger: Ledger | None = None) -> Drained:
    """Carry everything that waits over to the ledger."""
    ledger = ledger or open_ledger()
    total = Drained()
    while rows := list(InboxEvent.objects.filter(problem="").order_by("id")[:AT_A_TIME]):
        total = _sum(total, _carry(rows, ledger))
    return total


def _carry(rows: list[InboxEvent], ledger: Ledger) -> Drained:
    good, bad = _sorted_out(rows)
    appended = ledger.append(pa.Table.from_pylist(list(good.values()), schema=EVENTS)) if good else None
    _let_go(good)
    InboxEvent.objects.bulk_update(bad, ["problem"], 500)
    if appended is None:
        return Drained(bad=len(bad))
    return Drained(appended.accepted, appended.duplicates, appended.erased, len(bad))


def _let_go(rows: Iterable[int]) -> None:
    InboxEvent.objects.filter(pk__in=list(rows)).delete()


def _sorted_out(rows: list[InboxEvent]) -> tuple[dict[int, dict[str, Any]], list[InboxEvent]]:
    good: dict[int, dict[str, Any]] = {}
    bad: list[InboxEvent] = []
    for row in rows:
        try:
            good[row.pk] = as_event(row.event, row.received_at, row.pk)
        except ValueError as problem:
            row.problem = str(problem)
            bad.append(row)
    return good, bad


def as_event(said: object, received_at: datetime, seq: int) -> dict[str, Any]:
    """One row of EVENTS. Raises ValueError saying which field is wrong, and what it may be."""
    if not isinstance(said, dict):
        raise ValueError("an event is an object of fields")
    if unknown := sorted(set(said) - set(_TYPES)):
        raise ValueError(f"no such field: {', '.join(unknown)}; put what has no column into properties")
    if missing := [name for name in _NEEDED if said.get(name) in (None, "")]:
        raise ValueError(f"missing: {', '.join(missing)}")
    event = {name: _value(name, said.get(name)) for name in _TYPES if name not in _OURS}
    return {**event, "received_at": received_at, "seq": seq, "batch_id": f"inbox-{received_at:%Y-%m-%d}"}


def _value(name: str, value: Any) -> Any:
    """The value in its column's type; an empty text is not known."""
    if value is None or value == "":
        return None
    wanted = _TYPES[name]
    if wanted == UTC_TIME:
        return _time(name, value)
    if wanted == pa.float64():
        return _number(name, value)
    if name == "properties":
        return _properties(value)
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}; it must be text")
    return value


def _properties(value: Any) -> str:
    """Text that is not a JSON object would make every later question about properties fail."""
    try:
        members = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise ValueError(f"properties is {value!r}; it must be a JSON object")
    return json.dumps(_plain(members), ensure_ascii=False)


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


def _plain(value: Any) -> Any:
    """The value as every database's JSON can hold it: no NUL, no half character, no number that is not one."""
    match value:
        case Mapping():
            return {_plain(str(key)): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case datetime():
            return value.isoformat()
        case float() if value - value != 0:
            return str(value)
        case None | bool() | int() | float():
            return value
        case _:
            return str(value).encode("utf-8", "replace").decode().replace("\0", "")


def _sum(one: Drained, other: Drained) -> Drained:
    return Drained(
        one.accepted + other.accepted, one.duplicates + other.duplicates, one.erased + other.erased, one.bad + other.bad
    )
