"""A company's own language model, where one is set up: which, whether it answers now, and readings as it has them.

Where it does not answer, texts are read by the shipped models at once, and by it as soon as it answers again.
"""

import logging
import os
import time
from collections.abc import Sequence

from vivencia.understand import voice_words
from vivencia.understand.text.own_endpoint import Endpoint, OwnModelError
from vivencia.understand.text.reader import Reading

logger = logging.getLogger("vivencia.readings")

SILENT_SECONDS = 60.0  # after it has not answered, it is left alone so long
_silent_until: dict[str, float] = {}  # endpoint's name -> when to try again, on the clock of this process


def endpoint() -> Endpoint | None:
    """VIVENCIA_TEXT_ENDPOINT and its companions; None where nothing, or nothing usable, is set."""
    address, model = os.environ.get("VIVENCIA_TEXT_ENDPOINT", ""), os.environ.get("VIVENCIA_TEXT_ENDPOINT_MODEL", "")
    if not address or not model:
        return None
    try:
        seconds = float(os.environ.get("VIVENCIA_TEXT_ENDPOINT_SECONDS") or 20.0)
        return Endpoint(address, model, os.environ.get("VIVENCIA_TEXT_ENDPOINT_KEY", ""), max(0.1, seconds))
    except ValueError as problem:
        logger.warning("The own text model is not used: %s", problem)
        return None


def answers(one: Endpoint) -> bool:
    """Whether it is worth asking now."""
    return time.monotonic() >= _silent_until.get(one.name, 0.0)


def names(model: str) -> tuple[str, ...]:
    """What readings may be called so that their texts need not be read again, given the shipped models' name; first
    what a reading made now is called."""
    one = endpoint()
    if one is None:
        return (model,)
    both = f"{model}+{one.name}"
    return (both,) if answers(one) else (model, both)


def improved(found: Sequence[Reading], model: str, intents: Sequence[str]) -> tuple[list[Reading], str]:
    """The readings as the own model has them, and the name of what read; as they are, where there is none or it is
    silent."""
    one = endpoint()
    if one is None or not answers(one):
        return list(found), model
    try:
        return one.read(found, tuple(voice_words.TOPICS), intents), f"{model}+{one.name}"
    except OwnModelError as problem:
        logger.warning("Texts are read without the own model for now: %s", problem)
        _silent_until[one.name] = time.monotonic() + SILENT_SECONDS
        return list(found), model
