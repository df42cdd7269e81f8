"""From a moment to a declared initiative: what is filled in, what is fixed, what stays."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.initiatives.known import KEY, findings, moment, studied
from vivencia.foundation import traces
from vivencia.foundation.models import Role, User
from vivencia.moments.findings import Range
from vivencia.moments.studies import Question
from vivencia.plan.initiatives import drafts, initiatives, past
from vivencia.plan.initiatives.drafts import Draft
from vivencia.plan.initiatives.initiatives import NotAllowedError
from vivencia.plan.initiatives.models import Initiative, InitiativeVoice, Outcome, Stage, Team
from vivencia.plan.initiatives.wording import Words

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
FROM_MOMENT = f"/plan/initiatives/new/?{urlencode({'moment': f'csat:{KEY}'})}"


def ready(**changes: object) -> Initiative:
    """An initiative that can be declared."""
    told: dict[str, object] = {
        "title": "Promise what can be kept", "metric": "csat", "variant": "mean", "effect": 0.1, "effect_low": 0.05,
        "effect_high": 0.15, "effect_by": date(2027, 9, 30), "starts": date(2027, 1, 1), "value": 100.0,
        "stage": Stage.PLANNED,
    }  # fmt: skip
    return initiatives.make(Draft(Initiative(**{**told, **changes})), None)


def test_a_moment_fills_in_the_case() -> None:
    studied(findings(moment()))

    made = drafts.of_moment(Question("csat"), KEY, TODAY).initiative

    assert made.claim == f"moment:{KEY}"
    assert (made.stake, made.stake_low, made.stake_high) == (200.0, 160.0, 240.0)
    assert made.gap_share == 50.0
    assert (made.value, made.value_low, made.value_high, made.value_unit) == (100.0, 80.0, 120.0, "points")
    assert (made.metric, made.variant) == ("csat", "mean")
    assert made.effect == 0.125  # a point each for a quarter of all, half of it won
    assert made.effect_by == date(2027, 9, 30)
    assert "1.00 points of satisfaction" in made.problem
    assert made.evidence["figures"][0] == {
        "code": "effect", "value": -1.0, "low": -1.2, "high": -0.8, "n": 400, "unit": "points", "metric": "csat",
    }  # fmt: skip


def test_a_moment_that_is_seen_to_move_money_is_worth_money() -> None:
    studied(findings(moment()))
    lost = moment(effect=-30.0, low=-40.0, high=-20.0, effect_exposed=-30.0, stake=Range(-6000.0, -8000.0, -4000.0))
    studied(findings(lost, outcome="revenue", kind="money"))

    made = drafts.of_moment(Question("csat"), KEY, TODAY).initiative

    assert (made.stake, made.stake_low, made.stake_high, made.value_unit) == (6000.0, 4000.0, 8000.0, "money")


def test_more_customers_lost_is_a_pain_whose_mending_keeps_them() -> None:
    lost = moment(effect=4.0, low=2.0, high=6.0, effect_exposed=4.0, stake=Range(8.0, 4.0, 12.0))
    studied(findings(lost, outcome="churn", kind="share", better=-1))

    made = drafts.of_moment(Question("churn"), KEY, TODAY).initiative

    assert (made.stake, made.value_unit) == (8.0, "customers")
    assert made.effect == -0.5  # four points each for a quarter of all, half of it won: fewer are lost


def test_a_gain_is_worth_what_it_would_bring_those_who_do_not_live_it() -> None:
    good = moment(kind="gain", effect=1.0, low=0.8, high=1.2, effect_exposed=1.0, stake=Range(200.0, 160.0, 240.0))
    studied(findings(good))

    made = drafts.of_moment(Question("csat"), KEY, TODAY).initiative

    assert made.stake == 600.0  # 300 others for each 100
    assert made.effect == 0.375


def test_one_click_makes_an_initiative_and_a_second_one_is_warned(lead: Client) -> None:
    studied(findings(moment()))

    first = lead.post(FROM_MOMENT)
    made = Initiative.objects.get()
    second = lead.post(FROM_MOMENT)

    assert first.headers["Location"] == f"/plan/initiatives/{made.pk}/"
    assert Initiative.objects.count() == 1
    assert b"It overlaps with others." in second.content
    assert second.context["form"].instance.gap_share == 50.0  # what nobody claims yet
    page = lead.get(f"/plan/initiatives/{made.pk}/").content.decode()
    assert "What to settle next" in page and "delivery" in page


def test_a_moment_that_is_gone_says_so(lead: Client) -> None:
    assert lead.get(FROM_MOMENT).status_code == 404
    assert lead.get("/plan/initiatives/new/?moment=nonsense").status_code == 404


def test_the_form_keeps_effort_by_team_and_quarter_and_makes_teams(lead: Client) -> None:
    shop = Team.objects.create(name="Shop")
    told = {
        "title": "Call before it is late", "stream": "organisation", "value_unit": "money", "value": "1000",
        "measure": "nps.standard", "effect": "2", "cost_once": "500", "cost_a_year": "0", "length_quarters": "2",
        "holdout_percent": "0", "risk": "low", f"effort-{shop.pk}-0": "5", "effort-new-1": "2,5", "new_team": "Calls",
    }  # fmt: skip

    answer = lead.post("/plan/initiatives/new/", told)

    assert answer.status_code == 302
    made = Initiative.objects.get()
    assert made.effort == {str(shop.pk): {"0": 5.0}, str(Team.objects.get(name="Calls").pk): {"1": 2.5}}
    assert (made.metric, made.variant) == ("nps", "standard")


def test_saving_a_case_keeps_what_is_no_longer_offered(lead: Client) -> None:
    dropped, owner = ready(stage=Stage.DROPPED), User.objects.create_user("gone@example.org", is_active=False)
    one = ready(owner=owner)
    one.depends_on.add(dropped)
    address = f"/plan/initiatives/{one.pk}/edit/"
    page = lead.get(address)
    form = page.context["form"]
    told = {name: "" if value is None else value for name, value in form.initial.items()}
    told |= {"seen": page.context["seen"], "measure": form.fields["measure"].initial, "title": "Another title"}
    told |= {"depends_on": [each.pk for each in form.initial["depends_on"]]}

    assert lead.post(address, told).status_code == 302

    one.refresh_from_db()
    assert (one.title, one.owner, list(one.depends_on.all())) == ("Another title", owner, [dropped])


def test_another_share_of_the_gap_moves_value_and_effect_along(lead: Client) -> None:
    studied(findings(moment()))
    lead.post(FROM_MOMENT)
    made = Initiative.objects.get()
    address = f"/plan/initiatives/{made.pk}/edit/"
    page = lead.get(address)
    told = {name: "" if value is None else value for name, value in page.context["form"].initial.items()}
    told |= {"seen": page.context["seen"], "measure": "csat.mean", "gap_share": 25, "depends_on": []}

    assert lead.post(address, told).status_code == 302

    made.refresh_from_db()
    assert (made.value, made.effect) == (50.0, 0.0625)
    assert made.history.first().changes["gap_share"] == [50.0, 25.0]  # type: ignore[union-attr]
    late = lead.post(address, told)
    assert late.status_code == 422
    assert b"Somebody else changed it meanwhile" in late.content


def test_what_is_declared_stays_and_a_later_declaration_stands_beside_it() -> None:
    one = ready()

    first = initiatives.declare(one, None, TODAY)
    with pytest.raises(NotAllowedError, match="same"):
        initiatives.declare(one, None, TODAY)
    one.effect = 0.3
    one.save()
    with pytest.raises(NotAllowedError, match="reason"):
        initiatives.declare(one, None, TODAY)
    second = initiatives.declare(one, None, TODAY, "The pilot did better than thought.")

    assert [(kept.effect, kept.late) for kept in one.declarations.all()] == [(0.3, False), (0.1, False)]
    assert initiatives.declaration(one) == second
    assert one.declared_at == first.at
    with pytest.raises(NotAllowedError, match="declared"):
        initiatives.delete(one)


def test_what_is_declared_after_the_start_is_no_forecast() -> None:
    assert initiatives.declare(ready(starts=date(2026, 11, 1)), None, TODAY).late
    assert initiatives.declare(ready(stage=Stage.RUNNING), None, TODAY).late
    with pytest.raises(NotAllowedError, match="over"):
        initiatives.declare(ready(stage=Stage.DONE), None, TODAY)


def test_a_declaration_needs_a_metric_a_size_a_date_and_a_start() -> None:
    with pytest.raises(NotAllowedError) as refused:
        initiatives.declare(ready(effect=None, starts=None), None, TODAY)

    assert refused.value.missing == ("effect", "starts")


def test_to_begin_on_another_day_asks_for_no_other_declaration() -> None:
    one = ready()
    initiatives.declare(one, None, TODAY)

    initiatives.move(one, Stage.RUNNING, None, TODAY)

    assert one.starts == TODAY
    assert initiatives.undeclared(one) == []


def test_stages_follow_each_other_and_keep_their_dates() -> None:
    one = ready(stage=Stage.IDEA)

    with pytest.raises(NotAllowedError):
        initiatives.move(one, Stage.DONE, None, TODAY)
    for stage in (Stage.PLANNED, Stage.RUNNING, Stage.DONE):
        initiatives.move(one, stage, None, TODAY)

    assert (one.starts, one.ends) == (TODAY, TODAY)
    assert [kept.changes["stage"][1] for kept in one.history.filter(kind="moved")] == ["done", "running", "planned"]


def test_nothing_waits_for_itself() -> None:
    first, second, third = ready(), ready(), ready()
    first.depends_on.add(second)
    second.depends_on.add(third)

    assert initiatives.depends_in_a_circle(third, [first])
    assert not initiatives.depends_in_a_circle(first, [third])


def test_outcomes_held_against_declarations_calibrate_and_late_ones_do_not() -> None:
    def outcome(found: float, starts: date = date(2027, 1, 1)) -> None:
        one = ready(starts=starts)
        said = initiatives.declare(one, None, TODAY)
        Outcome.objects.create(initiative=one, declaration=said, effect=found, low=found - 0.01, high=found + 0.01)

    for found in (0.05, 0.06):
        outcome(found)
    outcome(0.4, starts=date(2026, 1, 1))
    assert past.calibration() is None

    outcome(0.04)
    told = past.calibration()
    assert told is not None
    assert (told.n, round(told.ratio, 6)) == (3, 0.5)


def test_declaring_anew_after_the_start_takes_no_miss_out_of_the_calibration() -> None:
    one = ready()
    initiatives.declare(one, None, TODAY)
    Initiative.objects.filter(pk=one.pk).update(stage=Stage.RUNNING, effect=0.01)
    one.refresh_from_db()
    anew = initiatives.declare(one, None, TODAY, "It will be less")
    Outcome.objects.create(initiative=one, declaration=anew, effect=0.01, low=0.0, high=0.02)

    assert anew.late and [(each.expected, each.found) for each in past.past()] == [(0.1, 0.01)]


def test_an_erased_person_is_no_longer_quoted(lead: Client) -> None:
    one = ready()
    for who in ("ana-1", "eva-2"):
        InitiativeVoice.objects.create(initiative=one, customer_id=who, text=f"{who} waited", said_at=datetime.now(UTC))
    assert b"ana-1 waited" in lead.get(f"/plan/initiatives/{one.pk}/").content

    traces.wipe(["ana-1"])

    assert [voice.customer_id for voice in one.voices.all()] == ["eva-2"]


def test_who_may_not_see_customers_does_not_read_their_words(signed_in: Callable[[str], Client]) -> None:
    one = ready()
    InitiativeVoice.objects.create(initiative=one, customer_id="ana-1", text="I waited for days")

    assert b"I waited for days" not in signed_in(Role.VIEWER).get(f"/plan/initiatives/{one.pk}/").content


def test_only_planners_change_anything(signed_in: Callable[[str], Client]) -> None:
    one = ready()
    viewer = signed_in(Role.VIEWER)

    assert viewer.get("/plan/initiatives/").status_code == 200
    for address in ("new/", f"{one.pk}/edit/", f"{one.pk}/stage/", f"{one.pk}/declare/", f"{one.pk}/delete/"):
        assert viewer.post(f"/plan/initiatives/{address}").status_code == 403
    assert Initiative.objects.count() == 1


def test_the_board_and_the_list_show_what_each_brings_for_its_cost(lead: Client) -> None:
    cheap = ready(title="Cheap one", value=1000.0, value_unit="money", cost_once=100)
    dear = ready(title="Dear one", value=2000.0, value_unit="money", cost_once=4000)
    unknown = ready(title="Unknown one", value_unit="money")

    shown = lead.get("/plan/initiatives/?view=list").context["cards"]

    assert [card.initiative.pk for card in shown] == [cheap.pk, dear.pk, unknown.pk]
    assert [card.times for card in shown] == [10.0, 0.5, None]
    assert [one.initiative.pk for one in lead.get("/plan/initiatives/?q=dear").context["cards"]] == [dear.pk]


def test_one_click_makes_a_pilot_of_what_may_fail(lead: Client) -> None:
    big = ready(chance=50, cost_once=8000, effort={})

    page = lead.get(f"/plan/initiatives/{big.pk}/").content.decode()
    assert "In 50 of 100 cases it would not work, and 8,000" in page and f"?pilot_of={big.pk}" in page

    asked = f"/plan/initiatives/new/?pilot_of={big.pk}"
    form = lead.get(asked).context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    lead.post(asked, {**given, "cost_once": "300"})

    pilot = Initiative.objects.get(pilot_of=big)
    assert (pilot.title, pilot.value) == ("Pilot: Promise what can be kept", None)
    assert (
        "It tells whether “Promise what can be kept” works"
        in lead.get(f"/plan/initiatives/{pilot.pk}/").content.decode()
    )
    assert not lead.get(f"/plan/initiatives/{pilot.pk}/").context["warnings"]  # alike, as it should be
    assert lead.get(f"/plan/initiatives/new/?pilot_of={pilot.pk}").status_code == 404
    assert lead.get("/plan/initiatives/new/?pilot_of=999999").status_code == 404
    assert pilot.title in lead.get(f"/plan/initiatives/{big.pk}/").content.decode()


def test_a_pilot_comes_before_what_it_tries_out_and_has_none_itself(lead: Client) -> None:
    big, small = ready(chance=50, cost_once=8000), ready(title="Small")
    Initiative.objects.filter(pk=small.pk).update(pilot_of=big)
    other = ready(title="Other")

    def errors(one: Initiative, **changes: object) -> dict[str, list[str]]:
        form = lead.get(f"/plan/initiatives/{one.pk}/edit/").context
        told = {name: form["form"][name].value() for name in form["form"].fields}
        given = {name: value for name, value in {**told, **changes}.items() if value not in (None, "", [])}
        answer = lead.post(f"/plan/initiatives/{one.pk}/edit/", {**given, "seen": form["seen"]})
        return dict(answer.context["form"].errors) if answer.context else {}

    assert "pilot_of" in errors(big, pilot_of=other.pk)
    assert "pilot_of" in errors(other, pilot_of=big.pk, depends_on=[big.pk])
    assert errors(other, pilot_of=big.pk) == {}


def test_a_share_of_a_gap_is_shown_to_three_figures_and_what_was_typed_as_it_was() -> None:
    worked_out = Initiative(title="Web", stake=84275.3, value=42137.65, value_low=20018.2, value_high=63977.1)
    typed = Initiative(title="Web", value=42137, value_low=20018, value_high=63977)

    assert Words("EUR").value(worked_out).replace("\xa0", " ") == "42,100 € a year (between 20,000 and 64,000 €)"
    tile = {"code": "stake", "value": 84275.3, "low": 40036.4, "high": None, "n": 9, "unit": "money"}
    (shown,) = Words("EUR").figures({"figures": [tile]})
    assert shown["figure"] | {"value": 84300.0, "low": 40000.0, "high": None} == shown["figure"]
    assert "42,137" in Words("EUR").value(typed) and "63,977" in Words("EUR").value(typed)


def test_a_wish_was_counted_of_nobody(lead: Client) -> None:
    known: dict[str, object] = {"value": 90.0, "low": None, "high": None, "n": 1234, "unit": "%", "metric": ""}
    figures = [{**known, "code": "lived_value"}, {**known, "code": "wanted_value", "value": 98.0}]
    one = Initiative.objects.create(title="Deliver on time", evidence={"figures": figures})

    page = lead.get(f"/plan/initiatives/{one.pk}/").content.decode()

    assert "As it should be" in page and "98.0" in page
    assert page.count("n = 1,234") == page.count("n = ") == 1


def test_a_score_is_told_with_its_scale_where_the_figures_have_other_units(lead: Client) -> None:
    studied(findings(moment()))
    one = Initiative.objects.create(title="Deliver on time", moment_outcome="csat", moment_key=KEY)
    InitiativeVoice.objects.create(initiative=one, customer_id="ana-1", text="It came late", score=1.0)

    assert " of 5</figcaption>" in lead.get(f"/plan/initiatives/{one.pk}/").content.decode()


def test_what_is_not_right_names_its_fields(lead: Client) -> None:
    page = lead.post("/plan/initiatives/new/", {"title": "", "cost_once": "much"}).content.decode()

    alert = page.split('alert-danger" role="alert">')[1].split("</div>")[0]
    assert 'Look at these fields: <a href="#id_' in alert and 'href="#id_title"' in alert


def test_where_there_is_no_other_initiative_nothing_asks_what_it_waits_for(lead: Client) -> None:
    page = lead.get("/plan/initiatives/new/").content.decode()

    assert "Must be done" in page and "Only after" not in page
