"""The demonstration company is the same for the same seed, the size it says, and tells the truth it planted."""

import json
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pyarrow.compute as pc
import pytest

from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS, EVENTS
from vivencia.listen.demo import orders, words
from vivencia.listen.demo.company import PRODUCTS, TEAMS
from vivencia.listen.demo.generate import Demonstration, generate, lives, window
from vivencia.listen.demo.truth import HARMLESS, PLANTED

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def small() -> Demonstration:
    return generate(UNTIL, customers=1_500)


@pytest.fixture(scope="module")
def events(small: Demonstration) -> pl.DataFrame:
    frame = pl.from_arrow(small.events)
    assert isinstance(frame, pl.DataFrame)
    return frame


def test_the_same_seed_and_day_make_the_same_company(small: Demonstration) -> None:
    again = generate(UNTIL, customers=1_500)

    assert again.events.equals(small.events)
    assert again.customers.equals(small.customers)
    assert again.aliases.equals(small.aliases)
    assert not generate(UNTIL, customers=1_500, seed=1).events.equals(small.events)


def test_its_tables_have_the_ledgers_shape(small: Demonstration) -> None:
    for table, schema in ((small.events, EVENTS), (small.customers, CUSTOMERS), (small.aliases, ALIASES)):
        assert table.schema.equals(schema)
        for field in schema:
            assert field.nullable or not table[field.name].null_count
    assert pc.count_distinct(small.events["event_id"]).as_py() == small.events.num_rows
    assert set(pc.unique(small.events["batch_id"]).to_pylist()) == {"demo"}


def test_it_spans_eighteen_months_and_ends_when_told(small: Demonstration) -> None:
    first, last = pc.min_max(small.events["occurred_at"]).as_py().values()

    assert window(UNTIL) - timedelta(days=3) <= first < window(UNTIL) + timedelta(days=7)
    assert UNTIL - timedelta(days=2) < last < UNTIL


def test_every_event_of_a_person_leads_to_a_known_customer(small: Demonstration, events: pl.DataFrame) -> None:
    led = dict(zip(small.aliases["alias_id"].to_pylist(), small.aliases["customer_id"].to_pylist(), strict=True))
    known = set(small.customers["customer_id"].to_pylist())

    named = set(events["customer_id"].drop_nulls().unique())
    assert {led.get(name, name) for name in named} <= known
    assert len(named & set(led)) > 100, "several ids are one person, and events use them"


def test_addresses_and_numbers_reach_nobody(small: Demonstration) -> None:
    assert all(address.endswith(".example") for address in small.customers["email"].to_pylist())
    assert all(number.startswith("+34 000 ") for number in small.customers["phone"].to_pylist())


def test_comments_leave_no_slot_unfilled(events: pl.DataFrame) -> None:
    texts = events["text"].drop_nulls().to_list()

    assert len(texts) > 500
    assert len(set(texts)) > 300
    assert not [text for text in texts if re.search(r"[{}]|None|  |\bun días\b|\b1 days\b", text)]
    assert all(text[0].isupper() or text[0] in "¿3456789102" for text in texts)


@pytest.mark.parametrize("english", [False, True])
@pytest.mark.parametrize("mood", ["happy", "fine", "unhappy"])
@pytest.mark.parametrize("topic", ["late", "stock_out", "transferred", "refund_late", "notice", "advice", "guide"])
def test_everything_that_can_happen_can_be_told(topic: str, mood: str, english: bool) -> None:
    dice = np.random.default_rng(5)
    for product in PRODUCTS:
        story = words.Story(english, female=True, product=product, mood=mood, happened=(topic,), late_days=2)
        for text in (words.comment(story, dice), words.question(story, dice)):
            assert text
            assert "{" not in text


def test_what_people_write_follows_what_they_lived(events: pl.DataFrame) -> None:
    late = events.filter(pl.col("text").str.contains("tarde|retraso") & (pl.col("metric") == "csat"))
    promised = events.filter(pl.col("promised_at").is_not_null() & (pl.col("promise") == "delivery"))
    came = events.filter(pl.col("name") == "order delivered").select("subject_id", came="occurred_at")
    orders_told = late.join(promised.select("subject_id", due="promised_at"), on="subject_id").join(
        came, on="subject_id"
    )

    assert len(orders_told) > 20
    assert (orders_told["came"] > orders_told["due"]).all()


