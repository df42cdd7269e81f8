"""The pages about how texts are read, tried by every role; corrections from a timeline; words masked."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from vivencia.foundation.ledger.disk import LedgerBusyError
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import Role, User
from vivencia.foundation.rights import RIGHTS, Right
from vivencia.understand import readings
from vivencia.understand.reading_models import Correction, Intent, IntentExample, TextModel
from vivencia.understand.text.reader import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger")]


def signed_in(role: str, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(User.objects.create_user(f"{role}@example.org", role=role))
    return client


@pytest.mark.parametrize("role", Role.values)
def test_each_page_opens_for_who_may_and_for_nobody_else(role: str) -> None:
    client = signed_in(role)
    wanted = {
        reverse("texts"): Right.SEE_CUSTOMERS,
        reverse("text-correct", args=["1"]): Right.SEE_CUSTOMERS,
        reverse("text-intents"): Right.ANALYSE,
    }
    for address, right in wanted.items():
        assert client.get(address).status_code == (200 if right in RIGHTS[role] else 403), address
    teaching = {reverse("text-learn"): {"kind": "feelings"}, reverse("text-decide", args=[1]): {"accept": "yes"}}
    for address, said in teaching.items():
        assert (client.post(address, said).status_code == 403) == (Right.ANALYSE not in RIGHTS[role]), address


def test_the_timeline_shows_what_was_read_and_takes_a_correction(ledger: Ledger, reader: Reader) -> None:
    readings.read_new(ledger, models=reader)
    client = signed_in(Role.AGENT)
    page = client.get(reverse("customer", args=["ana-4711"])).content.decode()
    assert re.search(r"viv-badge-pain\">.{0,200}Bad</span>.{0,200}Frustration</span>", page, re.DOTALL)
    assert "612 345 678" in page, "an agent must be able to call"
    answer = client.post(
        reverse("text-correct", args=["1"]), {"sentiment": "0", "emotion": "none"}, headers={"HX-Request": "true"}
    )
    assert "viv-badge-neutral" in answer.content.decode()
    assert {(each.field, each.value) for each in Correction.objects.all()} == {("sentiment", "0"), ("emotion", "none")}
    assert client.post(reverse("text-correct", args=["1"]), {"sentiment": "7"}).status_code == 404
    assert client.get(reverse("text-correct", args=["3"])).status_code == 404
    assert client.get(reverse("text-correct", args=["nothing"])).status_code == 404


def test_who_may_not_read_personal_data_sees_the_words_masked() -> None:
    page = signed_in(Role.ANALYST).get(reverse("customer", args=["ana-4711"])).content.decode()
    assert "612 345 678" not in page
    assert "[telephone]" in page


def test_intents_are_added_masked_and_deleted() -> None:
    client = signed_in(Role.ANALYST)
    said = {"path": "billing/charged twice", "examples": "they charged me twice\n\ncall 612 345 678 about the bill\n"}
    assert client.post(reverse("text-intents"), said).status_code == 302
    intent = Intent.objects.get()
    assert intent.path == "billing / charged twice"
    assert [each.text for each in IntentExample.objects.all()] == [
        "they charged me twice",
        "call [phone] about the bill",
    ]
    assert "charged twice" in client.get(reverse("text-intents")).content.decode()
    client.post(reverse("text-intent-delete", args=[intent.pk]))
    assert not Intent.objects.exists()


def test_a_proposal_shows_the_measured_change_and_waits_for_a_decision() -> None:
    change = {"n": 40, "before": {"accuracy": 0.7, "macro_f1": 0.6}, "after": {"accuracy": 0.85, "macro_f1": 0.8}}
    model = TextModel.objects.create(kind="feelings", state="proposed", examples=200, measured=change)
    client = signed_in(Role.ANALYST, "es")
    page = client.get(reverse("texts")).content.decode()
    assert "70,0 %" in page
    assert "85,0 %" in page
    client.post(reverse("text-decide", args=[model.pk]), {"accept": "no"})
    model.refresh_from_db()
    assert model.state == "refused"


def test_words_can_be_tried() -> None:
    page = signed_in(Role.AGENT).post(reverse("texts"), {"words": "I love this shop"}).content.decode()
    assert "Good (" in page


def test_topics_are_corrected_hold_after_reading_anew_and_show_in_the_readers_language(
    ledger: Ledger, reader: Reader
) -> None:
    readings.read_new(ledger, models=reader)
    client = signed_in(Role.AGENT, "es")
    assert "Entrega" in client.get(reverse("text-correct", args=["1"])).content.decode()
    said = {"topics": "1", "topic-price": "-1", "topic-staff": "1"}
    shown = client.post(reverse("text-correct", args=["1"]), said, headers={"HX-Request": "true"}).content.decode()
    assert "Precio" in shown
    assert "Entrega" not in shown
    assert Correction.objects.get(event_id="1", field="topic").value == "price:-1 staff:1"
    again = readings.readings_of([{"event_id": "1", "text": "tarde", "batch_id": "b"}], reader).to_pylist()
    assert readings.topics_of(again[0]["topics"]) == [("price", -1), ("staff", 1)]
    assert client.post(reverse("text-correct", args=["1"]), {"topics": "1", "topic-price": "9"}).status_code == 404


def test_one_example_is_deleted_and_the_others_stay() -> None:
    client = signed_in(Role.ANALYST, "es")
    client.post(reverse("text-intents"), {"path": "pagos", "examples": "me han cobrado dos veces\nquiero la factura"})
    wrong = IntentExample.objects.get(text="quiero la factura")
    page = client.get(reverse("text-intents")).content.decode()
    assert "Eliminar este ejemplo: quiero la factura" in page
    away = reverse("text-example-delete", args=[wrong.pk])
    assert signed_in(Role.AGENT).post(away).status_code == 403
    assert client.get(away).status_code == 405
    assert "me han cobrado" in client.post(away, follow=True).content.decode()
    assert [each.text for each in IntentExample.objects.all()] == ["me han cobrado dos veces"]
    assert client.post(away).status_code == 404


def test_a_correction_is_told_of_and_taken_back(ledger: Ledger, reader: Reader) -> None:
    readings.read_new(ledger, models=reader)
    client, address = signed_in(Role.AGENT), reverse("text-correct", args=["1"])
    before = readings.of_events(ledger.read(), ["1"])["1"]
    assert "Take the correction back" not in client.get(address).content.decode()
    shown = client.post(address, {"sentiment": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "corrected" in shown
    lately = client.get(reverse("texts")).content.decode()
    assert re.search(r"Feeling: <strong>Good</strong>.{0,200}agent@example.org", lately, re.DOTALL)
    assert "Corrected by" in client.get(address).content.decode()
    taken = client.post(address, {"take-back": "yes"}, headers={"HX-Request": "true"}).content.decode()
    assert "corrected" not in taken.lower()
    assert readings.of_events(ledger.read(), ["1"])["1"]["sentiment"] == before["sentiment"]
    assert not Correction.objects.exists()


def test_what_was_accepted_is_taken_back_and_what_read_before_reads_again() -> None:
    change = {"n": 40, "before": {"accuracy": 0.7, "macro_f1": 0.6}, "after": {"accuracy": 0.85, "macro_f1": 0.8}}
    older, newer = (
        TextModel.objects.create(kind="intents", state="proposed", examples=n, measured=change) for n in (20, 30)
    )
    client = signed_in(Role.ANALYST)
    for model in (older, newer):
        own = readings.own_file(model, "intents")
        own.parent.mkdir(parents=True, exist_ok=True)
        own.touch()
        client.post(reverse("text-decide", args=[model.pk]), {"accept": "yes"})
    assert _states(older, newer) == ["replaced", "accepted"]
    assert signed_in(Role.AGENT).post(reverse("text-put-back", args=[newer.pk])).status_code == 403
    client.post(reverse("text-put-back", args=[newer.pk]))
    assert _states(older, newer) == ["accepted", "taken-back"]
    client.post(reverse("text-put-back", args=[newer.pk]), {"again": "yes"})
    assert _states(older, newer) == ["replaced", "accepted"]
    readings.own_file(older, "intents").unlink()
    client.post(reverse("text-put-back", args=[newer.pk]))
    assert _states(older, newer) == ["replaced", "taken-back"], "what was learned is kept no longer: the shipped reads"
    client.post(reverse("text-put-back", args=[older.pk]), {"again": "yes"})
    assert _states(older, newer) == ["replaced", "taken-back"]


def _states(*models: TextModel) -> list[str]:
    return [TextModel.objects.get(pk=model.pk).state for model in models]


def test_too_little_to_learn_from_is_said_in_the_readers_language() -> None:
    TextModel.objects.create(kind="feelings", state="failed", examples=7, problem="7 corrections; 20 are needed")
    page = signed_in(Role.ANALYST, "es").get(reverse("texts")).content.decode()
    assert "hay 7 correcciones y comentarios con puntuación; hacen falta 20" in page


def test_a_busy_ledger_is_said_and_a_correction_is_made_or_taken_back_by_trying_again(
    ledger: Ledger, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings.read_new(ledger, models=reader)
    client, address = signed_in(Role.AGENT), reverse("text-correct", args=["1"])
    as_read = readings.of_events(ledger.read(), ["1"])["1"]["sentiment"]

    def busy(*_told: object) -> None:
        raise LedgerBusyError("busy")

    for said, corrected in (({"sentiment": "1"}, 1), ({"take-back": "yes"}, 0)):
        before = Correction.objects.count()
        with monkeypatch.context() as writing:
            writing.setattr(Ledger, "put_readings", busy)
            for part in ({}, {"HX-Request": "true"}):
                told = client.post(address, said, headers=part)
                assert (told.status_code, Correction.objects.count()) == (200, before)
                page = told.content.decode()
                assert "Another process is writing" in page
                assert '<option value="1" selected>' in page, "what was chosen stays chosen"
        client.post(address, said)
        assert Correction.objects.count() == corrected
        now = readings.of_events(ledger.read(), ["1"])["1"]["sentiment"]
        assert now == (1 if corrected else as_read)


def test_an_intent_is_sent_as_it_is_named_and_no_other_is_taken(ledger: Ledger, reader: Reader) -> None:
    readings.read_new(ledger, models=reader)
    client, address = signed_in(Role.ANALYST), reverse("text-correct", args=["1"])
    Intent.objects.create(path="data / 5 GB used up")
    offered = '<option value="data / 5 GB used up"'
    assert offered in client.get(address).content.decode()
    assert offered in client.get(reverse("text-intents")).content.decode()
    assert client.post(address, {"intent": "data / 5\xa0GB used up"}).status_code == 404
    assert not Correction.objects.exists()
    client.post(address, {"intent": "data / 5 GB used up"})
    assert Correction.objects.get().value == "data / 5 GB used up"
    Intent.objects.all().delete()  # it still stands in the reading, and agreeing by silence keeps it
    assert f"{offered} selected" in client.get(address).content.decode()
