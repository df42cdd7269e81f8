"""A company's own language model, where one is set up: which, whether it answers now, and readings as it has them.

Where it does not answer, texts are read by the shipped models at once, and by it as soon as it answers again.
"""

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from vivencia.understand import voice_words
from vivencia.understand.text.own_endpoint import Endpoint, OwnModelError
from vivencia.understand.text.personal import mask
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


@dataclass(frozen=True)
class SetUp:
    """What the machine's environment says of an own model, without its secrets.

    address: without a name or password in it. usable: whether texts would be sent there. silent: whether this process
    leaves it alone for now, because it has just not answered. folder: of an own encoder.
    """

    address: str
    model: str
    has_key: bool
    seconds: float
    usable: bool
    silent: bool
    folder: str


def set_up() -> SetUp:
    """As it is now."""
    one, said = endpoint(), urlsplit(os.environ.get("VIVENCIA_TEXT_ENDPOINT", ""))
    return SetUp(
        address=f"{said.scheme}://{said.netloc.rpartition('@')[2]}{said.path}" if said.netloc else said.path,
        model=os.environ.get("VIVENCIA_TEXT_ENDPOINT_MODEL", ""),
        has_key=bool(os.environ.get("VIVENCIA_TEXT_ENDPOINT_KEY")),
        seconds=one.seconds if one else 0.0,
        usable=one is not None,
        silent=one is not None and not answers(one),
        folder=os.environ.get("VIVENCIA_TEXT_OWN_MODEL", ""),
    )


@dataclass(frozen=True)
class Tried:
    """What the model said about one text, as it was sent; `seconds` it took."""

    sent: str
    reading: Reading
    seconds: float


def tried(found: Reading, intents: Sequence[str]) -> Tried:
    """Ask it now, whether or not it was silent before. Raises OwnModelError, or ValueError where none is set up."""
    one = endpoint()
    if one is None:
        raise ValueError("no model is set up")
    began = time.monotonic()
    (reading,) = one.read([found], tuple(voice_words.TOPICS), intents)
    _silent_until.pop(one.name, None)
    return Tried(mask(found.masked), reading, time.monotonic() - began)


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