def test_properties_are_json_objects(events: pl.DataFrame) -> None:
    for name, kind in events.filter(pl.col("properties").is_not_null()).group_by("name"):
        assert isinstance(json.loads(kind["properties"][0]), dict), name


def test_nobody_orders_again_before_the_last_order_is_over(events: pl.DataFrame) -> None:
    bought = events.filter(pl.col("name") == "order purchased").select("subject_id", ordered="occurred_at")
    over = (
        events.filter((pl.col("subject_kind") == "order") & ~pl.col("name").str.starts_with("survey"))
        .group_by("subject_id")
        .agg(last=pl.col("occurred_at").max())
    )

    longest = bought.join(over, on="subject_id").select((pl.col("last") - pl.col("ordered")).max()).item()
    assert longest < timedelta(days=orders.REST_DAYS)


def test_the_silent_are_reminded_by_an_even_chance(events: pl.DataFrame) -> None:
    csat = events.filter(pl.col("metric") == "csat")
    sent = csat.filter(pl.col("name") == "survey sent").select("subject_id", sent="occurred_at")
    answered = csat.filter(pl.col("name") == "survey answered").select("subject_id", answered="occurred_at")
    reminded = csat.filter(pl.col("name") == "survey reminder sent").select("subject_id", reminded="occurred_at")
    all_sent = sent.join(answered, on="subject_id", how="left").join(reminded, on="subject_id", how="left")
    due = all_sent.filter(pl.col("sent") + timedelta(days=4) < UNTIL)
    silent = due.filter(pl.col("answered").is_null() | (pl.col("answered") - pl.col("sent") > timedelta(days=4)))

    reminded_share = silent["reminded"].count() / len(silent)
    assert 0.45 < reminded_share < 0.55
    assert 0.2 < all_sent["answered"].count() / len(all_sent) < 0.45


def test_teams_answer_about_work_and_one_is_too_small_to_show(events: pl.DataFrame) -> None:
    answers = events.filter(pl.col("metric") == "enps").with_columns(
        team=pl.col("properties").str.json_path_match("$.team")
    )

    assert set(answers["team"]) == set(TEAMS)
    assert answers["customer_id"].null_count() == len(answers)
    assert answers.filter(team="workshop")["employee_id"].n_unique() < 5


def test_the_planted_truth_shows_in_lives_lived_twice() -> None:
    """With and without the moment, all luck being equal, the shift comes out, less what the scale's ends swallow."""
    hidden = lives(UNTIL, customers=20_000)

    for planted in PLANTED:
        effect = orders.true_effect(hidden.context, hidden.luck, planted.key)
        assert effect.orders > 500
        assert effect.repurchase == pytest.approx(planted.repurchase, abs=3.0), planted.key
        if planted.csat:
            # a late order also brings tickets and transfers, so it may weigh a little more than its own shift
            assert 0.6 <= effect.csat / planted.csat <= 1.1, planted.key
        else:
            assert effect.csat == 0
        assert 0.75 <= effect.nps / planted.nps <= 1.1, planted.key


def test_what_is_harmless_changes_nothing_and_still_tempts() -> None:
    hidden = lives(UNTIL, customers=20_000)
    lived = orders.live(hidden.context, hidden.luck)

    chatted = lived.chat_before
    naive = 100 * (lived.again[chatted].mean() - lived.again[~chatted].mean())
    assert naive > 4, "people who chat come back more, because of who they are"
    assert not {planted.touchpoint for planted in PLANTED} & set(HARMLESS)


def test_answers_are_missing_because_of_what_people_feel(events: pl.DataFrame) -> None:
    """The undecided answer least, so the answers hold more ones and fives than the truth."""
    hidden = lives(UNTIL, customers=1_500)
    truth = orders.live(hidden.context, hidden.luck).csat
    answers = events.filter((pl.col("metric") == "csat") & pl.col("score").is_not_null())["score"].to_numpy()

    assert (answers <= 2).mean() > 1.2 * (truth <= 2).mean()
