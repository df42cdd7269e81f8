"""The shipped models: feeling, emotion and topic, learned from our seed sentences and what a company adds.

Learning them takes a second or two, most of it for turning the sentences into vectors.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivencia.understand.text import stack
from vivencia.understand.text.bert import Floats
from vivencia.understand.text.encoders import Encoder
from vivencia.understand.text.seeds import Seed, seeds
from vivencia.understand.text.stack import Classifier, Part, Recipe
from vivencia.understand.text.views import vectors

VERSION = 1  # raised when reading changes without a change of the seeds
KINDS = ("sentiment", "emotion", "topic")
MOST_OWN = 3_000  # of a company's own examples
_SHARPNESS, _RIDGE = 1.0, 1.0  # chosen on Spanish tweets (TASS 2020, training part), of which nothing is shipped
_OWN_RIDGES = (0.3, 1.0, 3.0)


@dataclass(frozen=True)
class Example:
    """A labelled text of a company's own: a label of `kind` "sentiment" ("-1", "0", "1"), "emotion" or "topic"."""

    kind: str
    text: str
    label: str
    weight: float = 1.0


@dataclass(frozen=True)
class Heads:
    """Feeling, emotion and topic (its label "" is none of them); `version` changes whenever what they learned does."""

    sentiment: Classifier
    emotion: Classifier
    topic: Classifier
    version: str


def shipped(encoders: Sequence[Encoder], folder: Path) -> Heads:
    """The heads of our seeds alone; kept in `folder`, so that they are learned once for a set of encoders."""
    version = _version(encoders, seeds(), ())
    files = [folder / f"shipped-{version}-{kind}.npz" for kind in KINDS]
    if not all(file.exists() for file in files):
        learned = learn(encoders)
        folder.mkdir(parents=True, exist_ok=True)
        for file, head in zip(files, (learned.sentiment, learned.emotion, learned.topic), strict=True):
            partial = file.with_suffix(f".{os.getpid()}")
            head.save(partial)
            partial.replace(file)
    sentiment, emotion, topic = (stack.load(file) for file in files)
    return Heads(sentiment, emotion, topic, version)


def learn(encoders: Sequence[Encoder], own: Sequence[Example] = ()) -> Heads:
    """The heads of our seeds and a company's own examples."""
    kept = [each for kind in KINDS for each in _newest(own, kind)]
    texts = [seed.text for seed in seeds()] + [each.text for each in kept]
    found = vectors(texts, encoders)
    return Heads(
        sentiment=_head("sentiment", [str(seed.sentiment) for seed in seeds()], kept, texts, found),
        emotion=_head("emotion", [seed.emotion for seed in seeds()], kept, texts, found),
        topic=_head("topic", [seed.topic or "" for seed in seeds()], kept, texts, found),
        version=_version(encoders, seeds(), kept),
    )


def _newest(own: Sequence[Example], kind: str) -> list[Example]:
    return [each for each in own if each.kind == kind][-MOST_OWN:]


def _head(
    kind: str, labels: Sequence[str], own: Sequence[Example], texts: Sequence[str], found: Mapping[str, Floats]
) -> Classifier:
    mine = [place for place, each in enumerate(own) if each.kind == kind]
    rows = np.array([*range(len(labels)), *(len(labels) + place for place in mine)])
    return stack.train(
        [texts[row] for row in rows],
        [*labels, *(own[place].label for place in mine)],
        {name: block[rows] for name, block in found.items()},
        weights=[1.0] * len(labels) + [own[place].weight for place in mine],
        given=_recipes(found, with_own=bool(mine)),
        even=False,
    )


def _recipes(found: Mapping[str, Floats], *, with_own: bool) -> list[Recipe]:
    """The seeds' own recipe, tried out where it could be; with a company's examples its words may count too."""
    if not found:
        return [Recipe((Part("words", 1.0, 0.0), Part("letters", 1.0, 0.0)), 0.3)]
    weights = {name: 1.5 if name.startswith("use") else 1.0 for name in sorted(found)}
    parts = tuple(Part(name, weight, _SHARPNESS) for name, weight in weights.items())
    plain = Recipe(parts, _RIDGE)
    if not with_own:
        return [plain]
    words = (Part("words", 1.0, 0.0), Part("letters", 1.0, 0.0))
    return [Recipe(mix, ridge) for mix in (parts, (*parts, *words)) for ridge in _OWN_RIDGES]


def _version(encoders: Sequence[Encoder], shipped: Sequence[Seed], own: Sequence[Example]) -> str:
    told = repr((VERSION, [each.name for each in encoders], shipped, own))
    return hashlib.sha256(told.encode()).hexdigest()[:12]
