"""What is found in the data to look at: promises, failures, repetitions, waits, circumstances."""

from typing import Any

import numpy as np

from tests.moments.company import BEGINNING, DAY, Row, event
from tests.moments.conftest import lived_by
from vivencia.moments.candidates import chosen
from vivencia.moments.exposures import Exposure, exposures
from vivencia.moments.occasions import occasions
from vivencia.moments.order import came_first
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.steps import steps_of

N = 200


def order(number: int, *, delivered: float | None = 4.0, answered: float = 12.0, **properties: Any) -> list[Row]:
    """Promised for the sixth day; delivered and answered so many days after the purchase (None: never)."""
    who, about = f"c{number}", {"subject_kind": "order", "subject_id": f"o{number}"}
    began = BEGINNING + number / 24 * DAY
    promise = {"promise": "delivery", "promised_at": began + 6 * DAY}
    rows = [event(who, began, "order placed", touchpoint="purchase", properties=properties, **promise, **about)]
    if delivered is not None:
        done = {"touchpoint": "delivery", "promise": "delivery", **about}
        rows.append(event(who, began + delivered * DAY, "order delivered", **done))
    given = {"metric": "csat", "score": 4.0, "scale_max": 5.0, **about}
    return [*rows, event(who, began + answered * DAY, "survey answered", **given)]


def found(rows: list[Row]) -> dict[str, Exposure]:
    lived = lived_by(rows)
    drawn = occasions(lived, OUTCOMES["csat"])
    return {exposure.key: exposure for exposure in exposures(steps_of(lived, drawn), lived, drawn)}


def counts(exposure: Exposure) -> tuple[int, int, int]:
    """Exposed, not exposed, not applicable."""
    values = exposure.exposed
    return int((values == 1).sum()), int((values == 0).sum()), int(np.isnan(values).sum())


def test_a_promise_is_broken_from_its_day_on_even_if_the_answer_comes_before_the_delivery() -> None:
    kept = [row for i in range(100) for row in order(i)]
    late = [row for i in range(100, 150) for row in order(i, delivered=9.0)]
    still_waiting = [row for i in range(150, 180) for row in order(i, delivered=20.0, answered=8.0)]
    not_yet_due = [row for i in range(180, 200) for row in order(i, delivered=None, answered=5.0)]
    broken = found([*kept, *late, *still_waiting, *not_yet_due])["delivery · promise broken"]
    assert counts(broken) == (80, 100, 20)
    assert broken.doses  # how late is known of enough of them


def test_where_a_promise_is_fulfilled_having_happened_is_no_candidate_of_its_own() -> None:
    assert "delivery · happened" not in found([row for i in range(N) for row in order(i)])


def test_failures_are_told_by_status_and_apply_to_who_was_there() -> None:
    rows = [row for i in range(N) for row in order(i, status="failed" if i < 60 else "done")]
    assert counts(found(rows)["purchase · failed"]) == (60, 140, 0)


def test_the_usual_value_is_what_others_are_held_against() -> None:
    channels = ["web"] * 140 + ["phone"] * 30 + ["chat"] * 30
    keys = set(found([row for i in range(N) for row in order(i, via=channels[i])]))
    assert "purchase · property:via=phone" in keys
    assert "purchase · property:via=web" not in keys


def test_numbers_are_looked_at_by_their_highest_quarter() -> None:
    high = found([row for i in range(N) for row in order(i, freight=float(i))])["purchase · property:freight>p75"]
    assert counts(high) == (50, 150, 0)
    assert high.condition.threshold == np.quantile(np.arange(200.0), 0.75, method="nearest")


def test_leaving_a_step_out_is_not_being_slow_at_the_next() -> None:
    """A call, an e-mail on day 5 for every second one, and a visit on day 6; for a quarter of either on day 7."""
    rows: list[Row] = []
    for i in range(200):
        who, began = f"c{i}", BEGINNING + i * DAY / 24
        rows.append(event(who, began, "called", touchpoint="phone"))
        if i % 2:
            rows.append(event(who, began + 5 * DAY, "wrote", touchpoint="e-mail"))
        late = i % 8 in (0, 1)
        rows.append(event(who, began + (7 if late else 6) * DAY + i * DAY / 86400, "came", touchpoint="visit"))
        rows.append(event(who, began + 12 * DAY, "answered", metric="csat", score=4.0, scale_max=5.0))
    slow = found(rows)["visit · slow>p75"]
    without_mail = np.arange(200) % 2 == 0
    assert 20 <= (slow.exposed[without_mail] == 1).sum() <= 30
    assert 20 <= (slow.exposed[~without_mail] == 1).sum() <= 30


