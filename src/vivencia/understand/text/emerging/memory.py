"""Themes over time: founded once on a sample, widened by what is new, found again under the same key.

Counts make a series only where a theme stays what it was. So centres stay, and new texts go to the nearest centre that
reaches them; what goes nowhere is searched for themes that did not exist yet. Where there are half as many texts again
as at the founding, themes are founded anew, and those that are the same keep their keys.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from vivencia.understand.text.emerging.themes import (
    LEAST_MEMBERS,
    SAME_CENTRE,
    Floats,
    Theme,
    Whole,
    belonging,
    centred,
    discover,
    found_again,
    telling_words,
)

MOST_THEMES = 80  # more than people can look through, and each one watched is a chance of a false alarm
GROWTH = 1.5  # texts against those at the founding, from which on themes are founded anew


@dataclass(frozen=True)
class Kept:
    """A theme that is watched. key: stays its own; found: the day it was first seen, ISO."""

    key: str
    words: tuple[str, ...]
    centre: Floats
    reach: float
    found: str


@dataclass(frozen=True)
class Memory:
    """The themes of a company. mean: what centres are relative to; founded_on: texts there were at the founding."""

    themes: tuple[Kept, ...]
    mean: Floats
    founded_on: int

    @property
    def version(self) -> str:
        """Equal names, equal themes."""
        told = repr([(one.key, one.words, one.reach, one.centre.tobytes()) for one in self.themes])
        return hashlib.sha256(told.encode() + self.mean.tobytes()).hexdigest()[:12]

    def members(self, vectors: Floats) -> Whole:
        """Of each text the place of its theme in `themes`, or -1."""
        units, _mean = centred(vectors, self.mean)
        centres = np.array([one.centre for one in self.themes]).reshape(len(self.themes), self.mean.size)
        return belonging(units, centres, np.array([one.reach for one in self.themes]))

    def outgrown(self, texts: int) -> bool:
        return texts >= GROWTH * self.founded_on

    def save(self, file: Path) -> None:
        """One .npz."""
        told = [[one.key, one.words, one.reach, one.found] for one in self.themes]
        said = json.dumps({"themes": told, "founded_on": self.founded_on})
        centres = np.array([one.centre for one in self.themes]).reshape(len(self.themes), self.mean.size)
        partial = file.with_suffix(".partial")
        with partial.open("wb") as out:
            np.savez_compressed(out, mean=self.mean, centres=centres, told=np.array(said))
        partial.replace(file)


def load(file: Path) -> Memory | None:
    """What `save` kept; None where nothing is."""
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as kept:
        told: dict[str, Any] = json.loads(str(kept["told"]))
        pairs = zip(told["themes"], kept["centres"], strict=True)
        themes = tuple(Kept(key, tuple(words), centre, reach, on) for (key, words, reach, on), centre in pairs)
        return Memory(themes, kept["mean"], told["founded_on"])


def founded(
    texts: Sequence[str], vectors: Floats, earlier: Memory | None = None, *, on: str, of_all: int | None = None
) -> Memory:
    """The themes of a sample of texts, `of_all` texts in all; those that were known before keep their keys.

    An earlier theme stays while the sample has as many texts of it as it takes to be one.
    """
    found = discover(texts, vectors)
    known = _carried(earlier, vectors, found.mean) if earlier else []
    again = found_again([theme.centre for theme in found.themes], [one.centre for one in known])
    number = _next_number(earlier)
    themes = []
    for theme, place in zip(found.themes, again, strict=True):
        old = known[place] if place is not None else None
        themes.append(_kept(theme, old.key if old else f"t{number}", old.found if old else on))
        number += old is None
    themes += [one for place, one in enumerate(known) if place not in again]
    return Memory(tuple(themes[:MOST_THEMES]), found.mean, len(texts) if of_all is None else of_all)


def widened(memory: Memory, texts: Sequence[str], vectors: Floats, *, on: str, beside: Sequence[str] = ()) -> Memory:
    """The memory with the themes that are new in these texts, which belong to none of those known.

    beside: texts of any themes; against them the new ones' words are telling.
    """
    found = discover(texts, vectors, memory.mean)
    centres = np.array([one.centre for one in memory.themes])
    number = _next_number(memory)
    new = []
    others = np.arange(len(texts), len(texts) + len(beside))
    for place, theme in enumerate(found.themes):
        if not len(centres) or float((centres @ theme.centre).max()) < SAME_CENTRE:
            own = np.flatnonzero(found.member == place)
            words = telling_words([*texts, *beside], [own, others])[0] if len(beside) else theme.words
            new.append(replace(_kept(theme, f"t{number}", on), words=words or theme.words))
            number += 1
    if not new:
        return memory
    kept = memory.themes[: MOST_THEMES - len(new)] if len(new) < MOST_THEMES else ()
    return Memory((*kept, *new[:MOST_THEMES]), memory.mean, memory.founded_on)


def _kept(theme: Theme, key: str, on: str) -> Kept:
    return Kept(key, theme.words, theme.centre, theme.reach, on)


def _next_number(memory: Memory | None) -> int:
    return 1 + max((int(one.key[1:]) for one in memory.themes), default=0) if memory else 1


def _carried(memory: Memory, vectors: Floats, mean: Floats) -> list[Kept]:
    """The earlier themes that still have members among the vectors, their centres relative to the new mean."""
    member = memory.members(vectors)
    units, _mean = centred(vectors, mean)
    carried = []
    for place, one in enumerate(memory.themes):
        own = units[member == place]
        if len(own) >= LEAST_MEMBERS:
            centre = own.mean(axis=0)
            centre = centre / max(float(np.linalg.norm(centre)), 1e-12)
            carried.append(Kept(one.key, one.words, centre, float(np.quantile(own @ centre, 0.1)), one.found))
    return carried
