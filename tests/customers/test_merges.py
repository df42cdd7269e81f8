"""Two records become one person and two again: nothing is lost on the way there, nor on the way back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse
from ibis import _

from vivencia.foundation import erasure, inbox
from vivencia.foundation.ledger.disk import write_whole
from vivencia.foundation.ledger.schema import CUSTOMERS, EVENTS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.models import AuditEntry, Role
from vivencia.understand import merges, proposals, settling
from vivencia.understand.duplicates import Pair
from vivencia.understand.models import KeptApart, Merge

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 5, 1, 9, tzinfo=UTC)


def record(who: str, **known: Any) -> dict[str, Any]:
    return {"customer_id": who, "updated_at": DAY, "source": "shop", "batch_id": "b", **known}


RECORDS = [
    record("ana", name="Ana Beltrán", email="ana@example.org", traits='{"city": "Soria", "email_verified": true}'),
    record("ana-app", phone="612 345 678", email="Ana@example.org", traits='{"plan": "plus", "email_verified": true}'),
    record("leo", name="Leo Mas"),
]


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Ana is in twice: the shop knows her since 1 May, the app since 2 May. Leo is himself."""
    monkeypatch.setenv("VIVENCIA_HOME", str(tmp_path))
    ledger = open_ledger(tmp_path)
    lived = [
        {"event_id": f"e{day}", "customer_id": who, "occurred_at": DAY + timedelta(days=day), "received_at": DAY,
         "seq": day, "name": "page viewed", "source": "shop", "batch_id": "b"}
        for day, who in enumerate(("ana", "ana-app", "leo"))
    ]  # fmt: skip
    ledger.append(pa.Table.from_pylist(lived, schema=EVENTS))
    ledger.put_customers(pa.Table.from_pylist(RECORDS, schema=CUSTOMERS))
    return ledger


def known(ledger: Ledger, who: str) -> dict[str, Any]:
    read = ledger.read()
    rows = read.to_arrow(read.customers.filter(_.customer_id == who)).to_pylist()
    return {key: value for key, value in rows[0].items() if value is not None} if rows else {}


def pairs_offered() -> list[Pair]:
    offered = proposals.offered()
    assert offered is not None
    return offered.pairs


def lived(ledger: Ledger) -> dict[str, int]:
    read = ledger.read()
    counted = read.to_arrow(read.events.group_by("customer_id").aggregate(n=_.count())).to_pylist()
    return {row["customer_id"]: row["n"] for row in counted}


def test_merged_they_are_one_person_with_what_both_said(ledger: Ledger) -> None:
    merges.merge("ana", "ana-app")
    ana = known(ledger, "ana")
    assert lived(ledger) == {"ana": 2, "leo": 1}
    assert (ana["name"], ana["email"], ana["phone"]) == ("Ana Beltrán", "ana@example.org", "612 345 678")
    assert ana["traits"] == '{"city": "Soria", "email_verified": true, "plan": "plus"}'
    assert known(ledger, "ana-app") == {}


def test_taken_apart_both_stand_as_they_were(ledger: Ledger) -> None:
    before = known(ledger, "ana"), known(ledger, "ana-app"), lived(ledger)
    made = merges.merge("ana", "ana-app")
    merges.take_apart(made)
    merges.take_apart(made)
    assert (known(ledger, "ana"), known(ledger, "ana-app"), lived(ledger)) == before
    assert AuditEntry.objects.filter(act="merge_undone").count() == 1


def test_what_came_in_while_they_were_one_goes_to_whom_it_was_said_of(ledger: Ledger) -> None:
    made = merges.merge("ana", "ana-app")
    inbox.put_customers([{"customer_id": "ana", "traits": {"city": "Ávila"}, "source": "shop"}])
    inbox.put_customers([{"customer_id": "ana-app", "phone": "699 000 111", "source": "shop"}])
    inbox.drain(ledger)
    assert known(ledger, "ana")["phone"] == "699 000 111"
    merges.take_apart(made)
    ana, app = known(ledger, "ana"), known(ledger, "ana-app")
    assert (ana["name"], ana["email"], app["phone"]) == ("Ana Beltrán", "ana@example.org", "699 000 111")
    assert '"city": "Ávila"' in ana["traits"]
    assert "plan" not in ana["traits"]
    assert '"plan": "plus"' in app["traits"]


