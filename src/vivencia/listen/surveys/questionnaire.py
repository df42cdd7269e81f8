"""What a survey asks, as one typed document: languages, questions in order, when each is shown, what is said after.

The document is stored as JSON and read here into frozen dataclasses; `checking` says what is wrong with one. Pure.

A question's `key` names it in answers, events, conditions and piping; it never changes once people have answered.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

LANGUAGES = ("es", "en")
DISPLAYS = ("one", "page")
KINDS = ("nps", "csat", "ces", "enps", "scale", "yes_no", "choice", "ranking", "matrix", "text", "consent")
OPERATORS = ("at least", "at most", "is", "is not", "answered", "not answered")
ENDS = {"nps": (0, 10), "enps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
SCORED = (*ENDS, "scale")  # answered by a number on a scale
WITH_OPTIONS = ("choice", "ranking", "matrix")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_QUESTIONS = 60
MOST_OPTIONS = 40
LONGEST = 2_000  # characters of one text

Texts = Mapping[str, str]  # language -> text
Match = Literal["all", "any"]


@dataclass(frozen=True)
class Option:
    """One answer to choose, one thing to rank, one row or column of a matrix. `code` is what is stored."""

    code: str
    text: Texts


@dataclass(frozen=True)
class ShowIf:
    """A condition on an earlier question's answer. `value`: a number, a code, or "yes" and "no"; unused by answered."""

    question: str
    operator: str
    value: str = ""


@dataclass(frozen=True)
class Question:
    """One question. Which fields matter depends on `kind`.

    - `low`, `high`: what the two ends of a scale mean; `low_end`, `high_end`: where a scale of one's own begins, ends.
    - `options`: of choice and ranking; of a matrix the columns, whose order is the score 1, 2, …; `rows`: of a matrix.
    - `multiple`, `other`: several may be chosen; something else may be written in.
    - `about`: of a text: the scored question it comments on, with which it is kept.
    - `purpose`: of a consent: what is consented to.
    - `scored`: of yes/no: "yes" counts 1, "no" 0, as a metric named like the key.
    - `show_if` with `match`: shown only where these hold; empty: always.
    """

    key: str
    kind: str
    text: Texts
    hint: Texts = field(default_factory=dict)
    required: bool = False
    low: Texts = field(default_factory=dict)
    high: Texts = field(default_factory=dict)
    low_end: int = 1
    high_end: int = 5
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    multiple: bool = False
    other: bool = False
    about: str = ""
    purpose: str = ""
    scored: bool = False
    show_if: tuple[ShowIf, ...] = ()
    match: Match = "all"

    @property
    def ends(self) -> tuple[int, int] | None:
        """The least and greatest answer of a scale; None where the answer is no number."""
        return ENDS.get(self.kind) or ((self.low_end, self.high_end) if self.kind == "scale" else None)

    @property
    def metric(self) -> str | None:
        """The name its score has in the ledger; None where it has none."""
        if self.kind in ENDS:
            return self.kind
        return self.key if self.kind == "scale" or (self.kind == "yes_no" and self.scored) else None

    def option(self, code: str) -> Option | None:
        return next((one for one in self.options if one.code == code), None)


