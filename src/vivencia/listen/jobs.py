"""Imports in the background."""

from django_tasks import task

from vivencia.foundation.turns import SOMEBODY_WAITS
from vivencia.listen import demo_loading, runs
from vivencia.listen.imports.problems import Problem
from vivencia.listen.models import ImportRun, State


@task(priority=SOMEBODY_WAITS)
def execute_import(pk: int) -> None:
    """Bring an import in; running it twice brings it in once. What is wrong with its files is kept with the import."""
    run = ImportRun.objects.filter(pk=pk, state=State.RUNNING).first()
    if run is None:
        return
    try:
        runs.execute(run)
    except Problem:
        return


@task(priority=SOMEBODY_WAITS)
def load_demonstration(pk: int) -> None:
    """Load the demonstration company; loading it twice has it once."""
    run = ImportRun.objects.filter(pk=pk, state=State.RUNNING).first()
    if run is None:
        return
    demo_loading.bring_in(run)
