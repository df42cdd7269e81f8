"""Everybody signs in to an installation that is set up; three initiatives, a team, a budget."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from vivencia.foundation.models import Role, User
from vivencia.plan.initiatives.models import Budget, Capacity, Initiative, Team
from vivencia.plan.initiatives.quarters import later, quarter_of
from vivencia.plan.roadmap import plans
from vivencia.plan.roadmap.models import Frame, Plan


@pytest.fixture
def signed_in(db: None, home: object) -> Callable[[str], Client]:
    def sign_in(role: str) -> Client:
        User.objects.get_or_create(email="ana@example.org", defaults={"role": Role.ADMINISTRATOR})
        client = Client()
        client.force_login(User.objects.create_user(f"{role}-{User.objects.count()}@example.org", role=role))
        return client

    return sign_in


@pytest.fixture
def lead(signed_in: Callable[[str], Client]) -> Client:
    return signed_in(Role.CX_LEAD)


TODAY = date(2027, 2, 10)
FIRST = quarter_of(TODAY)


@pytest.fixture
def work(db: None) -> dict[str, Initiative]:
    """Ten days a quarter: web (8 days) and stock (8 days) cannot share a quarter; tone has no value yet. Both are
    certain to work."""
    Frame.objects.create(pk=1, quarters=2, quarters_after=2)
    team = Team.objects.create(name="IT")
    for k in range(2):
        Capacity.objects.create(team=team, quarter=later(FIRST, k), days=10 if k == 0 else 0)
        Budget.objects.create(quarter=later(FIRST, k), amount=1000)
    effort = {str(team.pk): {"0": 8}}
    return {
        "web": Initiative.objects.create(title="Web, faster", chance=100, value=4000, cost_once=100, effort=effort),
        "stock": Initiative.objects.create(title="Stock; true", chance=100, value=3000, cost_once=100, effort=effort),
        "tone": Initiative.objects.create(title="Tone"),
    }


@pytest.fixture
def plan(work: dict[str, Initiative], monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan found for that work."""
    monkeypatch.setattr(plans, "SECONDS", 1.0)
    made = plans.ask(None, TODAY)
    plans.run(made.pk)
    made.refresh_from_db()
    return made
