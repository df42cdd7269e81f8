"""From a priced gap to an initiative: deliveries come when promised for 85 of 100, the target says 95."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from tests.initiatives.known import KEY, findings, moment, studied
from tests.plan_journeys.shop import drawing, step
from vivencia.measure.metrics.figure import Figure
from vivencia.moments.findings import Range
from vivencia.plan.initiatives import gap_drafts, showing
from vivencia.plan.initiatives.models import Initiative
from vivencia.plan.journeys import gaps
from vivencia.plan.journeys.drawing import to_json
from vivencia.plan.journeys.gaps import Gap
from vivencia.plan.journeys.models import JourneyMap
from vivencia.plan.journeys.pricing import Effect, Priced

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
UNKNOWN = Range(None, None, None)
LIVED = Figure("promise", "lived", {}, 85.0, 82.0, 88.0, 400, "%", "")


@pytest.fixture
def gap(monkeypatch: pytest.MonkeyPatch) -> Gap:
    """The gap of a map that is there, as the data would tell it."""
    drawn = drawing(step("purchase"), step("delivery", promise="delivery", promise_share=0.95))
    the_map = JourneyMap.objects.create(title="Buying", stored=to_json(drawn), persona="Parents")
    told = Gap(
        map_id=the_map.pk, map="Buying", step_key="delivery", step_name="Delivery", expectation="promise",
        about="delivery", wanted=95.0, lived=LIVED, state="gap", times_a_year=Range(80.0, 60.0, 100.0),
        customers_a_year=75.0, effect=Effect(metric="csat", points=Range(-1.0, -1.2, -0.8)),
        worth=(Priced(4000.0, 3000.0, 5000.0, "money"),), trend=None, segment="", why=(),
    )  # fmt: skip
    monkeypatch.setattr(gaps, "named", lambda key, seen=None: told if key == told.key else None)
    return told


def test_a_gap_fills_in_the_case(gap: Gap) -> None:
    made = gap_drafts.of_gap(gap.key, TODAY).initiative

    assert (made.journey_map, made.step_key, made.expectation) == (gap.map_id, "delivery", "promise")
    assert made.claim == f"map:{gap.map_id}:delivery:promise"
    assert (made.stake, made.gap_share, made.value, made.value_unit) == (4000.0, 50.0, 2000.0, "money")
    assert (made.metric, made.variant) == ("promise_kept", "due")
    assert (made.effect, made.effect_low, made.effect_high) == (5.0, 3.5, 6.5)
    assert made.persona == "Parents"
    assert "lived 85" in made.problem and "It concerns 75 customers a year" in made.problem


def test_one_click_makes_it_and_the_page_tells_it(gap: Gap, lead: Client) -> None:
    answer = lead.post(f"/plan/initiatives/new/?gap={gap.key}")

    made = Initiative.objects.get()
    assert answer.headers["Location"] == f"/plan/initiatives/{made.pk}/"
    page = lead.get(answer.headers["Location"]).content.decode()
    assert "As lived" in page and "Journey map: Buying." in page and "4,000" in page


def test_a_gap_priced_by_a_moment_and_the_moment_itself_are_the_same_money(
    gap: Gap, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    studied(findings(moment()))
    priced = replace(gap, effect=replace(gap.effect, sources=(("points", "csat", KEY),)))
    monkeypatch.setattr(gaps, "named", lambda key, seen=None: priced)
    lead.post(f"/plan/initiatives/new/?moment=csat:{KEY.replace(' ', '+')}")

    second = gap_drafts.of_gap(gap.key, TODAY).initiative

    assert second.claim == Initiative.objects.get().claim
    assert [one.initiative.pk for one in showing.warnings(second)] == [Initiative.objects.get().pk]


def test_a_gap_that_is_gone_says_so(gap: Gap, lead: Client) -> None:
    assert lead.get("/plan/initiatives/new/?gap=9:no:promise").status_code == 404
