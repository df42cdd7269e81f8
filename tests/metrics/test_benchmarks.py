"""Benchmarks stand beside a metric with the gap and its interval; a metric steered alone is pointed out."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.foundation.conftest import person, signed_in  # noqa: F401  # the cast
from tests.metrics.events import BEGIN, events_table
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role
from vivencia.measure import benchmarks
from vivencia.measure.metrics.balance import FUNCTIONS, balance
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.models import Benchmark, Target

pytestmark = pytest.mark.django_db

Enter = Callable[..., Client]
TODAY = date(2026, 6, 1)


def figure(value: float | None = 80.0, low: float = 77.0, high: float = 82.0) -> Figure:
    known = value is not None
    return Figure("csat", "top2", {}, value, low if known else None, high if known else None, 500, "%", "", "share")


def held(value: float, low: float | None = None, high: float | None = None, on: date = TODAY) -> Benchmark:
    return Benchmark(metric="csat", variant="top2", name="The best", value=value, low=low, high=high, held_on=on)


@pytest.mark.parametrize(
    ("theirs", "better", "standing"),
    [(85.0, "up", "behind"), (85.0, "down", "ahead"), (81.0, "up", "level"), (70.0, "up", "ahead")],
)
def test_the_gap_is_ours_less_theirs_and_named_only_where_it_is_sure(theirs: float, better: str, standing: str) -> None:
    gap = benchmarks.gap(held(theirs), figure(), better, TODAY)
    assert (gap.value, gap.low, gap.high) == (80 - theirs, 77 - theirs, 82 - theirs)
    assert gap.standing == standing


def test_a_benchmark_with_a_range_of_its_own_widens_the_gaps() -> None:
    gap = benchmarks.gap(held(85.0, 81.0, 89.0), figure(), "up", TODAY)
    assert gap.low == pytest.approx(-10)
    assert gap.high == pytest.approx(-5 + 20**0.5)


def test_without_enough_data_nothing_is_said_and_old_benchmarks_are_marked() -> None:
    gap = benchmarks.gap(held(85.0, on=TODAY - timedelta(days=900)), figure(None), "up", TODAY)
    assert (gap.value, gap.standing, gap.old) == (None, "unknown", True)


def test_every_metric_belongs_to_a_function_and_has_counterweights() -> None:
    assert set(FUNCTIONS) == set(METRICS)
    assert all(metric.counterweights for metric in METRICS.values())


@pytest.mark.parametrize(
    ("targeted", "worsening", "state"),
    [
        ((), (), "not_steered"),
        (("nps",), (), "alone"),
        (("csat",), (), "alone"),
        (("csat", "repurchase"), (), "balanced"),
        (("csat", "repurchase"), ("promise_kept",), "paid"),
    ],
)
def test_a_target_without_one_for_a_counterweight_is_steering_alone(
    targeted: tuple[str, ...], worsening: tuple[str, ...], state: str
) -> None:
    steered = {"csat" if name == "nps" else name for name in targeted}
    assert balance(METRICS["csat"], steered, worsening).state == state


@pytest.fixture
def told(home: Path) -> Path:
    """Good answers; promises that were kept in the quarter before and are broken in the last."""
    rows: list[dict[str, Any]] = []
    for number in range(120):
        at, late = BEGIN + timedelta(days=1.5 * number), number >= 60
        one = {"customer_id": f"c{number}", "subject_id": f"o{number}", "subject_kind": "order", "promise": "delivery"}
        rows += [
            {**one, "name": "order placed", "occurred_at": at, "promised_at": at + timedelta(days=2)},
            {**one, "name": "delivered", "occurred_at": at + timedelta(days=3 if late else 1)},
            {"metric": "csat", "score": 5.0, "scale_max": 5.0, "customer_id": f"c{number}", "name": "survey answered",
             "occurred_at": at},
        ]  # fmt: skip
    open_ledger().append(events_table(*rows).to_pyarrow())
    return home


def page(client: Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_benchmark_is_kept_shown_changed_and_deleted_by_analysts(told: Path, signed_in: Enter) -> None:  # noqa: F811
    analyst = signed_in(Role.ANALYST)
    said = {"kind": "leader", "name": "Best carrier", "variant": METRICS["csat"].variants[0].name, "value": "90",
            "source": "Parcel study 2026", "held_on": "2026-01-01"}  # fmt: skip
    assert analyst.post("/metrics/csat/benchmark/", said).status_code == 302
    shown = page(signed_in(Role.VIEWER), "/metrics/csat/")
    assert "Best carrier" in shown and "Parcel study 2026" in shown and "ahead" in shown
    assert "Add a benchmark" not in shown
    kept = Benchmark.objects.get()
    address = f"/metrics/csat/benchmark/{kept.pk}/"
    wrong = analyst.post(address, {**said, "low": "95", "high": "99"})
    assert wrong.status_code == 422 and "outside of its range" in wrong.content.decode()
    assert analyst.post(address + "delete/").status_code == 302
    assert not Benchmark.objects.exists()


def test_benchmarks_are_not_for_viewers_and_not_of_another_metric(told: Path, signed_in: Enter) -> None:  # noqa: F811
    kept = Benchmark.objects.create(
        metric="csat", variant="top2", name="x", value=1, source="x", held_on=TODAY, kind="own"
    )
    assert signed_in(Role.VIEWER).get("/metrics/csat/benchmark/").status_code == 403
    assert signed_in(Role.VIEWER).post(f"/metrics/csat/benchmark/{kept.pk}/delete/").status_code == 403
    assert signed_in(Role.ANALYST).get(f"/metrics/nps/benchmark/{kept.pk}/").status_code == 404
    assert Client().get("/metrics/csat/benchmark/").status_code == 302


def test_the_page_says_who_pays_for_a_metric_that_is_steered(told: Path, signed_in: Enter) -> None:  # noqa: F811
    viewer = signed_in(Role.VIEWER)
    assert "nobody steers it" in page(viewer, "/metrics/csat/part/balance/")
    Target.objects.create(metric="csat", variant="top2", value=90, from_date=date(2026, 1, 1))
    shown = page(viewer, "/metrics/csat/part/balance/")
    assert "others pay for it" in shown and "surely worse" in shown
    assert "otras métricas lo pagan" in page(viewer, "/metrics/csat/part/balance/", "es")
