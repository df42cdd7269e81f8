"""Background work of impact. Every job may run twice."""

from django.db import transaction
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from vivencia.foundation.turns import SOMEBODY_WAITS
from vivencia.plan.impact import proving
from vivencia.plan.initiatives.models import Initiative

UNDER_WAY = (TaskResultStatus.READY, TaskResultStatus.RUNNING)


@task(priority=SOMEBODY_WAITS)
def prove(pk: int) -> None:
    """Work out one initiative's outcome; see `proving.prove`."""
    initiative = Initiative.objects.filter(pk=pk).first()
    if initiative is not None:
        proving.prove(initiative)


def last(pk: int) -> TaskResultStatus | None:
    """How the newest order to work out one initiative stands; None where there was none. The database looks for it."""
    ordered = DBTaskResult.objects.filter(task_path=prove.module_path, args_kwargs__args=[pk])
    status = ordered.order_by("-enqueued_at").values_list("status", flat=True).first()
    return None if status is None else TaskResultStatus(status)


def order(pk: int) -> None:
    """Have one initiative worked out, unless that is under way: of two orders at once the second waits and sees it."""
    with transaction.atomic():
        Initiative.objects.select_for_update().get(pk=pk)
        if last(pk) not in UNDER_WAY:
            prove.enqueue(pk)
