"""Which language a text is in: one of those customers here write in, or not known."""

import functools
from collections.abc import Sequence
from typing import Any

import py3langid.langid

LANGUAGES = ("es", "en", "pt", "ca", "gl", "eu", "fr", "it", "de")
ENOUGH_LETTERS = 3
SURE = 0.5


@functools.cache
def _identifier() -> Any:
    identifier = py3langid.langid.LanguageIdentifier.from_model_file(py3langid.langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def languages(texts: Sequence[str]) -> list[str | None]:
    """ISO 639-1, or None for a text that has no three letters or could be several languages."""
    return [_language(text) for text in texts]


def _language(text: str) -> str | None:
    if sum(letter.isalpha() for letter in text) < ENOUGH_LETTERS:
        return None
    found, chance = _identifier().classify(text)
    return str(found) if chance >= SURE else None
