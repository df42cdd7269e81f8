"""Pages of gaps: what they say, who may see what, and the way from a moment to a target."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from tests.moments.company import event, table
from tests.plan_journeys.shop import DAY, START, drawing, step
from tests.plan_journeys.test_gaps import findings, moment
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Role, User
from vivencia.moments.findings import to_json
from vivencia.moments.models import MomentStudy, State
from vivencia.plan.initiatives.models import Initiative, Stage
from vivencia.plan.journeys import maps
from vivencia.plan.journeys.models import JourneyMap
from vivencia.plan.journeys.operations import Set

Browser = Callable[..., Client]


@pytest.fixture
def target(at_the_shop: object, db: None) -> JourneyMap:
    steps = (
        replace(step("purchase"), name="Buy"),
        replace(step("contact", human_reachable=True), optional=True),
        step("delivery", promise="delivery", promise_share=0.98, waiting_seconds=172_800.0),
        step("review", score_metric="nps", score=9.0),
    )
    return maps.create(drawing(*steps), by=None)


@pytest.fixture
def studied(at_the_shop: object, db: None) -> MomentStudy:
    found = findings(moment(), moment("channel", "delivery"))
    version = open_ledger().read().version
    return MomentStudy.objects.create(outcome="csat", ledger_version=version, state=State.DONE, result=to_json(found))


def test_the_pages_say_what_falls_short_and_what_it_is_worth(
    target: JourneyMap, studied: object, browser: Browser
) -> None:
    for language, words in (("en", ("The gap that costs most", "Falls short")), ("es", ("La brecha que", "No llega"))):
        client = browser(Role.CX_LEAD, language)
        whole = client.get("/plan/maps/gaps/").content.decode()
        one = client.get(f"/plan/maps/{target.pk}/gaps/").content.decode()
        for word in words:
            assert word in whole and word in one
        assert "98" in whole and f"/plan/maps/{target.pk}/gaps/delivery/promise/" in whole
    assert "95 % of journeys follow" in one or "95 %" in one


def test_one_gap_opens_to_its_customers_and_says_what_it_rests_on(
    target: JourneyMap, studied: object, browser: Browser
) -> None:
    told = browser(Role.CX_LEAD).get(f"/plan/maps/{target.pk}/gaps/delivery/promise/").content.decode()
    assert "/customers/one/customer%200" in told or "/customers/one/customer 0" in told
    assert "6 times it fell short" in told
    assert "points of satisfaction" in told and "Nothing is proven about what it does to money" in told


def test_who_may_not_see_customers_sees_the_figures_alone(
    target: JourneyMap, studied: object, browser: Browser
) -> None:
    client = browser(Role.VIEWER)
    told = client.get(f"/plan/maps/{target.pk}/gaps/delivery/promise/")
    assert told.status_code == 200 and b"/customers/one/" not in told.content
    assert client.get(f"/plan/maps/{target.pk}/followed/").status_code == 403
    assert client.post("/plan/maps/from-moment/").status_code == 403
    assert b"Make an initiative" not in told.content


def test_whose_journeys_leave_the_map_is_told_by_name(target: JourneyMap, browser: Browser) -> None:
    client = browser(Role.ANALYST)
    whole = client.get(f"/plan/maps/{target.pk}/followed/").content.decode()
    assert "customer%2019" in whole or "customer 19" in whole
    some = client.get(f"/plan/maps/{target.pk}/followed/?all&kind=skipped&key=delivery").content.decode()
    assert "is left out" in some


@pytest.mark.parametrize("path", ["999/gaps/", "999/gaps/a/promise/", "999/followed/"])
def test_a_map_that_is_not_there_is_not_found(path: str, at_the_shop: object, browser: Browser) -> None:
    assert browser().get(f"/plan/maps/{path}").status_code == 404


def test_an_expectation_that_is_not_there_is_not_found(target: JourneyMap, browser: Browser) -> None:
    client = browser()
    for path in ("delivery/score/", "delivery/nonsense/", "moon/promise/"):
        assert client.get(f"/plan/maps/{target.pk}/gaps/{path}").status_code == 404


def test_empty_pages_say_how_to_fill_them(home: object, browser: Browser) -> None:
    client = browser(Role.CX_LEAD)
    assert b"No target yet" in client.get("/plan/maps/gaps/").content
    made = maps.create(drawing(step("delivery", promise_share=0.98)), by=None)
    assert b"There is nothing to hold it against yet" in client.get(f"/plan/maps/{made.pk}/gaps/").content
    lived = maps.create(replace(drawing(step("delivery")), kind="lived"), by=None)
    assert client.get(f"/plan/maps/{lived.pk}/gaps/").status_code == 200


def test_a_map_that_expects_nothing_says_so(at_the_shop: object, browser: Browser) -> None:
    made = maps.create(drawing(step("purchase"), step("delivery")), by=None)
    told = browser(Role.CX_LEAD).get(f"/plan/maps/{made.pk}/gaps/").content
    assert b"Nothing is expected yet" in told and b"Who follows the map" in told


def test_a_moment_becomes_a_target_of_a_new_map_and_then_of_the_same(studied: MomentStudy, browser: Browser) -> None:
    client = browser(Role.CX_LEAD)
    wish = {"outcome": "csat", "key": "delivery · promise", "segment": ""}
    answer = client.post("/plan/maps/from-moment/", wish)
    made = JourneyMap.objects.get()
    assert answer.status_code == 302 and answer.headers["Location"] == f"/plan/maps/{made.pk}/gaps/delivery/promise/"
    expected = next(one for one in made.drawing.steps if one.touchpoint == "delivery").expectations
    assert (expected.promise, expected.promise_share) == ("delivery", 0.98)
    assert made.kind == "target" and made.drawing.notes == ()
    client.post("/plan/maps/from-moment/", wish)
    assert JourneyMap.objects.count() == 1
    assert b"now expects this" in client.get(f"/plan/maps/{made.pk}/gaps/delivery/promise/").content

    agreed = Set("step", "delivery", "expectations.promise_share", 0.999)
    maps.edit(made.pk, maps.Edit("agreed-token", 99, agreed), by=User.objects.get(role=Role.CX_LEAD))
    assert b"expects something here already" in client.post("/plan/maps/from-moment/", wish, follow=True).content
    made.refresh_from_db()
    assert made.drawing.step("delivery").expectations.promise_share == 0.999  # type: ignore[union-attr]


def test_a_moment_of_old_data_becomes_a_target_though_newer_data_say_nothing_of_it(
    studied: object, browser: Browser
) -> None:
    late = event("new", START + 800 * DAY, "visit started", touchpoint="visit", channel="web")
    open_ledger().append(table([late]))
    MomentStudy.objects.update(ledger_version=open_ledger().read().version)
    client = browser(Role.CX_LEAD)

    answer = client.post(
        "/plan/maps/from-moment/", {"outcome": "csat", "key": "delivery · promise", "segment": ""}, follow=True
    )

    assert answer.status_code == 200 and b"now expects this" in answer.content
    assert b"1 January 2026" in answer.content or b"July 2026" in answer.content  # the year up to the newest delivery
    drawn = JourneyMap.objects.get().drawing
    assert {"purchase", "delivery"} <= {one.touchpoint for one in drawn.steps}


def test_a_moment_of_people_who_are_no_saved_segment_changes_nobodys_map(studied: object, browser: Browser) -> None:
    answer = browser(Role.CX_LEAD).post(
        "/plan/maps/from-moment/", {"outcome": "csat", "key": "delivery · promise", "segment": "gold"}, follow=True
    )
    assert answer.status_code == 404 or b"save these people as one first" in answer.content
    assert not JourneyMap.objects.exists()


def test_a_moment_that_gives_no_measure_says_so_and_one_that_is_gone_is_not_found(
    studied: object, browser: Browser
) -> None:
    client = browser(Role.CX_LEAD)
    none = client.post("/plan/maps/from-moment/", {"outcome": "csat", "key": "delivery · channel"})
    assert none.status_code == 302 and not JourneyMap.objects.exists()
    assert client.post("/plan/maps/from-moment/", {"outcome": "csat", "key": "gone"}).status_code == 404
    assert client.post("/plan/maps/from-moment/", {"outcome": "money", "key": "x"}).status_code == 404
    assert client.get("/plan/maps/from-moment/").status_code == 405


def test_a_gap_somebody_works_on_shows_the_work_and_how_much_of_it_is_claimed(
    target: JourneyMap, studied: object, browser: Browser
) -> None:
    client = browser(Role.CX_LEAD)
    page, gap = f"/plan/maps/{target.pk}/gaps/delivery/promise/", f"{target.pk}:delivery:promise"
    assert b"Make an initiative of it" in client.get(page).content
    made = client.post(f"/plan/initiatives/new/?gap={gap}").headers["Location"]
    for address in (page, f"/plan/maps/{target.pk}/gaps/", "/plan/maps/gaps/"):
        told = client.get(address).content.decode()
        assert f'href="{made}"' in told and "claims 50 % of it" in told
    told = client.get(page).content.decode()
    assert "50 % of it nobody claims yet." in told
    assert "Add another initiative" in told and "Make an initiative of it" not in told
    Initiative.objects.update(stage=Stage.DROPPED)
    assert b"Make an initiative of it" in client.get(page).content, "what is dropped closes nothing"
