"""Background work of personas. Every job may run twice."""

from django_tasks import task

from vivencia.understand.personas import findings


@task()
def find_personas(pk: int) -> None:
    """Work one finding out; see `findings.run`."""
    findings.run(pk)
