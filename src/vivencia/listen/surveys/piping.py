"""Names and earlier answers inside a question's text: "{first_name|Hello}, you gave us {answer.nps}. Why?". Pure.

What stands after the bar is said where the value is not known; without it nothing is said.
"""

import re
from collections.abc import Mapping
from typing import Any

from vivencia.listen.surveys.questionnaire import Question, Questionnaire, said

PLACE = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)(?:\|([^{}]*))?\}")
KNOWN = ("name", "first_name", "company", "subject")
ANSWER = "answer."


def names_in(text: str) -> list[str]:
    """What a text wants filled in, in order: "first_name", "answer.nps"."""
    return [found.group(1) for found in PLACE.finditer(text)]


def fill(text: str, known: Mapping[str, str]) -> str:
    """The text with every place filled in; spaces left over by a place without a value are closed up."""
    filled = PLACE.sub(lambda found: known.get(found.group(1), "") or (found.group(2) or ""), text)
    return re.sub(r" +([,.;:!?])", r"\1", re.sub(r"  +", " ", filled)).strip(" ,") if filled != text else text


def values(
    questionnaire: Questionnaire, answers: Mapping[str, Any], about: Mapping[str, str], language: str
) -> dict[str, str]:
    """What can be filled in: facts about the person and their answers, in their words."""
    found = {name: about[name] for name in KNOWN if about.get(name)}
    for question in questionnaire.questions:
        if question.key in answers:
            found[ANSWER + question.key] = in_words(question, answers[question.key], language)
    return found


def in_words(question: Question, answer: Any, language: str) -> str:
    """An answer as a person would read it; yes and no are the reader's business and stay "yes" and "no"."""
    match answer:
        case bool():
            return "yes" if answer else "no"
        case int() | float():
            return f"{answer:g}"
        case {"codes": codes, **rest}:
            written = [str(rest.get("other") or "")]
            named = [_named(question, str(code), language) for code in codes]
            return ", ".join(one for one in (*named, *written) if one)
        case list():
            return ", ".join(_named(question, str(code), language) for code in answer)
        case dict():
            rows = {row.code: said(row.text, language) for row in question.rows}
            return "; ".join(
                f"{rows.get(row, row)}: {_named(question, code, language)}" for row, code in answer.items()
            )
        case _:
            return _named(question, str(answer), language) if question.kind == "choice" else str(answer)


def _named(question: Question, code: str, language: str) -> str:
    option = question.option(code)
    return said(option.text, language) if option else ""
