"""The sincerity gate's truth table: who may be written to, when, and if not, why.

Today is Wednesday 3 June 2026, noon in Madrid (10:00 UTC). Two messages in fourteen days, quiet from 21 to 9.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivencia.act.outreach.gate import Decision, HoldUntil, Problem, Refuse, Send, Situation, awake_at, decide
from vivencia.act.outreach.rules import Rules
from vivencia.listen.consent import Given, Unknown, Withdrawn

NOON = datetime(2026, 6, 3, 10, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
RULES = Rules()
YES, NO = Given(NOON, "form"), Withdrawn(NOON, "phone")
FINE = Situation(NOON, MADRID, "surveys", NOON + timedelta(days=14), consent=YES)
TICKET = Problem("open_issue", "ticket", "T1")


def ago(**length: int) -> datetime:
    return NOON - timedelta(**length)


def hold(reason: str, **length: int) -> HoldUntil:
    return HoldUntil(NOON + timedelta(**length), reason)


TABLE: list[tuple[str, dict[str, Any], Decision]] = [
    ("all is well", {}, Send()),
    # consent per purpose
    ("never asked, and a survey needs a yes", {"consent": Unknown()}, Refuse("no_consent")),
    ("never asked, and service needs only that there is no no", {"consent": Unknown(), "purpose": "service"}, Send()),
    ("said no", {"consent": NO}, Refuse("withdrawn")),
    ("said no even to service messages", {"consent": NO, "purpose": "service"}, Refuse("withdrawn")),
    # addresses
    ("no address", {"has_address": False}, Refuse("no_address")),
    ("unsubscribed", {"blocked": "unsubscribed"}, Refuse("unsubscribed")),
    ("bounced", {"blocked": "undeliverable", "purpose": "service"}, Refuse("undeliverable")),
    ("erased is said before anything else", {"blocked": "erased", "has_address": False}, Refuse("erased")),
    # the cap
    ("one message lately", {"written": (ago(days=3),)}, Send()),
    ("two lately: until the older has gone", {"written": (ago(days=10), ago(days=3))}, hold("enough_lately", days=4)),
    ("two, the older exactly fourteen days ago", {"written": (ago(days=14), ago(days=3))}, Send()),
    (
        "three lately: until two have gone",
        {"written": (ago(days=9), ago(days=5), ago(days=1))},
        hold("enough_lately", days=9),
    ),
    ("service does not wait for the cap", {"written": (ago(days=2), ago(days=1)), "purpose": "service"}, Send()),
    (
        "by then it would be too late",
        {"written": (ago(days=2), ago(days=1)), "expires_at": NOON + timedelta(days=5)},
        Refuse("too_often"),
    ),
    # what is open between us
    ("asked for help, not solved", {"problems": (TICKET,)}, hold("open_issue", hours=12)),
    ("asked for help, and the survey is about that", {"problems": (TICKET,), "about": ("ticket", "T1")}, Send()),
    ("about something else", {"problems": (TICKET,), "about": ("order", "T1")}, hold("open_issue", hours=12)),
    (
        "about one of two problems",
        {"problems": (TICKET, Problem("overdue", "order", "A1")), "about": ("ticket", "T1")},
        hold("overdue", hours=12),
    ),
    ("a bad answer about nothing in particular", {"problems": (Problem("bad_answer"),)}, hold("bad_answer", hours=12)),
    ("service speaks while a problem is open", {"problems": (TICKET,), "purpose": "service"}, Send()),
    (
        "not past its end",
        {"problems": (TICKET,), "expires_at": NOON + timedelta(hours=2)},
        hold("open_issue", hours=2),
    ),
    # its time
    ("its time has passed", {"expires_at": NOON}, Refuse("expired")),
    ("its time has passed while a problem was open", {"expires_at": NOON, "held_for": "overdue"}, Refuse("overdue")),
    # what cannot be mended is told before what time mends
    ("no consent and an open problem", {"consent": Unknown(), "problems": (TICKET,)}, Refuse("no_consent")),
    (
        "problem and cap: the problem",
        {"problems": (TICKET,), "written": (ago(days=2), ago(days=1))},
        hold("open_issue", hours=12),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "decision"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_gate_decides(facts: dict[str, Any], decision: Decision) -> None:
    assert decide(replace(FINE, **facts), RULES) == decision


@pytest.mark.parametrize(
    ("here", "until"),
    [
        ("2026-06-03 20:59", None),
        ("2026-06-03 21:00", "2026-06-04 09:00"),
        ("2026-06-04 00:30", "2026-06-04 09:00"),
        ("2026-06-04 08:59", "2026-06-04 09:00"),
        ("2026-06-04 09:00", None),
        ("2026-10-24 22:00", "2026-10-25 09:00"),  # clocks go back that night: nine on the wall is nine
    ],
)
def test_nights_are_quiet_on_the_persons_own_clock(here: str, until: str | None) -> None:
    now = datetime.fromisoformat(here).replace(tzinfo=MADRID).astimezone(UTC)
    decision = decide(replace(FINE, now=now, expires_at=now + timedelta(days=9)), RULES)
    if until is None:
        assert decision == Send()
    else:
        assert decision == HoldUntil(datetime.fromisoformat(until).replace(tzinfo=MADRID), "quiet_hours")


def test_the_same_moment_is_day_for_one_and_night_for_another() -> None:
    assert decide(FINE, RULES) == Send()
    in_mexico = decide(replace(FINE, zone=ZoneInfo("America/Mexico_City")), RULES)
    assert in_mexico == HoldUntil(datetime(2026, 6, 3, 15, tzinfo=UTC), "quiet_hours")


def test_a_message_whose_time_ends_at_night_is_not_kept_for_the_morning() -> None:
    night = datetime(2026, 6, 3, 23, tzinfo=MADRID)
    assert decide(replace(FINE, now=night, expires_at=night + timedelta(hours=3)), RULES) == Refuse("expired")


def test_weekends_can_be_quiet_and_quiet_can_be_at_noon_or_never() -> None:
    saturday = datetime(2026, 6, 6, 12, tzinfo=MADRID)
    assert awake_at(saturday, MADRID, Rules(quiet_weekends=True)) == datetime(2026, 6, 8, 9, tzinfo=MADRID)
    assert awake_at(saturday, MADRID, Rules(quiet_from=11, quiet_until=16)) == datetime(2026, 6, 6, 16, tzinfo=MADRID)
    assert awake_at(saturday, MADRID, Rules(quiet_from=0, quiet_until=0)) == saturday


@given(
    st.integers(0, 366 * 24 * 60),
    st.sampled_from(["Europe/Madrid", "America/Mexico_City", "Asia/Kolkata", "UTC"]),
    st.integers(0, 23),
    st.integers(0, 23),
    st.booleans(),
)
def test_whoever_waits_for_the_quiet_to_end_meets_no_quiet(
    minutes: int, zone: str, begins: int, ends: int, weekends: bool
) -> None:
    rules, now = (
        Rules(quiet_from=begins, quiet_until=ends, quiet_weekends=weekends),
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes),
    )
    awake = awake_at(now, ZoneInfo(zone), rules)
    assert awake >= now
    assert awake_at(awake, ZoneInfo(zone), rules) == awake


def test_rules_that_cannot_be_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="most is 0; allowed: 1 or more"):
        Rules(most=0)
    with pytest.raises(ValueError, match="quiet_from is 25; allowed: 0 to 23"):
        Rules(quiet_from=25)
