"""How people answered each question: shares of choices, mean places, mean scores, each with its interval."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from vivencia.foundation.organisation import organisation
from vivencia.listen.surveys import path, wording
from vivencia.listen.surveys.answers import OTHER
from vivencia.listen.surveys.models import Response
from vivencia.listen.surveys.piping import fill
from vivencia.listen.surveys.questionnaire import Question, Questionnaire, said
from vivencia.measure.metrics.intervals import wilson
from vivencia.measure.responses import weighting

FEWEST = 5


@dataclass(frozen=True)
class Line:
    """One answer's share in % (or a mean, with its scale's end in `most`), with interval and count."""

    name: str
    n: int
    value: float | None
    low: float | None = None
    high: float | None = None
    most: float = 100


@dataclass(frozen=True)
class Tally:
    """One question's answers. `shown`: how many saw it; too few answers: no lines."""

    question: str
    kind: str
    answered: int
    shown: int
    unit: str
    lines: tuple[Line, ...]

    @property
    def enough(self) -> bool:
        return self.answered >= FEWEST


def tally(it: Questionnaire, responses: Sequence[Response], language: str) -> list[Tally]:
    """Every question of the newest questionnaire except texts, over the responses that saw it."""
    told = [(one, path.counted(it, one.answers)) for one in responses]
    found = []
    for question in it.questions:
        if question.kind == "text":
            continue
        shown = sum(question.key in one.passed for one, _answers in told)
        given = [answers[question.key] for _one, answers in told if question.key in answers]
        lines = tuple(_lines(question, given, language)) if len(given) >= FEWEST else ()
        unit = "%" if question.kind not in ("ranking", "matrix") else ""
        name = fill(said(question.text, language), {"company": organisation().name})
        found.append(Tally(name, str(wording.KINDS[question.kind]), len(given), max(shown, len(given)), unit, lines))
    return found


def _lines(question: Question, given: Sequence[Any], language: str) -> list[Line]:
    if question.kind == "ranking":
        return _places(question, given, language)
    if question.kind == "matrix":
        return _rows(question, given, language)
    counted: Counter[str] = Counter()
    for answer in given:
        counted.update(_values(answer))
    return [_share(name, counted[code], len(given)) for code, name in _named(question, language)]


def _values(answer: Any) -> list[str]:
    match answer:
        case bool():
            return ["yes" if answer else "no"]
        case {"codes": codes}:
            return [str(code) for code in codes]
        case _:
            return [str(answer)]


def _named(question: Question, language: str) -> list[tuple[str, str]]:
    if question.ends:
        return [(str(value), str(value)) for value in range(question.ends[0], question.ends[1] + 1)]
    if question.kind in ("yes_no", "consent"):
        return [("yes", _("Yes")), ("no", _("No"))]
    offered = [(one.code, said(one.text, language)) for one in question.options]
    return [*offered, *([(OTHER, _("Something else"))] if question.other else [])]


def _share(name: str, hits: int, n: int) -> Line:
    low, high = wilson(hits, n)
    return Line(name, hits, 100 * hits / n, 100 * low, 100 * high)


def _places(question: Question, given: Sequence[Any], language: str) -> list[Line]:
    """Mean place, the best first."""
    places = {one.code: [order.index(one.code) + 1 for order in given if one.code in order] for one in question.options}
    lines = [_mean(said(one.text, language), places[one.code], len(question.options)) for one in question.options]
    return sorted(lines, key=lambda line: line.value if line.value is not None else len(lines))


def _rows(question: Question, given: Sequence[Any], language: str) -> list[Line]:
    codes = [one.code for one in question.options]
    return [
        _mean(
            said(row.text, language),
            [codes.index(answer[row.code]) + 1 for answer in given if answer.get(row.code) in codes],
            len(codes),
        )
        for row in question.rows
    ]


def _mean(name: str, values: Sequence[int], most: int) -> Line:
    found = weighting.mean([float(value) for value in values], [1.0] * len(values))
    low = max(1.0, found.low) if found.low is not None else None
    high = min(float(most), found.high) if found.high is not None else None
    return Line(name, found.n, found.value, low, high, most)
