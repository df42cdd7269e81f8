"""A read is one version of three tables, knows who is one person, and remembers what was computed from it."""

import threading
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.shop import MONDAY, aliases, customers, event, events
from vivencia.foundation.ledger.aliases import resolve
from vivencia.foundation.ledger.engines import engine
from vivencia.foundation.ledger.store import Ledger, open_ledger


def owners(ledger: Ledger) -> list[str | None]:
    read = ledger.read()
    led: list[str | None] = read.to_arrow(read.events.order_by("event_id"))["customer_id"].to_pylist()
    return led


def test_an_empty_ledger_can_be_read(ledger: Ledger) -> None:
    read = ledger.read()
    assert read.version == "e0-c0-a0"
    assert read.horizon is None
    assert read.to_arrow(read.events).num_rows == 0


def test_the_horizon_is_the_newest_event(ledger: Ledger) -> None:
    ledger.append(events(event("1", hours=0), event("2", hours=-3)))
    assert ledger.read().horizon == MONDAY


def test_a_read_stays_what_it_was(ledger: Ledger) -> None:
    ledger.append(events(event("1")))
    before = ledger.read()
    ledger.append(events(event("2")))
    ledger.undo("b1")
    assert before.to_arrow(before.events.count())["value"].to_pylist() == [1]
    assert ledger.read().to_arrow(ledger.read().events.count())["value"].to_pylist() == [0]


def test_aliases_are_followed_to_the_person(ledger: Ledger) -> None:
    ledger.append(
        events(
            event("1", "card-7"),
            event("2", "ana"),
            event("3", None, anonymous_id="cookie-1"),
            event("4", None, anonymous_id="cookie-2"),
            event("5", "bea", anonymous_id="cookie-1"),  # signed in: her own id says who she is
        )
    )
    assert owners(ledger) == ["card-7", "ana", None, None, "bea"]
    ledger.put_aliases(aliases(("card-7", "loyalty-3"), ("loyalty-3", "ana"), ("cookie-1", "ana")))
    assert owners(ledger) == ["ana", "ana", "ana", None, "bea"]


def test_the_newest_statement_about_an_alias_holds(ledger: Ledger) -> None:
    ledger.append(events(event("1", "card-7")))
    ledger.put_aliases(aliases(("card-7", "ana"), made_hours=1))
    ledger.put_aliases(aliases(("card-7", "bea"), made_hours=2))
    ledger.put_aliases(aliases(("card-7", "eva"), made_hours=0))
    assert owners(ledger) == ["bea"]
    ledger.put_aliases(aliases(("card-7", "card-7"), made_hours=3))  # nobody else's after all
    assert owners(ledger) == ["card-7"]


def test_a_person_is_one_customer_the_newest(ledger: Ledger) -> None:
    later = MONDAY.replace(day=3)
    ledger.put_customers(customers({"customer_id": "card-7", "name": "A. Ruiz", "updated_at": later}))
    ledger.put_customers(customers({"customer_id": "ana", "name": "Ana"}, {"customer_id": "bea", "name": "Bea"}))
    ledger.put_aliases(aliases(("card-7", "ana")))
    read = ledger.read()
    named = read.to_arrow(read.customers.order_by("customer_id")["customer_id", "name"]).to_pylist()
    assert named == [{"customer_id": "ana", "name": "A. Ruiz"}, {"customer_id": "bea", "name": "Bea"}]


@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=12))
def test_every_id_leads_to_one_person_who_leads_nowhere(pairs: list[tuple[str, str]]) -> None:
    resolved = resolve(
        pa.concat_tables([aliases(pair, made_hours=hour) for hour, pair in enumerate(pairs)] or [aliases()])
    )
    person = dict(zip(resolved["alias_id"].to_pylist(), resolved["person_id"].to_pylist(), strict=True))
    assert len(person) == resolved.num_rows
    assert not set(person) & set(person.values())
    for alias, customer in dict(pairs).items():  # the newest about each alias
        assert person.get(alias, alias) == person.get(customer, customer)


def test_a_result_is_computed_once_a_version_and_shared(ledger: Ledger, home: Path) -> None:
    computed: list[str] = []

    def compute() -> dict[str, object]:
        computed.append(ledger.read().version)
        return {"nps": 12.5, "who": ("a", "b")}

    assert ledger.read().remember("nps", compute) == {"nps": 12.5, "who": ["a", "b"]}
    assert ledger.read().remember("nps", compute) == {"nps": 12.5, "who": ["a", "b"]}
    ledger.append(events(event("1")))
    ledger.read().remember("nps", compute)
    assert computed == ["e0-c0-a0", "e1-c0-a0"]
    assert sorted(folder.name for folder in (home / "cache").glob("e*")) == ["e0-c0-a0", "e1-c0-a0"]


def test_nothing_is_a_result_too(ledger: Ledger) -> None:
    computed: list[int] = []
    for _ in range(2):
        assert ledger.read().remember("nothing", lambda: computed.append(1)) is None
    assert computed == [1]


def test_tables_are_remembered_as_tables(ledger: Ledger, home: Path) -> None:
    table = pa.table({"a": [1, 2]})
    assert ledger.read().remember("t", lambda: table) == table
    assert len(list((home / "cache").rglob("*.arrow"))) == 1


def test_a_result_must_be_sayable(ledger: Ledger) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        ledger.read().remember("odd", lambda: {"when": object()})


def test_threads_read_at_the_same_time(ledger: Ledger) -> None:
    ledger.append(events(*(event(str(n)) for n in range(50))))
    ledger.put_aliases(aliases(("card", "ana")))
    counts: list[int] = []

    def count() -> None:
        read = ledger.read()
        counts.append(read.to_arrow(read.events.count())["value"][0].as_py())

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [50] * 8


def test_an_unknown_engine_is_refused_with_the_allowed_ones(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVENCIA_ENGINE", "abacus")
    with pytest.raises(ValueError, match="'abacus'; allowed: duckdb, spark://host:port"):
        ledger.read()


def test_opening_a_ledger_twice_is_the_same_ledger(ledger: Ledger, home: Path) -> None:
    ledger.append(events(event("1")))
    assert open_ledger(home).read().version == ledger.read().version == "e1-c0-a0"
    assert engine(home / "cache") is engine(home / "cache")


def test_one_read_tells_what_came_after_each_of_several_earlier_versions(ledger: Ledger) -> None:
    heads = [ledger.head]
    for number in range(2):
        ledger.append(events(event(f"e{number}")))
        heads.append(ledger.head)
    read = ledger.read()

    # Asked in turns, and looked at only then: none takes another's place.
    came = [read.events_added(head) for head in reversed(heads)]

    assert [None if one is None else read.to_arrow(one).num_rows for one in came] == [0, 1, 2]
