"""What people are in the middle of, and why."""

from datetime import timedelta

import pytest

from tests.customers.shop import TODAY, day
from vivencia.foundation.ledger.reading import Read
from vivencia.understand.lived import Lived, Promised, life_of
from vivencia.understand.situations import Situation, is_bad, situation
from vivencia.understand.timeline import timeline
from vivencia.understand.value import value


def situation_of(read: Read, who: str) -> dict[str, Situation]:
    found = situation(*life_of(read, who, TODAY), TODAY)
    return {one.kind: one for one in found}


def test_a_late_parcel_and_a_bad_answer_are_remembered(read: Read) -> None:
    found = situation_of(read, "ana")

    assert set(found) == {"broken_promise", "bad_answer"}
    assert found["broken_promise"].days == 3
    assert found["bad_answer"].event is not None
    assert found["bad_answer"].event.text == "Came three days late."


def test_a_parcel_that_never_came_is_overdue_since_its_day(read: Read) -> None:
    found = situation_of(read, "bruno")

    assert set(found) == {"overdue"}
    assert found["overdue"].days == 7
    assert found["overdue"].promise is not None
    assert found["overdue"].promise.promised_at == day(5, 25)


def test_silence_is_measured_by_the_persons_own_rhythm(read: Read) -> None:
    found = situation_of(read, "carla")

    assert set(found) == {"silence"}
    assert found["silence"].usual_days == 10
    assert found["silence"].days == (TODAY - day(4, 10)) / timedelta(days=1)


def test_an_open_problem_and_an_open_promise_stand_side_by_side(read: Read) -> None:
    assert list(situation_of(read, "eva")) == ["open_issue", "open_promise"]


def test_who_did_nothing_is_in_the_middle_of_nothing(read: Read) -> None:
    assert situation_of(read, "dario") == {}


def test_a_better_answer_takes_the_bad_one_back() -> None:
    def answer(at_day: int, score: float) -> Lived:
        return Lived("e", day(5, at_day), "survey answered", metric="csat", score=score, scale_max=5.0)

    assert [one.kind for one in situation([answer(1, 5), answer(2, 1)], [], TODAY)] == ["bad_answer"]
    assert situation([answer(1, 1), answer(2, 5)], [], TODAY) == []


@pytest.mark.parametrize(
    ("metric", "score", "scale_max", "bad"),
    [("nps", 6, 10, True), ("nps", 7, 10, False), ("csat", 2, 5, True), ("csat", 3, 5, False), ("ces", 2, 7, True)],
)
def test_bad_is_what_the_scale_calls_bad(metric: str, score: float, scale_max: float, bad: bool) -> None:
    assert is_bad(metric, score, scale_max) is bad


def test_where_data_never_say_solved_any_answer_ends_the_waiting() -> None:
    opened = Lived("a", day(5, 1), "issue reported", subject_kind="ticket", subject_id="T")
    answered = Lived("b", day(5, 2), "issue responded", subject_kind="ticket", subject_id="T")

    assert [one.kind for one in situation([opened, answered], [], TODAY)] == ["open_issue"]
    assert situation([opened, answered], [], TODAY, issues_close=False) == []
    assert [one.kind for one in situation([opened], [], TODAY, issues_close=False)] == ["open_issue"]


@pytest.mark.parametrize(
    ("due", "state", "told"),
    [(20, "withdrawn", "withdrawn, it was cancelled"), (10, "overdue", "not done, and then cancelled")],
)
def test_nobody_waits_for_a_cancelled_order_and_the_timeline_says_so(due: int, state: str, told: str) -> None:
    ordered = Lived("a", day(5, 1), "order placed", promise="delivery", promised_at=day(5, due))
    undone = Lived("b", day(5, 12), "order cancelled", subject_kind="order", properties={"time_known": "no"})
    promise = Promised("a", "delivery", "order", "O-1", day(5, 1), day(5, due), None, state, None, day(5, 12))

    entries = timeline([ordered, undone], [promise], TODAY)

    assert situation([ordered, undone], [promise], TODAY) == []
    assert [entry.title for entry in entries] == ["Order cancelled", "Order placed"]
    assert "the data do not say when" in entries[0].detail
    assert entries[1].detail.endswith(told)


def test_value_counts_orders_and_money_under_every_id(read: Read) -> None:
    worth = value(life_of(read, "ana", TODAY)[0])

    assert (worth.orders, worth.revenue) == (2, {"EUR": 80.0})
    assert value(life_of(read, "dario", TODAY)[0]).revenue == {}, "not known is not zero"


def test_nothing_after_the_moment_is_seen(read: Read) -> None:
    before = day(5, 11)
    lived, promised = life_of(read, "ana", before)

    assert max(event.at for event in lived) <= before
    assert [one.state for one in promised] == ["kept", "overdue"]


def test_a_timeline_is_what_happened_backwards_at_equal_times_too() -> None:
    told = [Lived(name, day(5, 1), name) for name in ("order placed", "payment made", "order packed")]
    assert [entry.event_id for entry in timeline(told, [], TODAY)] == ["order packed", "payment made", "order placed"]
