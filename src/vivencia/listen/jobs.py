"""Imports in the background."""

from django.utils import timezone
from django_tasks import task

from vivencia.listen import demo_loading, runs
from vivencia.listen.imports.problems import Problem
from vivencia.listen.models import ImportRun, State


@task()
def execute_import(pk: int) -> None:
    """Bring an import in; running it twice brings it in once. What is wrong with its files is kept with the import."""
    run = ImportRun.objects.filter(pk=pk, state=State.RUNNING).first()
    if run is None:
        return
    try:
        runs.execute(run)
    except Problem:
        return


@task()
def load_demonstration(pk: int) -> None:
    """Load the demonstration company; loading it twice has it once."""
    run = ImportRun.objects.filter(pk=pk, state=State.RUNNING).first()
    if run is None:
        return
    began = timezone.now()
    ImportRun.objects.filter(pk=pk).update(stage="writing", started_at=began)
    loaded = demo_loading.load(lambda share: _advance(pk, share))
    ImportRun.objects.filter(pk=pk).update(
        state=State.DONE,
        stage="",
        share=1,
        read=loaded.events,
        accepted=loaded.events,
        customers=loaded.customers,
        started_at=began,
        finished_at=timezone.now(),
    )


def _advance(pk: int, share: float) -> None:
    ImportRun.objects.filter(pk=pk).update(share=share)
