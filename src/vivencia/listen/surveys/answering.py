"""Taking answers, page by page: kept at once, counted once, whatever is sent twice or left in the middle."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from vivencia.listen import requests
from vivencia.listen.surveys import answered, path
from vivencia.listen.surveys.answers import Posted, Refused, take
from vivencia.listen.surveys.models import Link, Response, Survey, Version, Way
from vivencia.listen.surveys.questionnaire import Question, Questionnaire
from vivencia.listen.surveys.tokens import Page

REMINDER = ":reminder"


@dataclass(frozen=True)
class Taken:
    """What came of a page. `refused`: key -> code of what is wrong with its answer; empty: go on."""

    response: Response
    refused: Mapping[str, str] = field(default_factory=dict)


def asked_of(response: Response) -> Questionnaire:
    """What its version asks of whoever answers it."""
    return path.asked_of(response.version.questionnaire, known=bool(response.customer_id))


def key_for(link: Link | None) -> uuid.UUID:
    """A personal link has one response, whoever opens it how often; every other page begins a new one."""
    if link and link.way == Way.PERSONAL:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"vivencia-survey-link:{link.token}")
    return uuid.uuid4()


def newest(survey: Survey) -> Version | None:
    return survey.versions.order_by("-number").first()


def begun(page: Page) -> Response | None:
    """The response a page belongs to, where something has been kept of it."""
    return Response.objects.select_related("survey", "version", "link").filter(pk=page.key).first()


@transaction.atomic
def answer(page: Page, asked: Collection[str], posted: Posted, now: datetime) -> Taken:
    """Keep the answers to the questions of a page, and finish where nothing is left to ask.

    A finished response does not change any more, and an answer that is in the ledger already stays as it is.
    """
    response = _kept(page)
    if response.finished_at:
        return Taken(response)
    questionnaire = asked_of(response)
    _confirm(response, questionnaire, page.score)
    refused: dict[str, str] = {}
    for question in questionnaire.questions:
        if question.key in asked and question.key not in response.told:
            _take(response, question, posted, refused)
    if not refused:
        response.passed = [*response.passed, *(key for key in _order(questionnaire, asked, response))]
        if not path.next_page(questionnaire, response.answers, response.passed):
            _finish(response, now)
    response.language, response.settled = page.language, False
    response.save()
    return Taken(response, refused)


@transaction.atomic
def confirm(page: Page, now: datetime) -> Response:
    """Keep the score of the link in a mail: the person is there, not a machine that follows every link."""
    response = _kept(page)
    if not response.finished_at:
        questionnaire = asked_of(response)
        _confirm(response, questionnaire, page.score)
        if not path.next_page(questionnaire, response.answers, response.passed):
            _finish(response, now)
        response.save()
    return response


@transaction.atomic
def opened(page: Page) -> Response:
    """Remember which score's link was opened. Scanners of mail open all of them, and then none counts by itself."""
    response = _kept(page)
    if page.score is not None and not response.finished_at and page.score not in response.opened:
        response.opened = [*response.opened, page.score]
        response.save(update_fields=["opened", "changed_at"])
    return response


def settle(response: Response, now: datetime) -> None:
    """Tell the ledger what somebody answered who did not come back; what they answer later is told then."""
    if not response.answers and len(response.opened) == 1:
        _confirm(response, asked_of(response), response.opened[0])
    answered.tell(response, now)
    response.settled = True
    response.save()


def _kept(page: Page) -> Response:
    """The page's response, locked; made where this is its first page."""
    link = Link.objects.filter(pk=page.link).first() if page.link else None
    version = Version.objects.select_related("survey").get(pk=page.version)
    Response.objects.get_or_create(
        pk=page.key,
        defaults={
            "survey": version.survey,
            "version": version,
            "link": link,
            "customer_id": "" if version.survey.of_employees else (link.customer_id if link else "") or page.customer,
            "channel": page.channel,
            "language": page.language,
            "group": link.group if link else "",
            "page": page.site_page[:500],
        },
    )
    return Response.objects.select_for_update(of=("self",)).select_related("survey", "version", "link").get(pk=page.key)


def _confirm(response: Response, questionnaire: Questionnaire, score: int | None) -> None:
    first = questionnaire.first_score
    if score is None or first is None or first.key in response.answers or first.key in response.told:
        return
    response.answers = {**response.answers, first.key: as_answer(first, score)}
    response.passed = [*response.passed, *([] if first.key in response.passed else [first.key])]


def as_answer(first: Question, score: int) -> Any:
    """The answer a link in a mail stands for."""
    return bool(score) if first.kind == "yes_no" else score


def _take(response: Response, question: Question, posted: Posted, refused: dict[str, str]) -> None:
    answer = take(question, posted)
    if isinstance(answer, Refused):
        refused[question.key] = answer.code
        return
    left = {key: value for key, value in response.answers.items() if key != question.key}
    response.answers = left if answer is None else {**left, question.key: answer}


def _order(questionnaire: Questionnaire, asked: Collection[str], response: Response) -> list[str]:
    return [one.key for one in questionnaire.questions if one.key in asked and one.key not in response.passed]


def _finish(response: Response, now: datetime) -> None:
    response.finished_at = now
    answered.tell(response, now)
    answered.keep_consents(response, now)
    if response.link and response.link.request_key:
        requests.cancel(response.link.request_key + REMINDER)
