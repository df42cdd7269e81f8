"""Selections, comparison, phases, lanes and what lies beside the steps."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from django.utils import translation

from tests.journeys import plain
from tests.journeys.conftest import shop
from tests.journeys.plain import START, Lived
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.organisation import organisation, save
from vivencia.understand import journey_commands
from vivencia.understand.journeys.beside import Kept, kept_by_step, promised, said, words
from vivencia.understand.journeys.build import build
from vivencia.understand.journeys.compare import compare, difference
from vivencia.understand.journeys.flow import flow
from vivencia.understand.journeys.kept import kept
from vivencia.understand.journeys.lanes import lanes
from vivencia.understand.journeys.phases import place
from vivencia.understand.journeys.selection import Selection, chosen
from vivencia.understand.journeys.table import JourneyTable
from vivencia.understand.journeys.variants import same_path, variants
from vivencia.understand.step_names import stored


@pytest.fixture(scope="module")
def table() -> JourneyTable:
    return build(*plain.asked(plain.arrow(shop())))


@pytest.mark.parametrize(
    ("selection", "journeys"),
    [
        (Selection(), 82),
        (Selection(through=("contact centre",)), 40),
        (Selection(never_through=("purchase",)), 2),
        (Selection(ended_with="visit"), 2),
        (Selection(began_with="visit"), 82),
        (Selection(moved=("purchase", "delivery")), 40),
        (Selection(score_to=2), 40),
        (Selection(score_from=4, channel="web"), 40),
        (Selection(customers=frozenset({"customer 1", "customer 2", "stranger"})), 2),
        (Selection(since=START, until=START + timedelta(hours=2)), 3),
    ],
)
def test_a_selection_chooses_the_journeys_it_says(table: JourneyTable, selection: Selection, journeys: int) -> None:
    assert int(chosen(table, selection).sum()) == journeys


def test_a_selected_table_counts_as_if_the_others_had_never_been(table: JourneyTable) -> None:
    only = table.only(chosen(table, Selection(score_to=2)))
    alone = build(*plain.asked(plain.arrow([one for one in shop() if _number(one) % 2 == 0])))
    assert {(e.source, e.target, e.count, e.median_dwell_seconds) for e in flow(only).edges} == {
        (e.source, e.target, e.count, e.median_dwell_seconds) for e in flow(alone).edges
    }
    assert [row.count for row in variants(only).rows] == [40]


def _number(one: Lived) -> int:
    return int(one.customer.split()[1]) if one.customer and one.customer.startswith("customer") else 1


def test_unknown_steps_are_refused_by_name(table: JourneyTable) -> None:
    with pytest.raises(ValueError, match="unknown step 'nowhere'; known: contact centre"):
        chosen(table, Selection(through=("nowhere",)))


def test_a_table_read_from_disk_is_the_one_that_was_built(table: JourneyTable) -> None:
    held: dict[str, object] = {}

    def remember(key: str, compute):  # type: ignore[no-untyped-def]
        if key not in held:
            held[key] = compute()
        return held[key]

    kept(remember, "k", lambda: table)
    again = kept(remember, "k", lambda: pytest.fail("built twice"))
    assert flow(again) == flow(table) and variants(again) == variants(table)
    assert again.goes_on.tolist() == table.goes_on.tolist()


def test_groups_differ_where_their_journeys_do(table: JourneyTable) -> None:
    bad, good = (table.only(chosen(table, one)) for one in (Selection(score_to=2), Selection(score_from=4)))
    found = compare(bad, good)
    assert found.felt is not None and found.felt[0] == -4
    assert [(one.what, one.difference) for one in found.steps if one.clear] == [(("contact centre",), 1.0)]


def test_newcombes_published_example_comes_out() -> None:
    # Newcombe 1998, table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339
    middle, low, high = difference(56, 70, 48, 80)
    assert (round(middle, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


def test_phases_lie_around_the_nearest_purchase(table: JourneyTable) -> None:
    assert {one.step: one.phase for one in place(table)} == {
        "visit": "before", "purchase": "during", "contact centre": "after", "delivery": "after", "review": "after",
    }  # fmt: skip


def test_without_a_purchase_there_are_no_phases() -> None:
    log = build(*plain.asked(plain.arrow([Lived("ana", "open"), Lived("ana", "close", 1)])))
    assert [(one.step, one.phase, one.position) for one in place(log)] == [("open", None, 0.0), ("close", None, 1.0)]


def test_lanes_say_who_comes_how_and_after_how_long(table: JourneyTable) -> None:
    lane = lanes(table)["contact centre"]
    assert (lane.visits, lane.reached, lane.again, lane.wait_median_seconds) == (80, 40, 40, 30 * 3600)
    assert [(one.channel, one.share) for one in lane.channels] == [("web", 1.0)]
    assert lane.felt.mean == 1


def test_remarks_come_worst_first_and_only_from_the_selected(table: JourneyTable) -> None:
    events, ask = plain.asked(plain.arrow(shop()))
    told = words(events, ask, table)
    total, first = said(told, table, chosen(table, Selection(through=("contact centre",))), limit=2)
    assert total == 3 and first[0].score == 1 and first[0].customer_id in {"customer 0", "customer 2", "customer 4"}
    assert said(told, table, chosen(table, Selection(score_from=4)), limit=2) == (0, [])


def test_a_promise_stands_where_it_is_fulfilled() -> None:
    events = plain.arrow([Lived("ana", "purchase", 0, "o1"), Lived("ana", "delivery", 30, "o1")]).to_pylist()
    events[0] |= {"promise": "delivery", "promised_at": START + timedelta(hours=24)}
    events[1] |= {"promise": "delivery"}
    import pyarrow as pa

    from vivencia.foundation.ledger.schema import EVENTS

    asked = plain.asked(pa.Table.from_pylist(events, schema=EVENTS))
    table = build(*asked)
    now = datetime(2024, 6, 1, tzinfo=UTC)
    found = kept_by_step(promised(*asked, table, now), table, np.ones(1, np.bool_), now)
    assert found == {"delivery": Kept(kept=0, broken=1, overdue=0, open=0)}


def test_only_the_very_same_path_is_the_same(table: JourneyTable) -> None:
    assert int(same_path(table, ("visit",)).sum()) == 2
    assert int(same_path(table, ("visit", "purchase")).sum()) == 0


@pytest.mark.usefixtures("at_the_shop")
def test_the_commands_say_json_and_refuse_what_they_do_not_know(shop_home: Path) -> None:
    run = CliRunner().invoke
    told = json.loads(run(journey_commands.flow, ["--json"]).stdout)
    assert told["ends"] == {"review": 80, "visit": 2} and told["left_out"] == 1
    assert {"source", "target", "count", "customers", "median_dwell_seconds"} <= set(told["edges"][0])
    rows = json.loads(run(journey_commands.variants, ["--json", "--limit", "1"]).stdout)["variants"]
    assert rows[0]["count"] == 40
    steps = json.loads(run(journey_commands.funnel, ["visit", "purchase", "--within", "2d", "--json"]).stdout)["steps"]
    assert [row["reached"] for row in steps] == [82, 80]
    for wrong, why in (
        (["visit", "nowhere"], "There is no step “nowhere”. There are: contact centre"),
        (["visit", "purchase", "--within", "soon"], "Allowed: a number with m, h, d or w"),
        (["visit", "purchase", "--since", "x"], "Allowed: ISO 8601"),
        (["visit"], "at least two steps"),
    ):
        refused = run(journey_commands.funnel, wrong)
        assert refused.exit_code == 2 and why in refused.stderr


@pytest.mark.usefixtures("at_the_shop")
def test_steps_are_named_as_pages_show_them_in_any_language(shop_home: Path) -> None:
    with translation.override("es"):
        told = CliRunner().invoke(journey_commands.funnel, ["Visita", "compra"])
        assert told.exit_code == 0, told.stderr
        assert "visita" in told.stdout and "compra" in told.stdout
        near = CliRunner().invoke(journey_commands.funnel, ["visita", "compras"])
        assert (
            near.exit_code == 2
            and "No hay ninguna etapa «compras». Las más parecidas: compra (purchase)" in near.stderr
        )
    with translation.override("en"):  # programs are answered in English, and may ask in the words of a page
        steps = json.loads(CliRunner().invoke(journey_commands.funnel, ["visita", "purchase", "--json"]).stdout)[
            "steps"
        ]
    assert [(row["step"], row["reached"]) for row in steps] == [("visit", 82), ("purchase", 80)]


def test_a_name_that_several_steps_go_by_is_asked_back() -> None:
    placed = ["order placed", "order purchased", "visit"]
    with (
        translation.override("es"),
        pytest.raises(ValueError, match=r"de varias etapas; hay que indicar cuál: Hizo un"),
    ):
        stored(["hizo un pedido"], placed)
    with translation.override("en"):
        assert stored(["Order Placed", "hizo un pedido"], ["order placed", "visit"]) == ("order placed",) * 2


@pytest.mark.django_db
def test_days_on_the_command_line_are_the_companys_and_both_belong_to_the_period(home: Path) -> None:
    night = 23.5  # half past midnight in Madrid, on the second of January
    open_ledger(home).append(plain.arrow([Lived("ana", "visit", 12), Lived("eva", "visit", night)]))
    save(replace(organisation(), time_zone="Europe/Madrid"))
    run = CliRunner().invoke

    def journeys(*asked: str) -> int:
        starts: dict[str, int] = json.loads(run(journey_commands.flow, [*asked, "--json"]).stdout)["starts"]
        return sum(starts.values())

    assert journeys("--since", "2024-01-01", "--until", "2024-01-01") == 1
    assert journeys("--since", "2024-01-02", "--until", "2024-01-02") == 1
    assert journeys("--until", "2024-01-02") == 2
    assert journeys("--until", "2024-01-01T23:30:00Z") == 1  # a moment is a moment
    refused = run(journey_commands.flow, ["--since", "2024-01-02", "--until", "2024-01-01"])
    assert refused.exit_code == 2 and "--since" in refused.stderr


def test_cases_of_two_process_logs_stay_two_and_an_order_is_one_whoever_tells_of_it() -> None:
    def cases(kind: str) -> int:
        told = [Lived("ana", "open", place, "7", kind=kind, source=log) for place, log in enumerate(("one", "two"))]
        return build(*plain.asked(plain.arrow(told)), case="subject").journeys

    assert cases("case") == 2
    assert cases("order") == 1
    table = build(*plain.asked(plain.arrow([Lived("ana", "open", 0, "7", kind="case")])), case="subject")
    assert table.case_name(0) == "7" and table.kinds == ("case",)


def test_effort_is_turned_round_so_that_high_is_easy() -> None:
    told = [Lived("ana", "call", 0, score=5, metric="ces"), Lived("eva", "call", 0, score=6, metric="ces", scale_max=7)]
    table = build(*plain.asked(plain.arrow(told)))
    scores = {
        table.scales[scale].name: score for scale, score in zip(table.feedback.scale, table.feedback.score, strict=True)
    }
    assert scores == {"ces/5": 1.0, "ces/7": 6.0}


def test_a_thousand_kinds_of_steps_are_compared_without_a_million_pairs() -> None:
    told = [
        Lived(f"c{number}", f"step {(number + place) % 1000}", place) for number in range(1200) for place in range(2)
    ]
    table = build(*plain.asked(plain.arrow(told)))
    half = np.arange(table.journeys) % 2 == 0
    found = compare(table.only(half), table.only(~half))
    assert len(found.moves) == 1000