@dataclass(frozen=True)
class Questionnaire:
    """The whole. `display`: "one" question a screen, or one "page". `thanks` says what happens next."""

    languages: tuple[str, ...]
    title: Texts
    questions: tuple[Question, ...]
    thanks: Texts = field(default_factory=dict)
    intro: Texts = field(default_factory=dict)
    display: str = "one"

    def question(self, key: str) -> Question | None:
        return next((one for one in self.questions if one.key == key), None)

    @property
    def first_score(self) -> Question | None:
        """The question that can be answered in a mail: the first, where it is a scale or yes/no shown to everybody."""
        first = self.questions[0] if self.questions else None
        return first if first and (first.ends or first.kind == "yes_no") and not first.show_if else None

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics its answers feed, each once."""
        return tuple(dict.fromkeys(one.metric for one in self.questions if one.metric))


def said(texts: Texts, language: str) -> str:
    """The text in this language, else in the first there is; "" where there is none."""
    return texts.get(language, "").strip() or next((text for text in texts.values() if text.strip()), "")


def read(document: object) -> Questionnaire:
    """The questionnaire a stored document holds, finished or not.

    Raises ValueError naming the place and what is allowed, where the document is not of this shape at all. What is
    merely unfinished (no text yet) is for `checking.problems`.
    """
    told = _object("the questionnaire", document)
    questions = _list("questions", told.get("questions", []), MOST_QUESTIONS)
    languages = [str(one) for one in _list("languages", told.get("languages", list(LANGUAGES)), len(LANGUAGES))]
    for language in languages:
        _one_of("languages", language, LANGUAGES)
    return Questionnaire(
        languages=tuple(languages),
        title=_texts("title", told.get("title")),
        questions=tuple(_question(f"question {place}", one) for place, one in enumerate(questions, 1)),
        thanks=_texts("thanks", told.get("thanks")),
        intro=_texts("intro", told.get("intro")),
        display=_one_of("display", told.get("display", "one"), DISPLAYS),
    )


def write(questionnaire: Questionnaire) -> dict[str, Any]:
    """The inverse of `read`: what is stored. Fields at their default are left out."""
    return {
        "languages": list(questionnaire.languages),
        "display": questionnaire.display,
        "title": dict(questionnaire.title),
        "intro": dict(questionnaire.intro),
        "thanks": dict(questionnaire.thanks),
        "questions": [_written(one) for one in questionnaire.questions],
    }


def _written(question: Question) -> dict[str, Any]:
    told: dict[str, Any] = {"key": question.key, "kind": question.kind, "text": dict(question.text)}
    plain = Question(question.key, question.kind, {})
    for name in _FLAGS + _WORDS + _NUMBERS + ("match",):
        if getattr(question, name) != getattr(plain, name):
            told[name] = getattr(question, name)
    for name in _TEXTS:
        if getattr(question, name):
            told[name] = dict(getattr(question, name))
    for name in ("options", "rows"):
        if getattr(question, name):
            told[name] = [{"code": one.code, "text": dict(one.text)} for one in getattr(question, name)]
    if question.show_if:
        told["show_if"] = [
            {"question": one.question, "operator": one.operator, "value": one.value} for one in question.show_if
        ]
    return told


_FLAGS = ("required", "multiple", "other", "scored")
_WORDS = ("about", "purpose")
_NUMBERS = ("low_end", "high_end")
_TEXTS = ("hint", "low", "high")


def _question(where: str, stored: object) -> Question:
    told = _object(where, stored)
    key = _text(where + ", key", told.get("key"))
    if not KEY.fullmatch(key):
        raise ValueError(f"{where}, key is {key!r}; allowed: a small letter, then small letters, digits and _")
    where = f"question {key}"
    flags = {name: _flag(f"{where}, {name}", told.get(name, False)) for name in _FLAGS}
    words = {name: _text(f"{where}, {name}", told.get(name, "")) for name in _WORDS}
    texts = {name: _texts(f"{where}, {name}", told.get(name)) for name in _TEXTS}
    return Question(
        key=key,
        kind=_one_of(f"{where}, kind", told.get("kind"), KINDS),
        text=_texts(f"{where}, text", told.get("text")),
        low_end=_whole(f"{where}, low_end", told.get("low_end", 1)),
        high_end=_whole(f"{where}, high_end", told.get("high_end", 5)),
        options=_options(f"{where}, options", told.get("options", [])),
        rows=_options(f"{where}, rows", told.get("rows", [])),
        show_if=tuple(_show_if(f"{where}, show_if", one) for one in _list(where, told.get("show_if", []), 10)),
        match="any" if _one_of(f"{where}, match", told.get("match", "all"), ("all", "any")) == "any" else "all",
        required=flags["required"],
        multiple=flags["multiple"],
        other=flags["other"],
        scored=flags["scored"],
        about=words["about"],
        purpose=words["purpose"],
        hint=texts["hint"],
        low=texts["low"],
        high=texts["high"],
    )


def _options(where: str, stored: object) -> tuple[Option, ...]:
    found = []
    for one in _list(where, stored, MOST_OPTIONS):
        told = _object(where, one)
        code = _text(f"{where}, code", told.get("code"))
        if not KEY.fullmatch(code):
            raise ValueError(f"{where}, code is {code!r}; allowed: a small letter, then small letters, digits and _")
        found.append(Option(code, _texts(f"{where}, {code}", told.get("text"))))
    return tuple(found)


def _show_if(where: str, stored: object) -> ShowIf:
    told = _object(where, stored)
    return ShowIf(
        _text(f"{where}, question", told.get("question")),
        _one_of(f"{where}, operator", told.get("operator"), OPERATORS),
        _text(f"{where}, value", str(told.get("value", ""))),
    )


def _object(where: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} is {type(value).__name__}; it must be an object of fields")
    return value


def _list(where: str, value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"{where}: allowed is a list of at most {most}")
    return value


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(f"{where}: allowed is a text of at most {LONGEST} characters")
    return value


def _texts(where: str, value: object) -> dict[str, str]:
    told = _object(where, value or {})
    return {language: _text(f"{where}, {language}", told[language]) for language in LANGUAGES if language in told}


def _flag(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where} is {value!r}; allowed: true, false")
    return value


def _whole(where: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise ValueError(f"{where} is {value!r}; allowed: a whole number from 0 to 100")
    return value


def _one_of(where: str, value: object, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{where} is {value!r}; allowed: {', '.join(allowed)}")
    return value
