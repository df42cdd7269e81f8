"""Answers become events: what a person told us stands on their timeline and in every metric within seconds.

One event an answered question (a matrix: one a row), named "survey answered". A comment on a score is the score's own
text, so that the words and the number are read together. `event_id` is made of the response and the question, so that
telling twice counts once.

What colleagues answer stays with the survey: the ledger is the customers', and of an employees' survey it is told the
scores of `OF_COLLEAGUES` alone, without words.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from vivencia.foundation import inbox
from vivencia.foundation.organisation import organisation
from vivencia.listen import consent
from vivencia.listen.surveys import path
from vivencia.listen.surveys.answers import OTHER
from vivencia.listen.surveys.models import Response
from vivencia.listen.surveys.piping import fill, in_words
from vivencia.listen.surveys.questionnaire import Question, Questionnaire, said

NAME = "survey answered"
NO_TOUCHPOINT = "survey"
OF_COLLEAGUES = frozenset({"enps"})  # what colleagues are asked and customers are not
Event = dict[str, Any]


def tell(response: Response, at: datetime) -> None:
    """Put what has not been told yet into the inbox. The caller saves the response in the same transaction."""
    questionnaire = response.version.questionnaire
    counted = path.counted(questionnaire, response.answers)
    fresh = {key: value for key, value in counted.items() if key not in response.told}
    if not fresh:
        return
    inbox.put(events(response, questionnaire, fresh, at))
    response.told = [*response.told, *fresh]


def events(response: Response, it: Questionnaire, answers: Mapping[str, Any], at: datetime) -> list[Event]:
    """The events of these answers, in the order of the questionnaire."""
    comments = {
        one.about: str(answers[one.key])
        for one in it.questions
        if one.kind == "text" and one.about in answers and one.key in answers
    }
    found: list[Event] = []
    for question in it.questions:
        if question.key not in answers or (question.kind == "text" and question.about in answers):
            continue
        if response.survey.of_employees:
            if question.metric in OF_COLLEAGUES:
                found.append(_event(response, question, answers[question.key], None, at))
            continue
        if question.kind == "matrix":
            found += _rows(response, question, answers[question.key], at)
        else:
            found.append(_event(response, question, answers[question.key], comments.get(question.key), at))
    return found


def _event(response: Response, question: Question, answer: Any, comment: str | None, at: datetime) -> Event:
    written = str(answer["other"]) if isinstance(answer, dict) and answer.get("other") else None
    text = str(answer) if question.kind == "text" else comment or written
    told: dict[str, Any] = {"question": question.key, "asked": _asked(question, response.language)}
    if question.kind != "text":
        told |= {"answer": in_words(question, answer, response.language), "answer_codes": codes(answer)}
    elif question.about:
        told["about"] = question.about
    return {
        **_common(response, question.key, told, at),
        "metric": question.metric,
        "score": float(answer) if question.metric else None,
        "scale_max": float(question.ends[1] if question.ends else 1) if question.metric else None,
        "text": text,
    }


def _rows(response: Response, question: Question, answer: Mapping[str, str], at: datetime) -> list[Event]:
    columns = [one.code for one in question.options]
    return [
        {
            **_common(
                response,
                f"{question.key}-{row.code}",
                {
                    "question": question.key,
                    "row": row.code,
                    "asked": f"{_asked(question, response.language)} · {said(row.text, response.language)}",
                    "answer": said(question.options[columns.index(answer[row.code])].text, response.language),
                    "answer_codes": answer[row.code],
                },
                at,
            ),
            "metric": f"{question.key}_{row.code}",
            "score": float(columns.index(answer[row.code]) + 1),
            "scale_max": float(len(columns)),
        }
        for row in question.rows
        if row.code in answer
    ]


def _asked(question: Question, language: str) -> str:
    """The question as others read it later: with the company's name, without the person's."""
    return fill(said(question.text, language), {"company": organisation().name})


def codes(answer: Any) -> str:
    """An answer's codes as segments compare them: "price", "yes", "9", "price, service"."""
    match answer:
        case bool():
            return "yes" if answer else "no"
        case {"codes": chosen}:
            return ", ".join(str(code) for code in chosen)
        case list():
            return ", ".join(str(code) for code in answer)
        case _:
            return OTHER if answer is None else str(answer)


def _common(response: Response, part: str, told: Mapping[str, Any], at: datetime) -> Event:
    survey, link = response.survey, response.link
    about = (link.subject_kind, link.subject_id) if link and link.subject_id else (None, None)
    if survey.of_employees:  # the minute an answer came would tell who sat there
        at = at.replace(minute=0, second=0, microsecond=0)
    return {
        "event_id": f"survey-{response.key}-{part}",
        "customer_id": response.customer_id or None,
        "occurred_at": at,
        "name": NAME,
        "touchpoint": (link.touchpoint if link else "") or survey.touchpoint or NO_TOUCHPOINT,
        "channel": response.channel,
        "employee_id": (link.employee_id if link and not survey.of_employees else "") or None,
        "subject_kind": about[0],
        "subject_id": about[1],
        "source": survey.source,
        "properties": _properties(response, told),
    }


def _properties(response: Response, told: Mapping[str, Any]) -> dict[str, Any]:
    known = {
        "survey": response.survey.slug,
        "survey_name": response.survey.name,
        "survey_version": str(response.version.number),
        "response": str(response.key),
        "language": response.language,
        "finished": response.finished_at is not None,
        **told,
    }
    return known | {name: value for name, value in {"group": response.group, "page": response.page}.items() if value}


def keep_consents(response: Response, at: datetime) -> None:
    """A tick under a consent is one, with this survey as its proof. No tick takes nothing back."""
    if not response.customer_id:
        return
    it = response.version.questionnaire
    for question in it.questions:
        if question.kind == "consent" and response.answers.get(question.key) is True:
            proof = f"{said(it.title, response.language)}: {said(question.text, response.language)}"
            consent.give(response.customer_id, question.purpose, proof, at)


def asked_and_not_agreed(customer_ids: Collection[str]) -> dict[str, datetime]:
    """Purposes whose consent a person was asked for and left without a tick, and when last. It takes nothing back: a
    consent they gave or withdrew, here or elsewhere, says more."""
    found: dict[str, datetime] = {}
    theirs = Response.objects.filter(customer_id__in=customer_ids, finished_at__isnull=False)
    for response in theirs.select_related("version").order_by("finished_at"):
        for question in response.version.questionnaire.questions:
            if question.kind == "consent" and response.answers.get(question.key) is False and response.finished_at:
                found[question.purpose] = response.finished_at
    return found
