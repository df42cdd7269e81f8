"""An initiative declared beforehand is held against what the ledger says afterwards, and its pages say so in words."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.metrics.events import customers_table, events_table
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Act, AuditEntry, Role
from vivencia.measure.reading import source
from vivencia.plan.impact import holdouts, proving, story
from vivencia.plan.impact.jobs import prove
from vivencia.plan.impact.methods.verdict import when
from vivencia.plan.impact.models import Evidence
from vivencia.plan.initiatives.models import Declaration, Initiative, Outcome, Stage

pytestmark = pytest.mark.django_db

BEGIN = datetime(2025, 1, 6, 12, tzinfo=UTC)  # a Monday
STARTS = date(2025, 7, 7)
Enter = Callable[..., Client]


def lived(jump: float = 2.0, weeks: int = 40, *, only: Callable[[int], bool] = lambda customer: True) -> None:
    """Ten customers a week answer 1 to 5, around 2; from the start on, those reached answer better."""
    rows: list[dict[str, Any]] = []
    for week in range(weeks):
        at = BEGIN + timedelta(weeks=week)
        for number in range(10):
            customer = week * 10 + number
            score = 1.0 + (customer * 7 % 3) + (jump if at.date() >= STARTS and only(customer) else 0.0)
            rows.append(
                {"metric": "csat", "score": score, "scale_max": 5.0, "customer_id": f"c{customer}",
                 "name": "survey answered", "occurred_at": at}
            )  # fmt: skip
    ledger = open_ledger()
    ledger.append(events_table(*rows).to_pyarrow())
    people = [{"customer_id": f"c{one}", "segment": "new" if one % 2 else "old"} for one in range(weeks * 10)]
    ledger.put_customers(customers_table(*people).to_pyarrow())


def declared(effect: float = 1.5, population: str = "", holdout: int = 0, starts: date = STARTS) -> Initiative:
    said: dict[str, Any] = {
        "metric": "csat", "variant": "mean", "population": population, "effect": effect, "effect_by": date(2025, 12, 1),
        "starts": starts, "holdout_percent": holdout, "value": 36525.0,
    }  # fmt: skip
    made = Initiative.objects.create(
        title="Answer within a day",
        stage=Stage.RUNNING,
        cost_once=1000,
        cost_a_year=365,
        declared_at=timezone.now(),
        **said,
    )
    Declaration.objects.create(initiative=made, **said)
    return made


def test_what_everybody_was_given_is_held_against_their_own_past(home: object) -> None:
    lived()
    initiative = declared()
    outcome = proving.prove(initiative)
    assert outcome is not None and outcome.method == "interrupted_time_series"
    assert outcome.verdict == "worked"
    assert outcome.effect == pytest.approx(2.0, abs=0.3)
    kept = Evidence.objects.get(outcome=outcome)
    assert (kept.grain, kept.n_before, kept.n_after) == ("week", 25, 13)


def test_working_it_out_twice_keeps_one_outcome_and_is_then_no_longer_due(home: object) -> None:
    lived(0.0)
    initiative = declared()
    assert proving.due(initiative, source())
    prove.func(initiative.pk)
    prove.func(initiative.pk)
    assert Outcome.objects.count() == Evidence.objects.count() == 1
    assert not proving.due(initiative, source())
    assert Outcome.objects.get().verdict != "worked"


def test_who_was_left_out_by_lot_shows_what_would_have_been(home: object) -> None:
    initiative = declared(holdout=30)
    lived(only=lambda customer: not holdouts.left_out(initiative.pk, f"c{customer}", 30))
    outcome = proving.prove(initiative)
    assert outcome is not None and outcome.method == "randomised" and outcome.verdict == "worked"
    assert outcome.low is not None and outcome.high is not None and outcome.low <= 2.0 <= outcome.high


def test_one_segment_is_compared_with_the_others(home: object) -> None:
    lived(only=lambda customer: customer % 2 == 1)
    outcome = proving.prove(declared(population="company:new"))
    assert outcome is not None and outcome.method == "synthetic_control"
    assert outcome.verdict == "worked" and outcome.effect == pytest.approx(2.0, abs=0.4)


def test_before_a_week_has_passed_it_says_from_when_it_can_be_told(home: object) -> None:
    lived(weeks=26)
    outcome = proving.prove(declared(starts=date(2025, 6, 30)))
    assert outcome is not None and outcome.verdict == "cannot_tell"
    assert outcome.tell_when == date(2025, 7, 7)


def test_what_was_not_declared_or_has_not_begun_has_no_outcome(home: object) -> None:
    lived()
    assert proving.prove(Initiative.objects.create(title="Undeclared", stage=Stage.RUNNING)) is None
    assert proving.prove(declared(starts=date(2030, 1, 1))) is None


def test_the_gain_is_in_proportion_to_what_was_found() -> None:
    initiative = declared(effect=2.0)
    held, year_later = initiative.declarations.get(), STARTS + timedelta(days=731)
    outcome = Outcome(effect=1.0, low=0.5, high=1.5)
    gain = story.gain(initiative, held, outcome, year_later)
    assert gain is not None
    assert (gain.value, gain.low, gain.high) == pytest.approx((36550, 18275, 54825), rel=1e-3)
    assert story.cost(initiative, held, year_later) == pytest.approx(1000 + 2 * 365, rel=1e-2)


def test_twice_the_data_may_take_more_than_twice_the_time() -> None:
    assert when(1.0, 100, 10) == 11
    assert when(2.0, 20, 10) == 40, "1/20 + 1/a = (1/20 + 1/10) / 2 where a = 40"
    assert when(4.0, 10, 10) is None, "what is known from before does not grow"


def test_lots_are_fair_and_stay_as_they_are() -> None:
    told = [holdouts.left_out(7, f"customer {one}", 20) for one in range(5000)]
    assert 0.18 < sum(told) / 5000 < 0.22
    assert told == [holdouts.left_out(7, f"customer {one}", 20) for one in range(5000)]
    assert told != [holdouts.left_out(8, f"customer {one}", 20) for one in range(5000)]


def page(client: Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_story_is_told_to_everybody_in_both_languages(signed_in: Enter) -> None:
    viewer = signed_in(Role.VIEWER)
    assert "Nothing to prove yet" in page(viewer, "/plan/impact/")
    lived()
    initiative = declared()
    proving.prove(initiative)
    assert "It worked" in page(viewer, "/plan/impact/")
    told = page(viewer, f"/plan/impact/{initiative.pk}/")
    assert "As it was" in told and "What was tried to prove us wrong" in told and "Work it out now" not in told
    assert "Ha funcionado" in page(viewer, f"/plan/impact/{initiative.pk}/", "es")
    metric = proving.candidates()[0].declarations.all()[0].metric
    told = page(viewer, f"/plan/impact/metrics/{metric}/")
    assert "What was done for it" in told and "It worked" in told
    assert page(viewer, "/plan/impact/metrics/findability/").strip() == "", "nothing was done for that one"
    assert viewer.get("/plan/impact/metrics/magic/").status_code == 404


def test_what_is_not_worked_out_yet_is_counted_apart_from_what_cannot_be_told(signed_in: Enter) -> None:
    lived(0.0)
    declared()
    told = page(signed_in(Role.VIEWER), "/plan/impact/")
    assert "of 0 it cannot be told yet, 1 is not worked out yet." in told and "not enough data" not in told


def test_the_range_declared_moves_no_verdict_and_another_rule_has_it_told_anew(
    home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived()
    initiative = declared()
    initiative.declarations.update(effect_low=1.4, effect_high=1.6)
    outcome = proving.prove(initiative)
    assert outcome is not None and outcome.verdict == "worked"
    assert not proving.due(initiative, source())
    monkeypatch.setattr(proving, "RULE", "another")
    assert proving.due(initiative, source())
    initiative.declarations.update(effect=12.0)
    assert (missed := proving.prove(initiative)) is not None and missed.verdict == "did_not"
    assert Evidence.objects.get(outcome=missed).because == "less_than_half", "declared 12, found 2"


def test_only_planners_have_it_worked_out_again(signed_in: Enter) -> None:
    lived(0.0)
    initiative = declared()
    address = f"/plan/impact/{initiative.pk}/again/"
    assert signed_in(Role.VIEWER).post(address).status_code == 403
    assert signed_in(Role.ANALYST).post(address).status_code == 302


def test_the_page_follows_the_work_until_the_result_is_there(signed_in: Enter) -> None:
    lived(0.0)
    initiative, other = declared(), declared()
    analyst = signed_in(Role.ANALYST)
    address = f"/plan/impact/{initiative.pk}/"
    for _twice in range(2):
        analyst.post(f"{address}again/")
    assert DBTaskResult.objects.count() == 1, "asking again while it is under way asks for nothing more"
    shown = page(analyst, address)
    assert "Waiting its turn" in shown and "Work it out now" not in shown
    assert "Waiting its turn" not in page(analyst, f"/plan/impact/{other.pk}/")
    DBTaskResult.objects.update(status="RUNNING")
    assert "The effect is being worked out" in page(analyst, f"{address}progress/")
    DBTaskResult.objects.update(status="SUCCESSFUL")
    assert analyst.get(f"{address}progress/")["HX-Refresh"] == "true"
    shown = page(analyst, address)
    assert "Worked out with what is known by now" in shown and "Work it out now" in shown
    DBTaskResult.objects.update(status="FAILED")
    assert analyst.get(f"{address}progress/")["HX-Refresh"] == "true"
    assert "It could not be worked out" in page(analyst, address)


def test_the_list_of_those_left_out_is_for_who_may_take_rows_out(signed_in: Enter) -> None:
    lived(0.0)
    initiative = declared(holdout=20)
    address = f"/plan/impact/{initiative.pk}/left-out.csv"
    assert signed_in(Role.VIEWER).get(address).status_code == 403
    rows = signed_in(Role.ANALYST).get(address).content.decode("utf-8-sig").split()
    assert rows[0] == "customer_id,left_out"
    assert ("yes" in rows[1]) == holdouts.left_out(initiative.pk, rows[1].split(",")[0], 20)
    assert AuditEntry.objects.get(act=Act.EXPORTED).details["rows"] == len(rows) - 1 == 400
    assert signed_in(Role.ANALYST).get(f"/plan/impact/{declared().pk}/left-out.csv").status_code == 404


def test_a_population_that_is_gone_is_not_everybody(signed_in: Enter) -> None:
    lived(0.0, 10)
    initiative = declared(population="saved:999", holdout=20)
    answer = signed_in(Role.ANALYST).get(f"/plan/impact/{initiative.pk}/left-out.csv", follow=True)
    assert "no longer there" in answer.content.decode() and "customer_id" not in answer.content.decode()


def test_what_does_not_exist_is_not_found(signed_in: Enter) -> None:
    undeclared = Initiative.objects.create(title="Undeclared")
    assert signed_in(Role.ANALYST).get(f"/plan/impact/{undeclared.pk}/").status_code == 404
    assert signed_in(Role.ANALYST).get("/plan/impact/99999/").status_code == 404
