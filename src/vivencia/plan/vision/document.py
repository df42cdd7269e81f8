"""A vision as a value: what the company wants customers to live, what it promises, and how it speaks.

JSON round trip: `from_json(to_json(vision)) == vision`. What an older or foreign document lacks is empty.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

TEXTS = ("goal", "vision", "mission", "refusals")  # in the order they are asked


@dataclass(frozen=True)
class Measure:
    """What would show it: a metric and variant of the catalogue, of one kind of promise ("" = all), and its target in
    the variant's unit (None: none yet)."""

    metric: str
    variant: str = ""
    kind: str = ""
    target: float | None = None


@dataclass(frozen=True)
class BrandPromise:
    """What customers may rely on. `key` stays the same from version to version."""

    key: str
    words: str
    measure: Measure | None = None


@dataclass(frozen=True)
class Proposition:
    """What one persona gets here and nowhere else."""

    key: str
    persona: str
    words: str
    measure: Measure | None = None


@dataclass(frozen=True)
class Tone:
    """A word for how the company speaks, with a sentence it would say and one it would not."""

    word: str
    do: str = ""
    dont: str = ""


@dataclass(frozen=True)
class Voice:
    """`address`: how customers are addressed in Spanish: "tu", "usted" or "as_they_do"; "" = not decided.
    `avoid`: words and phrases that are not used."""

    tones: tuple[Tone, ...] = ()
    address: str = ""
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vision:
    """`goal`: what customers try to achieve in their own lives; `vision`: what they say when all went well; `mission`:
    what the company does for that every day; `refusals`: what it will not do even where it would sell."""

    goal: str = ""
    vision: str = ""
    mission: str = ""
    refusals: str = ""
    promises: tuple[BrandPromise, ...] = ()
    propositions: tuple[Proposition, ...] = ()
    voice: Voice = Voice()

    @property
    def empty(self) -> bool:
        return self == Vision()

    @property
    def said(self) -> "tuple[BrandPromise | Proposition, ...]":
        """Everything that a figure may show."""
        return (*self.promises, *self.propositions)

    def promise(self, key: str) -> BrandPromise | None:
        return next((one for one in self.promises if one.key == key), None)


def to_json(vision: Vision) -> dict[str, Any]:
    return asdict(vision)


def from_json(told: Mapping[str, Any]) -> Vision:
    texts = {name: str(told.get(name) or "") for name in TEXTS}
    voice = told.get("voice") or {}
    return Vision(
        **texts,
        promises=tuple(
            BrandPromise(str(one["key"]), str(one["words"]), _measure(one.get("measure")))
            for one in told.get("promises") or ()
        ),
        propositions=tuple(
            Proposition(str(one["key"]), str(one["persona"]), str(one["words"]), _measure(one.get("measure")))
            for one in told.get("propositions") or ()
        ),
        voice=Voice(
            tuple(Tone(one["word"], one.get("do", ""), one.get("dont", "")) for one in voice.get("tones") or ()),
            voice.get("address", ""),
            tuple(voice.get("avoid") or ()),
        ),
    )


def _measure(told: Mapping[str, Any] | None) -> Measure | None:
    return (
        Measure(**{field.name: told[field.name] for field in fields(Measure) if field.name in told}) if told else None
    )


def keyed(vision: Vision) -> Vision:
    """Every promise and proposition with a key of its own: those that have one keep it, others get the next number."""
    used = {one.key for one in vision.said}
    free = (f"p{number}" for number in range(1, len(used) + 1_000) if f"p{number}" not in used)
    promises = tuple(one if one.key else replace(one, key=next(free)) for one in vision.promises)
    propositions = tuple(one if one.key else replace(one, key=next(free)) for one in vision.propositions)
    return replace(vision, promises=promises, propositions=propositions)
