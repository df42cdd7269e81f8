"""What somebody waits for is done before what keeps itself up to date."""

import pytest
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from vivencia.listen.jobs import execute_import
from vivencia.moments.jobs import run_study
from vivencia.plan.roadmap.jobs import find_plan


@override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}})
@pytest.mark.django_db(transaction=True)
def test_a_plan_and_an_import_come_before_studies_that_wait() -> None:
    for task in (run_study, run_study, find_plan, execute_import):
        task.enqueue(0)
    turns = [task.task_path.rpartition(".")[2] for task in DBTaskResult.objects.ready()]
    assert turns == ["find_plan", "execute_import", "run_study", "run_study"]
