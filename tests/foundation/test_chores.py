"""What packages have the worker do again and again."""

import threading

import pytest

from vivencia.foundation.chores import CHORES, chore
from vivencia.foundation.worker import _again_and_again


@pytest.mark.django_db
def test_a_declared_chore_is_done_again_after_it_failed() -> None:
    stop, times = threading.Event(), []

    @chore(every_seconds=0.001)
    def fails_first() -> None:
        times.append(1)
        if len(times) == 1:
            raise ValueError("the first time goes wrong")
        stop.set()

    declared = CHORES.pop(f"{__name__}.{fails_first.__qualname__}")
    _again_and_again(declared, stop)
    assert len(times) == 2
