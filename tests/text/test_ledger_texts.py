"""Texts that come in are read, once; corrections stand above the models; what was taught is measured before its use."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.utils import translation

from tests.ledger.shop import event, events
from vivencia.foundation import doctor, erasure
from vivencia.foundation.chores import CHORES
from vivencia.foundation.ledger.store import Ledger
from vivencia.foundation.models import Role, User
from vivencia.understand import readings, readings_chores, readings_learning
from vivencia.understand.reading_models import Correction, Intent, IntentExample, TextModel
from vivencia.understand.text.reader import Reader
from vivencia.understand.text_commands import text as text_command

pytestmark = pytest.mark.django_db


def said_of(ledger: Ledger, *ids: str) -> dict[str, dict[str, object]]:
    return readings.of_events(ledger.read(), list(ids or ("1", "2", "3", "4")))


def test_new_texts_are_read_and_nothing_is_read_twice(ledger: Ledger, reader: Reader) -> None:
    assert readings.read_new(ledger, models=reader) == 2
    assert readings.read_new(ledger, models=reader) == 0
    found = said_of(ledger)
    assert set(found) == {"1", "2"}
    assert (found["1"]["sentiment"], found["1"]["emotion"], found["1"]["language"]) == (-1, "frustration", "es")
    assert "612" not in str(found["1"]["masked"])
    assert found["1"]["topics"][0] == ("delivery", -1)  # type: ignore[index]
    assert found["2"]["sentiment"] == 1
    assert found["2"]["batch_id"] == "b1"


def test_a_change_of_the_models_has_everything_read_anew(ledger: Ledger, reader: Reader) -> None:
    readings.read_new(ledger, models=reader)
    other = Reader(reader.encoders, reader.heads, None, "")
    assert readings.read_new(ledger, models=other) == 0
    newer = Reader(reader.encoders, replace(reader.heads, version="newer"))
    assert readings.read_new(ledger, models=newer) == 2
    assert {row["model"] for row in said_of(ledger).values()} == {"newer"}


def test_the_worker_reads_texts_within_seconds(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CHORES["vivencia.understand.readings_chores.read_texts"].every_seconds <= 2
    monkeypatch.setenv("VIVENCIA_READ_TEXTS", "1")
    readings_chores.read_texts()
    assert set(said_of(ledger)) == {"1", "2"}
    ledger.append(events(event("5", "eva", hours=9, text="Todo perfecto, gracias")))
    readings_chores.read_texts()
    readings_chores.read_texts()
    assert said_of(ledger, "5")["5"]["sentiment"] == 1


def test_a_worker_that_begins_later_reads_anew_what_earlier_models_read(
    ledger: Ledger, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings.read_new(ledger, models=Reader(reader.encoders, replace(reader.heads, version="older")))
    monkeypatch.setenv("VIVENCIA_READ_TEXTS", "1")
    monkeypatch.setattr(readings_chores, "_done", threading.local())
    readings_chores.read_texts()
    assert {row["model"] for row in said_of(ledger).values()} == {readings.reader().model}


def test_a_correction_stands_at_once_and_after_reading_anew(ledger: Ledger, reader: Reader) -> None:
    readings.read_new(ledger, models=reader)
    user = User.objects.create_user("ann@example.org", role=Role.ANALYST)
    row = {"event_id": "2", "customer_id": "bea", "text": "The lady on the phone was so kind", "batch_id": "b1"}
    readings.correct(row, {"sentiment": "0", "emotion": "surprise"}, user)
    assert (said_of(ledger)["2"]["sentiment"], said_of(ledger)["2"]["emotion"]) == (0, "surprise")
    ledger.put_readings(readings.readings_of([row], reader))
    assert said_of(ledger)["2"]["sentiment"] == 0
    with pytest.raises(ValueError, match="allowed: -1, 0, 1"):
        readings.correct(row, {"sentiment": "5"}, user)


def test_erasing_a_person_erases_their_readings_corrections_and_what_was_learned(
    ledger: Ledger, reader: Reader, home: Path
) -> None:
    readings.read_new(ledger, models=reader)
    Correction.objects.create(event_id="1", customer_id="ana-4711", field="sentiment", value="-1")
    Correction.objects.create(event_id="2", customer_id="bea", field="sentiment", value="1")
    learned = readings.own_file(TextModel.objects.create(kind="feelings", state="accepted", examples=30), "sentiment")
    learned.parent.mkdir(parents=True, exist_ok=True)
    learned.write_bytes(b"learned from ana")
    receipt = erasure.erase("ana-4711", ledger=ledger)
    assert receipt.counts["readings"] == 1
    assert [each.event_id for each in Correction.objects.all()] == ["2"]
    assert not learned.exists()
    assert set(said_of(ledger)) == {"2"}


def test_scores_beside_comments_are_examples_of_a_feeling(ledger: Ledger) -> None:
    found = readings_learning.scored(ledger.read())
    assert [(each.label, "[phone]" in each.text) for each in found] == [("-1", True), ("1", False)]
    assert [readings_learning.feeling_of("nps", score, 10) for score in (6, 8, 9)] == [-1, 0, 1]
    assert [readings_learning.feeling_of("csat", score, 5) for score in (2, 3, 4)] == [-1, 0, 1]


def test_too_little_is_said_so(ledger: Ledger) -> None:
    model = TextModel.objects.create(kind="feelings")
    readings_learning.learn(model)
    model.refresh_from_db()
    assert model.state == "failed"
    assert "20 are needed" in model.problem


def test_intents_are_proposed_measured_and_used_once_accepted(ledger: Ledger, home: Path) -> None:
    taught = {
        "delivery / late": [
            "my parcel is late",
            "the order has not arrived",
            "where is my parcel",
            "still no delivery",
        ],
        "billing / twice": [
            "charged twice",
            "you took the money two times",
            "double charge on my card",
            "billed again",
        ],
    }
    for path, texts in taught.items():
        intent = Intent.objects.create(path=path)
        IntentExample.objects.bulk_create([IntentExample(intent=intent, text=each) for each in texts])
    model = TextModel.objects.create(kind="intents")
    readings_learning.learn(model)
    model.refresh_from_db()
    assert (model.state, model.examples) == ("proposed", 8)
    assert readings.reader().intents is None
    assert readings_learning.decide(model, accept=True, by=None)
    assert not readings_learning.decide(model, accept=False, by=None)
    found = readings.reader().read(["¿Dónde está mi paquete? No ha llegado", "asdf qwerty zxcv"])
    assert found[0].intent == "delivery / late"
    assert found[1].intent is None
    for file in (home / "models").glob("own-*.npz"):
        file.unlink()
    assert readings.reader().intents is None
    assert readings_learning.restore() == 1
    assert readings.reader().intents is not None


def test_the_doctor_says_which_encoders_read(ledger: Ledger) -> None:
    found = next(each for each in doctor.examine() if each.name == "texts")
    assert found.state == "ok"
    assert "e5, use; 2 texts wait to be read" in found.found


def test_the_commands(ledger: Ledger, tmp_path: Path) -> None:
    done = CliRunner().invoke(text_command, ["read", "Me llamo Ana Ruiz y estoy encantada", "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    found = json.loads(done.stdout)
    assert (found["sentiment"], found["masked"]) == (1, "Me llamo [name] y estoy encantada")
    assert "Feeling: Good" in CliRunner().invoke(text_command, ["read", "I love it"]).stdout
    learn, ask = tmp_path / "learn.csv", tmp_path / "ask.csv"
    rows = ["my card is lost,card", "where is my card,card", "the card came broken,card", "a new card please,card"]
    rows += [
        "close my account,close",
        "I want to leave,close",
        "please delete my account,close",
        "account closing,close",
    ]
    learn.write_text("text,intent\n" + "\n".join([*rows, "how is the weather,oos"]))
    ask.write_text("text,intent\nI lost the card,card\nclose it for good my account,close\nwho won the match,oos\n")
    asked = ["evaluate", "--task", "scope", "--train", str(learn), "--test", str(ask), "--json"]
    told = json.loads(CliRunner().invoke(text_command, asked).stdout)
    assert (told["accuracy"], told["auroc"], told["trained_on"], told["labels"]) == (1.0, 1.0, 8, 2)
    assert told["texts_per_second"] > 0
    learn.write_bytes(
        ("texto;intención\n" + "\n".join(row.replace(",", ";") for row in rows) + "\n;x\n").encode("cp1252")
    )
    told = json.loads(CliRunner().invoke(text_command, asked).stdout)
    assert (told["accuracy"], told["trained_on"], told["skipped"], told["never_taught"]) == (1.0, 8, 1, 0)
    wrong = CliRunner().invoke(text_command, [*asked, "--label-column", "nothing"])
    assert (wrong.exit_code, "it has: texto, intención" in wrong.stderr) == (2, True)
    ask.write_text("text,intent\nhola,saludo\n")
    strange = CliRunner().invoke(text_command, asked)
    assert (strange.exit_code, "no label in common" in strange.stderr) == (2, True)
    with translation.override("es"):
        strange = CliRunner().invoke(text_command, asked)
    assert "ninguna etiqueta en común: card, close; y: saludo" in strange.stderr
