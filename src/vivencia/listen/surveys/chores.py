"""What surveys have the worker do again and again."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from vivencia.foundation.chores import chore
from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen.surveys import answering, apart, inviting, triggers
from vivencia.listen.surveys.models import Response

logger = logging.getLogger("vivencia.surveys")
LEFT_AFTER = timedelta(minutes=30)  # without another answer: the person has left
_looked_at: dict[int, tuple[str, int]] = {}  # trigger -> the ledger's version and the hour it was last looked at
_kept_apart: dict[str, str] = {}  # the version of the ledger in which nothing of colleagues stands among customers


@chore(every_seconds=60)
def keep_colleagues_apart() -> None:
    """What an earlier version told, or had on its way when it was replaced; this one tells it apart to begin with."""
    ledger = open_ledger()
    version = ledger.read().version
    if _kept_apart.get("version") != version and not apart.keep_colleagues_apart(ledger):
        _kept_apart["version"] = version


@chore(every_seconds=10)
def ask_after_events() -> None:
    """New events, looked at by every trigger; nothing to do while the ledger says nothing new."""
    waiting = triggers.due()
    if not waiting:
        return
    read, now = open_ledger().read(), timezone.now()
    for trigger in waiting:
        seen = (read.version, trigger.percent)
        if _looked_at.get(trigger.pk) != seen and not triggers.look(trigger, read, now):
            _looked_at[trigger.pk] = seen


@chore(every_seconds=300)
def remind() -> None:
    inviting.remind(timezone.now())


@chore(every_seconds=60)
def settle_left() -> None:
    """What people answered who did not finish is told to the ledger once they have been away for a while."""
    now = timezone.now()
    left = Response.objects.filter(finished_at__isnull=True, changed_at__lt=now - LEFT_AFTER, settled=False)
    for key in list(left.values_list("pk", flat=True)[:500]):
        try:
            _settle(key, now)
        except Exception as problem:  # noqa: BLE001  # one that cannot be told must not keep back all after it
            logger.error("A response that was left could not be told to the ledger: %s", type(problem).__name__)


def _settle(key: UUID, now: datetime) -> None:
    with transaction.atomic():
        response = Response.objects.select_for_update(of=("self",)).select_related("survey", "version", "link")
        one = response.filter(pk=key, finished_at__isnull=True).first()
        if one is not None:
            answering.settle(one, now)
