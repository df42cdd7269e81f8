"""Survey exports (Qualtrics, Formbricks, any table of answers): one event a scored question, words beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vivencia.listen.imports.guesses import Guess, Seen, best, plain, see
from vivencia.listen.imports.mapping import Condition, Defaults, Event, Mapping, Table, Value
from vivencia.listen.imports.readers.table import Look

# Labels of the usual answer scales, from worst to best.
_SCALES: Final[tuple[tuple[str, ...], ...]] = (
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("extremely dissatisfied", "somewhat dissatisfied", "neither satisfied nor dissatisfied", "somewhat satisfied",
     "extremely satisfied"),
    ("muy insatisfecho", "insatisfecho", "neutral", "satisfecho", "muy satisfecho"),
    ("muy insatisfecha", "insatisfecha", "neutral", "satisfecha", "muy satisfecha"),
    ("very poor", "poor", "fair", "good", "excellent"),
    ("muy malo", "malo", "regular", "bueno", "excelente"),
    ("very difficult", "difficult", "neutral", "easy", "very easy"),
    ("muy difícil", "difícil", "neutral", "fácil", "muy fácil"),
    ("strongly disagree", "disagree", "somewhat disagree", "neither agree nor disagree", "somewhat agree", "agree",
     "strongly agree"),
    ("muy en desacuerdo", "en desacuerdo", "algo en desacuerdo", "ni de acuerdo ni en desacuerdo", "algo de acuerdo",
     "de acuerdo", "muy de acuerdo"),
)  # fmt: skip
_WHEN: Final = ("recordeddate", "recorded date", "enddate", "end date", "submitted at", "timestamp", "created at",
                "completed at", "fecha", "date", "marca temporal")  # fmt: skip
_ID: Final = ("responseid", "response id", "id respuesta", "id", "response", "submission id")
_NOT_ANSWERS: Final = ("startdate", "start date", "enddate", "end date", "status", "ipaddress", "ip address",
                       "progress",
                       "duration in seconds", "finished", "recordeddate", "recorded date", "no", "survey id",
                       "tags",
                       "notes", "url", "locationlatitude", "locationlongitude", "distributionchannel", "userlanguage",
                       "recipientlastname", "recipientfirstname", "recipientemail", "user agent", "source")  # fmt: skip
_RECOMMEND: Final = re.compile(r"recommend|recomend|nps|probab")
_EFFORT: Final = re.compile(r"\beasy\b|\bease\b|effort|facil|esfuerzo|\bces\b")


@dataclass(frozen=True)
class Question:
    """A scored question: what it measures and the ends of its scale."""

    column: str
    metric: str
    low: float
    high: float
    words: dict[str, str]


def is_qualtrics(look: Look) -> bool:
    """Three header rows: ids, question texts, and import ids as JSON."""
    return len(look.rows) >= 2 and any(cell and cell.startswith('{"ImportId"') for cell in look.rows[1])


def is_survey(look: Look) -> bool:
    """Whether a file is known to be a survey export by its columns."""
    names = {plain(column) for column in look.columns}
    qualtrics = {"recordeddate", "responseid"} <= {name.replace(" ", "") for name in names}
    formbricks = {"response id", "finished"} <= names or {"finished", "data", "survey id"} <= names
    return is_qualtrics(look) or qualtrics or formbricks


def survey_mapping(look: Look) -> tuple[Mapping, list[Guess]] | None:
    """The mapping of a survey export with a reason for each column; None where no question or no time is found."""
    texts: dict[str, str] = {}
    rows, skip = look.rows, 0
    if is_qualtrics(look):
        texts = {name: text or "" for name, text in zip(look.columns, rows[0], strict=False)}
        rows, skip = rows[2:], 2
    answers = Look(look.file, look.kind, look.columns, rows, look.conventions)
    columns = see(answers)
    when = _named(columns, _WHEN, dates=True)
    key = _named(columns, _ID)  # numbered answers look like a scale
    asked = [column for column in columns if key is None or column.name != key.name]
    questions = [found for column in asked if (found := _question(column, texts.get(column.name, "")))]
    if when is None or not questions:
        return None
    return _mapping(look, columns, when, questions, skip)


def _mapping(
    look: Look, columns: Sequence[Seen], when: Seen, questions: list[Question], skip: int
) -> tuple[Mapping, list[Guess]]:
    key = _named(columns, _ID)
    asked = {question.column for question in questions}
    taken = asked | {when.name} | ({key.name} if key else set())
    customer = best("customer", columns, taken)
    subject = best("subject", columns, taken | ({customer.name} if customer else set()))
    words = [column for column in columns if column.is_long_text and column.name not in taken and _is_answer(column)]
    about = taken | {column.name for column in (customer, subject, *words) if column is not None}
    others = [column for column in columns if column.name not in about and _is_answer(column) and column.values]
    properties = {column.name: Value((column.name,)) for column in others}
    status = next((column.name for column in columns if plain(column.name) == "status"), None)
    table = Table(
        file=look.name,
        key=(key.name,) if key else (),
        skip_rows=skip,
        only_if=Condition(status, is_not=("Survey Preview", "Survey Test", "Spam", "1", "2", "8")) if status else None,
    )
    texts = Value(tuple(column.name for column in words), glue=". " if len(words) > 1 else None) if words else None
    events = tuple(
        _event(question, key, when, customer, subject, properties, texts if place == 0 else None)
        for place, question in enumerate(_most_telling_first(questions))
    )
    guesses = [Guess("when", when.name, "name"), *(Guess("score", q.column, "scale", _ends(q)) for q in questions)]
    guesses += [Guess("text", column.name, "long", (("mean", f"{column.mean_length:.0f}"),)) for column in words]
    guesses += [
        Guess(role, column.name, "name") for role, column in (("customer", customer), ("subject", subject)) if column
    ]
    return Mapping(
        source="survey", title=look.name, tables={"answers": table}, events=events, defaults=Defaults()
    ), guesses


def _event(
    question: Question,
    key: Seen | None,
    when: Seen,
    customer: Seen | None,
    subject: Seen | None,
    properties: dict[str, Value],
    text: Value | None,
) -> Event:
    return Event(
        table="answers",
        kind=plain(question.column).replace(" ", "-"),
        id=Value((key.name,)) if key else None,
        name=Value(constant="survey answered"),
        touchpoint=Value(constant="survey"),
        when=Value((when.name,)),
        only_if=Condition(question.column, filled=True),
        customer=Value((customer.name,)) if customer else None,
        subject=Value((subject.name,)) if subject else None,
        metric=Value(constant=question.metric),
        score=Value((question.column,), words=question.words),
        scale_min=Value(constant=question.low),
        scale_max=Value(constant=question.high),
        text=text,
        properties=properties,
    )


def _question(column: Seen, text: str) -> Question | None:
    said = plain(column.name + " " + text)
    if not column.values or not _is_answer(column) or "group" in said.split()[-1:]:
        return None
    words, numbers = _words(column.values)
    if not numbers or any(number != int(number) for number in numbers):
        return None
    low, high = min(numbers), max(numbers)
    if low < 0 or high > 10:
        return None
    if _RECOMMEND.search(said) or high > 7 or low == 0:
        return Question(column.name, "nps", 0, 10, words)
    top = max(float(len(_scale_of(column.values) or ())), 5.0 if high <= 5 else 7.0)
    if _EFFORT.search(said):
        return Question(column.name, "ces", 1, top, words)
    return Question(column.name, "csat", 1, top, words)


def _words(values: Sequence[str]) -> tuple[dict[str, str], list[float]]:
    """Labels and the number each stands for, and the numbers of all values; none where some value has no number."""
    scale = _scale_of(values)
    words: dict[str, str] = {}
    numbers: list[float] = []
    for value in values:
        if scale and (label := value.strip().lower()) in scale:
            words[value] = str(scale.index(label) + 1)
        elif (led := re.fullmatch(r"(\d{1,2})(?:\.0+)?(?:\s*[-–:.(].*)?", value.strip())) is not None:
            if value != led[1]:
                words[value] = led[1]
        else:
            return {}, []
        numbers.append(float(words.get(value, value)))
    return words, numbers


def _scale_of(values: Sequence[str]) -> tuple[str, ...] | None:
    labels = {value.strip().lower() for value in values}
    for scale in _SCALES:
        if labels <= set(scale):
            return scale
    return None


def _named(columns: Sequence[Seen], names: tuple[str, ...], *, dates: bool = False) -> Seen | None:
    known = {plain(column.name).replace(" ", ""): column for column in columns if column.values}
    found = (known[name.replace(" ", "")] for name in names if name.replace(" ", "") in known)
    return next((column for column in found if not dates or column.is_date), None)


def _is_answer(column: Seen) -> bool:
    words = plain(column.name)
    return not words.endswith("nps group") and words.replace(" ", "") not in {n.replace(" ", "") for n in _NOT_ANSWERS}


def _most_telling_first(questions: list[Question]) -> list[Question]:
    return sorted(questions, key=lambda question: ("nps", "csat", "ces").index(question.metric))


def _ends(question: Question) -> tuple[tuple[str, str], ...]:
    return (("low", f"{question.low:g}"), ("high", f"{question.high:g}"))
