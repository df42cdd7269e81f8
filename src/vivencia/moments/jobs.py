"""Background work of moments. Every job may run twice."""

from django_tasks import task

from vivencia.moments import studies


@task()
def run_study(pk: int) -> None:
    """Run one study; see `studies.run`."""
    studies.run(pk)
