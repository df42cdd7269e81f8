"""Background work of impact. Every job may run twice."""

from django_tasks import task

from vivencia.foundation.turns import SOMEBODY_WAITS
from vivencia.plan.impact import proving
from vivencia.plan.initiatives.models import Initiative


@task(priority=SOMEBODY_WAITS)
def prove(pk: int) -> None:
    """Work out one initiative's outcome; see `proving.prove`."""
    initiative = Initiative.objects.filter(pk=pk).first()
    if initiative is not None:
        proving.prove(initiative)
