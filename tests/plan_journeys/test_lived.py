"""A map filled in from the ledger, and the lived laid over a target: counted by hand in the shop of twenty orders."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.moments.company import event, table
from tests.plan_journeys.shop import DAY, START, drawing, step
from tests.plan_journeys.test_gaps import findings, moment, on
from vivencia.foundation.ledger.store import open_ledger
from vivencia.plan.journeys import conforming, lived, overlay
from vivencia.plan.journeys.branches import forks
from vivencia.plan.journeys.conformance.alignment import align, numbered
from vivencia.plan.journeys.conformance.automaton import automaton
from vivencia.plan.journeys.drawing import Drawing, Link, check, from_json, to_json
from vivencia.plan.journeys.gaps import Studied
from vivencia.plan.journeys.ground import ground


def test_the_way_most_people_go_is_drawn_in_its_order(at_the_shop: object, db: None) -> None:
    drawn = lived.drawing_of(open_ledger().read(), language="en", case="subject")
    names = [one.touchpoint for one in drawn.steps if one.touchpoint != "visit"]
    assert names == ["purchase", "contact", "delivery", "review"]
    assert drawn.kind == "lived" and check(drawn) == drawn
    contact = next(one for one in drawn.steps if one.touchpoint == "contact")
    assert contact.channels == ("phone",)
    assert drawn.link("purchase", "delivery") == Link("purchase", "delivery", "optional", 0.5) or drawn.link(
        "purchase", "delivery"
    ) == Link("purchase", "delivery", "next", 0.5)


def test_lanes_say_what_was_lived_with_n_and_interval(at_the_shop: object, db: None) -> None:
    drawn = lived.drawing_of(open_ledger().read(), language="en", case="subject")
    said = {one.lane: one.text for one in drawn.notes if one.step == "delivery"}
    assert said["promise"].startswith("70\N{NO-BREAK SPACE}%") and "n 20" in said["promise"]
    assert "half within 2 days" in said["waiting"] or "half within 1 day" in said["waiting"]
    assert "1 colleague: phone" in {one.text for one in drawn.notes if one.lane == "answering"}
    felt = drawn.cell("review", "emotion")
    assert felt is not None and felt.feeling == pytest.approx(2 * (80 / 19 - 1) / 4 - 1, abs=0.01)
    assert {one.source for one in drawn.notes} == {"lived"}


def test_a_lived_map_holds_nobodys_words_and_nobodys_id(at_the_shop: object, db: None) -> None:
    told = json.dumps(to_json(lived.drawing_of(open_ledger().read(), language="en")))
    assert "customer 1" not in told and "ana" not in told


def test_a_lived_map_speaks_the_language_asked_for(at_the_shop: object, db: None) -> None:
    drawn = lived.drawing_of(open_ledger().read(), language="es", case="subject")
    assert "Compra" in [one.name for one in drawn.steps]
    assert from_json(to_json(drawn)) == drawn


def test_a_company_without_data_has_a_lived_map_without_steps(home: object, db: None) -> None:
    nobody = ground(open_ledger().read(), START + DAY)
    assert lived.filled(nobody, "en", name="Empty").steps == ()


def test_the_overlay_tells_each_step_with_its_gaps_and_moments(at_the_shop: object) -> None:
    drawn = drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98), step("moon"))
    found = overlay.laid(drawn, on(drawn), Studied((findings(moment(), moment("channel", "delivery")),)))
    bought, delivered, never = found.steps
    assert bought.customers_a_year == pytest.approx(20, rel=0.01) and bought.gaps == () and bought.moments == ()
    assert [one.expectation for one in delivered.gaps] == ["promise"]
    assert [one.family for _findings, one in delivered.moments] == ["promise"], "circumstances are no moments"
    kept, passing = lived.figures(found.ground, delivered.step).promise, lived.figures(found.ground, never.step).passing
    assert kept is not None and kept.value == pytest.approx(70.0)
    assert never.customers_a_year == 0 and passing is not None and passing.value == 0.0


def test_customers_a_year_are_the_same_whatever_journeys_are_read_by(at_the_shop: object, db: None) -> None:
    read = open_ledger().read()
    by_case = [ground(read, START + 365 * DAY, case=case) for case in ("customer", "subject")]
    assert (
        by_case[0].customers_a_year("contact") == by_case[1].customers_a_year("contact") == pytest.approx(10, rel=0.01)
    )
    visits = [one.customers_a_year("visit") for one in by_case]  # about no order, so in no journey of one
    assert visits[0] == visits[1] > 0


def test_the_shares_of_a_branch_are_counted_against_what_is_wanted(at_the_shop: object) -> None:
    links = (
        Link("purchase", "contact", share=0.5),
        Link("purchase", "delivery", share=0.9),
        Link("contact", "delivery"),
    )
    drawn = replace(drawing(step("purchase"), step("contact"), step("delivery")), links=links)
    found = overlay.laid(drawn, on(drawn), Studied(())).steps[0].ways
    assert [(one.link.target, one.share, one.n, one.answer) for one in found] == [
        ("contact", 0.5, 20, "within"), ("delivery", 0.5, 20, "gap"),
    ]  # fmt: skip
    every = replace(drawn, steps=(replace(drawn.steps[0], then="all"), *drawn.steps[1:]))
    assert [one.share for one in overlay.laid(every, on(every), Studied(())).steps[0].ways] == [0.5, 0.95]


def test_what_is_lived_in_either_order_is_parallel_and_what_excludes_each_other_parts(home: object, db: None) -> None:
    rows = []
    for number in range(12):
        at = START + number * DAY
        paths = [("buy", "pay", "choose", "ship"), ("buy", "choose", "pay", "ship"), ("buy", "pay", "choose", "fetch")]
        for minute, name in enumerate(paths[number % 3]):
            rows.append(event(f"c{number}", at + minute * timedelta(minutes=1), name, touchpoint=name, channel="web"))
    open_ledger().append(table(rows))
    drawn = lived.drawing_of(open_ledger().read(), language="en", case="customer")
    both, *parts = forks(drawn)
    assert (both.step, both.then, {one.link.target for one in both.branches}) == ("buy", "all", {"pay", "choose"})
    assert {(one.then, *sorted(each.link.target for each in one.branches)) for one in parts} == {
        ("one", "fetch", "ship")
    }
    assert followed_by_all(drawn)


def followed_by_all(drawn: Drawing) -> bool:
    """Whether journeys in either order conform to the map filled in from them."""
    target = automaton(drawn)
    names = tuple(sorted(target.known))
    paths = [["buy", "pay", "choose", "ship"], ["buy", "choose", "pay", "fetch"]]
    codes = np.array([names.index(name) for path in paths for name in path], np.int64)
    return not align(target, numbered(target, names)[codes], np.array([0, 4, 8], np.int64)).cost.any()


def test_who_follows_the_target_and_who_leaves_it_where(at_the_shop: object) -> None:
    drawn = drawing(step("purchase"), step("contact"), step("delivery"), step("review"))
    found = conforming.followed(drawn, on(drawn)).found
    assert found.journeys == 20 and found.conforming == 9
    told = {(one.kind, one.key): one.n for one in found.deviations}
    assert told == {("skipped", "contact"): 10, ("skipped", "delivery"): 1, ("skipped", "review"): 1}
    may = drawing(step("purchase"), replace(step("contact"), optional=True), step("delivery"), step("review"))
    assert conforming.followed(may, on(may)).found.conforming == 19


def test_what_is_not_on_the_map_counts_only_where_asked(at_the_shop: object) -> None:
    drawn = drawing(step("purchase"), step("delivery"), step("review"))
    assert conforming.followed(drawn, on(drawn)).found.conforming == 19
    strict = conforming.followed(drawn, on(drawn), everything=True)
    assert {(one.kind, one.key) for one in strict.found.deviations} >= {("extra", "contact")}
    assert strict.found.conforming == 10


def test_groups_are_segments_and_the_channel_a_journey_began_in(at_the_shop: object) -> None:
    drawn = drawing(step("purchase"), step("delivery"))
    told = on(drawn)
    table = conforming.followed(drawn, told).table
    assert {name: int(mask.sum()) for name, mask in conforming.groups(told, table).items() if mask.any()} == {
        ("channel", "web"): 20, ("segment", "new"): 10, ("segment", "old"): 10,
    }  # fmt: skip
