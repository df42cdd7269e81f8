"""Calls that arrived: kept in the inbox as they came, read by the track plan when they are drained."""

import os
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from vivencia.foundation import audit, inbox
from vivencia.foundation.arriving import Told
from vivencia.foundation.models import Act, InboxEvent
from vivencia.listen.api import planning
from vivencia.listen.api.keys import Key
from vivencia.listen.api.models import WriteKey
from vivencia.listen.api.protocol import calls
from vivencia.listen.api.protocol.calls import Origin
from vivencia.listen.api.protocol.plan import Label

KIND = "call"
KEPT_DAYS = 90  # rejected calls may hold personal data: they do not lie about for ever


def keep(arrived: Iterable[Any], key: Key) -> None:
    """Put calls on the disk, as they came. A call without a messageId gets one, so that it counts once from here on."""
    origin = key.origin
    about = {"key": key.pk, "source": origin.source, "channel": origin.channel, "trusted": origin.trusted}
    inbox.put_together(KIND, [{**about, "call": _identified(call)} for call in arrived])


def _identified(call: Any) -> Any:
    if not isinstance(call, dict) or call.get("messageId"):
        return call
    return {**call, "messageId": f"made-here-{uuid.uuid4()}"}


def reader() -> inbox.Reader:
    """Reads calls by the plan as it is now."""
    plan = planning.current()

    def read(kept: Any, received_at: datetime) -> Told:
        origin = Origin(kept["source"], kept["channel"], trusted=kept["trusted"])
        return calls.told(kept["call"], received_at, origin, plan)

    return read


@dataclass
class _Seen:
    """What a drain saw of one label."""

    count: int = 0
    last_at: datetime | None = None
    properties: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


def settle(rows: Sequence[InboxEvent]) -> None:
    """Count what was carried over on the track plan, and remember when keys were used."""
    plan, seen = planning.current(), defaultdict[Label, _Seen](_Seen)
    used: dict[int, datetime] = {}
    for row in rows:
        used[row.event["key"]] = row.received_at
        label = calls.label(row.event["call"], plan)
        if label is not None:
            _note(seen[label], row)
    for key, at in used.items():
        WriteKey.objects.filter(pk=key).update(last_used_at=at)
    for label, noted in seen.items():
        planning.count(label, noted.count, noted.last_at or timezone.now(), noted.properties, noted.sources)


def _note(seen: _Seen, row: InboxEvent) -> None:
    properties = row.event["call"].get("properties")
    seen.count += 1
    seen.last_at = row.received_at
    seen.sources.add(row.event["source"])
    seen.properties.update(properties if isinstance(properties, dict) else ())


def ids(kept: Any) -> set[str]:
    """Every id of a person that a kept call names."""
    return calls.ids(kept.get("call")) if isinstance(kept, dict) else set()


def rejected() -> QuerySet[InboxEvent]:
    """Calls that could not be read, the newest first."""
    return InboxEvent.objects.filter(kind=KIND).exclude(problem="").order_by("-pk")


@dataclass(frozen=True)
class Reason:
    """Why `count` calls were rejected; the oldest of them go on the day `goes`, None where they are kept for ever."""

    problem: str
    count: int
    goes: date | None


def reasons() -> list[Reason]:
    """Why calls were rejected, the most frequent first."""
    kept = rejected().order_by().values("problem").annotate(count=Count("pk"), first=Min("received_at"))
    return [Reason(row["problem"], row["count"], goes_on(row["first"])) for row in kept.order_by("-count", "problem")]


def kept_days() -> int:
    """For how many days rejected calls are kept; 0: until somebody decides."""
    return max(0, int(os.environ.get("VIVENCIA_REJECTED_DAYS") or KEPT_DAYS))


def goes_on(received_at: datetime) -> date | None:
    """The day on which a rejected call that came then is discarded, if nobody decides before."""
    days = kept_days()
    return timezone.localdate(received_at + timedelta(days=days)) if days else None


def clear_old(now: datetime) -> int:
    """Discard what was rejected longer ago than such calls are kept. Returns how many."""
    days = kept_days()
    if not days:
        return 0
    count = rejected().filter(received_at__lt=now - timedelta(days=days)).order_by().delete()[0]
    if count:
        audit.record(Act.ARRIVALS_DISCARDED, by=None, events=count, after_days=days)
    return count


def try_again(problem: str | None = None) -> int:
    """Have rejected calls read once more: all, or those of one problem. Returns how many."""
    rows = rejected() if problem is None else rejected().filter(problem=problem)
    return rows.order_by().update(problem="")


def discard(problem: str) -> int:
    """Remove the rejected calls of one problem. Returns how many."""
    return rejected().filter(problem=problem).order_by().delete()[0]