def test_who_is_one_already_or_nobody_cannot_be_merged(ledger: Ledger) -> None:
    merges.merge("ana", "ana-app")
    for kept, other in (("ana", "ana-app"), ("ana", "ana"), ("ana", "nobody")):
        with pytest.raises(merges.CannotMergeError):
            merges.merge(kept, other)
    assert Merge.objects.count() == 1


def test_a_merge_cut_short_is_ended_and_ended_once(ledger: Ledger) -> None:
    Merge.objects.create(batch="merge-x", kept="ana", other="ana-app", reason=merges.BY_HAND)
    merges.finish_begun()
    Merge.objects.update(done_at=None)
    merges.finish_begun()
    read = ledger.read()
    assert lived(ledger) == {"ana": 2, "leo": 1}
    assert read.to_arrow(read.told_aliases).num_rows == 1


def test_a_verified_address_makes_one_person_by_itself_until_somebody_says_no(ledger: Ledger) -> None:
    assert merges.merge_by_rules() == 1
    assert merges.merge_by_rules() == 0
    (made,) = Merge.objects.all()
    assert (made.kept, made.other, made.reason) == ("ana", "ana-app", "same verified e-mail address")
    merges.take_apart(made)
    assert merges.merge_by_rules() == 0
    assert lived(ledger) == {"ana": 1, "ana-app": 1, "leo": 1}


def test_many_are_merged_in_one_write_and_chains_of_records_end_at_one_person(ledger: Ledger) -> None:
    verified = '{"email_verified": true}'
    more = [record(f"{who}-{n}", email=f"{who}@example.org", traits=verified) for who in "pq" for n in range(3)]
    ledger.put_customers(pa.Table.from_pylist(more, schema=CUSTOMERS))
    before = ledger.head.aliases.content
    assert merges.merge_by_rules() == 5
    read = ledger.read()
    led = {row["alias_id"]: row["person_id"] for row in read.to_arrow(read.aliases).to_pylist()}
    assert led == {"ana-app": "ana", "p-1": "p-0", "p-2": "p-0", "q-1": "q-0", "q-2": "q-0"}
    assert ledger.head.aliases.content - before == 2  # one write for three pairs that share nobody, one for the rest
    assert merges.merge_by_rules() == 0
    merges.take_apart(Merge.objects.get(other="p-1"))
    assert set(known(ledger, "p-1")) > set()
    assert known(ledger, "q-1") == {}


@pytest.mark.usefixtures("ledger")
def test_without_the_rule_they_are_offered_and_not_merged() -> None:
    merges.save_rules({"email": "off", "phone": "off"})
    assert merges.merge_by_rules() == 0
    (pair,) = pairs_offered()
    assert (pair.one, pair.other, pair.agree) == ("ana", "ana-app", ("email",))
    merges.keep_apart("ana-app", "ana")
    assert pairs_offered() == []
    with pytest.raises(ValueError, match="allowed: off, verified, always"):
        merges.save_rules({"email": "sometimes"})


def test_with_a_worker_at_work_pages_show_what_it_saw_and_what_was_decided_since(
    ledger: Ledger, browser: Callable[..., Client]
) -> None:
    settling.settle(settling.FIGURES)
    page = browser(Role.ANALYST).get(reverse("duplicates")).content.decode()
    assert "Records are being compared" in page, "nobody waits in the page"
    assert proposals.keep_up()
    assert not proposals.keep_up(), "nothing has changed since"
    assert [one.ids for one in pairs_offered()] == [("ana", "ana-app")]

    ledger.put_customers(pa.Table.from_pylist([record("leo-app", name="Leo Mas", phone="699")], schema=CUSTOMERS))
    offered = proposals.offered()
    assert offered is not None and offered.newer and len(offered.pairs) == 1, "what came since is compared later"
    merges.merge("ana", "ana-app")
    assert pairs_offered() == []


