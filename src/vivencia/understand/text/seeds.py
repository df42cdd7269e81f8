"""Our own example sentences, es, en and pt: what the shipped models learn from, before a company adds its own."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

FEELINGS = {"-": -1, "0": 0, "+": 1}
EMOTIONS = ("delight", "surprise", "disappointment", "frustration", "worry", "none")


@dataclass(frozen=True)
class Seed:
    """topic is None where the sentence is about none of ours."""

    language: str
    sentiment: int
    emotion: str
    topic: str | None
    text: str


@functools.cache
def seeds() -> tuple[Seed, ...]:
    """All of them, in the file's order."""
    with Path(__file__).with_name("seeds.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Seed(language, FEELINGS[feeling], emotion, None if topic == "-" else topic, text)
            for language, feeling, emotion, topic, text in rows
        )
