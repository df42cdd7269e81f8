"""What one screen of a survey shows: questions with texts filled in, choices, what was answered, what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.listen.surveys import piping
from vivencia.listen.surveys.answers import OTHER, field_of
from vivencia.listen.surveys.questionnaire import Question, Questionnaire, said


@dataclass(frozen=True)
class Choice:
    """One thing to tick or press."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a matrix, or one thing to rank with its places."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Asked:
    """One question as it stands on the screen."""

    key: str
    kind: str
    name: str
    text: str
    hint: str
    required: bool
    low: str = ""
    high: str = ""
    choices: tuple[Choice, ...] = ()
    rows: tuple[Row, ...] = ()
    value: str = ""
    multiple: bool = False
    other: bool = False
    other_value: str = ""
    error: str = ""

    @property
    def scale(self) -> bool:
        return self.kind in ("nps", "enps", "csat", "ces", "scale")


def asked(
    it: Questionnaire,
    question: Question,
    language: str,
    *,
    answers: Mapping[str, Any],
    about: Mapping[str, str],
    refused: Mapping[str, str] | None = None,
) -> Asked:
    """The question in this language, with the answer given so far."""
    known = piping.values(it, answers, about, language)
    answer = answers.get(question.key)
    codes = _codes(answer)
    return Asked(
        key=question.key,
        kind=question.kind,
        name=field_of(question.key),
        text=piping.fill(said(question.text, language), known),
        hint=piping.fill(said(question.hint, language), known),
        required=question.required,
        low=said(question.low, language),
        high=said(question.high, language),
        choices=_choices(question, language, codes),
        rows=_rows(question, language, answer),
        value=answer if isinstance(answer, str) else "",
        multiple=question.multiple,
        other=question.other,
        other_value=str(answer.get(OTHER, "")) if isinstance(answer, dict) else "",
        error=wrong(question, (refused or {}).get(question.key, "")),
    )


def _choices(question: Question, language: str, codes: Sequence[str]) -> tuple[Choice, ...]:
    if question.ends:
        low, high = question.ends
        return tuple(Choice(str(value), str(value), str(value) in codes) for value in range(low, high + 1))
    if question.kind == "yes_no":
        return (Choice("yes", _("Yes"), "yes" in codes), Choice("no", _("No"), "no" in codes))
    if question.kind == "choice":
        offered = [Choice(one.code, said(one.text, language), one.code in codes) for one in question.options]
        return (*offered, *([Choice(OTHER, _("Something else"), OTHER in codes)] if question.other else []))
    return (Choice("yes", "", "yes" in codes),) if question.kind == "consent" else ()


def _rows(question: Question, language: str, answer: Any) -> tuple[Row, ...]:
    name = field_of(question.key)
    if question.kind == "matrix":
        given = answer if isinstance(answer, dict) else {}
        columns = [(one.code, said(one.text, language)) for one in question.options]
        return tuple(
            Row(
                f"{name}-{row.code}",
                said(row.text, language),
                tuple(Choice(code, label, given.get(row.code) == code) for code, label in columns),
            )
            for row in question.rows
        )
    if question.kind == "ranking":
        order = [str(code) for code in answer] if isinstance(answer, list) else []
        places = range(1, len(question.options) + 1)
        return tuple(
            Row(
                f"{name}-{one.code}",
                said(one.text, language),
                tuple(Choice(str(n), str(n), one.code in order and order.index(one.code) == n - 1) for n in places),
            )
            for one in question.options
        )
    return ()


def _codes(answer: Any) -> list[str]:
    match answer:
        case None:
            return []
        case bool():
            return ["yes"] if answer else ["no"]
        case {"codes": codes}:
            return [str(code) for code in codes]
        case dict() | list():
            return []
        case _:
            return [str(answer)]


def wrong(question: Question, code: str) -> str:
    """Why an answer was refused, in words that say what is allowed."""
    if not code:
        return ""
    if code == "required":
        return _("Please tick this to go on.") if question.kind == "consent" else _("Please answer this question.")
    if code == "range" and question.ends:
        return _("Please choose a number from %(low)s to %(high)s.") % {
            "low": question.ends[0], "high": question.ends[1],
        }  # fmt: skip
    if code == "ranking":
        n = len(question.options)
        return ngettext(
            "Please give each place, from 1 to %(n)s, once.", "Please give each place, from 1 to %(n)s, once.", n
        ) % {"n": n}
    if code == "rows":
        return _("Please answer every line.")
    return _("Please choose one of the answers.")
