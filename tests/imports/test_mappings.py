"""Mappings: joins, wide rows, customers, accounts, aliases; and what is said of a wrong one."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.imports.bringing import EVENTS, bring, mapping, write
from vivencia.listen.imports import shelf
from vivencia.listen.imports.mapping import parse
from vivencia.listen.imports.mapping_text import write as as_toml
from vivencia.listen.imports.problems import Problem

SHOP = """
source = "shop"
[defaults]
currency = "EUR"
[tables.orders]
file = "orders.csv"
key = ["order"]
[tables.payments]
file = "payments.csv"
[tables.people]
file = "people.csv"
key = ["id"]
[tables.firms]
file = "firms.csv"
[[joins]]
to = "orders"
from = "payments"
on = { order = "order" }
take = { paid = { sum = "value" }, way = "way", times = { count = "value" } }
[[events]]
table = "orders"
kind = "bought"
name = "order purchased"
touchpoint = "purchase"
when = "bought"
customer = "person"
amount = "paid"
promise = "delivery"
promised_at = "promised"
subject = "order"
subject_kind = "order"
properties = { way = "way", times = "times" }
[[events]]
table = "orders"
kind = "came"
name = "order delivered"
when = "came"
optional = true
customer = "person"
promise = "delivery"
subject = "order"
subject_kind = "order"
[[customers]]
table = "people"
id = "id"
name = "name"
segment = "tier"
account = "firm"
traits = { city = "city" }
[[accounts]]
table = "firms"
id = "id"
name = "name"
traits = { size = "size" }
[[aliases]]
table = "people"
id = "mail"
customer = "id"
reason = "the shop's own list"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    write(folder, "orders.csv", "order,person,bought,promised,came", "1,ana,2026-01-01,2026-01-05,2026-01-04",
          "2,bo,2026-01-02,2026-01-06,")  # fmt: skip
    write(folder, "payments.csv", "order,value,way", "1,10.5,card", "1,4.5,voucher", "2,7,cash")
    write(folder, "people.csv", "id,mail,name,tier,firm,city", "ana,a@x.es,Ana,gold,f1,Vigo", "bo,,Bo,,,")
    write(folder, "firms.csv", "id,name,size", "f1,Acme,12")
    return folder


def test_a_wide_row_gives_several_events_with_joined_values(shop: Path) -> None:
    brought = bring(shop, SHOP)
    assert brought.values("name") == ["order purchased", "order delivered", "order purchased"]
    first, delivered, second = brought.events
    assert (first["amount"], first["currency"], second["amount"]) == (15.0, "EUR", 7.0)
    assert first["promised_at"] == datetime(2026, 1, 5, tzinfo=UTC)
    assert (delivered["promise"], delivered["promised_at"]) == ("delivery", None)
    assert json.loads(first["properties"]) == {"way": "card", "times": 2}
    assert [event["event_id"] for event in brought.events] == ["shop/bought/1", "shop/came/1", "shop/bought/2"]


def test_a_key_of_two_columns_keeps_them_apart(tmp_path: Path) -> None:
    file = write(tmp_path, "f.csv", "order,line,date,customer", "a/b,c,2026-01-01,ana", "a,b/c,2026-01-02,eva")
    brought = bring(file, EVENTS.replace('file = "*"', 'file = "*"\nkey = ["order", "line"]'))
    assert len({*brought.values("event_id")}) == 2


def test_customers_know_their_account_and_aliases_name_them(shop: Path) -> None:
    brought = bring(shop, SHOP)
    ana = next(person for person in brought.customers if person["customer_id"] == "ana")
    assert (ana["name"], ana["segment"], ana["account_id"]) == ("Ana", "gold", "f1")
    assert json.loads(ana["traits"]) == {"city": "Vigo", "account_size": 12, "account_name": "Acme"}
    assert [(alias["alias_id"], alias["customer_id"]) for alias in brought.aliases] == [("a@x.es", "ana")]


def test_an_optional_table_may_be_absent(shop: Path) -> None:
    (shop / "payments.csv").unlink()
    toml = SHOP.replace('file = "payments.csv"', 'file = "payments.csv"\noptional = true')
    assert [event["amount"] for event in bring(shop, toml).events] == [None, None, None]


