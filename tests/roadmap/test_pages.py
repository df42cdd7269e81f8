"""The roadmap's pages: seen, changed, kept, exported, read by calendars; by whom, and by whom not."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import fastexcel
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.roadmap.conftest import TODAY
from vivencia.foundation.models import Role, User
from vivencia.plan.initiatives.models import Budget, Capacity, Initiative, Team
from vivencia.plan.initiatives.quarters import quarter_of
from vivencia.plan.roadmap import plans
from vivencia.plan.roadmap.calendars import Event, calendar, escaped, folded
from vivencia.plan.roadmap.models import CalendarLink, Frame, Plan

Work = dict[str, Initiative]
ROADMAP, RESOURCES = "/plan/roadmap/", "/plan/roadmap/resources/"


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_empty_page_says_how_to_begin(lead: Client) -> None:
    assert "Nothing to plan yet" in text(lead, ROADMAP)
    Initiative.objects.create(title="Web")
    assert "To the resources" in text(lead, ROADMAP)


def test_the_plan_shows_what_is_chosen_what_is_left_out_and_how_good_it_is(lead: Client, plan: Plan) -> None:
    page = text(lead, ROADMAP)

    assert 'data-title="Web, faster"' in page and "2,900" in page
    assert "It is proven that no other plan" in page and "simulated futures" in page
    assert "the days of IT go to what brings more" in page and "not estimated yet" in page


def test_limits_that_keep_something_out_are_named_where_a_tenth_more_brings_nothing(lead: Client, plan: Plan) -> None:
    assert "6 more days of IT, where they are needed" in text(lead, ROADMAP)  # what stock lacks has its price

    Plan.objects.update(report=plan.report | {"prices": []})

    page = text(lead, ROADMAP)
    assert (
        "A tenth more of any one limit would bring nothing more." in page and "days of IT. It would take more" in page
    )


def test_planning_anew_queues_and_shows_progress(lead: Client, work: Work) -> None:
    lead.post("/plan/roadmap/plan/")

    waiting = Plan.objects.get()
    assert "Waiting its turn" in text(lead, ROADMAP)
    Plan.objects.update(state="running")
    assert "The best plan is being looked for" in text(lead, ROADMAP)
    part = reverse("roadmap-progress", args=[waiting.pk])
    assert "viv-progress" in text(lead, part)
    Plan.objects.update(state="failed", trouble={"code": "nothing"})
    assert lead.get(part)["HX-Refresh"] == "true"
    assert "There is nothing to plan" in text(lead, ROADMAP)


def test_a_change_is_tried_its_cost_is_shown_and_it_is_kept(lead: Client, plan: Plan, work: Work) -> None:
    change = {"initiative": work["stock"].pk, "place": "any"}
    answer = lead.post(reverse("roadmap-change", args=[plan.pk]), change, follow=True)

    page = answer.content.decode()
    assert "This change costs 750" in page and "in the plan, whenever is best" in page
    assert "What this change moves" in page and "2 initiatives are elsewhere" in page and "As it was before" in page

    trial = Plan.objects.get(kept=False)
    lead.post(reverse("roadmap-keep", args=[trial.pk]), {"name": "Stock first"})
    page = text(lead, ROADMAP)
    assert "Stock first" in page and "Decided by hand" in page and "costs 750" in page


def test_a_kept_change_soon_says_what_limits_cost_now(lead: Client, plan: Plan, work: Work) -> None:
    trial = plans.try_change(plan, str(work["stock"].pk), "any", None)
    plans.keep(trial, "", None)
    part = f"{reverse('roadmap-progress', args=[trial.pk])}?prices"
    assert "Being worked out for the plan with its change" in text(lead, ROADMAP)
    assert lead.get(part).status_code == 204

    plans.price(trial.pk)

    assert lead.get(part)["HX-Refresh"] == "true"
    page = text(lead, ROADMAP)
    assert "Being worked out" not in page and "no really different plan" in page


def test_what_limits_cost_is_not_waited_for_for_ever(lead: Client, plan: Plan, work: Work) -> None:
    trial = plans.try_change(plan, str(work["stock"].pk), "any", None)
    plans.keep(trial, "", None)
    Plan.objects.filter(pk=trial.pk).update(at=timezone.now() - 2 * plans.LOST_AFTER)

    assert lead.get(f"{reverse('roadmap-progress', args=[trial.pk])}?prices")["HX-Refresh"] == "true"
    page = text(lead, f"{ROADMAP}?version={trial.pk}")
    assert "could not be worked out" in page and "Being worked out" not in page and "?prices" not in page


def test_an_older_version_is_compared_with_the_plan_in_force_and_brought_back(
    lead: Client, plan: Plan, work: Work
) -> None:
    plans.keep(plans.try_change(plan, str(work["stock"].pk), "any", None), "", None)

    page = text(lead, f"{ROADMAP}?version={plan.pk}")
    assert "It brings 750" in page and "2 initiatives are elsewhere" in page

    lead.post(reverse("roadmap-keep", args=[plan.pk]))
    page = text(lead, ROADMAP)
    assert 'data-title="Web, faster"' in page and "Back to the version of" in page
    assert Plan.objects.filter(kept=True).count() == 3


def test_an_impossible_change_says_so_and_nonsense_is_not_found(lead: Client, plan: Plan, work: Work) -> None:
    address = reverse("roadmap-change", args=[plan.pk])
    answer = lead.post(address, {"initiative": work["stock"].pk, "place": "1"}, follow=True)

    page = answer.content.decode()
    assert "Not possible" in page and "one has to give way" in page
    User.objects.update(language="es")
    told = lead.post(address, {"initiative": work["stock"].pk, "place": "1"}, follow=True).content.decode()
    assert "hay que renunciar a una" in told and "give way" not in told
    for asked in ({"initiative": "99", "place": "0"}, {"initiative": work["web"].pk, "place": "9"}, {}):
        assert lead.post(address, asked).status_code == 404


def test_dates_go_to_the_initiatives(lead: Client, plan: Plan, work: Work) -> None:
    lead.post(reverse("roadmap-dates", args=[plan.pk]))

    assert Initiative.objects.get(pk=work["web"].pk).starts == plan.first_quarter


def test_the_workbook_has_the_plan(lead: Client, plan: Plan) -> None:
    answer = lead.get(reverse("roadmap-export", args=[plan.pk]))

    book = fastexcel.read_excel(answer.content)
    assert book.sheet_names == ["Roadmap", "Left out", "Resources", "What rules cost", "About"]
    chosen, out = (book.load_sheet(name).to_arrow().to_pylist() for name in ("Roadmap", "Left out"))
    assert chosen[0]["Initiative"] == "Web, faster" and chosen[0]["Starts"].date() == date(2027, 1, 1)
    assert chosen[0]["Value a year, if it works"] == 4000
    assert out[0] == {"Initiative": "Stock; true", "Expected a year": 3000, "Why": out[0]["Why"]}


def test_capacities_and_money_are_kept_as_typed_or_not_at_all(lead: Client, plan: Plan, work: Work) -> None:
    page = text(lead, RESOURCES)
    assert "Used of what there is" in page and "Quick wins" in page
    team = Team.objects.get()
    quarter = Capacity.objects.order_by("quarter").last()
    assert quarter is not None
    names = [name for name in page.split('name="') if name.startswith(f"days-{team.pk}-")]
    first = names[0].partition('"')[0]

    wrong = lead.post(RESOURCES, {first: "many"})
    assert (
        wrong.status_code == 422
        and "is not an amount" in wrong.content.decode()
        and 'value="many"' in wrong.content.decode()
    )

    lead.post(RESOURCES, {first: "12,5", first.replace(f"days-{team.pk}", "money"): "700", "new_team": "Shop"})
    assert Team.objects.filter(name="Shop").exists()
    assert Capacity.objects.get(quarter=first.removeprefix(f"days-{team.pk}-")).days == 12.5
    assert Budget.objects.get(quarter=first.removeprefix(f"days-{team.pk}-")).amount == 700


def test_resources_saved_unchanged_stay_as_they_are_and_what_the_page_did_not_show_does_too(
    lead: Client, work: Work
) -> None:
    team, now = Team.objects.get(), quarter_of(timezone.localdate())
    Capacity.objects.create(team=team, quarter=now, days=1234.567)
    Budget.objects.create(quarter=now, amount="1000.75")
    inputs = dict(re.findall(r'name="((?:days|money)[^"]*)" value="([^"]*)"', text(lead, RESOURCES)))

    later_made = Team.objects.create(name="Shop")
    Capacity.objects.create(team=later_made, quarter=now, days=3)
    lead.post(RESOURCES, inputs)

    assert Capacity.objects.get(team=team, quarter=now).days == 1234.567
    assert Budget.objects.get(quarter=now).amount == Decimal("1000.75")
    assert Capacity.objects.get(team=later_made).days == 3


def test_what_plans_are_made_by_must_leave_a_plan_possible(lead: Client, work: Work) -> None:
    told = {"quarters": 4, "quarters_after": 0, "discount": 5, "unit": "money"}
    for stream in ("systems", "training", "organisation", "centricity"):
        told |= {f"least_{stream}": 30, f"most_{stream}": 100}
    address = reverse("roadmap-frame")

    assert lead.post(address, told).status_code == 422

    lead.post(address, told | {"least_systems": 0})
    assert Frame.objects.get().balance["training"] == [30, 100] and Frame.objects.get().quarters == 4


def test_who_may_only_look_changes_nothing(signed_in: Callable[[str], Client], plan: Plan, work: Work) -> None:
    viewer = signed_in(Role.VIEWER)

    page = text(viewer, ROADMAP)
    assert "Plan anew" not in page and "roadmap-change" not in page
    assert "new_team" not in text(viewer, RESOURCES)
    for name in ("roadmap-change", "roadmap-keep", "roadmap-dates"):
        assert viewer.post(reverse(name, args=[plan.pk])).status_code == 403
    assert viewer.post(RESOURCES, {}).status_code == 403 and viewer.post("/plan/roadmap/plan/").status_code == 403
    assert viewer.get(reverse("roadmap-export", args=[plan.pk])).status_code == 403


def test_a_calendar_reads_the_plan_with_the_secret_only(lead: Client, plan: Plan) -> None:
    page = lead.post(reverse("roadmap-calendar")).content.decode()
    address = page.split('readonly value="http://testserver', 1)[1].split('"', 1)[0]
    stranger = Client()

    feed = stranger.get(address)

    assert feed["Content-Type"].startswith("text/calendar")
    told = feed.content.decode()
    assert "DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270401\r\nSUMMARY:Web\\, faster\r\n" in told
    User.objects.filter(role=Role.CX_LEAD).update(language="es")
    assert "DESCRIPTION:Organización y procesos\r\n" in stranger.get(address).content.decode()
    assert stranger.get(address.replace(".ics", "x.ics")).status_code == 404
    User.objects.filter(role=Role.CX_LEAD).update(is_active=False)
    assert stranger.get(address).status_code == 404


def test_a_new_calendar_address_ends_the_old_one(lead: Client, plan: Plan) -> None:
    lead.post(reverse("roadmap-calendar"))
    old = CalendarLink.objects.get().digest
    lead.post(reverse("roadmap-calendar"))
    assert CalendarLink.objects.get().digest != old
    assert "You have an address since" in text(lead, reverse("roadmap-calendar"))
    lead.post(reverse("roadmap-calendar"), {"stop": "1"})
    assert not CalendarLink.objects.exists()


def test_calendar_lines_follow_rfc_5545() -> None:
    event = Event("1@x", "Más; vida, \\ y\nmás", date(2027, 1, 1), date(2027, 3, 31))
    told = calendar("Roadmap", [event], datetime(2027, 1, 1, 12, tzinfo=UTC))

    assert told.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and told.endswith("END:VCALENDAR\r\n")
    assert "SUMMARY:Más\\; vida\\, \\\\ y\\nmás\r\n" in told and "DTSTAMP:20270101T120000Z" in told
    assert escaped("a\x00b\rc") == "ab\\nc"


@pytest.mark.parametrize("line", ["x" * 200, "ñ" * 100, "SUMMARY:" + "día " * 60, ""])
def test_folded_lines_fit_and_unfold_to_what_they_were(line: str) -> None:
    parts = folded(line).split("\r\n")

    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == line
    assert all(part.startswith(" ") for part in parts[1:])


def test_what_the_plan_was_not_told_is_said_with_what_it_means_and_where_to_fill_it_in(
    lead: Client, plan: Plan, work: Work
) -> None:
    assert "1 initiative has no estimated value" in text(lead, ROADMAP)

    Initiative.objects.filter(value__isnull=False).update(cost_once=0, effort={})
    Capacity.objects.all().delete()
    Budget.objects.all().delete()
    plans.run(plans.ask(None, TODAY).pk)
    page = text(lead, ROADMAP)

    assert "2 initiatives have no cost" in page and "Taken as free" in page
    assert f"{reverse('initiative-edit', args=[work['web'].pk])}#id_cost_once" in page
    assert "2 initiatives have no days of work" in page and "No team&#x27;s days are said" in page
    assert "No budget is said" in page and RESOURCES in page

    Initiative.objects.filter(pk=work["web"].pk).update(cost_once=50)
    assert "said since" in text(lead, ROADMAP)


def test_an_initiative_says_where_it_stands_in_the_roadmap_and_the_roadmap_where_it_is(
    lead: Client, plan: Plan, work: Work
) -> None:
    def page(one: Initiative) -> str:
        return text(lead, reverse("initiative", args=[one.pk]))

    assert "Planned: Q1 2027" in page(work["web"]) and f"{ROADMAP}#initiative-{work['web'].pk}" in page(work["web"])
    assert f'id="initiative-{work["web"].pk}"' in text(lead, ROADMAP)
    assert "Not in the plan" in page(work["stock"]) and "go to what brings more" in page(work["stock"])
    assert "What would it take" in page(work["stock"]) and "not estimated yet" in page(work["tone"])
    assert "did not know it" in page(Initiative.objects.create(title="New"))
    assert "In the roadmap" not in page(Initiative.objects.create(title="Old", stage="dropped"))
    Plan.objects.all().delete()
    assert "There is no plan yet" in page(work["web"])
