"""Whose experience is studied, and until when: small timelines drawn by hand."""

from datetime import timedelta

import pytest

from tests.moments.company import BEGINNING, DAY, Row, event
from tests.moments.conftest import lived_by
from vivencia.moments.background import background
from vivencia.moments.lived import micros
from vivencia.moments.occasions import NotEnoughDataError, Period, occasions
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.steps import steps_of

SEGMENTS = ("basic", "gold")


def order(number: int, *, answer: float | None, after: float = 10.0) -> list[Row]:
    """Bought on its day, delivered five days later, asked on the seventh, answered `after` days from the purchase.

    day  0 ─ order placed ─ 5 ─ order delivered ─ 7 ─ survey sent ─ 10 ─ (survey answered)
    """
    who, about = f"c{number}", {"subject_kind": "order", "subject_id": f"o{number}"}
    began = BEGINNING + number * timedelta(hours=1)
    rows = [
        event(who, began, "order placed", touchpoint="purchase", amount=10.0, **about),
        event(who, began + 5 * DAY, "order delivered", touchpoint="delivery", **about),
        event(who, began + 7 * DAY, "survey sent", touchpoint="survey", **about),
    ]
    if answer is not None:
        given = {"metric": "csat", "score": answer, "scale_max": 5.0, **about}
        rows.append(event(who, began + after * DAY, "survey answered", touchpoint="survey", **given))
    return rows


def forty_orders() -> list[Row]:
    """Every second one answered."""
    return [row for i in range(40) for row in order(i, answer=4.0 if i % 2 else None)]


def test_an_answer_about_an_order_makes_the_order_the_unit_and_the_silent_count_too() -> None:
    drawn = occasions(lived_by(forty_orders()), OUTCOMES["csat"])
    assert drawn.by == "case"
    assert len(drawn.frame) == 40
    assert drawn.frame["outcome"].count() == 20


def test_the_silent_are_followed_until_they_would_have_answered() -> None:
    drawn = occasions(lived_by(forty_orders()), OUTCOMES["csat"])
    assert drawn.clock is not None
    assert drawn.clock.name == "survey_sent"
    waited = (drawn.frame["cutoff"] - drawn.frame["start"]).unique()
    assert waited.to_list() == [10 * 86_400_000_000]


def test_who_was_not_asked_is_left_out_where_the_data_say_who_was() -> None:
    unasked = [row for row in order(99, answer=None) if row["name"] != "survey sent"]
    drawn = occasions(lived_by(forty_orders() + unasked), OUTCOMES["csat"])
    assert len(drawn.frame) == 40
    assert drawn.left_out == {"not_asked": 1}


def test_a_survey_about_something_else_is_no_asking() -> None:
    other = event("c0", BEGINNING + 300 * DAY, "survey sent", metric="nps", subject_kind="order", subject_id="o0")
    drawn = occasions(lived_by([*forty_orders(), other]), OUTCOMES["csat"])
    assert drawn.frame.filter(drawn.frame["cutoff"] > micros(BEGINNING + 100 * DAY)).is_empty()


def test_nothing_after_the_answer_is_a_step() -> None:
    late = {"subject_kind": "order", "subject_id": "o1"}
    complaint = event("c1", BEGINNING + 20 * DAY, "complaint made", touchpoint="complaint", **late)
    lived = lived_by([*forty_orders(), complaint])
    steps = steps_of(lived, occasions(lived, OUTCOMES["csat"]))
    assert set(steps["touchpoint"]) == {"purchase", "delivery"}


def test_answers_about_no_case_are_about_the_customer_and_begin_after_the_answer_before() -> None:
    rows: list[Row] = []
    for i in range(30):
        for month in (0, 3):
            at = BEGINNING + (i + 90 * month) * DAY
            rows.append(event(f"c{i}", at, "visited", touchpoint="store"))
            rows.append(event(f"c{i}", at + DAY, "answered", metric="nps", score=9.0, scale_max=10.0))
    lived = lived_by(rows, as_of=BEGINNING + 700 * DAY)
    drawn = occasions(lived, OUTCOMES["nps"])
    assert drawn.by == "customer"
    assert len(drawn.frame) == 30
    assert len(steps_of(lived, drawn)) == 30  # the visit before the first answer belongs to that one


def test_days_without_a_time_count_as_whole_days() -> None:
    rows: list[Row] = []
    for i in range(30):
        about = {"subject_kind": "ticket", "subject_id": f"t{i}"}
        day = BEGINNING + i * DAY
        rows.append(event(f"c{i}", day + timedelta(hours=15), "ticket opened", touchpoint="contact", **about))
        rows.append(event(f"c{i}", day, "answered", metric="csat", score=3.0, scale_max=5.0, **about))
    lived = lived_by(rows)
    drawn = occasions(lived, OUTCOMES["csat"])
    assert drawn.dates_only
    assert len(steps_of(lived, drawn)) == 30


def test_repurchase_counts_only_who_was_followed_long_enough_and_another_order() -> None:
    rows = forty_orders()
    again = {"subject_kind": "order", "subject_id": "o0-again"}
    rows.append(event("c0", BEGINNING + 60 * DAY, "order placed", touchpoint="purchase", amount=5.0, **again))
    drawn = occasions(lived_by(rows, as_of=BEGINNING + 200 * DAY), OUTCOMES["repurchase"])
    assert drawn.follow_up_days == 180
    assert drawn.frame["outcome"].sum() == 1
    assert drawn.left_out == {"follow_up_not_over": 1}  # the second order itself


def test_who_had_left_before_cannot_be_lost_again() -> None:
    rows = forty_orders()
    for customer, after in (("c0", 2), ("c1", 2), ("c2", 60)):
        rows.append(event(customer, BEGINNING + after * DAY, "subscription cancelled"))
    back = {"subject_kind": "order", "subject_id": "o1"}
    rows.append(event("c1", BEGINNING + 4 * DAY, "order placed", touchpoint="purchase", amount=5.0, **back))
    drawn = occasions(lived_by(rows), OUTCOMES["churn"])
    assert drawn.left_out == {"already_gone": 1}  # c0; c1 came back, and c2 left afterwards
    assert (len(drawn.frame), drawn.frame["outcome"].sum()) == (39, 1)


def test_a_segment_is_the_one_the_customer_was_in_when_it_began() -> None:
    """Everybody became "rescued" long after, which may well be a consequence."""
    then = {"segment": "gold", "updated_at": BEGINNING - DAY}
    later = {"segment": "rescued", "updated_at": BEGINNING + 300 * DAY}
    told = [{"customer_id": f"c{i}", **row} for i in range(40) for row in ({**then, "segment": SEGMENTS[i % 2]}, later)]
    lived = lived_by(forty_orders(), told)
    drawn = occasions(lived, OUTCOMES["csat"])
    known = background(lived, drawn, steps_of(lived, drawn))
    assert "segment=gold" in known.names
    assert known.values[:, known.names.index("segment=gold")].sum() == 20


def test_a_period_is_about_when_the_outcome_came() -> None:
    half = Period(since=micros(BEGINNING + 10 * DAY + timedelta(hours=20)))
    assert len(occasions(lived_by(forty_orders()), OUTCOMES["csat"], period=half).frame) == 20


def test_too_few_answers_are_said_to_be_too_few() -> None:
    with pytest.raises(NotEnoughDataError, match="no_answers"):
        occasions(lived_by(order(1, answer=5.0)), OUTCOMES["csat"])
