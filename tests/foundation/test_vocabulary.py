"""Stored names in the reader's language, and the way back from a field that was edited."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from vivencia.foundation import vocabulary
from vivencia.foundation.vocabulary import EVENTS, TOUCHPOINTS, meant, say, written
from vivencia.listen.api.protocol.proposals import propose
from vivencia.listen.imports import presets

STORED = ("name", "touchpoint", "channel", "promise", "subject_kind")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("among", [EVENTS, TOUCHPOINTS, vocabulary.CHANNELS, vocabulary.SUBJECTS, vocabulary.REASONS])
def test_a_field_that_nobody_changed_means_what_it_meant(among: vocabulary.Words, language: str) -> None:
    with translation.override(language):
        for name in (*among, "Our_own name"):
            assert meant(written(name, among), among, name) == name


def test_a_word_of_ones_own_language_is_the_stored_name_and_other_words_stay() -> None:
    with translation.override("es"):
        assert meant("Entrega", TOUCHPOINTS) == "delivery"
        assert meant("delivery", TOUCHPOINTS) == "delivery"
        assert meant(" Escaparate ", TOUCHPOINTS, "delivery") == "Escaparate"
        assert meant("Problema resuelto", EVENTS) == "Problema resuelto"  # three names are said so
        assert (written("my_event", EVENTS), say("my_event")) == ("my_event", "my event")


def test_what_the_presets_and_the_track_plan_store_is_said_in_the_readers_language() -> None:
    stored = {
        text for file in Path(presets.__path__[0]).glob("*.toml") for text in _names(tomllib.loads(file.read_text()))
    }
    stored |= {propose("", page).touchpoint for page in ("/", "/cart", "/product/1", "/blog", "/help", "")}
    for event in ("Order Completed", "Ticket Opened", "Ticket Solved", "Call Back Promised", "Order Refunded"):
        said = propose(event, "")
        stored |= {said.touchpoint, said.promise, said.fulfils}
    with translation.override("es"):
        assert [name for name in stored if name and name.lower() not in vocabulary._ALL] == []


def _names(preset: dict[str, Any]) -> set[str]:
    """What a preset stores by itself, not out of a column."""
    told: set[str] = {alias["reason"] for alias in preset.get("aliases", [])}
    for event in preset.get("events", []):
        for value in (event.get(field) for field in STORED):
            told |= {value} if isinstance(value, str) else set((value or {}).get("words", {}).values())
    return told


def test_what_an_event_tells_is_said_as_an_attribute_and_not_as_the_place_of_the_same_name() -> None:
    with translation.override("es"):
        assert vocabulary.attribute("payment") == "forma de pago"
        assert vocabulary.attribute("gift_wrapping") == "envoltorio de regalo"
        assert vocabulary.value("transfer") == "transferencia"
        assert (vocabulary.attribute(None), vocabulary.value("Sofá rojo")) == ("", "Sofá rojo")
