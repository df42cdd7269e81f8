"""What a person sent, made into an answer or a reason why it is none. Pure: a form's texts in, JSON values out.

A form's fields are named `a-<key>`; of a matrix `a-<key>-<row>`, of a ranking `a-<key>-<code>` with the place,
of what was written in beside a choice `a-<key>-other`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vivencia.foundation.numbers import whole
from vivencia.listen.surveys.questionnaire import Question

LONGEST = 5_000  # characters of a comment; longer ones are cut, never refused
OTHER = "other"
Posted = Callable[[str], Sequence[str]]  # a field's name -> the texts sent under it


@dataclass(frozen=True)
class Refused:
    """Why something sent is no answer: "required", "range", "choice", "ranking" or "rows"."""

    key: str
    code: str


def field_of(key: str) -> str:
    return f"a-{key}"


def take(question: Question, posted: Posted) -> Any:
    """The answer as it is kept (see `path`), None where nothing was answered, or `Refused`."""
    answer = _TAKEN.get(question.kind, _number)(question, posted)
    if answer is None and question.required:
        return Refused(question.key, "required")
    return answer


def _one(posted: Posted, name: str) -> str:
    texts = posted(name)
    return texts[-1].replace("\0", "").strip() if texts else ""


def _number(question: Question, posted: Posted) -> Any:
    sent = _one(posted, field_of(question.key))
    if not sent:
        return None
    low, high = question.ends or (0, 0)
    number = whole(sent)
    if number is None or not low <= number <= high:
        return Refused(question.key, "range")
    return number


def _yes_no(question: Question, posted: Posted) -> Any:
    sent = _one(posted, field_of(question.key))
    if not sent:
        return None
    return {"yes": True, "no": False}.get(sent, Refused(question.key, "choice"))


def _consent(question: Question, posted: Posted) -> Any:
    """A tick is consent; no tick is none, which is an answer only where yes is needed to go on."""
    sent = _one(posted, field_of(question.key))
    return True if sent == "yes" else None if question.required else False


def _choice(question: Question, posted: Posted) -> Any:
    codes = list(dict.fromkeys(code for code in posted(field_of(question.key)) if code))
    other = _one(posted, f"{field_of(question.key)}-{OTHER}")[:LONGEST] if question.other else ""
    allowed = {one.code for one in question.options} | ({OTHER} if question.other else set())
    if other and OTHER not in codes:
        codes = [*codes, OTHER] if question.multiple else [OTHER]
    if not codes:
        return None
    if not set(codes) <= allowed or (len(codes) > 1 and not question.multiple):
        return Refused(question.key, "choice")
    if OTHER not in codes:
        other = ""
    return {"codes": codes, "other": other} if question.multiple or other else codes[0]


def _ranking(question: Question, posted: Posted) -> Any:
    """Places sent for each option; all, each place once. Codes from the first place to the last."""
    sent = {one.code: _one(posted, f"{field_of(question.key)}-{one.code}") for one in question.options}
    if not any(sent.values()):
        return None
    places = sorted(sent.values(), key=lambda place: whole(place) or 0)
    if places != [str(place) for place in range(1, len(sent) + 1)]:
        return Refused(question.key, "ranking")
    return sorted(sent, key=lambda code: int(sent[code]))


def _matrix(question: Question, posted: Posted) -> Any:
    sent = {row.code: _one(posted, f"{field_of(question.key)}-{row.code}") for row in question.rows}
    given = {row: code for row, code in sent.items() if code}
    if any(question.option(code) is None for code in given.values()):
        return Refused(question.key, "choice")
    if given and question.required and len(given) < len(sent):
        return Refused(question.key, "rows")
    return given or None


def _text(question: Question, posted: Posted) -> Any:
    return _one(posted, field_of(question.key))[:LONGEST] or None


_TAKEN: dict[str, Callable[[Question, Posted], Any]] = {
    "yes_no": _yes_no,
    "consent": _consent,
    "choice": _choice,
    "ranking": _ranking,
    "matrix": _matrix,
    "text": _text,
}
