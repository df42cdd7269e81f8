"""A survey's results: what people said, how sure that is, and who said nothing."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, may, needs
from vivencia.listen.surveys import answering
from vivencia.listen.surveys import wording as survey_words
from vivencia.listen.surveys.builder_pages import head
from vivencia.listen.surveys.models import Response, Survey
from vivencia.listen.surveys.questionnaire import Questionnaire
from vivencia.measure.reading import Source, source
from vivencia.measure.responses import asked_people, closing, scores, tallies
from vivencia.measure.responses.comments import comments

COMMENTS = 20
WAITING, MOST_WAITING = 5, 200  # people shown at first, and when all are asked for
FEWEST_OF_EMPLOYEES = 5


@needs(Right.SEE_FIGURES)
@require_GET
def results(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey, pk=pk)
    newest, here = answering.newest(survey), source()
    it = newest.questionnaire if newest else survey.questionnaire
    responses = list(_told(survey))
    finished = [one for one in responses if one.finished_at]
    shown: dict[str, Any] = {
        **head(survey, "results"),
        "responses": len(responses),
        "finished": len(finished),
        "channels": _channels(responses),
        "too_few": survey.of_employees and len(finished) < FEWEST_OF_EMPLOYEES,
        "sees_people": may(request.user, Right.SEE_CUSTOMERS),
    }
    if responses and not shown["too_few"]:
        shown |= _measured(survey, here, it, responses)
        shown |= _people(request, survey, here, it, responses)
    return render(request, "responses/results.html", shown)


def _told(survey: Survey) -> Any:
    """Responses with at least one answer, the newest first."""
    told = survey.responses.exclude(answers={}).select_related("version", "link", "closed_by")
    return told.order_by("-changed_at")


def _channels(responses: list[Response]) -> list[tuple[str, int]]:
    counted: dict[str, int] = {}
    for one in responses:
        counted[one.channel] = counted.get(one.channel, 0) + 1
    return sorted(((survey_words.channel(code), n) for code, n in counted.items()), key=lambda one: -one[1])


def _measured(survey: Survey, here: Source, it: Questionnaire, responses: list[Response]) -> dict[str, Any]:
    people = asked_people.people_asked(survey, here.read)
    answered = sum(one.response is not None for one in people)
    first = next((one for one in it.questions if one.metric), None)
    return {
        "scores": scores.scores(survey, here, it.metrics),
        "tallies": tallies.tally(it, responses, get_language() or "en"),
        "asked": len(people),
        "opened": sum(one.opened for one in people),
        "answered": answered,
        "rate": asked_people.Rate.of("", len(people), answered) if people else None,
        "silences": asked_people.silences(people) if people else [],
        "reweighted": asked_people.reweighted(people, first) if people and first else None,
    }


def _people(
    request: HttpRequest, survey: Survey, here: Source, it: Questionnaire, responses: list[Response]
) -> dict[str, Any]:
    """Single people's words and the list of those who wait for an answer."""
    if not may(request.user, Right.SEE_CUSTOMERS):
        return {}
    most = MOST_WAITING if "waiting" in request.GET else WAITING
    waiting = [] if survey.of_employees else closing.waiting(survey, here.read)
    return {
        "waiting": waiting[:most],
        "waiting_more": max(0, len(waiting) - most),
        "waiting_all": most == MOST_WAITING,
        **_comments(request, survey, here, it, responses),
    }


def _comments(
    request: HttpRequest, survey: Survey, here: Source, it: Questionnaire, responses: list[Response]
) -> dict[str, Any]:
    found = comments(
        it,
        responses,
        here.read,
        get_language() or "en",
        personal=may(request.user, Right.SEE_PERSONAL),
        unnamed=survey.of_employees,
    )
    feeling = request.GET.get("feeling", "")
    tones = {"pain": (-1,), "neutral": (0,), "gain": (1,)}
    kept = [one for one in found if feeling not in tones or one.sentiment in tones[feeling]]
    return {
        "page": Paginator(kept, COMMENTS).get_page(request.GET.get("page")),
        "feeling": feeling if feeling in tones else "",
        "comments": len(found),
        "read": sum(one.sentiment is not None for one in found),
    }


@needs(Right.SEE_CUSTOMERS)
@require_GET
def comments_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The comments alone: another page of them, or another feeling."""
    survey = get_object_or_404(Survey, pk=pk)
    newest = answering.newest(survey)
    it = newest.questionnaire if newest else survey.questionnaire
    shown = _comments(request, survey, source(), it, list(_told(survey)))
    return render(request, "responses/parts/comments.html", {"survey": survey, **shown})


@needs(Right.SEE_CUSTOMERS)
@require_POST
def close(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """Say that the person has been answered, and how."""
    told = Response.objects.select_related("survey", "link").exclude(customer_id="")
    response = get_object_or_404(told, pk=key, survey_id=pk)
    how = request.POST.get("how", "").strip()
    by = request.user if isinstance(request.user, User) else None
    if not how:
        messages.error(request, _("Say in a few words how they were answered."))
    elif closing.close(response, how, by=by, now=timezone.now()):
        messages.success(request, _("Kept: it stands on their page."))
    return redirect("survey-results", pk)
