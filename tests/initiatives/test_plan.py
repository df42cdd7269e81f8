"""The plan at a glance: how each step stands, and what it asks for next."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from vivencia.plan import standing
from vivencia.plan.initiatives import initiatives
from vivencia.plan.initiatives.drafts import Draft
from vivencia.plan.initiatives.models import Initiative, Outcome, Verdict
from vivencia.plan.vision import versions
from vivencia.plan.vision.document import BrandPromise, Vision

pytestmark = pytest.mark.django_db


def test_with_nothing_there_every_step_says_how_to_begin(lead: Client) -> None:
    told = standing.steps()

    assert told[0].name == "vision"
    assert all(step.next or step.name == "impact" for step in told if not step.begun)
    assert not any(step.begun for step in told)
    first = standing.first_next(told)
    assert first is not None and first.href == reverse("vision")
    assert lead.get("/plan/").status_code == 200


def test_what_has_begun_asks_for_what_is_still_open(lead: Client) -> None:
    versions.save(Vision(vision="It came on Thursday", promises=(BrandPromise("", "We call back"),)), None, after=0)
    made = initiatives.make(
        Draft(Initiative(title="Call back", stage="planned", value=900.0, starts=date(2027, 1, 1))), None
    )
    Outcome.objects.create(initiative=made, verdict=Verdict.WORKED)

    told = {step.name: step for step in standing.steps()}

    assert told["vision"].said == "It came on Thursday"
    assert told["vision"].next == standing.Next("Link 1 promise to a metric", reverse("vision-edit"))
    assert "900" in told["initiatives"].said
    assert told["initiatives"].next is not None and "Declare what is expected" in told["initiatives"].next.words
    page = lead.get("/plan/").content.decode()
    assert "It came on Thursday" in page and "Call back" not in page


def test_no_gaps_are_told_as_no_gaps(lead: Client) -> None:
    assert standing.gap_facts() == standing.GapFacts(0, "", "", None)
    assert lead.get("/plan/part/gaps/").status_code == 200


def test_a_roadmap_tells_what_it_chooses_and_what_that_is_worth() -> None:
    chosen = [{"chosen": True}, {"chosen": True}, {"chosen": False}]

    reach = {"mean": 9000.0, "low": 4000.0, "high": 12000.0}

    told = standing._planned({"unit": "EUR", "initiatives": chosen, "range": reach})

    assert told.said.replace("\N{NO-BREAK SPACE}", " ") == (
        "2 initiatives are chosen; the plan is worth 9,000 €, between 4,000 and 12,000 €."
    )
