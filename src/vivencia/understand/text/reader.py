"""What a text says: its language, the feeling and its strength, the emotion, what the person wants, and the topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vivencia.understand.text.bert import Floats
from vivencia.understand.text.clauses import clauses
from vivencia.understand.text.encoders import Encoder
from vivencia.understand.text.heads import Heads
from vivencia.understand.text.language import languages
from vivencia.understand.text.personal import mask
from vivencia.understand.text.stack import Classifier, Numbers
from vivencia.understand.text.topics import named
from vivencia.understand.text.views import vectors

REJECTED = 0.05  # of known matters, called unknown
SURE_OF_TOPIC = 0.55
PATH = " / "  # between the levels of an intent: "billing / charged twice"
LONGEST = 4_000  # letters of a text that are read


@dataclass(frozen=True)
class Topic:
    """What part of a text is about, and the feeling there: -1, 0 or +1."""

    topic: str
    sentiment: int


@dataclass(frozen=True)
class Reading:
    """One text as the models read it.

    language: ISO 639-1 or None. sentiment: -1, 0, +1; strength: 0 (nothing, or as much good as bad) to 1. intent: the
    company's own, as deep as it is sure; None = none of those known; its certainty is 0 to 1, None where the company
    has taught no intents. masked: the text with personal data put out of sight.
    """

    language: str | None
    sentiment: int
    strength: float
    emotion: str
    intent: str | None
    intent_certainty: float | None
    topics: tuple[Topic, ...]
    masked: str


@dataclass(frozen=True)
class Reader:
    """Encoders with the heads that read what they see; `intents`: the company's, where it has taught any."""

    encoders: tuple[Encoder, ...]
    heads: Heads
    intents: Classifier | None = None
    intents_version: str = ""

    @property
    def model(self) -> str:
        """Which models read: equal names read equal."""
        return f"{self.heads.version}-{self.intents_version}" if self.intents else self.heads.version

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading a text, in their order. A text that comes twice is read once."""
        return self.seen(texts)[0]

    def seen(self, texts: Sequence[str]) -> tuple[list[Reading], dict[str, Floats]]:
        """The readings, and what was seen in reading: the encoders' blocks of the masked texts (`views.vectors`)."""
        cut = [text.strip()[:LONGEST] for text in texts]
        places = {text: place for place, text in enumerate(dict.fromkeys(cut))}
        readings, blocks = self._read(list(places))
        where = np.array([places[text] for text in cut], np.int64)
        return [readings[place] for place in where], {name: block[where] for name, block in blocks.items()}

    def _read(self, texts: list[str]) -> tuple[list[Reading], dict[str, Floats]]:
        if not texts:
            return [], {}
        masked = [mask(text) for text in texts]
        parts = [clauses(text) for text in masked]
        statements = [
            part for text, said in zip(masked, parts, strict=True) for part in ([text] if len(said) < 2 else said)
        ]
        lines = [*masked, *statements]
        seen = vectors(lines, self.encoders)
        feelings = self.heads.sentiment.log_chances(lines, seen)
        whole = {name: block[: len(texts)] for name, block in seen.items()}
        emotions = self.heads.emotion.log_chances(masked, whole)
        stated = {name: block[len(texts) :] for name, block in seen.items()}
        about = self._topics(statements, stated)
        intents = self._intents(masked, whole)
        readings, at = [], 0
        for place, (text, language) in enumerate(zip(masked, languages(masked), strict=True)):
            sentiment, strength = feeling(self.heads.sentiment, feelings[place])
            count = max(1, len(parts[place]))
            topics: dict[str, list[float]] = {}
            for number in range(at, at + count):
                for topic in about[number]:
                    topics.setdefault(topic, []).append(_balance(self.heads.sentiment, feelings[len(texts) + number]))
            at += count
            readings.append(
                Reading(
                    language, sentiment, strength, _emotion(self.heads.emotion, emotions[place], sentiment),
                    *intents[place], tuple(Topic(name, _sign(balances)) for name, balances in topics.items()), text,
                )
            )  # fmt: skip
        return [each if each.masked else replace(each, emotion="none") for each in readings], whole

    def _topics(self, statements: Sequence[str], seen: Mapping[str, Floats]) -> list[list[str]]:
        """By their words; where a statement has none of them, by likeness to the examples, where that is sure."""
        head = self.heads.topic
        chances = np.exp(head.log_chances(statements, seen))
        found = []
        for statement, chance in zip(statements, chances, strict=True):
            best = int(chance.argmax())
            sure = [head.labels[best]] if chance[best] >= SURE_OF_TOPIC and head.labels[best] else []
            found.append(named(statement) or sure)
        return found

    def _intents(self, texts: Sequence[str], seen: Mapping[str, Floats]) -> list[tuple[str | None, float | None]]:
        if self.intents is None:
            return [(None, None)] * len(texts)
        known = self.intents.known(texts, seen, REJECTED)
        chances = np.exp(self.intents.log_chances(texts, seen))
        return [
            deepest(self.intents.labels, chance) if is_known else (None, float(chance.max()))
            for chance, is_known in zip(chances, known, strict=True)
        ]


def deepest(labels: Sequence[str], chances: Numbers, sure: float = 0.5) -> tuple[str, float]:
    """The most likely intent where it is sure enough; else the branch of the tree that is; else the most likely one."""
    best = int(chances.argmax())
    path = labels[best].split(PATH)
    for depth in range(len(path), 0, -1):
        branch = PATH.join(path[:depth])
        whole = sum(
            float(chance)
            for label, chance in zip(labels, chances, strict=True)
            if label == branch or label.startswith(branch + PATH)
        )
        if whole >= sure:
            return branch, min(1.0, whole)
    return labels[best], float(chances[best])


def feeling(head: Classifier, logs: Numbers) -> tuple[int, float]:
    """-1, 0 or +1, and how strongly: the distance between the chances of good and bad."""
    return int(head.labels[int(logs.argmax())]), abs(_balance(head, logs))


def _balance(head: Classifier, logs: Numbers) -> float:
    chances = dict(zip(head.labels, np.exp(logs), strict=True))
    return float(chances.get("1", 0.0) - chances.get("-1", 0.0))


def _sign(balances: Sequence[float]) -> int:
    mean = sum(balances) / len(balances)
    return 0 if abs(mean) < 0.15 else 1 if mean > 0 else -1


_GOOD, _BAD = ("delight", "surprise", "none"), ("disappointment", "frustration", "worry", "surprise", "none")


def _emotion(head: Classifier, logs: Numbers, sentiment: int) -> str:
    """The most likely emotion that goes with the feeling: nobody is delighted and displeased at once."""
    fitting = {1: _GOOD, -1: _BAD}.get(sentiment, head.labels)
    return max((label for label in head.labels if label in fitting), key=lambda each: logs[head.labels.index(each)])