def test_score_words_and_constants(tmp_path: Path) -> None:
    toml = """
    source = "s"
    [tables.t]
    file = "*"
    [[events]]
    table = "t"
    name = { column = "what", words = { q = "survey answered" } }
    when = "at"
    customer = "who"
    metric = "csat"
    score = { column = "how", words = { good = "5", bad = "1" } }
    channel = { column = "via", constant = "web" }
    text = { column = ["title", "body"], glue = ": " }
    """
    file = write(
        tmp_path,
        "f.csv",
        "what,at,who,how,via,title,body",
        "q,2026-01-01,a,good,,Hi,there",
        "q,2026-01-02,b,bad,shop,,x",
    )
    brought = bring(file, toml)
    assert brought.values("name") == ["survey answered"] * 2
    assert brought.values("score") == [5, 1]
    assert brought.values("scale_max") == [5, 5]
    assert brought.values("channel") == ["web", "shop"]
    assert brought.values("text") == ["Hi: there", "x"]


def test_only_rows_that_meet_the_condition_give_the_event(tmp_path: Path) -> None:
    toml = EVENTS + 'only_if = { column = "state", is_not = ["test"] }\n'
    file = write(tmp_path, "f.csv", "customer,date,state", "a,2026-01-01,test", "b,2026-01-01,", "c,2026-01-01,live")
    assert bring(file, toml).values("customer_id") == ["b", "c"]


def test_a_property_may_be_a_constant_or_fall_back_on_one(tmp_path: Path) -> None:
    given = '{ by = { constant = "hand" }, state = { column = "state", constant = "new" } }'
    toml = EVENTS + f"properties = {given}\n"
    file = write(tmp_path, "f.csv", "customer,date,state", "a,2026-01-01,paid", "b,2026-01-02,")
    told = [json.loads(text) for text in bring(file, toml).values("properties")]
    assert told == [{"by": "hand", "state": "paid"}, {"by": "hand", "state": "new"}]


def test_a_condition_on_a_column_that_may_be_absent_is_met_by_no_row_without_it(tmp_path: Path) -> None:
    condition = 'only_if = { column = "state", is = ["cancelled"], optional = true }\n'
    toml = EVENTS + EVENTS[EVENTS.index("[[events]]") :].replace("[[events]]", '[[events]]\nkind = "other"') + condition
    without = write(tmp_path, "f.csv", "customer,date", "a,2026-01-01")
    assert bring(without, toml).values("customer_id") == ["a"]
    told = write(tmp_path, "f.csv", "customer,date,state", "a,2026-01-01,cancelled", "b,2026-01-01,paid")
    assert sorted(bring(told, toml).values("customer_id")) == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("toml", "names"),
    [
        ("source = ", ["test.toml"]),
        ('sauce = "x"', ["sauce", "source"]),
        ("[tables.t]\nfile='x'", ["source"]),
        (EVENTS + "amont = 'x'", ["events[0].amont", "amount"]),
        (EVENTS.replace('table = "rows"', 'table = "rws"'), ["events[0].table", "rws", "rows"]),
        (EVENTS.replace('when = "date"', ""), ["events[0].when"]),
        (EVENTS.replace('when = "date"', 'when = { column = "date", zone = "Mars/Base" }'), ["when.zone", "Mars/Base"]),
        (EVENTS.replace('when = "date"', 'when = { column = "date", dates = "day first" }'), ["when.dates", "dmy"]),
        (EVENTS + "optional = 1", ["events[0].optional", "true"]),
    ],
)  # fmt: skip
def test_a_wrong_mapping_names_file_key_and_what_is_allowed(toml: str, names: list[str]) -> None:
    with pytest.raises(Problem) as raised:
        mapping(toml)
    for name in ["test.toml", *names]:
        assert name in str(raised.value)


def test_a_missing_column_names_the_file_and_its_columns(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"f\.csv: the column “customer” is missing\. The file has: client, date"):
        bring(write(tmp_path, "f.csv", "client,date", "a,2026-01-01"), EVENTS)


@pytest.mark.parametrize("name", shelf.names())
def test_presets_survive_being_written_as_toml(name: str) -> None:
    preset = shelf.preset(name)
    assert parse(as_toml(preset), name) == preset


def test_names_that_look_like_sql_are_only_names(tmp_path: Path) -> None:
    evil = """x" FROM t; DROP TABLE t; --'"""
    file = write(tmp_path, "f.csv", '"customer","date","' + evil.replace('"', '""') + '"', "a,2026-01-01,it's")
    brought = bring(file, EVENTS.replace('customer = "customer"', 'customer = "customer"\nrest = true'))
    assert json.loads(brought.events[0]["properties"]) == {evil: "it's"}