def test_what_says_the_same_is_kept_once_and_remembers_the_other_names() -> None:
    status = ["failed"] * 60 + ["done"] * 140
    rows = [row for i in range(N) for row in order(i, status=status[i], code="odd" if i < 60 else "usual")]
    known = np.ones(N, bool)
    kept = {item.key: item for item in chosen(found(rows).values(), known)}
    assert "purchase · property:code=odd" not in kept
    assert [twin.code for twin in kept["purchase · failed"].synonyms] == ["property:code=odd"]


def test_the_order_of_two_is_the_share_in_which_one_came_first() -> None:
    nan = np.nan
    times = np.array([[1.0, 5.0, 3.0, nan], [2.0, 4.0, 3.0, 1.0]])
    assert came_first(times)[0, 1] == 0.5  # first, last, a tie
    assert np.isnan(came_first(np.array([[1.0, nan], [nan, 1.0]]))[0, 1])


def test_what_nearly_everybody_gets_to_is_told_by_who_does_not() -> None:
    """190 of 200 go past the till: ten do not."""
    rows: list[Row] = []
    for i in range(N):
        who, began = f"c{i}", BEGINNING + i * DAY / 24
        rows.append(event(who, began, "came in", touchpoint="shop"))
        if i >= 10:
            rows.append(event(who, began + DAY, "paid", touchpoint="till"))
        if i % 2:
            rows.append(event(who, began + 2 * DAY, "asked", touchpoint="advice"))
        rows.append(event(who, began + 5 * DAY, "answered", metric="csat", score=4.0, scale_max=5.0))
    keys = found(rows)
    assert counts(keys["till · not happened"]) == (10, 190, 0)
    assert "till · happened" not in keys
    assert counts(keys["advice · happened"]) == (100, 100, 0)


def test_a_step_missed_on_the_way_to_a_broken_promise_is_no_moment_beside_it() -> None:
    """A fifth is late, a twentieth never leaves the warehouse: that, too, is the promise broken."""
    rows: list[Row] = []
    for i in range(2_000):
        gone = i % 20 == 0
        rows += order(i, delivered=None if gone else 9.0 if i % 5 == 1 else 4.0)
        if not gone:
            about = {"subject_kind": "order", "subject_id": f"o{i}"}
            rows.append(event(f"c{i}", BEGINNING + (i / 24 + 1) * DAY, "handed over", touchpoint="dispatch", **about))
    exposures = found(rows)
    assert counts(exposures["dispatch · not happened"]) == (100, 1900, 0)
    kept = {item.key for item in chosen(exposures.values(), np.ones(2_000, bool))}
    assert "delivery · promise broken" in kept
    assert "dispatch · not happened" not in kept


def test_a_cancelled_order_broke_no_promise_and_hides_none() -> None:
    """A fifth is late, a twentieth never leaves the warehouse, a third of those because they were cancelled."""
    rows: list[Row] = []
    for i in range(1_200):
        gone = i % 20 == 0
        rows += order(i, delivered=None if gone else 9.0 if i % 5 == 1 else 4.0)
        about = {"subject_kind": "order", "subject_id": f"o{i}"}
        if i % 60 == 0:
            rows.append(event(f"c{i}", BEGINNING + (i / 24 + 2) * DAY, "order cancelled", touchpoint=None, **about))
        if not gone:
            rows.append(event(f"c{i}", BEGINNING + (i / 24 + 1) * DAY, "handed over", touchpoint="dispatch", **about))
    exposures = found(rows)
    assert counts(exposures["delivery · promise broken"]) == (280, 900, 20)
    kept = {item.key for item in chosen(exposures.values(), np.ones(1_200, bool))}
    assert "delivery · promise broken" in kept
    assert "dispatch · not happened" not in kept
