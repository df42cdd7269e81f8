"""Each metric against a ledger small enough to be counted by hand."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.metrics.events import BEGIN, customers_table, events_table
from vivencia.measure import wording
from vivencia.measure.metrics.catalogue import METRICS, named
from vivencia.measure.metrics.computing import Question, ask, ask_with_periods, compute, observations
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.lived import Lived
from vivencia.measure.metrics.rules import Rules

AS_OF = BEGIN + timedelta(days=400)


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def lived(*rows: dict[str, Any], customers: tuple[dict[str, Any], ...] = (), rules: Rules | None = None) -> Lived:
    return Lived(events_table(*rows), customers_table(*customers), AS_OF, rules or Rules())


def only(name: str, of: Lived, **asked: Any) -> Figure:
    """The one figure without groups, shown however few there are."""
    (figure,) = compute(name, of, **{"min_n": 1, **asked})
    return figure


def told(name: str, of: Lived, *by: str, **asked: Any) -> dict[Any, Any]:
    """Group values -> (value, n)."""
    figures = compute(name, of, by, **{"min_n": 1, **asked})
    return {tuple(figure.group.values()): (figure.value, figure.n) for figure in figures}


def answers(metric: str, *scores: float, scale_max: float | None = None, **also: Any) -> list[dict[str, Any]]:
    return [
        {"metric": metric, "score": score, "scale_max": scale_max, "occurred_at": day(1), **also} for score in scores
    ]


# Scores


def test_nps_is_promoters_minus_detractors() -> None:
    of = lived(*answers("nps", 10, 9, 9, 8, 7, 6, 0, 10, 9, 3))  # 5 promoters, 3 detractors of 10
    figure = only("nps", of)
    assert (figure.value, figure.n, figure.unit) == (20.0, 10, "points")
    assert only("nps", of, variant="promoters").value == 50.0
    assert only("nps", of, variant="detractors").value == 30.0


def test_nps_leaves_other_scales_and_impossible_scores_out() -> None:
    of = lived(*answers("nps", 10, 10, scale_max=10), *answers("nps", 1, scale_max=5), *answers("nps", 11, -1))
    assert (only("nps", of).value, only("nps", of).n) == (100.0, 2)


def test_csat_is_the_two_best_boxes_of_each_scale() -> None:
    five, seven = answers("csat", 5, 4, 3, 1, scale_max=5), answers("csat", 7, 6, 5, scale_max=7)
    of = lived(*five, *seven)
    assert only("csat", of).value == pytest.approx(100 * 4 / 7)
    assert only("csat", of, variant="top_box").value == pytest.approx(100 * 2 / 7)


def test_the_mean_csat_stretches_other_scales_to_one_to_five() -> None:
    assert only("csat", lived(*answers("csat", 5, 4, 3, scale_max=5)), variant="mean").value == 4.0
    # 7 of 7 is 5 of 5, 4 of 7 is 3 of 5, 1 of 7 is 1 of 5
    assert only("csat", lived(*answers("csat", 7, 4, 1, scale_max=7)), variant="mean").value == pytest.approx(3.0)


def test_ces_is_easy_when_high_in_both_versions() -> None:
    of = lived(*answers("ces", 7, 5, 3, 1, scale_max=7), *answers("ces", 1, 2, scale_max=5))
    assert (only("ces", of).value, only("ces", of).n) == (4.0, 4)
    assert only("ces", of, variant="share").value == 50.0
    assert only("ces", of, variant="ces1").value == 4.5  # 6 - 1 and 6 - 2


def test_enps_hides_groups_under_five_even_from_those_who_ask_for_less() -> None:
    of = lived(*answers("enps", 10, 10, 9, 9, channel="warehouse"), *answers("enps", 9, 9, 5, 5, 7, channel="shop"))
    shown = told("enps", of, "channel", min_n=1)
    assert shown == {("shop",): (0.0, 5), ("warehouse",): (None, 4)}
    assert compute("enps", of, ["channel"])[1].reason == "not_enough_data"


def test_enps_on_five_points_has_its_own_boxes() -> None:
    of = lived(*answers("enps", 5, 5, 4, 3, 2, scale_max=5))
    assert only("enps", of, variant="five_point").value == 0.0


def test_response_rate_counts_who_was_asked_not_who_answered() -> None:
    asked = [{"name": "survey sent", "occurred_at": day(n), "subject_id": f"o{n}"} for n in range(4)]
    replied = [
        {"metric": "csat", "score": 5, "occurred_at": day(2), "subject_id": "o1"},
        {"metric": "csat", "score": 5, "occurred_at": day(1), "subject_id": "o3"},  # before it was asked
        {"metric": "csat", "score": 5, "occurred_at": day(9), "subject_id": "never asked"},
    ]
    assert told("response_rate", lived(*asked, *replied)) == {(): (25.0, 4)}


# Promises


def promised(order: str, due: int, came: int | None, **also: Any) -> list[dict[str, Any]]:
    about = {"promise": "delivery", "subject_kind": "order", "subject_id": order, **also}
    made = {**about, "event_id": f"made {order}", "occurred_at": day(0), "promised_at": day(due)}
    return [made] if came is None else [made, {**about, "event_id": f"came {order}", "occurred_at": day(came)}]


def test_promises_kept_are_counted_of_those_fulfilled_or_of_those_due() -> None:
    of = lived(
        *promised("a", 3, 2, channel="web"),
        *promised("b", 3, 5, channel="web"),
        *promised("c", 3, None, channel="app"),  # overdue
        *promised("d", 999, None, channel="app"),  # not yet due
    )
    assert told("promise_kept", of) == {(): (50.0, 2)}
    assert told("promise_kept", of, variant="due") == {(): (pytest.approx(100 / 3), 3)}
    assert told("promise_kept", of, "channel", variant="due") == {("app",): (0.0, 1), ("web",): (50.0, 2)}
    assert only("promise_kept", of, variant="hours_late").value == 48.0


def test_promises_are_grouped_by_their_kind_and_scores_by_what_became_of_them() -> None:
    of = lived(
        *promised("a", 3, 2),
        *promised("b", 3, 5),
        *promised("c", 3, None),
        *answers("csat", 5, subject_kind="order", subject_id="a"),
        *answers("csat", 2, subject_kind="order", subject_id="b"),
        *answers("csat", 1, subject_kind="order", subject_id="c"),
        *answers("csat", 4, subject_kind="order", subject_id="without a promise"),
    )
    assert told("promise_kept", of, "promise") == {("delivery",): (50.0, 2)}
    assert told("csat", of, "promise", variant="mean") == {
        ("broken",): (2.0, 1),
        ("kept",): (5.0, 1),
        ("overdue",): (1.0, 1),
        (None,): (4.0, 1),
    }


# Customers


def bought(who: str, *days: float, amount: float = 10.0, **also: Any) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": who,
            "event_id": f"{who} {n}",
            "occurred_at": day(n),
            "amount": amount,
            "currency": "EUR",
            **also,
        }
        for n in days
    ]


def test_repurchase_is_of_customers_by_their_first_purchase() -> None:
    of = lived(
        *bought("ada", 0, 100, channel="web"), *bought("bob", 0, channel="web"), *bought("cleo", 40, 395, channel="app")
    )
    assert told("repurchase", of) == {(): (pytest.approx(200 / 3), 3)}
    assert told("repurchase", of, "period:month") == {("2026-01",): (50.0, 2), ("2026-02",): (100.0, 1)}
    # within 180 days: ada came back after 100, cleo after 355
    assert told("repurchase", of, "channel", variant="within") == {("app",): (0.0, 1), ("web",): (50.0, 2)}


def test_repurchase_within_leaves_out_who_has_not_had_the_time() -> None:
    of = lived(*bought("ada", 0, 10), *bought("late", 390, 395))
    assert told("repurchase", of, variant="within") == {(): (100.0, 1)}


def test_lines_of_one_order_are_one_purchase() -> None:
    order: dict[str, Any] = {"subject_kind": "order", "subject_id": "o1"}
    assert told("repurchase", lived(*bought("ada", 0, 0.1, **order))) == {(): (0.0, 1)}


def test_where_no_event_has_an_amount_purchases_are_what_is_called_so() -> None:
    told_of: list[dict[str, Any]] = [
        {"amount": None, "currency": None, "name": name} for name in ("Compra_realizada", "visit")
    ]
    of = lived(
        *bought("ada", 0, 100, **told_of[0]), *bought("bob", 0, 5, **told_of[1]), *bought("cleo", 1, **told_of[0])
    )
    assert told("repurchase", of) == {(): (50.0, 2)}
    paid = lived(*bought("ada", 0, 100, **told_of[0]), *bought("bob", 0, 5))
    assert told("repurchase", paid) == {(): (100.0, 1)}


def test_what_a_purchase_is_is_decided_for_the_company_and_not_by_one_amount() -> None:
    unpaid: dict[str, Any] = {"amount": None, "currency": None, "name": "order placed"}
    orders = [row for n in range(20) for row in bought(f"b{n}", 0, 40, **unpaid)]
    vouchers = [row for n in range(5) for row in bought(f"b{n}", 3, name="voucher given")]
    payments = [row for n in range(20) for row in bought(f"b{n}", 1, name="payment received")]
    paid = [row for n in range(20) for row in bought(f"a{n}", 1, name="order placed")]
    assert told("repurchase", lived(*orders)) == {(): (100.0, 20)}
    assert told("repurchase", lived(*orders, *vouchers)) == {(): (100.0, 20)}
    assert told("repurchase", lived(*orders, *payments)) == {(): (0.0, 20)}
    whole = lived(*orders, *paid)
    part = whole.only(customers_table(*({"customer_id": f"b{n}"} for n in range(20))))
    assert told("repurchase", whole) == {(): (0.0, 20)}
    assert told("repurchase", part.only(part.customers)) == {(): (None, 0)}


def test_churn_by_inactivity_counts_those_who_were_customers_at_the_start() -> None:
    rules = Rules(inactivity_days=30)
    #           Jan        Feb (31-58)    Mar (59-89)
    # ada       5 .. 25 ......lost at 55
    # bob       20           45                 lost at 75
    # cleo                   40 (new)           lost at 70
    # dora      28           50   75  ...       stays
    of = lived(
        *bought("ada", 5, 25),
        *bought("bob", 20, 45),
        *bought("cleo", 40),
        *bought("dora", 28, 50, 75, 100),
        rules=rules,
    )
    by_month = told("churn", of, "period:month", since=BEGIN, until=day(90))
    assert by_month == {
        ("2026-02",): (pytest.approx(100 / 3), 3),  # ada of ada, bob, dora; cleo is new
        ("2026-03",): (pytest.approx(200 / 3), 3),  # bob and cleo of bob, cleo, dora
    }
    kept = told("retention", of, "period:month", since=BEGIN, until=day(90))
    assert {group: value for group, (value, _n) in kept.items()} == {
        ("2026-02",): pytest.approx(200 / 3),
        ("2026-03",): pytest.approx(100 / 3),
    }


def test_who_comes_back_after_the_patience_is_a_customer_anew() -> None:
    of = lived(*bought("ada", 0, 100, 120), rules=Rules(inactivity_days=30))
    whole = only("churn", of, since=day(10), until=day(125))
    assert (whole.value, whole.n) == (100.0, 1)
    later = only("churn", of, since=day(110), until=day(125))
    assert (later.value, later.n) == (0.0, 1)


def contract(who: str, start: float, end: float | None, amount: float = 100.0) -> list[dict[str, Any]]:
    about = {"customer_id": who, "subject_kind": "contract", "subject_id": who}
    rows = [{**about, "name": "Contract Started", "occurred_at": day(start), "amount": amount}]
    return rows if end is None else [*rows, {**about, "name": "contract_ended", "occurred_at": day(end)}]


def test_churn_by_contract_is_of_those_running_at_the_start() -> None:
    of = lived(*contract("ada", 0, 40, 300.0), *contract("bob", 0, None), *contract("cleo", 50, 70))
    assert told("churn", of, variant="contractual") == {(): (pytest.approx(200 / 3), 3)}
    february = {"since": day(31), "until": day(59)}
    assert told("churn", of, variant="contractual", **february) == {(): (50.0, 2)}
    assert told("retention", of, variant="contractual", **february) == {(): (50.0, 2)}
    assert told("churn", of, variant="revenue", **february) == {(): (75.0, 2)}  # 300 of 400


def test_revenue_retention_compares_the_same_customers_with_the_stretch_before() -> None:
    of = lived(
        *bought("ada", 5, amount=100), *bought("ada", 35, amount=150),
        *bought("bob", 6, amount=100), *bought("bob", 36, amount=50),
        *bought("new", 40, amount=999),
        {"name": "the data begin", "occurred_at": day(0)},  # else the stretch before would not be seen whole
    )  # fmt: skip
    window = {"since": day(31), "until": day(59)}
    assert only("retention", of, variant="net_revenue", **window).value == 100.0
    assert only("retention", of, variant="gross_revenue", **window).value == 75.0


def test_revenue_per_customer_takes_refunds_off_and_keeps_to_one_currency() -> None:
    of = lived(
        *bought("ada", 1, 2, amount=50.10),
        *bought("ada", 3, amount=-20.20),
        *bought("bob", 4, amount=40.0),
        *[{**row, "currency": "USD", "event_id": "usd"} for row in bought("bob", 5, amount=7.0)],
    )
    figure = only("revenue_per_customer", of)
    assert (figure.value, figure.n, figure.unit) == (60.0, 2, "EUR")  # 80 and 40
    assert figure.as_json()["left_out"] == ({"currency": "USD", "n": 1, "amount": 7.0},)
    assert "left_out" not in only("revenue_per_customer", of, until=day(5)).as_json()
    assert "left_out" not in only("revenue_per_customer", of, where={"channel": "web"}).as_json()  # it was not theirs
    assert all("left_out" not in one.as_json() for one in compute("revenue_per_customer", of, by=["channel"]))
    assert Figure.remembered(asdict(figure)) == figure
    said = wording.shown(figure, "Mean.").definition
    assert said == "Mean. In EUR only. Left out, because in other currencies: 1 amount in USD (7.00 in all)."
    per_purchase = only("revenue_per_customer", of, variant="per_purchase")
    assert per_purchase.value == pytest.approx((50.10 + 50.10 + 40) / 3)


# Issues


def issue(number: str, *steps: tuple[str, float], **also: Any) -> list[dict[str, Any]]:
    about = {"subject_kind": "ticket", "subject_id": number, **also}
    return [{**about, "name": f"issue {what}", "occurred_at": day(minutes / 1440)} for what, minutes in steps]


def test_first_response_is_the_first_answer_after_the_question() -> None:
    of = lived(
        *issue("1", ("reported", 0), ("responded", 4), ("responded", 90), channel="mail"),
        *issue("2", ("reported", 0), ("responded", 6), channel="mail"),
        *issue("3", ("reported", 0), ("responded", 20), channel="call"),
        *issue("4", ("reported", 60), ("responded", 10), channel="call"),  # answered before it was asked: a mistake
        *issue("5", ("reported", 0), channel="call"),  # still waiting
    )
    assert told("first_response_time", of) == {(): (6.0, 3)}
    assert told("first_response_time", of, "channel") == {("call",): (20.0, 1), ("mail",): (5.0, 2)}
    assert only("first_response_time", of, variant="mean").value == 10.0
    assert only("first_response_time", of, variant="p90").value == 20.0


def test_business_hours_leave_nights_and_weekends_out() -> None:
    # BEGIN is Thursday. Reported Friday 17:30, answered Monday 9:15: 30 + 15 business minutes.
    friday, monday = 1440 + 17.5 * 60, 4 * 1440 + 9.25 * 60
    of = lived(*issue("1", ("reported", friday), ("responded", monday)))
    assert only("first_response_time", of, variant="business_hours").value == 45.0
    madrid = lived(
        *issue("1", ("reported", friday), ("responded", monday)), rules=Rules(zone="Europe/Madrid")
    )  # there it is 18:30 on Friday and 10:15 on Monday
    assert only("first_response_time", madrid, variant="business_hours").value == 75.0


def test_resolution_takes_until_the_last_time_it_was_solved() -> None:
    of = lived(*issue("1", ("reported", 0), ("solved", 60), ("reopened", 100), ("solved", 180)))
    assert only("resolution_time", of).value == 3.0


def test_first_contact_resolution_needs_an_answer_and_no_further_contact() -> None:
    of = lived(
        *issue("settled", ("reported", 0), ("responded", 5)),
        *issue("came back", ("reported", 0), ("responded", 5), ("reopened", 2000)),
        *issue("came back much later", ("reported", 0), ("solved", 5), ("reopened", 20000)),
        *issue("never answered", ("reported", 0)),
        *issue("escalated", ("reported", 0), ("escalated", 3), ("solved", 50), ("reported", 60)),
        *issue("too fresh", ("reported", 399 * 1440), ("responded", 399 * 1440 + 5)),
    )
    assert told("fcr", of) == {(): (40.0, 5)}
    assert told("fcr", of, variant="first_level") == {(): (50.0, 4)}
    said = lived(*answers("fcr", 1, 1, 0, 1))
    assert told("fcr", said, variant="survey") == {(): (75.0, 4)}


def test_where_every_contact_has_an_id_of_its_own_nothing_is_said_about_the_first() -> None:
    of = lived(*(row for name in "abcdef" for row in issue(name, ("reported", 0), ("responded", 5))))
    for variant in ("no_recontact", "first_level"):
        figure = only("fcr", of, variant=variant)
        assert (figure.value, figure.n, figure.reason) == (None, 0, "not_enough_data")


# Visits, goals, people


def test_conversion_is_of_visits_and_a_pause_begins_another() -> None:
    def viewed(who: str, *minutes: float, **also: Any) -> list[dict[str, Any]]:
        return [{"anonymous_id": who, "name": "Page Viewed", "occurred_at": day(m / 1440), **also} for m in minutes]

    of = lived(
        *viewed("x", 0, 10, 25, channel="web"),
        *viewed("x", 100, channel="app"),
        {**bought("x", 115 / 1440)[0], "customer_id": "x"},
        *bought("store customer", 3),  # bought without a visit: no visit to count
    )
    assert told("conversion", of) == {(): (50.0, 2)}
    assert told("conversion", of, "channel") == {("app",): (100.0, 1), ("web",): (0.0, 1)}
    assert told("conversion", of, variant="people") == {(): (100.0, 1)}


def test_goals_are_completed_by_the_same_person_in_time() -> None:
    def goal(who: str, what: str, at: float, which: str = "") -> dict[str, Any]:
        properties = f'{{"goal": "{which}"}}' if which else None
        return {"customer_id": who, "name": f"goal {what}", "occurred_at": day(at), "properties": properties}

    of = lived(
        goal("ada", "started", 0, "vpn"), goal("ada", "completed", 1, "vpn"),
        goal("bob", "started", 0, "vpn"), goal("bob", "completed", 1, "another"),
        goal("cleo", "started", 0), goal("cleo", "completed", 20),
        goal("dora", "started", 0), goal("dora", "started", 2), goal("dora", "completed", 3),
        goal("late", "started", 399),
    )  # fmt: skip
    assert told("goal_completion", of) == {(): (50.0, 4)}
    assert told("goal_completion", of, variant="attempts") == {(): (60.0, 5)}


def test_referrals_are_of_new_customers_and_unknown_where_none_was_ever_recorded() -> None:
    rows = [*bought("ada", 0), *bought("bob", 10), *bought("cleo", 40), *bought("dora", 41)]
    known = ({"customer_id": "bob", "traits": '{"referred_by": "ada"}'}, {"customer_id": "cleo", "traits": "{}"})
    of = lived(*rows, {"customer_id": "dora", "name": "referral joined", "occurred_at": day(41)}, customers=known)
    assert told("referral_rate", of, "period:month") == {("2026-01",): (50.0, 2), ("2026-02",): (50.0, 2)}
    assert told("referral_rate", of, variant="of_existing", since=day(5), until=day(50)) == {(): (100.0, 1)}
    assert told("referral_rate", lived(*rows)) == {(): (None, 0)}


def test_loyalty_counts_members_among_customers_and_those_who_stay() -> None:
    def loyal(who: str, what: str, at: float) -> dict[str, Any]:
        return {"customer_id": who, "name": f"loyalty {what}", "occurred_at": day(at)}

    rows = [*bought("ada", 0), *bought("bob", 0), *bought("cleo", 0), *bought("dora", 0)]
    of = lived(*rows, loyal("ada", "joined", 5), loyal("bob", "joined", 6), loyal("bob", "left", 40))
    assert told("loyalty_participation", of) == {(): (25.0, 4)}
    assert told("loyalty_participation", of, "period:month", until=day(59)) == {
        ("2026-01",): (50.0, 4),
        ("2026-02",): (25.0, 4),
    }
    assert told("loyalty_participation", of, variant="retention", since=day(31), until=day(59)) == {(): (50.0, 2)}
    stated = lived(*rows, customers=({"customer_id": "ada", "traits": '{"loyalty_member": true}'},))
    assert told("loyalty_participation", stated) == {(): (25.0, 4)}


# What holds for all of them


@pytest.mark.parametrize("name", METRICS)
def test_nothing_observed_is_not_zero(name: str) -> None:
    for variant in METRICS[name].variants:
        figure = only(name, lived(), variant=variant.name)
        assert (figure.value, figure.low, figure.high, figure.n) == (None, None, None, 0)
        assert figure.reason == "not_enough_data"
        assert "{" not in figure.definition


def test_few_observations_are_counted_and_not_shown() -> None:
    (figure,) = compute("nps", lived(*answers("nps", 10, 10, 10, 10)))
    assert (figure.value, figure.n, figure.reason) == (None, 4, "not_enough_data")
    (shown,) = compute("nps", lived(*answers("nps", 10, 10, 10, 10, 10)))
    assert (shown.value, shown.n, shown.reason) == (100.0, 5, None)


def test_names_are_found_however_they_are_written_and_wrong_ones_name_the_right_ones() -> None:
    assert named("Promise-Kept").name == named("promise_kept_rate").name == "promise_kept"
    assert named("first contact resolution").name == "fcr"
    with pytest.raises(ValueError, match=r"did you mean csat\?"):
        named("cast")
    with pytest.raises(ValueError, match="allowed: top_2, mean, top_box"):
        only("csat", lived(), variant="median")


def test_groups_come_from_events_customers_and_properties() -> None:
    rows = [
        {**row, "customer_id": who, "properties": properties, "employee_id": agent}
        for row, who, properties, agent in zip(
            answers("nps", 10, 9, 0, 8), ("ada", "ada", "bob", None), ('{"size": 5}', '{"size": "L"}', "{}", None),
            ("eve", "eve", None, "moe"), strict=True,
        )
    ]  # fmt: skip
    people = (
        {"customer_id": "ada", "segment": "gold", "traits": '{"city": "Vigo"}'},
        {"customer_id": "bob", "segment": "silver", "traits": None},
    )
    of = lived(*rows, customers=people)
    assert told("nps", of, "segment") == {("gold",): (100.0, 2), ("silver",): (-100.0, 1), (None,): (0.0, 1)}
    assert told("nps", of, "trait:city") == {("Vigo",): (100.0, 2), (None,): (-50.0, 2)}
    assert told("nps", of, "size") == {("5",): (100.0, 1), ("L",): (100.0, 1), (None,): (-50.0, 2)}
    assert told("nps", of, "employee", "segment")[("eve", "gold")] == (100.0, 2)
    with pytest.raises(ValueError, match="nothing here has the property 'colour'"):
        told("nps", of, "colour")


def test_a_figure_opens_to_exactly_the_rows_it_was_made_of() -> None:
    of = lived(*answers("nps", 10, 9, 0, channel="web"), *answers("nps", 1, channel="app"), *answers("nps", 2))
    rows = observations(Question("nps", where={"channel": "web"}), of).to_pyarrow().to_pylist()
    assert sorted(row["value"] for row in rows) == [0, 9, 10]
    unknown = observations(Question("nps", where={"channel": None}), of).to_pyarrow().to_pylist()
    assert [row["value"] for row in unknown] == [2]
    in_january = observations(Question("nps", where={"period:month": "2026-01"}), of)
    assert in_january.to_pyarrow().num_rows == 5


def test_periods_are_the_companys_own_days() -> None:
    late = {"metric": "nps", "score": 10, "occurred_at": datetime.fromisoformat("2026-06-30T22:30:00+00:00")}
    assert list(told("nps", lived(late), "period:month")) == [("2026-06",)]
    madrid = lived(late, rules=Rules(zone="Europe/Madrid"))
    assert list(told("nps", madrid, "period:month")) == [("2026-07",)]
    assert list(told("nps", madrid, "quarter")) == [("2026-Q3",)]
    assert list(told("nps", madrid, "week")) == [("2026-W27",)]
    assert list(told("nps", madrid, "day")) == [("2026-07-01",)]


def test_since_is_included_and_until_is_left_out() -> None:
    of = lived(*answers("nps", 10, 10, occurred_at=day(1)), *answers("nps", 0, occurred_at=day(2)))
    assert only("nps", of, since=day(1), until=day(2)).n == 2


def test_a_segment_is_a_table_of_customers() -> None:
    of = lived(*answers("nps", 10, customer_id="ada"), *answers("nps", 0, customer_id="bob"))
    wanted = of.events.filter(of.events.customer_id == "ada").select("customer_id")
    assert only("nps", of.only(wanted)).value == 100.0


# Tenure


def _bought(customer: str, *days: float) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": customer,
            "event_id": f"{customer}-{at}",
            "name": "order",
            "amount": 10.0,
            "occurred_at": day(at),
        }
        for at in days
    ]


def test_who_was_lost_within_a_time_counts_newcomers_for_as_long_as_they_were_followed() -> None:
    # Patience 100 days, horizon 200, read on day 400. Lost on day 100 of their time: a, b. c buys again on day 90 and
    # is lost on day 190. d is still there after 200 days. e began 50 days ago and is still there; f, 99 days ago.
    # Kaplan-Meier: at day 100 four are followed, two are lost (1 - 2/4); at day 190 two, one is lost: 1/2 * 1/2.
    rows = [
        *_bought("a", 0), *_bought("b", 10), *_bought("c", 20, 110), *_bought("d", 0, 90, 180), *_bought("e", 350),
        *_bought("f", 301),
    ]  # fmt: skip
    of = lived(*rows, rules=Rules(inactivity_days=100, tenure_days=200))
    figure = only("churn", of, variant="tenure")
    assert (figure.value, figure.n) == (75.0, 6)
    # Greenwood: 2/(4*2) + 1/(2*1) = 0.75; 0.25 to the power of exp(±1.95996 * sqrt(0.75) / log 4).
    assert figure.low == pytest.approx(33.5, abs=0.1) and figure.high == pytest.approx(99.1, abs=0.1)


def test_nothing_is_said_of_a_time_nobody_was_followed_for() -> None:
    of = lived(*_bought("a", 350), *_bought("b", 301), rules=Rules(inactivity_days=100, tenure_days=200))
    figure = only("churn", of, variant="tenure")
    assert (figure.value, figure.n, figure.reason) == (None, 2, "not_enough_data")


def test_contracts_survive_from_their_start_to_their_end() -> None:
    def contract(customer: str, start: float, end: float | None = None) -> list[dict[str, Any]]:
        begun = {"customer_id": customer, "name": "contract started", "occurred_at": day(start)}
        return [begun] if end is None else [begun, {**begun, "name": "contract ended", "occurred_at": day(end)}]

    rows = [*contract("a", 0, 30), *contract("b", 0), *contract("c", 10), *contract("d", 5, 300)]
    figure = only("churn", lived(*rows, rules=Rules(tenure_days=100)), variant="contract_tenure")
    assert (figure.value, figure.n) == (25.0, 4)  # d ended after the hundred days


# What cannot be split, what cannot be known, what cannot be exceeded


def test_what_counts_whole_customers_says_why_it_cannot_be_split_by_channel() -> None:
    of = lived(*_bought("a", 10, 300))
    with pytest.raises(ValueError, match="counts whole customers"):
        compute("retention", of, ("channel",), variant="net_revenue")
    with pytest.raises(ValueError, match="allowed: segment"):
        compute("retention", of, variant="gross_revenue", where={"touchpoint": "web"})


def test_what_is_kept_of_revenue_lies_between_nothing_and_all_of_it() -> None:
    rows = [row for name in "abcdef" for row in _bought(name, 100, 300)] + _bought("z", 1) + _bought("g", 100)
    rows[-1]["amount"] = 1.0  # the ledger begins with z, before the stretch that is compared with
    figure = only("retention", lived(*rows), variant="gross_revenue")
    assert figure.value == pytest.approx(100 * 60 / 61)
    assert figure.value is not None and figure.low is not None
    assert figure.high == 100 and 0 <= figure.low < figure.value


def test_where_every_contact_has_an_id_of_its_own_resolution_at_first_contact_is_silent_and_says_why() -> None:
    def contact(number: int) -> list[dict[str, Any]]:
        about = {"subject_kind": "contact", "subject_id": f"c{number}"}
        return [
            {**about, "name": "issue reported", "occurred_at": day(1)},
            {**about, "name": "issue responded", "occurred_at": day(1.1)},
        ]

    variant = named("fcr").variant(None)
    silent = lived(*contact(1), *contact(2))
    assert only("fcr", silent).value is None
    assert variant.silent is not None and variant.silent(silent)
    again = {"subject_kind": "contact", "subject_id": "c1", "name": "issue reopened", "occurred_at": day(2)}
    telling = lived(*contact(1), *contact(2), again)
    assert only("fcr", telling).value == 50.0 and not variant.silent(telling)
    assert not variant.silent(lived())


# One reading for two questions


def test_a_whole_read_from_its_periods_is_the_figure_it_is_alone() -> None:
    months = [day(number) for number in (1, 2, 40, 41, 80, 130)]
    steps = (("issue reported", 0), ("issue responded", 7), ("issue solved", 50))
    issues = [
        {"name": name, "subject_kind": "issue", "subject_id": f"i{at}", "occurred_at": at + timedelta(hours=h * h % 31)}
        for at in months
        for name, h in steps
    ]
    asked = [{"metric": "nps", "score": float(score), "occurred_at": at} for score, at in enumerate(months, 5)]
    of = lived(*asked, *promised("one", 3, 2), *promised("two", 40, 60), *bought("ana", 1, 40), *issues)
    for name in ("nps", "promise_kept", "resolution_time"):
        question = Question(name, None, ("period:month",), min_n=1)
        both = ask_with_periods(question, of)
        assert both is not None
        assert both.periods == ask(question, of)
        assert both.whole == ask(Question(name, min_n=1), of)
        assert both.whole[0].n > 1
    for name in ("churn", "revenue_per_customer"):
        assert ask_with_periods(Question(name, None, ("period:month",)), of) is None, "not its periods together"
