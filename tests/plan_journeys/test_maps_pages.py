"""Pages of journey maps: who may read and draw, what the canvas is told, what the library shows."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.plan_journeys.test_drawing import SHOP
from vivencia.foundation.models import Role, User
from vivencia.plan.journeys import library, maps
from vivencia.plan.journeys.drawing import Drawing, check
from vivencia.plan.journeys.models import JourneyMap, MapOperation, MapPresence, MapVersion
from vivencia.plan.journeys.operations import Set
from vivencia.plan.journeys.presence import GONE_AFTER
from vivencia.plan.journeys.starters.sketch import drawn
from vivencia.understand.models import Segment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def ana() -> User:
    return User.objects.create_user("ana@example.org", role=Role.ANALYST, first_name="Ana")


@pytest.fixture
def shop(ana: User) -> JourneyMap:
    return maps.create(SHOP, by=ana)


def browser(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


def set_name(key: str, name: str, token: str = "token-01", base: int = 0) -> dict[str, Any]:
    operation = {"do": "set", "of": "step", "key": key, "field": "name", "value": name}
    return {"token": token, "base": base, "operation": operation}


def send(client: Client, name: str, pk: int, body: object) -> Any:
    return client.post(reverse(name, args=[pk]), json.dumps(body), content_type="application/json")


def test_who_may_only_read_sees_the_map_and_cannot_change_it(shop: JourneyMap) -> None:
    viewer = browser(User.objects.create_user("eva@example.org", role=Role.VIEWER))
    page = viewer.get(reverse("journey-map", args=[shop.pk]))
    assert page.status_code == 200
    assert page.context["data"]["editable"] is False
    assert send(viewer, "journey-map-edit", shop.pk, [set_name("choose", "Mine")]).status_code == 403
    assert send(viewer, "journey-map-undo", shop.pk, {"token": "token-02"}).status_code == 403
    for name in ("about", "copy", "delete", "keep"):
        assert viewer.post(reverse(f"journey-map-{name}", args=[shop.pk])).status_code == 403
    assert MapOperation.objects.count() == 0


def test_the_map_reads_as_tables_without_scripts(shop: JourneyMap, ana: User) -> None:
    told = browser(ana).get(reverse("journey-map", args=[shop.pk])).content.decode()
    table = told[told.index('<div class="viv-map-sheets">') :]
    for words in ("Receive", "Parcel comes", "At last!", "very good", "95 % kept", "Send it back (perhaps"):
        assert words in table


def test_an_edit_is_answered_and_others_hear_of_it_once(shop: JourneyMap, ana: User) -> None:
    luis = browser(User.objects.create_user("luis@example.org", role=Role.ANALYST, first_name="Luis"))
    told = send(browser(ana), "journey-map-edit", shop.pk, [set_name("choose", "Look around")]).json()
    assert (told["seq"], told["can"]) == (1, {"undo": True, "redo": False})
    assert "drawing" not in told
    state = reverse("journey-map-state", args=[shop.pk])
    heard = luis.get(state, {"since": 0})
    assert heard.json()["news"] == [{"by": "Ana", "what": "renamed “Choose” to “Look around”"}]
    again = luis.get(state, {"since": 1}, headers={"If-None-Match": heard["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_who_comes_late_gets_the_whole_drawing_and_hears_what_was_overwritten(shop: JourneyMap, ana: User) -> None:
    luis = browser(User.objects.create_user("luis@example.org", role=Role.ANALYST, first_name="Luis"))
    send(browser(ana), "journey-map-edit", shop.pk, [set_name("choose", "Look around")])
    told = send(luis, "journey-map-edit", shop.pk, [set_name("choose", "Compare", "token-02")]).json()
    assert told["done"][0]["overwrote"] == {"by": "Ana", "what": "renamed “Choose” to “Look around”"}
    assert told["drawing"]["steps"][0]["name"] == "Compare"
    shown = browser(ana).get(reverse("journey-map-history", args=[shop.pk])).content.decode()
    assert "Wrote over" in shown


@pytest.mark.parametrize(
    "body",
    [
        {"not": "a list"},
        [{"token": "short", "base": 0, "operation": {}}],
        [{"token": "long-enough", "base": -1, "operation": {}}],
        [{"token": "long-enough", "base": 0, "operation": {"do": "explode"}}],
        [set_name("choose", "x" * 500)],
        [set_name("choose", "half a letter: \ud800")],
        [set_name("choose", "Look", token="token-\ud800")],
        [set_name("choose", "Look", base=10**22)],
        [{"token": "long-enough", "base": 0, "operation": {"do": "replace", "drawing": {}}}],
        [
            {
                "token": "long-enough",
                "base": 0,
                "operation": {
                    "do": "set",
                    "of": "step",
                    "key": "choose",
                    "field": "expectations.waiting_seconds",
                    "value": 10**400,
                },
            }
        ],
        "nonsense",
    ],
)
def test_nonsense_is_refused_with_a_reason(shop: JourneyMap, ana: User, body: object) -> None:
    answer = send(browser(ana), "journey-map-edit", shop.pk, body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert JourneyMap.objects.get(pk=shop.pk).seq == 0


def test_undo_works_after_a_reload_by_another_browser_of_the_same_person(shop: JourneyMap, ana: User) -> None:
    send(browser(ana), "journey-map-edit", shop.pk, [set_name("choose", "Look around")])
    told = send(browser(ana), "journey-map-undo", shop.pk, {"token": "token-02"}).json()
    assert told["can"] == {"undo": False, "redo": True}
    assert JourneyMap.objects.get(pk=shop.pk).drawing.steps[0].name == "Choose"
    send(browser(ana), "journey-map-undo", shop.pk, {"token": "token-03", "again": True})
    assert JourneyMap.objects.get(pk=shop.pk).drawing.steps[0].name == "Look around"


def test_who_else_is_at_the_map_is_told_with_the_step_until_they_leave_or_fall_silent(
    shop: JourneyMap, ana: User
) -> None:
    luis = User.objects.create_user("luis@example.org", role=Role.VIEWER, first_name="Luis")

    def at(user: User, **told: object) -> Any:
        answer = send(browser(user), "journey-map-here", shop.pk, told)
        return [(one["name"], one["step"]) for one in answer.json()["people"]]

    assert at(ana, step="choose") == []
    assert at(luis, step="pay") == [(ana.called, "choose")]
    assert at(ana, step="choose") == [(luis.called, "pay")]
    at(luis, leaves=True)
    assert at(ana, step="choose") == []
    MapPresence.objects.update(at=timezone.now() - GONE_AFTER)
    assert at(luis, step="") == []
    assert send(browser(luis), "journey-map-here", shop.pk, []).status_code == 422
    assert send(Client(), "journey-map-here", shop.pk, {}).status_code in (302, 403)


def test_a_version_tells_lists_that_differ(shop: JourneyMap, ana: User) -> None:
    version = maps.keep_version(shop, "Before", by=ana)
    for seq, (field, value) in enumerate((("channels", ["web", "shop"]), ("policies", ["Returns"]))):
        maps.edit(shop.pk, maps.Edit(f"token-{seq:03}", seq, Set("step", "choose", field, value)), by=ana)
    told = browser(ana).get(reverse("journey-map-version", args=[shop.pk, version.pk]))
    assert [(one["field"], one["old"], one["new"]) for one in told.context["changes"]] == [
        ("Channels", "web, app", "web, shop"),
        ("Policies", "–", "Returns"),
    ]


def test_going_back_to_a_version_keeps_what_was_there(shop: JourneyMap, ana: User) -> None:
    here = browser(ana)
    here.post(reverse("journey-map-keep", args=[shop.pk]), {"name": "In March"})
    send(here, "journey-map-edit", shop.pk, [set_name("choose", "Look around")])
    version = MapVersion.objects.get(name="In March")
    told = here.get(reverse("journey-map-version", args=[shop.pk, version.pk]))
    assert [(one["field"], one["old"], one["new"]) for one in told.context["changes"]] == [
        ("Name", "Choose", "Look around")
    ]
    here.post(reverse("journey-map-restore", args=[shop.pk, version.pk]))
    assert JourneyMap.objects.get(pk=shop.pk).drawing.steps[0].name == "Choose"
    kept = MapVersion.objects.exclude(pk=version.pk).get()
    assert kept.drawing.steps[0].name == "Look around"
    assert here.post(reverse("journey-map-restore", args=[shop.pk + 1, version.pk])).status_code == 404


def test_the_library_shows_maps_below_those_they_belong_to(shop: JourneyMap, ana: User) -> None:
    part = maps.create(Drawing("A part of it"), by=ana, parent=shop)
    maps.create(Drawing("Above all"), by=ana, weight=9)
    shelved = [(one.map.title, one.depth) for one in library.shelves(JourneyMap.objects.all())]
    assert shelved == [("Above all", 0), ("Buy and receive", 0), ("A part of it", 1)]
    assert shop not in library.may_be_parents(shop)
    assert part not in library.may_be_parents(shop)
    page = browser(ana).get(reverse("journey-maps")).content.decode()
    assert "A part of it" in page


def test_a_ring_of_parents_hides_no_map(shop: JourneyMap, ana: User) -> None:
    part = maps.create(Drawing("A part of it"), by=ana, parent=shop)
    shop.parent = part
    shop.save()
    assert len(library.shelves(JourneyMap.objects.all())) == 2


def test_an_empty_library_says_how_to_begin(ana: User) -> None:
    page = browser(ana).get(reverse("journey-maps")).content.decode()
    assert "No journey maps yet" in page
    assert reverse("journey-map-new") in page


@pytest.mark.parametrize("key", [*library.STARTERS, "empty"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_each_beginning_makes_a_map_that_holds_together(ana: User, key: str, language: str) -> None:
    client = Client(headers={"Accept-Language": language})
    client.force_login(ana)
    answer = client.post(reverse("journey-map-new"), {"begin": key})
    made = JourneyMap.objects.get()
    assert answer["Location"] == reverse("journey-map", args=[made.pk])
    assert check(made.drawing).language == language
    assert client.get(reverse("journey-map-present", args=[made.pk])).status_code == 200
    if key != "empty":
        assert all(step.name and step.goal and step.questions for step in made.drawing.steps)


def test_templates_bind_only_to_touchpoints_the_company_has() -> None:
    sketch = library.STARTERS["shop"]
    assert {step.touchpoint for step in drawn(sketch, "en").steps} == {None}
    bound = drawn(sketch, "en", frozenset({"delivery"}))
    assert {step.touchpoint for step in bound.steps} == {None, "delivery"}


def test_a_target_made_from_a_lived_map_leaves_the_lived_figures_behind(shop: JourneyMap, ana: User) -> None:
    browser(ana).post(reverse("journey-map-copy", args=[shop.pk]))
    made = JourneyMap.objects.exclude(pk=shop.pk).get()
    assert made.kind == "target"
    assert [cell.source for cell in made.drawing.notes] == ["written"]
    assert all(link.share is None for link in made.drawing.links)
    figures = replace(SHOP, kind="lived", notes=tuple(cell for cell in SHOP.notes if cell.source == "lived"))
    kinds = [lane.kind for lane in library.as_target(figures, "Target").lanes]
    assert "free" not in kinds
    assert len(kinds) == len(set(kinds))


def test_a_segment_maps_are_drawn_for_is_not_deleted_under_them(shop: JourneyMap) -> None:
    lead = browser(User.objects.create_user("lead@example.org", role=Role.CX_LEAD))
    segment = Segment.objects.create(name="Few", stored={})
    JourneyMap.objects.filter(pk=shop.pk).update(segment=segment)

    answer = lead.post(reverse("segment-delete", args=[segment.pk]), follow=True)
    assert f"still used by: {shop.title}" in answer.content.decode()
    assert JourneyMap.objects.get(pk=shop.pk).segment == segment

    JourneyMap.objects.filter(pk=shop.pk).update(segment=None)
    lead.post(reverse("segment-delete", args=[segment.pk]))
    assert not Segment.objects.exists()


def test_only_a_retired_map_is_deleted(shop: JourneyMap, ana: User) -> None:
    here = browser(ana)
    here.post(reverse("journey-map-delete", args=[shop.pk]))
    assert JourneyMap.objects.exists()
    here.post(reverse("journey-map-about", args=[shop.pk]), {"state": "retired", "weight": "7", "owner": str(ana.pk)})
    assert JourneyMap.objects.get().weight == 7
    here.post(reverse("journey-map-delete", args=[shop.pk]))
    assert not JourneyMap.objects.exists()
