"""Personas of a ledger: found, told, assigned, a segment everywhere, and forgotten with the person."""

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from click.testing import CliRunner
from django.utils import translation

from tests.personas import town
from vivencia.cli import main
from vivencia.foundation.erasure import erase
from vivencia.foundation.ledger.schema import EVENTS
from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand import segments
from vivencia.understand.frames import frame
from vivencia.understand.models import Segment
from vivencia.understand.personas import assignments, companies, drafts, findings, persona_words, portraits, retelling
from vivencia.understand.personas.known import known, purchase_properties
from vivencia.understand.personas.learned import Learned
from vivencia.understand.personas.models import Evidence, Finding, Part, Persona, Statement

pytestmark = pytest.mark.django_db


def kinds_in(persona: Persona) -> Counter[str]:
    read = open_ledger().read()
    ids = read.to_arrow(assignments.members(read, assignments.condition_of(persona)))["customer_id"].to_pylist()
    return Counter(str(one).split("-")[0] for one in ids)


def of_kind(found: list[Persona], kind: str) -> Persona:
    return next(one for one in found if kinds_in(one).most_common(1)[0][0] == kind)


def test_the_three_kinds_of_people_are_found_and_told_apart_in_both_languages(found: list[Persona]) -> None:
    for kind, n in town.KINDS.items():
        persona = of_kind(found, kind)
        assert kinds_in(persona)[kind] > 0.95 * n
        assert persona.portrait["stability"] >= 0.75
        for language in ("en", "es"):
            with translation.override(language):
                said = persona_words.description(persona)
                assert said
                assert ":" not in persona_words.called(persona)
    phone = of_kind(found, "phone")
    with translation.override("es"):
        told = {row.feature: persona_words.phrase(row.feature, more=row.difference > 0) for row in drafts.apart(phone)}
    assert told["promise:broken"] == "Se les incumplen más promesas"
    assert told["score:csat"] == "Puntúan peor: satisfacción"
    assert phone.portrait["companies"]["roles"] == [{"role": "buyer", "n": phone.portrait["companies"]["people"]}]
    value = of_kind(found, "store").portrait["value"]
    assert value["low"] < value["value"] < value["high"]
    assert value["value"] > value["rest"]


def test_the_map_is_drafted_with_claims_that_fall_when_the_data_turn(found: list[Persona]) -> None:
    phone = of_kind(found, "phone")
    pain = phone.statements.get(part=Part.PAINS, claim__feature="promise:broken")
    assert pain.holds
    phone.portrait["features"]["promise:broken"] |= {"difference": 0.01, "low": -0.02, "high": 0.04, "effect": 0.02}
    assert [one.pk for one in drafts.check(phone)] == [pain.pk]
    pain.refresh_from_db()
    assert [one.holds for one in phone.statements.filter(pk=pain.pk)] == [False]
    assert drafts.draft(phone) == 0, "what is there, or was taken away, is not drafted again"


def test_a_persona_is_a_segment_that_other_segments_can_ask_for(found: list[Persona]) -> None:
    read, app = open_ledger().read(), of_kind(found, "app")
    assert app.segment is not None
    whole = read.to_arrow(segments.members(read, app.segment.definition)).num_rows
    assert whole == app.portrait["n"]
    both = segments.from_json(
        {"conditions": [*app.segment.stored["conditions"], {"kind": "spend", "operator": "at least", "amount": 100}]}
    )
    assert 0 < read.to_arrow(segments.members(read, both)).num_rows < whole


def test_new_customers_are_assigned_as_they_come_and_the_others_stay(found: list[Persona]) -> None:
    finding = assignments.in_use()
    assert finding is not None
    before = frame(assignments.assigned(open_ledger().read(), finding))
    open_ledger().append(town.events(9, {"store": 3}, prefix="new-"))
    read = open_ledger().read()
    after = frame(assignments.assigned(read, finding))
    fresh = after.filter(pl.col("customer_id").str.starts_with("new-"))
    assert fresh["group"].to_list() == [of_kind(found, "store").group] * 3
    same = before.join(after, on="customer_id", suffix="_after")
    assert (same["group"] == same["group_after"]).sum() > 0.99 * same.height
    assert retelling.stale(read)


def test_found_again_a_persona_keeps_its_name_and_what_people_wrote(found: list[Persona]) -> None:
    app = of_kind(found, "app")
    Persona.objects.filter(pk=app.pk).update(name="Ana of the app")
    Statement.objects.create(persona=app, part=Part.THINKS, text="Stores are for others")
    later = Finding.objects.create(asked=3)
    findings.run(later.pk)
    again = Persona.objects.get(pk=app.pk)
    assert again.finding_id == later.pk
    assert persona_words.called(again) == "Ana of the app"
    assert again.statements.filter(text="Stores are for others").exists()
    assert Segment.objects.get(persona=again).name == "Ana of the app"
    assert Persona.objects.filter(gone=False).count() == 3


def test_a_proposed_name_stays_while_figures_move_until_groups_are_looked_for_anew(found: list[Persona]) -> None:
    app = of_kind(found, "app")
    name = persona_words.called(app)
    features = app.portrait["features"]
    turned = {key: {**one, "difference": -one["difference"]} for key, one in features.items()}
    app.portrait = {**app.portrait, "features": turned}
    assert persona_words.called(app) == name
    app.portrait.pop("naming")
    assert persona_words.called(app) != name
    retelling.retell(open_ledger().read(), app)
    assert persona_words.called(app) == name, "of the figures as they are"


