"""Two versions of a vision side by side: what was added, taken out, said otherwise."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from vivencia.plan.vision.document import TEXTS, Measure, Vision

Kind = Literal["same", "added", "removed"]


@dataclass(frozen=True)
class Piece:
    """A stretch of words that is the same in both, was added, or was removed."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Difference:
    """One part that differs. `part`: a question's key; `before`, `after`: Measure of promises, "" elsewhere."""

    part: str
    pieces: tuple[Piece, ...]
    before: Measure | None = None
    after: Measure | None = None

    @property
    def measures_differ(self) -> bool:
        return self.before != self.after


def differences(before: Vision, after: Vision) -> list[Difference]:
    """Every part that is not the same, in the order of the questions."""
    told = [
        Difference(name, words(getattr(before, name), getattr(after, name)))
        for name in TEXTS
        if getattr(before, name) != getattr(after, name)
    ]
    told += _lists("promises", _promises(before), _promises(after))
    told += _lists("propositions", _propositions(before), _propositions(after))
    spoken = _spoken(before), _spoken(after)
    return told + ([Difference("voice", words(*spoken))] if spoken[0] != spoken[1] else [])


def words(before: str, after: str) -> tuple[Piece, ...]:
    """Word by word; what comes out of joining "same" and "added" is `after`, "same" and "removed" `before`."""
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    pieces: list[Piece] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        pieces += [Piece("removed", "".join(old[i:j]))] if j > i else []
        pieces += [Piece("added", "".join(new[k:m]))] if m > k else []
    return tuple(pieces)


_Said = tuple[str, Measure | None]


def _promises(vision: Vision) -> dict[str, _Said]:
    return {one.key: (one.words, one.measure) for one in vision.promises}


def _propositions(vision: Vision) -> dict[str, _Said]:
    return {one.key: (f"{one.persona}: {one.words}", one.measure) for one in vision.propositions}


def _lists(part: str, before: Mapping[str, _Said], after: Mapping[str, _Said]) -> list[Difference]:
    """By key: what kept its key was said otherwise, the rest came or went."""
    nothing: _Said = ("", None)
    keys: Sequence[str] = list(dict.fromkeys([*after, *before]))
    pairs = [(before.get(key, nothing), after.get(key, nothing)) for key in keys]
    return [Difference(part, words(old[0], new[0]), old[1], new[1]) for old, new in pairs if old != new]


def _spoken(vision: Vision) -> str:
    """The voice as one text: every tone, the form of address, the words to avoid."""
    voice = vision.voice
    tones = [f"{tone.word}: + {tone.do} − {tone.dont}" for tone in voice.tones]
    return "\n".join([*tones, voice.address, ", ".join(voice.avoid)]).strip()
