"""Who looks at a map just now, and at which step: told by each browser every few seconds, forgotten when it stops."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from vivencia.foundation.models import User
from vivencia.plan.journeys.models import MapPresence

GONE_AFTER = timedelta(seconds=15)  # without a word: several of the browser's turns
MOST_SHOWN = 30


@dataclass(frozen=True)
class Present:
    """Somebody else at a map: `name`, and the key of the step they are on ("": none)."""

    user: int
    name: str
    step: str


def here(pk: int, by: User, step: str, now: datetime) -> None:
    """This person is at the map, on this step."""
    about = {"step": step[:64], "at": now}
    if MapPresence.objects.filter(map_id=pk, user=by).update(**about):
        return
    try:
        with transaction.atomic():
            MapPresence.objects.create(map_id=pk, user=by, **about)
    except IntegrityError:  # the same person's other window was quicker
        MapPresence.objects.filter(map_id=pk, user=by).update(**about)


def left(pk: int, by: User) -> None:
    MapPresence.objects.filter(map_id=pk, user=by).delete()


def others(pk: int, by: User, now: datetime) -> list[Present]:
    """Everybody else who is at the map, by name."""
    rows = MapPresence.objects.filter(map_id=pk, at__gt=now - GONE_AFTER, user__is_active=True).exclude(user=by)
    told = [Present(row.user_id, row.user.called, row.step) for row in rows.select_related("user")[:MOST_SHOWN]]
    return sorted(told, key=lambda one: (one.name.casefold(), one.user))
