"""What the journey table says in memory, the same Ibis expressions say on an engine."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journeys import plain
from tests.journeys.plain import Lived
from tests.journeys.test_counts_are_exact import STEPS, cases, lived
from vivencia.understand.journeys import distributed
from vivencia.understand.journeys.build import build, shape
from vivencia.understand.journeys.flow import flow
from vivencia.understand.journeys.funnel import funnel
from vivencia.understand.journeys.table import CaseKind
from vivencia.understand.journeys.variants import variants

Ask = Callable[[ir.Table], pa.Table]


def agree(
    here: tuple[ir.Table, Ask], there: tuple[ir.Table, Ask], case: CaseKind, wanted: list[str], hours: int | None
) -> None:
    """The table built from `here` and the expressions run `there` say the same."""
    table = build(*here, case=case)
    events, ask = there
    steps = distributed.steps(events, shape(events, ask), case)
    counted = flow(table)
    found: list[dict[str, Any]] = ask(distributed.edges(steps)).to_pylist()
    assert {
        (e.source, e.target): (e.count, e.customers, e.journeys, e.median_dwell_seconds) for e in counted.edges
    } == {
        (e["source"], e["target"]): (e["count"], e["customers"], e["journeys"], e["median_dwell_seconds"])
        for e in found
    }
    touched = ask(distributed.touchpoints(steps)).to_pylist()
    assert {t.touchpoint: (t.count, t.customers, t.journeys, t.starts, t.ends) for t in counted.touchpoints} == {
        t["touchpoint"]: (t["count"], t["customers"], t["journeys"], t["starts"], t["ends"]) for t in touched
    }
    rows = ask(distributed.variants(steps)).to_pylist()
    assert {row.steps: row.count for row in variants(table).rows} == {tuple(r["steps"]): r["count"] for r in rows}
    within = None if hours is None else timedelta(hours=hours)
    (reached,) = ask(distributed.funnel(steps, tuple(wanted), within)).to_pylist()
    assert [row.reached for row in funnel(table, tuple(wanted), within).steps] == list(reached.values())


EVERY_STEP = [Lived("ever", step, place, "o9") for place, step in enumerate(STEPS)]


@given(lived, cases, st.lists(st.sampled_from(STEPS), min_size=2, max_size=4), st.sampled_from([None, 0, 5, 12]))
@settings(max_examples=25, deadline=None)
def test_memory_and_duckdb_agree(events: list[Lived], case: CaseKind, wanted: list[str], hours: int | None) -> None:
    here = plain.asked(plain.arrow(events + EVERY_STEP))
    agree(here, here, case, wanted, hours)
