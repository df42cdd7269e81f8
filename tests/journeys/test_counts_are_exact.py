"""Flow, variants, funnels and loops are what anybody would count by hand."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.journeys import plain
from tests.journeys.plain import Lived
from vivencia.understand.journeys.build import build
from vivencia.understand.journeys.flow import flow
from vivencia.understand.journeys.funnel import funnel, reached
from vivencia.understand.journeys.loops import lived_again, loops, repeated_at_once
from vivencia.understand.journeys.table import CaseKind, JourneyTable
from vivencia.understand.journeys.variants import grouped, variants

STEPS = ("visit", "purchase", "delivery", "review")
lived = st.lists(
    st.builds(
        Lived,
        customer=st.sampled_from(["ana", "luis", "eva", None]),
        touchpoint=st.sampled_from([*STEPS, None]),
        hours=st.integers(0, 30),
        subject=st.sampled_from(["o1", "o2", "o3", None]),
        score=st.sampled_from([None, None, 1.0, 4.0, 5.0]),
    ),
    max_size=30,
).map(lambda events: [*events, Lived(None, "visit")])  # nobody's, but the source is one that names touchpoints
quickly = settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink])
cases = st.sampled_from(["customer", "subject"])


def table_of(events: list[Lived], case: CaseKind | None = "customer") -> JourneyTable:
    return build(*plain.asked(plain.arrow(events)), case=case)


@given(lived, cases)
@quickly
def test_flow_is_the_directly_follows_count(events: list[Lived], case: CaseKind) -> None:
    table = table_of(events, case)
    by_case = plain.journeys(events, case)
    counted = flow(table)
    assert {
        (e.source, e.target): (e.count, e.customers, e.journeys, e.median_dwell_seconds) for e in counted.edges
    } == plain.edges(by_case)
    steps = [steps for steps in by_case.values() if steps]
    visits = Counter(event.touchpoint for journey in steps for event in journey)
    assert {t.touchpoint: t.count for t in counted.touchpoints} == dict(visits)
    assert {t.touchpoint: t.starts for t in counted.touchpoints if t.starts} == Counter(s[0].touchpoint for s in steps)
    assert {t.touchpoint: t.ends for t in counted.touchpoints if t.ends} == Counter(s[-1].touchpoint for s in steps)
    assert counted.journeys == len(steps)
    assert counted.left_out == sum((e.customer if case == "customer" else e.subject) is None for e in events)


@given(lived, cases)
@quickly
def test_variants_are_equal_sequences(events: list[Lived], case: CaseKind) -> None:
    table = table_of(events, case)
    found = variants(table)
    assert {row.steps: row.count for row in found.rows} == plain.variants(plain.journeys(events, case))
    assert found.total == len(found.rows)
    assert not found.rows or found.rows[-1].cumulative == pytest.approx(1)


@given(lived, st.lists(st.sampled_from(STEPS), min_size=2, max_size=4), st.sampled_from([None, 0, 5, 12]))
@quickly
def test_a_funnel_finds_the_furthest_any_way_leads(events: list[Lived], steps: list[str], hours: int | None) -> None:
    table = table_of([*events, *(Lived("ever", step, i, "o9") for i, step in enumerate(STEPS))])
    within = None if hours is None else timedelta(hours=hours)
    by_case = plain.journeys([*events, *(Lived("ever", step, i, "o9") for i, step in enumerate(STEPS))])
    levels = [plain.furthest(journey, steps, within) for journey in by_case.values()]
    expected = [sum(level > place for level in levels) for place in range(len(steps))]
    assert [row.reached for row in funnel(table, tuple(steps), within).steps] == expected
    assert [int(mask.sum()) for mask in reached(table, tuple(steps), within)] == expected


@given(lived)
@quickly
def test_loops_count_every_step_lived_again(events: list[Lived]) -> None:
    found = loops(table_of(events))
    by_case = plain.journeys(events)
    again = sum(len(steps) - len({event.touchpoint for event in steps}) for steps in by_case.values())
    assert found.events_again == again == sum(row.repeats + row.returns for row in found.steps)
    repeats = Counter(a.touchpoint for s in by_case.values() for a, b in pairwise(s) if a.touchpoint == b.touchpoint)
    assert {row.step: row.repeats for row in found.steps if row.repeats} == dict(repeats)
    circles = Counter(
        (a.touchpoint, b.touchpoint)
        for s in by_case.values()
        for a, b, c in zip(s, s[1:], s[2:], strict=False)
        if a.touchpoint == c.touchpoint != b.touchpoint
    )
    assert {(loop.step, loop.via): loop.count for loop in found.circles} == dict(circles)


def test_start_and_completion_of_a_step_are_one_visit_and_what_happens_twice_are_two() -> None:
    def pays(customer: str, *told: str) -> list[Lived]:
        """ "start 1" is the start of the payment of order 1."""
        said = [one.split() for one in told]
        return [Lived(customer, "pay", hour, of, name=name) for hour, (name, of) in enumerate(said)]

    table = table_of([
        *pays("ana", "start 1", "complete 1"),
        *pays("luis", "start 1", "fail 1", "start 1", "complete 1"),
        *pays("eva", "start 1", "complete 1", "start 2", "complete 2"),
        Lived("eva", "call", 5), *[replace(one, hours=6 + one.hours) for one in pays("eva", "start 2", "complete 2")],
    ])  # fmt: skip
    found = loops(table)
    (pay,) = found.steps
    assert (pay.journeys, pay.journeys_again, pay.repeats, pay.returns) == (3, 2, 2, 1)
    assert (found.journeys_again, found.events_again) == (2, 3)
    assert repeated_at_once(table) == {"pay": 2}
    assert lived_again(table, "pay", at_once=True).sum() == lived_again(table, "pay", at_once=False).sum() == 2
    assert [(one.step, one.via, one.count) for one in found.circles] == [("pay", "call", 1)]
    assert flow(table).edges[0].count == 8, "what directly follows what is counted in events, as ever"


def test_a_fingerprint_that_collides_is_resolved_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of([Lived("ana", "visit"), Lived("luis", "purchase"), Lived("eva", "visit")])
    monkeypatch.setattr("vivencia.understand.journeys.variants._fingerprints", lambda table: table.offsets[:-1] * 0)
    ana, luis, eva = grouped(table)
    assert ana == eva != luis


def test_steps_at_the_same_moment_keep_the_order_of_their_file() -> None:
    table = table_of([Lived("ana", "visit", 1), Lived("ana", "purchase", 1), Lived("ana", "delivery", 1)])
    assert variants(table).rows[0].steps == ("visit", "purchase", "delivery")


def test_equal_moments_and_places_are_ordered_by_event_id() -> None:
    events = plain.arrow([Lived("ana", "visit"), Lived("ana", "purchase")])
    tied = events.set_column(events.schema.get_field_index("seq"), "seq", pa.array([0, 0], pa.int64()))
    turned = tied.set_column(0, "event_id", pa.array(["z", "a"]))
    table = build(*plain.asked(turned))
    assert variants(table).rows[0].steps == ("purchase", "visit")


def test_a_process_log_is_read_by_case_and_by_activity() -> None:
    log = [Lived(None, None, i, "c1", name=name) for i, name in enumerate(("open", "work", "close"))]
    table = table_of(log, None)
    assert table.case == "subject"
    assert [(e.source, e.target) for e in flow(table).edges] == [("open", "work"), ("work", "close")]


def test_beside_a_shop_with_touchpoints_a_log_still_walks_by_its_names() -> None:
    shop = [Lived("ana", "purchase", 0, "o1"), Lived("ana", None, 1, "o1", name="internal note")]
    log = [Lived("ana", None, i, "c1", name=name, source="desk") for i, name in enumerate(("open", "close"))]
    assert set(table_of(shop + log, "subject").steps) == {"purchase", "open", "close"}


def test_one_customers_orders_count_once_where_people_are_counted() -> None:
    orders = [Lived("ana", step, i, order) for order in ("o1", "o2") for i, step in enumerate(("purchase", "delivery"))]
    edge = flow(table_of(orders, "subject")).edges[0]
    assert (edge.count, edge.journeys, edge.customers) == (2, 2, 1)


def test_what_people_felt_is_said_here_or_passes_by() -> None:
    events = [
        Lived("ana", "purchase", 0),
        Lived("ana", "delivery", 1),
        Lived("ana", "review", 2, score=1),
        Lived("luis", "purchase", 0),
        Lived("luis", "review", 1, score=5),
    ]
    found = {t.touchpoint: t for t in flow(table_of(events)).touchpoints}
    assert found["delivery"].said_here.mean is None and found["delivery"].passing.mean == 1
    assert found["review"].said_here.mean == 3 and found["review"].said_here.n == 2
    assert found["purchase"].passing.mean == 3


def test_long_and_short_journeys_are_told_apart_alike() -> None:
    walks = [STEPS[:2] * turns for turns in (1, 10, 11, 40)] + [STEPS[:2] * 40 + STEPS[:1], STEPS * 20, STEPS * 20]
    table = table_of([Lived(f"c{who}", step, i) for who, walk in enumerate(walks) for i, step in enumerate(walk)])
    alike = dict(zip(table.case_keys.to_pylist(), grouped(table).tolist(), strict=True))
    assert len(set(alike.values())) == 6
    assert alike["c5"] == alike["c6"]
