"""Expectations against what was lived, counted by hand in a shop of twenty orders, and priced by what studies found."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from click.testing import CliRunner

from tests.plan_journeys.shop import DAY, START, drawing, step
from vivencia.foundation.ledger.store import open_ledger
from vivencia.moments.findings import Consequence, Findings, Moment, Range
from vivencia.plan.journeys import gap_words, gaps, library, maps
from vivencia.plan.journeys.commands import gaps as command
from vivencia.plan.journeys.drawing import Drawing
from vivencia.plan.journeys.gaps import Gap, Studied, gaps_in
from vivencia.plan.journeys.ground import Ground, ground, touchpoints_of
from vivencia.plan.journeys.models import JourneyMap, MapState
from vivencia.plan.journeys.pricing import Priced
from vivencia.understand.settling import View

NOW = START + 364 * DAY
HOUR = 3600.0


def on(drawn: Drawing, segment: str = "", as_of: datetime = NOW) -> Ground:
    return ground(open_ledger().read(), as_of, touchpoints=touchpoints_of(drawn), segment=segment)


def moment(family: str = "promise", touchpoint: str = "delivery", **more: Any) -> Moment:
    """A moment lived forty times a year that costs one point each time (0.8 to 1.2)."""
    told: dict[str, Any] = {
        "key": f"{touchpoint} · {family}", "touchpoint": touchpoint, "condition": family, "family": family,
        "condition_key": None, "condition_value": None, "percentile": None, "threshold": None, "synonyms": (),
        "kind": "pain", "effect": -1.0, "low": -1.2, "high": -0.8, "p_value": 0.001, "q_value": 0.01,
        "effect_exposed": -1.0, "n_exposed": 40, "n": 100, "exposed_a_year": 40.0, "stake": Range(-40.0, -48.0, -32.0),
        "level_exposed": 2.0, "level_others": 5.0, "place": 0.5, "days_after_start": 2.0, "robustness": 2.0,
        "robustness_interval": 1.5, "sensitivity_low": None, "sensitivity_high": None, "overlap": 1.0, "method": "aipw",
        "corrected": "complete", "mediators": (), "assumptions": (), "why_none": None, "doses": (), "months": (),
    }  # fmt: skip
    return Moment(**{**told, **more})


def findings(*found: Moment, outcome: str = "csat", kind: str = "score") -> Findings:
    nothing = Range(None, None, None)
    return Findings(
        outcome=outcome, kind=kind, better=1, by="case", scale_max=5.0, n=100, n_answered=90, answered_share=0.9,
        raw=nothing, corrected=nothing, correction="", notes=(), answer_odds={}, adjusted_for=(), left_out={},
        clock=None, follow_up_days=None, since="2026-01-01", until="2026-12-31", years=1.0, ledger_version="e1",
        as_of="2026-12-31", moments=found,
    )  # fmt: skip


def only(drawn: Drawing, *studies: Findings, segment: str = "") -> Gap:
    (gap,) = gaps_in(drawn, on(drawn, segment), Studied(studies))
    return gap


def test_kept_promises_are_counted_late_and_overdue_ones_alike(at_the_shop: object) -> None:
    gap = only(drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98)))
    assert gap.lived.value == pytest.approx(70.0)
    assert gap.lived.n == 20
    assert gap.state == "gap"
    assert gap.times_a_year.value == pytest.approx(0.28 * 20 * 365.25 / 365, rel=0.01)
    assert gap.customers_a_year == pytest.approx(gap.times_a_year.value, rel=0.01), "every one another customer"
    assert gap_words.difference(gap) == "28.0 points less than wanted (12.5 to 49.9)", (
        "Wilson: 48.1 to 85.5 of 14 in 20"
    )


def test_a_promise_that_is_not_named_is_the_one_usually_fulfilled_at_the_step(at_the_shop: object) -> None:
    assert only(drawing(step("purchase"), step("delivery", promise_share=0.9))).lived.value == pytest.approx(70.0)


def test_waiting_is_what_nine_of_ten_wait_at_most_and_concerns_those_beyond(at_the_shop: object) -> None:
    gap = only(drawing(step("purchase"), step("delivery", waiting_seconds=48 * HOUR)))
    assert gap.lived.n == 19
    assert gap.lived.value == pytest.approx(4 * 86_400)
    assert gap.times_a_year.value == pytest.approx((5 / 19 - 0.1) * 19 * 365.25 / 365, rel=0.01)
    assert gap_words.difference(gap).startswith("2 days longer than wanted")


def test_a_broken_promise_says_how_late_it_was(at_the_shop: object) -> None:
    late = step("delivery", promise="delivery", promise_share=0.98)
    told, short = gaps.behind(on(drawing(step("purchase"), late)), late, "promise") or (None, None)
    assert told is not None and short is not None and told.late is not None
    assert all(told.late[short] > 0) and all(told.late[~short] <= 0)


def test_a_mean_that_falls_short_is_priced_in_its_own_points(at_the_shop: object) -> None:
    gap = only(drawing(step("purchase"), step("review", score_metric="csat", score=5.0)))
    assert gap.lived.value == pytest.approx(80 / 19)
    assert gap.priced is not None and gap.priced.unit == "points"
    assert gap.priced.value == pytest.approx((5 - 80 / 19) * 19 * 365.25 / 365, rel=0.01)
    assert gap.why == ("points_only",)


def test_answers_of_those_who_come_by_count_where_nobody_answers(at_the_shop: object) -> None:
    gap = only(drawing(step("purchase"), step("delivery", feeling=1.0)))
    assert gap.lived.value == pytest.approx(2 * (80 / 19 - 1) / 4 - 1)
    assert "come by" in gap.lived.definition


def test_who_comes_by_is_a_share_of_journeys_and_both_sides_of_it_are_a_gap(at_the_shop: object) -> None:
    fewer = only(drawing(step("purchase"), step("contact", pass_share=0.05)))
    more = only(drawing(step("purchase"), step("contact", pass_share=0.95)))
    assert fewer.lived.value == more.lived.value == 50.0
    assert fewer.state == more.state == "gap"
    assert fewer.times_a_year.value == pytest.approx(-0.45 * 20, rel=0.01), "so many too many"


def test_a_person_can_be_reached_where_somebody_answers_in_that_channel(at_the_shop: object) -> None:
    assert only(drawing(step("purchase"), step("contact", human_reachable=True))).state == "met"
    nobody = only(drawing(step("purchase"), step("delivery", human_reachable=True)))
    assert nobody.lived.value == 0.0 and nobody.state == "gap"


def test_where_nothing_is_known_no_number_is_made_up(at_the_shop: object) -> None:
    gap = only(drawing(step("purchase", score_metric="nps", score=9.0)))
    assert gap.state == "unknown" and gap.lived.value is None and gap.priced is None and gap.why == ("no_data",)
    never = only(drawing(step("purchase"), step("moon", pass_share=0.5)))
    assert never.lived.value == 0.0


def test_only_the_people_of_the_map_count(at_the_shop: object) -> None:
    gap = only(drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98)), segment="c:new")
    assert gap.lived.n == 10 and gap.lived.value == pytest.approx(70.0)


def test_a_gap_within_its_interval_says_that_there_may_be_none(at_the_shop: object) -> None:
    gap = only(drawing(step("purchase"), step("delivery", promise_share=0.8)), findings(moment()))
    assert gap.state == "within" and "within" in gap.why and "may_be_nothing" in gap.why
    assert gap.priced is not None and gap.priced.may_be_nothing
    met = only(drawing(step("purchase"), step("delivery", promise_share=0.3)), findings(moment()))
    assert met.state == "met" and met.priced is None and met.customers_a_year is None


def test_the_price_is_how_often_it_is_spared_times_what_once_does(at_the_shop: object) -> None:
    money = Consequence(-30.0, -50.0, -10.0, 0.01, Range(-1200.0, -2000.0, -400.0))
    again = Consequence(-9.0, -12.0, -6.0, 0.9, Range(-3.6, -4.8, -2.4))
    drawn = drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98))
    gap = only(drawn, findings(moment(money=money, repurchases=again)))
    times = gap.times_a_year.value
    assert times is not None and gap.priced is not None
    assert gap.priced.unit == "money"
    assert gap.priced.value == pytest.approx(30 * times)
    assert [one.unit for one in gap.worth] == ["money", "points"], "buying again is not proven, so it has no price"
    assert gap.worth[1].value == pytest.approx(1 * times)
    assert gap.priced.low is not None and gap.priced.high is not None
    assert gap.priced.low < 10 * times and gap.priced.high > 50 * times, "wider than either interval alone"
    assert "may_be_nothing" not in gap.why


def test_an_effect_that_is_not_proven_is_no_price(at_the_shop: object) -> None:
    drawn = drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98))
    assert only(drawn, findings(moment(q_value=0.4))).why == ("not_proven",)
    assert only(drawn, findings(moment(touchpoint="contact"))).why == ("no_study",)
    assert only(drawn, findings(moment(condition_key="call back"))).why == ("no_study",), "another kind of promise"
    assert only(drawn, findings(moment())).why == ("no_money",)


def test_coming_by_less_often_spares_what_coming_by_does(at_the_shop: object) -> None:
    drawn = drawing(step("purchase"), step("contact", pass_share=0.05))
    gap = only(drawn, findings(moment("happened", "contact")))
    assert gap.priced is not None and gap.priced.value == pytest.approx(9.0, rel=0.01), "nine contacts, a point each"


def test_a_study_of_money_tells_what_a_study_of_scores_does_not(at_the_shop: object) -> None:
    drawn = drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98))
    revenue = findings(moment(stake=Range(-400.0, -500.0, -300.0)), outcome="revenue", kind="money")
    gap = only(drawn, findings(moment()), revenue)
    assert gap.effect.money.value == pytest.approx(-10.0) and gap.effect.points.value == pytest.approx(-1.0)


def test_gaps_in_money_come_before_those_in_points_and_open_ones_before_met_ones(at_the_shop: object) -> None:
    money = Consequence(-1.0, -1.1, -0.9, 0.01, Range(-40.0, -44.0, -36.0))
    drawn = drawing(
        step("purchase"), step("contact", human_reachable=True),
        step("delivery", promise="delivery", promise_share=0.98), step("review", score_metric="csat", score=5.0),
    )  # fmt: skip
    found = gaps.by_worth(gaps_in(drawn, on(drawn), Studied((findings(moment(money=money)),))))
    assert [one.expectation for one in found] == ["promise", "score", "human_reachable"]


def test_the_trend_compares_the_last_ninety_days_with_the_ninety_before(at_the_shop: object) -> None:
    drawn = drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98))
    (gap,) = gaps_in(drawn, on(drawn, as_of=START + 182 * DAY), Studied(()))
    assert gap.trend is not None
    assert gap.trend.now.n + gap.trend.before.n == 18
    assert gap.trend.value == pytest.approx((gap.trend.now.value or 0) - (gap.trend.before.value or 0))
    assert not gap.trend.clear, "nine against nine tell nothing"


def test_a_company_without_data_or_a_map_without_expectations_has_no_gaps(home: object, db: None) -> None:
    read = open_ledger().read()
    drawn = drawing(step("delivery", promise_share=0.98))
    assert gaps.gaps_of(maps.create(drawn, by=None), View(read, NOW)) == []


def test_an_address_finds_its_gap_again_and_one_that_is_gone_finds_none(at_the_shop: object, db: None) -> None:
    made = maps.create(drawing(step("purchase"), step("delivery", promise_share=0.98)), by=None)
    seen = View(open_ledger().read(), NOW)
    (gap,) = gaps.gaps_of(made, seen)
    again = gaps.named(gap.key, seen)
    assert again is not None and replace(again, lived=gap.lived) == replace(gap)
    assert gaps.named(f"{made.pk}:delivery:waiting", seen) is None
    assert gaps.named("999:delivery:promise", seen) is None
    assert gaps.named("no such thing", seen) is None


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_gap_can_be_told_in_words(at_the_shop: object, language: str) -> None:
    from django.utils import translation

    drawn = drawing(
        step("purchase", pass_share=0.5), step("contact", human_reachable=True, effort=6.0),
        step("delivery", promise="delivery", promise_share=0.98, waiting_seconds=HOUR, feeling=1.0),
        step("review", score_metric="csat", score=5.0),
    )  # fmt: skip
    with translation.override(language):
        for gap in gaps_in(drawn, on(drawn), Studied((findings(moment()),))):
            told = " ".join([
                gap_words.sentence(gap), gap_words.difference(gap), gap_words.concerned(gap),
                gap_words.price(gap), *gap_words.effect(gap),
                *gap_words.why(gap), gap_words.trend(gap.trend, gap.expectation), gap_words.trend_tone(gap),
            ])  # fmt: skip
            assert "None" not in told and "%(" not in told


def test_the_command_says_every_gap_as_documented(at_the_shop: object, db: None) -> None:
    drawn = drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98))
    JourneyMap.objects.filter(pk=maps.create(replace(drawn, title="Old"), by=None).pk).update(state=MapState.RETIRED)
    maps.create(drawn, by=None)
    told = json.loads(CliRunner().invoke(command, ["--json"]).stdout)
    assert len(told) == 1, "retired maps are left out"
    (row,) = told
    keys = (
        "map step expectation wanted lived low high n customers_a_year value value_low value_high unit trend definition"
    )
    assert set(keys.split()) <= set(row)
    assert row["map"] == "Order to door" and row["wanted"] == 98.0 and row["lived"] == pytest.approx(70.0)
    assert "Delivery" in CliRunner().invoke(command, ["--map", "order to door"]).output
    wrong = CliRunner().invoke(command, ["--map", "nothing"])
    assert wrong.exit_code == 2 and "Order to door" in wrong.output


def test_a_journeys_worth_counts_once_what_several_gaps_owe_to_one_moment(at_the_shop: object) -> None:
    gap = only(drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.98)))
    told = [
        replace(
            gap,
            step_key=key,
            worth=(Priced(value, value / 2, value * 2, "money"),),
            effect=replace(gap.effect, sources=(("money", "revenue", key[:1]),)),
        )
        for key, value in (("a1", 100.0), ("a2", 80.0), ("b1", 30.0))
    ]
    worth = library.weighed_of(JourneyMap(title="Buying"), told).worth
    assert worth is not None and (worth.value, worth.low, worth.high) == (130.0, 65.0, 260.0)
