"""Which questions a person sees, given what they have answered so far. Pure.

Answers are kept as `{key: value}`: a number of a scale, True or False of yes/no and consent, the code of a single
choice, `{"codes": […], "other": "…"}` of several, codes in order of a ranking, `{row: code}` of a matrix, a text.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from vivencia.listen.surveys.questionnaire import Question, Questionnaire, ShowIf

Answers = Mapping[str, Any]


def asked_of(questionnaire: Questionnaire, *, known: bool) -> Questionnaire:
    """What can be asked of somebody: who is not known is not asked for consents, which could be kept of nobody, except
    those without which nobody may go on."""
    if known:
        return questionnaire
    left = tuple(one for one in questionnaire.questions if one.kind != "consent" or one.required)
    return replace(questionnaire, questions=left) if left else questionnaire


def visible(questionnaire: Questionnaire, answers: Answers) -> tuple[Question, ...]:
    """The questions shown, in order. An answer to a question that is not shown itself counts as not given."""
    seen: list[Question] = []
    given: dict[str, Any] = {}
    for question in questionnaire.questions:
        if holds(question, given):
            seen.append(question)
            if question.key in answers:
                given[question.key] = answers[question.key]
    return tuple(seen)


def counted(questionnaire: Questionnaire, answers: Answers) -> dict[str, Any]:
    """The answers to questions that are shown: going back and answering otherwise may hide some that were given."""
    return {one.key: answers[one.key] for one in visible(questionnaire, answers) if one.key in answers}


def next_page(questionnaire: Questionnaire, answers: Answers, passed: Collection[str]) -> tuple[Question, ...]:
    """The questions of the next screen; empty when there is none left.

    `passed`: keys of questions a person has had before them and gone on from, answered or not. A screen holds one
    question, or, where all are on one page, all up to the first that depends on an answer given on this very page.
    """
    left = [one for one in visible(questionnaire, answers) if one.key not in passed]
    if questionnaire.display == "one":
        return tuple(left[:1])
    return _until_a_branch(questionnaire, left)


def page_of(questionnaire: Questionnaire, answers: Answers, passed: Collection[str], key: str) -> tuple[Question, ...]:
    """The screen that begins with this question, for going back; the next one where it is not shown."""
    shown = visible(questionnaire, answers)
    place = next((n for n, one in enumerate(shown) if one.key == key), None)
    if place is None:
        return next_page(questionnaire, answers, passed)
    if questionnaire.display == "one":
        return shown[place : place + 1]
    return _until_a_branch(questionnaire, list(shown[place:]))


def _until_a_branch(questionnaire: Questionnaire, left: list[Question]) -> tuple[Question, ...]:
    page: list[Question] = []
    hidden = {one.key for one in questionnaire.questions} - {one.key for one in left}
    asked = {one.key for one in left}
    for question in questionnaire.questions:
        on_this_page = {one.key for one in page}
        depends = any(condition.question in on_this_page for condition in question.show_if)
        if depends and (question.key in asked or question.key in hidden):
            return tuple(page)
        if question.key in asked:
            page.append(question)
    return tuple(page)


def share_done(questionnaire: Questionnaire, answers: Answers, passed: Collection[str]) -> float:
    """How much of the questionnaire lies behind, 0 to 1, as far as it can be known now."""
    shown = visible(questionnaire, answers)
    return sum(one.key in passed for one in shown) / len(shown) if shown else 1.0


def holds(question: Question, answers: Answers) -> bool:
    """Whether the question is shown to somebody who gave these answers."""
    if not question.show_if:
        return True
    met = [_met(condition, answers) for condition in question.show_if]
    return any(met) if question.match == "any" else all(met)


def _met(condition: ShowIf, answers: Answers) -> bool:
    value = answers.get(condition.question)
    if condition.operator == "answered":
        return value is not None
    if condition.operator == "not answered":
        return value is None
    if value is None:
        return False
    if condition.operator in ("at least", "at most"):
        return _compared(value, condition)
    return (condition.value in _codes(value)) == (condition.operator == "is")


def _compared(value: Any, condition: ShowIf) -> bool:
    try:
        limit = float(condition.value)
    except ValueError:
        return False
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value >= limit if condition.operator == "at least" else value <= limit


def _codes(value: Any) -> Collection[str]:
    """What of an answer "is" can be compared with."""
    match value:
        case bool():
            return ("yes",) if value else ("no",)
        case int() | float():
            return (f"{value:g}",)
        case {"codes": codes}:
            return [str(code) for code in codes]
        case list():
            return [str(value[0])] if value else ()
        case dict():
            return [str(code) for code in value.values()]
        case _:
            return (str(value),)