def test_an_erased_person_leaves_no_trace_among_merges(ledger: Ledger) -> None:
    merges.take_apart(merges.merge("ana", "ana-app"))
    proposals.look(ledger)
    erasure.erase("ana-app", by=None)
    assert not [file for file in ledger.cache.rglob("*duplicates-*") if b"ana-app" in file.read_bytes()]
    assert (Merge.objects.count(), KeptApart.objects.count()) == (0, 0)
    assert lived(ledger) == {"ana": 1, "leo": 1}


def test_an_erasure_takes_its_person_out_of_the_pairs_and_has_nobody_compared_again_at_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "REST", 1e6)
    leos = [record(who, name="Leo Mas", email="leo@example.org", phone="699 111 222") for who in ("leo", "leo-app")]
    ledger.put_customers(pa.Table.from_pylist(leos, schema=CUSTOMERS))
    assert proposals.keep_up()
    erasure.erase("ana-app", by=None)
    (kept,) = ledger.cache.glob("duplicates-*")
    assert [(one["one"], one["other"]) for one in json.loads(kept.read_bytes())["pairs"]] == [("leo", "leo-app")]
    assert b"ana" not in kept.read_bytes()
    assert not proposals.keep_up(), "the worker rests"
    kept.unlink()
    assert not proposals.keep_up(), "it rests where nothing is kept, too"


def test_a_look_that_an_erasure_overtakes_keeps_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def overtaken(path: Path, content: bytes) -> None:
        ledger.erase(["ana-app"], DAY + timedelta(days=9))  # it looked for the file before this was written
        write_whole(path, content)

    monkeypatch.setattr("vivencia.understand.proposals.write_whole", overtaken)
    proposals.look(ledger)
    assert not list(ledger.cache.glob("duplicates-*"))


@pytest.mark.usefixtures("ledger")
class TestPages:
    def test_an_analyst_sees_both_side_by_side_and_merges_them(self, browser: Callable[..., Client]) -> None:
        client = browser(Role.ANALYST)
        page = client.get(reverse("duplicates")).content.decode()
        assert "Ana Beltrán" in page
        assert "same e-mail address" in page
        answer = client.post(reverse("duplicates"), {"kept": "ana", "other": "ana-app", "do": "merge"}, follow=True)
        assert "are one person now" in answer.content.decode()
        assert Merge.objects.get().by is not None
        history = client.get(reverse("merges")).content.decode()
        assert "merged by hand" in history.lower()
        client.post(reverse("merge-undo", args=[Merge.objects.get().pk]))
        assert Merge.objects.get().undone_at

    def test_not_the_same_is_remembered(self, browser: Callable[..., Client]) -> None:
        client = browser(Role.CX_LEAD, "es")
        client.post(reverse("duplicates"), {"kept": "ana", "other": "ana-app", "do": "apart"})
        assert "Nadie parece estar dos veces" in client.get(reverse("duplicates")).content.decode()

    def test_any_two_can_be_merged_by_hand_and_a_slip_is_told(self, browser: Callable[..., Client]) -> None:
        client = browser(Role.ANALYST)
        client.post(reverse("duplicates"), {"kept": "ana", "other": "leo", "do": "merge"})
        assert Merge.objects.get().other == "leo"
        answer = client.post(reverse("duplicates"), {"kept": "ana", "other": "ghost", "do": "merge"}, follow=True)
        assert "no customer called “ghost”" in answer.content.decode()

    def test_rules_are_kept_and_agents_may_do_none_of_it(self, browser: Callable[..., Client]) -> None:
        client = browser(Role.CX_LEAD)
        client.post(reverse("identity-rules"), {"email": "off", "phone": "always"})
        assert merges.rules() == {"email": "off", "phone": "always"}
        agent = browser(Role.AGENT)
        for name in ("duplicates", "merges"):
            assert agent.get(reverse(name)).status_code == 403
        assert agent.post(reverse("duplicates"), {"kept": "ana", "other": "leo", "do": "merge"}).status_code == 403
