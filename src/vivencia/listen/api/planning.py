"""The track plan as it is kept: read for a drain, filled with what comes in, changed by people."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from vivencia.foundation import audit
from vivencia.foundation.models import Act, User
from vivencia.listen.api.models import PlannedCall
from vivencia.listen.api.protocol.plan import Label, Meaning, Plan, proposed

MOST_LINES = 2_000  # a sender who puts numbers into names does not fill the plan for ever
MOST_PROPERTIES = 200
COLUMNS = (
    "touchpoint", "channel", "pays", "promise", "fulfils", "metric", "scale_max", "subject_kind", "properties",
    "left_out",
)  # fmt: skip


def current() -> Plan:
    """The plan with every line that is kept."""
    return Plan({Label(line.kind, line.name): meaning(line) for line in PlannedCall.objects.all()})


def meaning(line: PlannedCall) -> Meaning:
    return Meaning(**{column: getattr(line, column) for column in COLUMNS})


def count(label: Label, calls: int, last_at: datetime, properties: Collection[str], sources: Collection[str]) -> None:
    """Add what came in to its line, which is made at its first coming."""
    line = PlannedCall.objects.filter(kind=label.kind, name=label.name).first()
    if line is None:
        if PlannedCall.objects.count() >= MOST_LINES:
            return
        suggested = {column: getattr(proposed(label), column) for column in COLUMNS}
        line, _made = PlannedCall.objects.get_or_create(
            kind=label.kind, name=label.name, defaults={**suggested, "first_at": last_at}
        )
    seen = sorted({*line.seen, *(name[:80] for name in properties)})[:MOST_PROPERTIES]
    PlannedCall.objects.filter(pk=line.pk).update(
        arrived=F("arrived") + calls,
        first_at=line.first_at or last_at,
        last_at=max(last_at, line.last_at or last_at),
        seen=seen,
        sources=sorted({*line.sources, *sources}),
    )


def decide(line: PlannedCall, *, by: User | None) -> None:
    """Keep what somebody decided; calls that are carried over from now on mean this."""
    line.decided_at, line.decided_by = timezone.now(), by
    line.save(update_fields=[*COLUMNS, "decided_at", "decided_by"])
    audit.record(Act.TRACK_PLAN_CHANGED, by=by, line=line.pk)
