"""What keeps a questionnaire from being published, each problem with its place and what is allowed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from vivencia.foundation.numbers import whole
from vivencia.listen.surveys import piping
from vivencia.listen.surveys.questionnaire import (
    SCORED,
    WITH_OPTIONS,
    Option,
    Question,
    Questionnaire,
    ShowIf,
    Texts,
)

LEAST_OPTIONS = 2


@dataclass(frozen=True)
class Problem:
    """`question`: its key, "" for the whole; `part`: the field; `facts`: what a sentence about it needs."""

    question: str
    part: str
    code: str
    facts: dict[str, str] = field(default_factory=dict)


def problems(questionnaire: Questionnaire) -> tuple[Problem, ...]:
    """Everything that is wrong, in the order of the questionnaire; empty: it can be published."""
    return tuple(_whole(questionnaire)) + tuple(
        problem
        for place, question in enumerate(questionnaire.questions)
        for problem in _of(questionnaire, place, question)
    )


def _whole(it: Questionnaire) -> Iterator[Problem]:
    if not it.languages:
        yield Problem("", "languages", "no-language")
    if not it.questions:
        yield Problem("", "questions", "no-question")
    yield from _texts(it, "", "title", it.title)
    yield from _texts(it, "", "thanks", it.thanks)
    if any(text.strip() for text in it.intro.values()):
        yield from _texts(it, "", "intro", it.intro)
    for name, texts in (("thanks", it.thanks), ("intro", it.intro)):
        yield from _places("", name, texts, tuple(one.key for one in it.questions))


def _of(it: Questionnaire, place: int, question: Question) -> Iterator[Problem]:
    earlier = it.questions[:place]
    if any(one.key == question.key for one in earlier):
        yield Problem(question.key, "key", "key-twice", {"key": question.key})
    yield from _texts(it, question.key, "text", question.text)
    for part, texts in (("hint", question.hint), ("low", question.low), ("high", question.high)):
        if any(text.strip() for text in texts.values()):
            yield from _texts(it, question.key, part, texts)
    for part, texts in (("text", question.text), ("hint", question.hint)):
        yield from _places(question.key, part, texts, tuple(one.key for one in earlier))
    yield from _answers(it, question)
    yield from _about(question, earlier)
    for condition in question.show_if:
        yield from _condition(question, condition, earlier)


def _texts(it: Questionnaire, key: str, part: str, texts: Texts) -> Iterator[Problem]:
    for language in it.languages:
        if not texts.get(language, "").strip():
            yield Problem(key, f"{part}.{language}", "text-missing", {"language": language})


def _places(key: str, part: str, texts: Texts, earlier: tuple[str, ...]) -> Iterator[Problem]:
    allowed = (*piping.KNOWN, *(piping.ANSWER + one for one in earlier))
    for language, text in texts.items():
        for name in piping.names_in(text):
            if name not in allowed:
                facts = {"name": "{" + name + "}", "allowed": ", ".join("{" + one + "}" for one in allowed)}
                yield Problem(key, f"{part}.{language}", "place-unknown", facts)


def _answers(it: Questionnaire, question: Question) -> Iterator[Problem]:
    if question.kind in WITH_OPTIONS:
        yield from _options(it, question, "options", question.options, LEAST_OPTIONS)
    if question.kind == "matrix":
        yield from _options(it, question, "rows", question.rows, 1)
    if question.kind == "scale" and not (question.low_end in (0, 1) and 2 <= question.high_end <= 10):
        yield Problem(question.key, "high_end", "scale-ends")
    if question.kind == "consent" and not question.purpose.strip():
        yield Problem(question.key, "purpose", "purpose-missing")


def _options(
    it: Questionnaire, question: Question, part: str, options: tuple[Option, ...], least: int
) -> Iterator[Problem]:
    if len(options) < least:
        yield Problem(question.key, part, "too-few-options", {"least": str(least)})
    codes = [one.code for one in options]
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        yield Problem(question.key, part, "option-twice", {"code": code})
    for place, option in enumerate(options):
        yield from _texts(it, question.key, f"{part}.{place}", option.text)


def _about(question: Question, earlier: tuple[Question, ...]) -> Iterator[Problem]:
    scored = [one.key for one in earlier if one.kind in SCORED]
    if question.about and (question.kind != "text" or question.about not in scored):
        yield Problem(question.key, "about", "about-unknown", {"allowed": ", ".join(scored)})


def _condition(question: Question, condition: ShowIf, earlier: tuple[Question, ...]) -> Iterator[Problem]:
    asked = next((one for one in earlier if one.key == condition.question), None)
    if asked is None:
        facts = {"name": condition.question, "allowed": ", ".join(one.key for one in earlier)}
        yield Problem(question.key, "show_if", "condition-question", facts)
    elif condition.operator in ("at least", "at most"):
        yield from _limit(question, condition, asked)
    elif condition.operator in ("is", "is not"):
        allowed = values_of(asked)
        if allowed and condition.value not in allowed:
            facts = {"name": condition.value, "allowed": ", ".join(allowed)}
            yield Problem(question.key, "show_if", "condition-value", facts)


def _limit(question: Question, condition: ShowIf, asked: Question) -> Iterator[Problem]:
    if asked.ends is None:
        yield Problem(question.key, "show_if", "condition-number", {"name": asked.key})
        return
    low, high = asked.ends
    if (number := whole(condition.value)) is None or not low <= number <= high:
        yield Problem(question.key, "show_if", "condition-value", {"name": condition.value, "allowed": f"{low}–{high}"})


def values_of(question: Question) -> tuple[str, ...]:
    """What an answer to this question can be; empty where anything can."""
    if question.ends:
        return tuple(str(value) for value in range(question.ends[0], question.ends[1] + 1))
    if question.kind in ("yes_no", "consent"):
        return ("yes", "no")
    codes = tuple(one.code for one in question.options)
    return (*codes, "other") if question.other else codes