def test_a_group_that_nothing_sets_apart_is_called_so(found: list[Persona]) -> None:
    plain = of_kind(found, "store")
    plain.portrait = {**plain.portrait, "features": {}, "naming": persona_words.naming([], largest=True)}
    assert persona_words.called(plain) == "Like everyone else"
    assert persona_words.description(plain) == "Nothing that is measured sets them apart from the others."
    with translation.override("es"):
        assert persona_words.called(plain) == "Como la mayoría"
    plain.portrait["naming"] = persona_words.naming([], largest=False)
    assert persona_words.called(plain) == f"Persona {(plain.group or 0) + 1}"


def test_a_person_who_is_erased_is_no_evidence_any_more(found: list[Persona]) -> None:
    statement = found[0].statements.first() or Statement.objects.create(persona=found[0], part=Part.SAYS, text="So")
    Evidence.objects.create(statement=statement, event_id="e1", customer_id="app-001")
    kept = Evidence.objects.create(statement=statement, note="Eight interviews", n=8)
    erase("app-001")
    assert list(Evidence.objects.all()) == [kept]
    read = open_ledger().read()
    finding = assignments.in_use()
    assert finding is not None
    assert "app-001" not in assignments.assigned(read, finding)["customer_id"].to_pylist()


def test_the_command_tells_personas_as_json(in_town: Path) -> None:
    done = CliRunner().invoke(main, ["personas", "--groups", "3", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert {one["size"] for one in told["personas"]} and told["n"] == 240
    assert told["n_unassigned"] == 240 - sum(one["size"] for one in told["personas"])
    first = told["personas"][0]
    assert {"name", "size", "share", "stability", "value", "description", "differences"} <= set(first)
    assert {"feature", "value", "rest", "difference", "low", "high"} <= set(first["differences"][0])


def test_without_customers_the_command_says_so(home: Path) -> None:
    done = CliRunner().invoke(main, ["personas"])
    assert done.exit_code == 0, done.output
    assert "too few" in done.output


def test_what_somebody_is_in_their_company_is_read_from_their_events_too(in_town: Path) -> None:
    """Systems of companies often say it with each event, where it is nothing that somebody chooses."""
    ledger = open_ledger()
    told = [("eva", "buyer"), ("eva", "buyer"), ("eva", "technician"), ("tom", None), ("phone-000", "technician")]
    more = [{"plan": n % 2} | ({"role": role} if role else {}) for n, (_who, role) in enumerate(told)]
    rows = [
        dict.fromkeys(EVENTS.names) | {
            "event_id": f"r{n}", "seq": n, "customer_id": who, "account_id": "firm-x", "amount": 10.0, "name": "paid",
            "occurred_at": town.BEGINNING, "received_at": town.BEGINNING, "properties": json.dumps(more[n]),
            "source": "s", "batch_id": "r",
        }
        for n, (who, _role) in enumerate(told)
    ]  # fmt: skip
    ledger.append(pa.Table.from_pylist(rows, schema=EVENTS))
    read = ledger.read()
    found = {who: (account, role) for who, account, role in companies.people(read).iter_rows()}
    assert found["eva"] == ("firm-x", "buyer") and found["tom"] == ("firm-x", None)
    assert found["phone-000"] == ("firm-0", "buyer"), "their record says it"
    assert not any(companies.is_role(key) for key in purchase_properties(read))


def in_a_firm(who: str | None, amounts: list[tuple[float, str]], properties: list[dict[str, object]]) -> pa.Table:
    """Events of somebody in a firm: one of each amount, then one with each of the properties."""
    told = [(amount, currency, "{}") for amount, currency in amounts]
    told += [(None, None, json.dumps(one)) for one in properties]  # type: ignore[misc]
    rows = [
        dict.fromkeys(EVENTS.names) | {
            "event_id": f"{who}-{n}", "seq": n, "customer_id": who, "account_id": "firm-x", "amount": amount,
            "currency": currency, "name": "seen", "occurred_at": town.BEGINNING, "received_at": town.BEGINNING,
            "properties": said, "source": "s", "batch_id": f"b-{who}",
        }
        for n, (amount, currency, said) in enumerate(told)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=EVENTS)


def test_a_role_is_a_text_that_says_one_and_no_position_in_a_list_nor_a_charge(home: Path) -> None:
    ledger = open_ledger()
    ledger.append(in_a_firm("eva", [], [{"role": "", "puesto": "jefa"}]))
    ledger.append(in_a_firm("ana", [], [{"position": 3}, {"position": 3}, {"role": "R&D"}]))
    ledger.append(in_a_firm("tom", [], [{"cargo": "12.50"}, {"cargo": "12.50 EUR"}, {"role": "3"}, {"role": ["a"]}]))
    ledger.append(in_a_firm("luz", [], [{"role": 7.5}, {"rol": True}, {"puesto": " "}, {"job_title": {"of": "x"}}]))
    roles = dict(companies.people(ledger.read()).select("customer_id", "role").iter_rows())
    assert roles == {"eva": "jefa", "ana": "R&D", "tom": None, "luz": None}


def test_a_portrait_names_the_currency_its_money_is_summed_in(home: Path) -> None:
    ledger = open_ledger()
    ledger.append(in_a_firm(None, [(10.0, "USD")] * 5, []))
    ledger.append(in_a_firm("ana", [(10.0, "EUR")] * 3, []))
    read = ledger.read()
    told = known(read, town.BEGINNING)
    assert told.people["revenue"].to_list() == [30.0]
    assert portraits.ground(read, told, Learned({}, {}, ())).currency == "EUR"
