"""Background work of the roadmap. Every job may run twice."""

from django_tasks import task

from vivencia.foundation.turns import SOMEBODY_WAITS
from vivencia.plan.roadmap import plans


@task(priority=SOMEBODY_WAITS)
def find_plan(pk: int) -> None:
    """Find one plan; see `plans.run`."""
    plans.run(pk)


@task(priority=SOMEBODY_WAITS)
def price_plan(pk: int) -> None:
    """Work out what the limits of a plan kept after a change by hand cost; see `plans.price`."""
    plans.price(pk)
