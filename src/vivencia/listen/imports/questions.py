"""What scores answer: to which question, and on which scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vivencia.listen.imports.guesses import Seen, plain
from vivencia.listen.imports.mapping import METRIC_SCALES
from vivencia.listen.imports.scales import Scale

# What questions are called, without accents; the most telling first.
_WORDS: Final = {"enps": "enps", "nps": "nps", "ces": "ces", "csat": "csat"}
_BEGINNINGS: Final = {"recommend": "nps", "recomend": "nps", "effort": "ces", "esfuerzo": "ces", "satisf": "csat"}


@dataclass(frozen=True)
class Question:
    """A metric and the ends of its scale."""

    metric: str
    low: float
    high: float


def question_of(name: str, scale: Scale | None) -> Question:
    """The question behind scores called `name`; where that does not tell, the scale does."""
    metric = metric_in(name) or ("nps" if scale and scale.high == 10 else "csat")
    if metric == "csat" and scale:
        return Question(metric, scale.low, scale.high)
    low, high = METRIC_SCALES[metric]
    return Question(metric, low, high)


def question_of_column(score: Seen) -> Question:
    """The question of a whole column of scores."""
    return question_of(score.name, score.scale)


def metric_in(name: str) -> str:
    """The metric that a name names; "" where it names none.

    >>> metric_in("Encuesta de satisfacción"), metric_in("success")
    ('csat', '')
    """
    words: Sequence[str] = plain(name.replace("eNPS", "enps")).split()
    exact = [metric for word, metric in _WORDS.items() if word in words]
    begun = (metric for word in words for start, metric in _BEGINNINGS.items() if word.startswith(start))
    return exact[0] if exact else next(begun, "")
