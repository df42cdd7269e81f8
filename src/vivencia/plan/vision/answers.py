"""What was answered to a question, read from a form and laid over the vision; and the rows a form shows."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from vivencia.foundation.writing import as_typed, from_typed
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.computing import splittable
from vivencia.plan.vision.document import BrandPromise, Measure, Proposition, Tone, Vision, Voice

LONGEST = 2_000
MOST = 12  # rows of promises, propositions or tones; few are better than many
BLANKS = {"promises": 3, "propositions": 3, "tones": 3}
ADDRESSES = ("tu", "usted", "as_they_do")


class UnreadableError(ValueError):
    """Something in the answer cannot be kept; words to show."""


@dataclass(frozen=True)
class Row:
    """One line of a list in the form. `measure`: "metric.variant" as its select names it."""

    number: int
    key: str = ""
    persona: str = ""
    words: str = ""
    measure: str = ""
    kind: str = ""
    target: str = ""


def read(question: str, told: Mapping[str, str], vision: Vision) -> Vision:
    """The vision with this question answered anew. Raises UnreadableError."""
    return READERS[question](told, vision)


def _text(name: str) -> Callable[[Mapping[str, str], Vision], Vision]:
    def reader(told: Mapping[str, str], vision: Vision) -> Vision:
        changes: Any = {name: _said(told, name)}
        return replace(vision, **changes)

    return reader


def _said(told: Mapping[str, str], name: str) -> str:
    return "\n".join(line.rstrip() for line in told.get(name, "").strip().splitlines())[:LONGEST]


def _promises(told: Mapping[str, str], vision: Vision) -> Vision:
    kept = [
        BrandPromise(told.get(f"promises-{n}-key", "")[:20], words, _measure(told, f"promises-{n}"))
        for n in range(MOST)
        if (words := _said(told, f"promises-{n}-words"))
    ]
    return replace(vision, promises=tuple(kept))


def _propositions(told: Mapping[str, str], vision: Vision) -> Vision:
    kept = []
    for n in range(MOST):
        persona, words = _said(told, f"propositions-{n}-persona")[:160], _said(told, f"propositions-{n}-words")
        if not persona and not words:
            continue
        if not persona or not words:
            raise UnreadableError(_("Say both: for whom, and what they get."))
        key = told.get(f"propositions-{n}-key", "")[:20]
        kept.append(Proposition(key, persona, words, _measure(told, f"propositions-{n}")))
    return replace(vision, propositions=tuple(kept))


def _measure(told: Mapping[str, str], row: str) -> Measure | None:
    metric, _dot, variant = told.get(f"{row}-measure", "").partition(".")
    if metric not in METRICS:
        return None
    known = next((one for one in METRICS[metric].variants if one.name == variant), METRICS[metric].variants[0])
    kind = told.get(f"{row}-kind", "").strip()[:120] if splittable(known, "promise") else ""
    return Measure(metric, known.name, kind, _number(told.get(f"{row}-target", "")))


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(from_typed(text))
    except ValueError as wrong:
        raise UnreadableError(_("“%(text)s” is not a number.") % {"text": text.strip()[:20]}) from wrong


def _voice(told: Mapping[str, str], vision: Vision) -> Vision:
    tones = [
        Tone(word[:60], _said(told, f"tones-{n}-do"), _said(told, f"tones-{n}-dont"))
        for n in range(MOST)
        if (word := _said(told, f"tones-{n}-word"))
    ]
    address = told.get("address", "")
    avoid = [line.strip()[:80] for line in told.get("avoid", "").splitlines() if line.strip()]
    voice = Voice(tuple(tones), address if address in ADDRESSES else "", tuple(dict.fromkeys(avoid))[:100])
    return replace(vision, voice=voice)


READERS: dict[str, Callable[[Mapping[str, str], Vision], Vision]] = {
    **{name: _text(name) for name in ("goal", "vision", "mission", "refusals")},
    "promises": _promises,
    "propositions": _propositions,
    "voice": _voice,
}


def rows(kind: str, held: Sequence[BrandPromise | Proposition]) -> list[Row]:
    """What is there, and some blank lines below."""
    kept = [_row(number, one) for number, one in enumerate(held)]
    return [*kept, *(Row(number) for number in range(len(kept), min(MOST, len(kept) + BLANKS[kind])))]


def typed(kind: str, told: Mapping[str, str]) -> list[Row]:
    """The rows as somebody typed them: what cannot be kept as it is stays in the form, to be put right."""
    names = ("key", "persona", "words", "measure", "kind", "target")
    rows = [Row(n, **{name: told.get(f"{kind}-{n}-{name}", "") for name in names}) for n in range(MOST)]
    sent = [row for row in rows if f"{kind}-{row.number}-words" in told]
    return sent or rows[: BLANKS[kind]]


def as_far_as_it_goes(told: Mapping[str, str], vision: Vision) -> Vision:
    """The vision with every answer that can be read; the others as they were."""
    for reader in READERS.values():
        with suppress(UnreadableError):
            vision = reader(told, vision)
    return vision


def _row(number: int, one: BrandPromise | Proposition) -> Row:
    by = one.measure
    return Row(
        number,
        one.key,
        one.persona if isinstance(one, Proposition) else "",
        one.words,
        f"{by.metric}.{by.variant}" if by else "",
        by.kind if by else "",
        "" if by is None or by.target is None else as_typed(by.target),
    )


def tones(voice: Voice) -> list[tuple[int, Tone]]:
    blank = [Tone("")] * max(0, min(MOST - len(voice.tones), BLANKS["tones"]))
    return list(enumerate([*voice.tones, *blank]))
