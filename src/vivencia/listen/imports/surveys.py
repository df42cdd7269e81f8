"""Survey exports (Qualtrics, Formbricks, any table of answers): one event a scored question, words beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from vivencia.listen.imports.guesses import Guess, Seen, best, of_scale, plain, see
from vivencia.listen.imports.mapping import Condition, Defaults, Event, Mapping, Table, Value
from vivencia.listen.imports.readers.table import Look
from vivencia.listen.imports.scales import scale_of

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
    odd: int = 0  # of `n` answers seen, are on no scale
    n: int = 0


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
    guesses = [
        Guess("when", when.name, "name"),
        *(of_scale(q.column, q.low, q.high, odd=q.odd, n=q.n) for q in questions),
    ]
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
    labels = _labels_of(column.values)
    words, numbers = _words(column.values, labels)
    scale = scale_of(numbers, fewest=1)
    if scale is None:
        return None
    seen: dict[str, Any] = {"words": words, "odd": scale.odd, "n": len(numbers)}
    if _RECOMMEND.search(said) or scale.high > 7:
        return Question(column.name, "nps", 0, 10, **seen)
    top = float(len(labels) or scale.high)
    return Question(column.name, "ces" if _EFFORT.search(said) else "csat", 1, top, **seen)


def _words(values: Sequence[str], labels: Sequence[str]) -> tuple[dict[str, str], list[float | None]]:
    """Labels and the number each stands for, and the numbers of all values, None where one has none."""
    words: dict[str, str] = {}
    numbers: list[float | None] = []
    for value in values:
        if (label := value.strip().lower()) in labels:
            words[value] = str(labels.index(label) + 1)
        elif (led := re.fullmatch(r"(\d{1,2})(?:\.0+)?(?:\s*[-–:.(].*)?", value.strip())) is not None:
            if value != led[1]:
                words[value] = led[1]
        else:
            numbers.append(None)
            continue
        numbers.append(float(words.get(value, value)))
    return words, numbers


def _labels_of(values: Sequence[str]) -> tuple[str, ...]:
    """The labels of a usual scale that most of the values are; none where they are not."""
    said = [value.strip().lower() for value in values]
    best = max(_SCALES, key=lambda labels: sum(label in labels for label in said))
    return best if 2 * sum(label in best for label in said) > len(said) else ()


def _named(columns: Sequence[Seen], names: tuple[str, ...], *, dates: bool = False) -> Seen | None:
    known = {plain(column.name).replace(" ", ""): column for column in columns if column.values}
    found = (known[name.replace(" ", "")] for name in names if name.replace(" ", "") in known)
    return next((column for column in found if not dates or column.is_date), None)


def _is_answer(column: Seen) -> bool:
    words = plain(column.name)
    return not words.endswith("nps group") and words.replace(" ", "") not in {n.replace(" ", "") for n in _NOT_ANSWERS}


def _most_telling_first(questions: list[Question]) -> list[Question]:
    return sorted(questions, key=lambda question: ("nps", "csat", "ces").index(question.metric))
