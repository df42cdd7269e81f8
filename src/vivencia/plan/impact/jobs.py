"""Background work of impact. Every job may run twice."""

from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from vivencia.foundation.turns import SOMEBODY_WAITS
from vivencia.plan.impact import proving
from vivencia.plan.initiatives.models import Initiative


@task(priority=SOMEBODY_WAITS)
def prove(pk: int) -> None:
    """Work out one initiative's outcome; see `proving.prove`."""
    initiative = Initiative.objects.filter(pk=pk).first()
    if initiative is not None:
        proving.prove(initiative)


def last(pk: int) -> TaskResultStatus | None:
    """How the newest order to work out one initiative stands; None where there was none."""
    ordered = DBTaskResult.objects.filter(task_path=prove.module_path).order_by("-enqueued_at")
    states = (TaskResultStatus(one.status) for one in ordered.iterator() if one.args_kwargs["args"] == [pk])
    return next(states, None)
