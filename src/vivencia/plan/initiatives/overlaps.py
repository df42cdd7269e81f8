"""Which initiatives may be the same, or count the same money twice."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

ALIKE = 0.6  # share of their words two titles have in common, from which they are pointed out
WHOLE = 100.0
ROUNDING = 1e-6

Reason = Literal["over_claimed", "same_gap", "same_place", "alike"]


@dataclass(frozen=True)
class Claimant:
    """An initiative as far as overlaps go. `claim`: the gap or moment it is about, "" = none; `share`: what part of it
    it is to close, 0-100; `place`: the step or touchpoint; `metric`: what it is to move."""

    key: int
    title: str
    claim: str
    share: float
    place: str
    metric: str


@dataclass(frozen=True)
class Overlap:
    """Another initiative that one overlaps with, and why: together they claim more than the whole gap (`over_claimed`),
    share a gap (`same_gap`), move the same metric at the same place (`same_place`), or are called alike (`alike`).
    `claimed`: what all on the gap claim together, 0-...; None where they share none."""

    other: int
    reason: Reason
    claimed: float | None = None


def claimed(claim: str, among: Iterable[Claimant]) -> float:
    """What part of a gap is claimed by all together, in percent."""
    return sum(one.share for one in among if claim and one.claim == claim)


def left(claim: str, among: Iterable[Claimant]) -> float:
    """What part of a gap nobody claims yet, 0-100."""
    return max(0.0, WHOLE - claimed(claim, among))


def overlaps(one: Claimant, others: Sequence[Claimant]) -> list[Overlap]:
    """The gravest reason for each other initiative, gravest first."""
    others = [other for other in others if other.key != one.key]
    together = claimed(one.claim, [one, *others])
    found = [overlap for other in others if (overlap := _overlap(one, other, together))]
    return sorted(found, key=lambda overlap: _ORDER.index(overlap.reason))


_ORDER: tuple[Reason, ...] = ("over_claimed", "same_gap", "same_place", "alike")


def _overlap(one: Claimant, other: Claimant, together: float) -> Overlap | None:
    if one.claim and one.claim == other.claim:
        return Overlap(other.key, "over_claimed" if together > WHOLE + ROUNDING else "same_gap", together)
    if one.place and (one.place, one.metric) == (other.place, other.metric):
        return Overlap(other.key, "same_place")
    return Overlap(other.key, "alike") if alike(one.title, other.title) >= ALIKE else None


def alike(one: str, other: str) -> float:
    """Words in common over all words of both (Jaccard), accents, case and a plural's s aside; words of one or two
    letters say nothing.

    >>> alike("Cut the waiting time", "Cut waiting times")
    0.75
    """
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return frozenset(word.removesuffix("s") for word in re.findall(r"\w+", letters) if len(word) > 2)
