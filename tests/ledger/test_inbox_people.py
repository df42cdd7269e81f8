"""What is said of people through the inbox merges into what is known, and merging people loses nothing of either."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ledger.shop import aliases, customers
from vivencia.foundation import erasure, inbox
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import InboxEvent

pytestmark = pytest.mark.django_db


def known(ledger: Ledger, customer_id: str = "ana") -> dict[str, Any]:
    read = ledger.read()
    row: dict[str, Any] = read.to_arrow(read.customers.filter(read.customers.customer_id == customer_id)).to_pylist()[0]
    row |= {name: json.loads(row[name]) for name in ("traits", "consent") if row[name]}
    return row


def say(ledger: Ledger, **fields: Any) -> inbox.Drained:
    inbox.put_customers([{"customer_id": "ana", "source": "web", **fields}])
    return inbox.drain(ledger)


def test_a_field_not_given_stays_as_it_was(ledger: Ledger) -> None:
    ledger.put_customers(customers({"customer_id": "ana", "name": "Ana", "email": "ana@x.org"}))
    assert say(ledger, email="ana@y.org", phone="", since="2025-01-02T00:00:00Z") == inbox.Drained(customers=1)
    row = known(ledger)
    assert (row["name"], row["email"], row["phone"]) == ("Ana", "ana@y.org", None)
    assert row["since"] == datetime(2025, 1, 2, tzinfo=UTC)


def test_traits_merge_key_by_key_and_null_takes_one_away(ledger: Ledger) -> None:
    say(ledger, traits={"plan": "basic", "pets": 2})
    say(ledger, traits={"plan": "plus", "city": "Lugo", "pets": None})
    assert known(ledger)["traits"] == {"plan": "plus", "city": "Lugo"}


def test_of_two_statements_about_a_consent_the_later_one_holds_whichever_comes_first(ledger: Ledger) -> None:
    march, may = "2026-03-01T00:00:00+00:00", "2026-05-01T00:00:00+00:00"
    say(ledger, consent={"surveys": {"given": False, "at": may, "proof": "link"}})
    say(ledger, consent={"surveys": {"given": True, "at": march}, "newsletter": {"given": True, "at": march}})
    consent = known(ledger)["consent"]
    assert (consent["surveys"]["given"], consent["newsletter"]["given"]) == (False, True)


def test_several_statements_in_one_drain_become_one_row_and_nothing_new_becomes_none(ledger: Ledger) -> None:
    inbox.put_customers([{"customer_id": "ana", "source": "web", "traits": {f"t{n}": n}} for n in range(3)])
    assert inbox.drain(ledger).customers == 1
    assert known(ledger)["traits"] == {"t0": 0, "t1": 1, "t2": 2}
    before = ledger.read().version
    assert say(ledger, traits={"t1": 1}) == inbox.Drained()
    assert ledger.read().version == before


def test_a_crash_before_the_rows_are_let_go_says_nothing_twice(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox.put_customers([{"customer_id": "ana", "source": "web", "name": "Ana"}])
    inbox.put_aliases([{"alias_id": "a1", "customer_id": "ana", "reason": "signed in", "source": "web"}])
    with monkeypatch.context() as crash:
        crash.setattr(inbox, "_let_go", lambda rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            inbox.drain(ledger)
    assert inbox.drain(ledger) == inbox.Drained()
    assert (known(ledger)["name"], inbox.waiting()) == ("Ana", 0)


def test_what_is_said_of_another_name_holds_for_the_person_and_stays_its_own(ledger: Ledger) -> None:
    ledger.put_customers(customers({"customer_id": "ana", "name": "Ana"}, {"customer_id": "a-2", "phone": "600"}))
    ledger.put_aliases(aliases(("a-2", "ana")))
    inbox.put_customers([{"customer_id": "a-2", "source": "app", "traits": {"app": "yes"}}])
    assert inbox.drain(ledger).customers == 2
    row = known(ledger)
    assert (row["name"], row["traits"]) == ("Ana", {"app": "yes"})
    ledger.put_aliases(aliases(("a-2", "a-2"), made_hours=1))  # the two are told apart again
    apart = known(ledger, "a-2")
    assert (apart["name"], apart["phone"], apart["traits"]) == (None, "600", {"app": "yes"})


def test_the_newest_alias_holds_unless_it_gives_way(ledger: Ledger) -> None:
    def join(person: str, **more: bool) -> int:
        said = {"alias_id": "a1", "customer_id": person, "reason": "signed in", "source": "web", **more}
        inbox.put_aliases([said])
        return inbox.drain(ledger).aliases

    assert join("ana", unless_known=True) == 1
    assert join("ana") == 0
    assert join("bea", unless_known=True) == 0
    assert ledger.same_person("a1") == {"a1", "ana"}
    assert join("bea") == 1
    assert ledger.same_person("a1") == {"a1", "bea"}


@pytest.mark.parametrize(
    ("kind", "wrong", "reason"),
    [
        (inbox.CUSTOMER, {"customer_id": "ana"}, "missing: source"),
        (inbox.CUSTOMER, {"customer_id": "ana", "source": "w", "mood": 1}, "no such field: mood; put it into traits"),
        (inbox.CUSTOMER, {"customer_id": "ana", "source": "w", "traits": "tall"}, "traits is 'tall'"),
        (inbox.ALIAS, {"alias_id": "a", "customer_id": "b", "source": "w"}, "missing: reason"),
        (inbox.ALIAS, {"alias_id": "a", "customer_id": "a", "source": "w", "reason": "r"}, "are the same id"),
        (inbox.ALIAS, ["a", "b"], "an object of fields"),
        ("song", {}, "nothing here reads what is called 'song'"),
    ],
)
def test_what_cannot_be_read_is_kept_with_the_reason(ledger: Ledger, kind: str, wrong: Any, reason: str) -> None:
    inbox.keep(kind, [wrong])
    assert inbox.drain(ledger) == inbox.Drained(bad=1)
    assert reason in InboxEvent.objects.get().problem


def test_erasing_a_person_takes_what_waits_about_them(ledger: Ledger) -> None:
    ledger.put_customers(customers({"customer_id": "ana", "name": "Ana"}))
    inbox.put_customers([{"customer_id": each, "source": "web"} for each in ("ana", "bea")])
    inbox.put_aliases([{"alias_id": "a1", "customer_id": "ana", "reason": "r", "source": "web"}])
    assert erasure.erase("ana", ledger=ledger).counts["inbox"] == 2
    assert [row.event["customer_id"] for row in InboxEvent.objects.all()] == ["bea"]


def test_the_backlog_is_told_without_counting(ledger: Ledger) -> None:
    assert inbox.backlog() == 0
    inbox.keep(inbox.EVENT, [{}, {}])
    assert inbox.backlog() == 2
    inbox.drain(ledger)
    assert inbox.backlog() == 0
