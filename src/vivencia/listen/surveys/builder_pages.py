"""The builder: questions on one side, how they look to people on the other."""

import json
import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.organisation import organisation
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.security import POLICY
from vivencia.listen.surveys import surveys as life
from vivencia.listen.surveys import texts, tokens, wording
from vivencia.listen.surveys.answer_pages import Place, screen
from vivencia.listen.surveys.checking import problems
from vivencia.listen.surveys.models import State, Survey, Version
from vivencia.listen.surveys.pages import SIGNS, who
from vivencia.listen.surveys.piping import fill
from vivencia.listen.surveys.questionnaire import Question, Questionnaire, said

PART = 100_000  # characters of a document: sixty long questions in two languages


@needs(Right.ASK)
@require_GET
def builder(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey, pk=pk)
    data = {
        "document": survey.draft,
        "problems": wording.shown(problems(survey.questionnaire)),
        "languages": [{"code": code, "name": str(name)} for code, name in wording.LANGUAGES.items()],
        "save": reverse("survey-save", args=[pk]),
        "preview": reverse("survey-preview", args=[pk]),
        "changed": life.changed(survey),
        "texts": texts.builder(),
    }
    return render(request, "surveys/builder.html", {**head(survey, "builder"), "data": data})


def head(survey: Survey, tab: str) -> dict[str, Any]:
    """What the head of every page of a survey shows."""
    last = survey.versions.order_by("-number").first()
    return {
        "survey": survey,
        "tab": tab,
        "tone": {State.LIVE: "gain", State.PAUSED: "caution"}.get(State(survey.state), "neutral"),
        "sign": SIGNS[State(survey.state)],
        "version": last,
        "changed": last is None or last.document != survey.draft,
        "live": survey.state == State.LIVE,
        "published": last is not None,
    }


@needs(Right.ASK)
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the draft the island sends; answers with what would keep it from being published."""
    survey = get_object_or_404(Survey, pk=pk)
    if len(request.body) > 4 * PART:
        return JsonResponse({"error": _("The survey is too long to be kept.")}, status=413)
    try:
        found = life.save_draft(survey, json.loads(request.body))
    except (ValueError, RecursionError) as wrong:
        return JsonResponse({"error": _("The survey was not kept: %(why)s") % {"why": wrong}}, status=422)
    return JsonResponse({"problems": wording.shown(found), "changed": life.changed(survey)})


@needs(Right.ASK)
@xframe_options_sameorigin
@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as people will see it: the screen that holds the question `at`, in the language `lang`."""
    survey = get_object_or_404(Survey, pk=pk)
    it = survey.questionnaire
    wish = request.GET.get("lang", "")
    language = wish if wish in it.languages else next(iter(it.languages), settings.LANGUAGE_CODE)
    company = {"company": organisation().name}
    questions = _screen_of(it, request.GET.get("at", ""))
    place = Place(survey, Version(survey=survey, document=survey.draft), _no_page(language), {}, ())
    with translation.override(language):
        shown: dict[str, Any] = {
            "survey": survey,
            "company": company["company"],
            "language": language,
            "title": fill(said(it.title, language), company),
            "intro": fill(said(it.intro, language), company),
            "thanks": fill(said(it.thanks, language), company),
            "begins": questions[:1] == it.questions[:1],
            "done": round(100 * it.questions.index(questions[0]) / len(it.questions)) if questions else 0,
            "preview": True,
        }
        if questions:
            shown |= screen(it, questions, place, {})
        page = "surveys/answer.html" if questions else "surveys/thanks.html"
        answer = render(request, page, shown)
    answer.headers["Content-Security-Policy"] = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return answer


def _no_page(language: str) -> tokens.Page:
    return tokens.Page("", 0, time.time(), language=language)


def _screen_of(it: Questionnaire, key: str) -> tuple[Question, ...]:
    """The screen with this question, shown whatever its conditions say; "end": the thanks."""
    if key == "end" or not it.questions:
        return ()
    question = it.question(key) or it.questions[0]
    if it.display == "one":
        return (question,)
    place = it.questions.index(question)
    begin = max((n for n in range(place + 1) if n == 0 or _depends(it, n, place)), default=0)
    end = next((n for n in range(begin + 1, len(it.questions)) if _depends(it, n, n)), len(it.questions))
    return it.questions[begin:end]


def _depends(it: Questionnaire, place: int, upto: int) -> bool:
    """Whether a new screen begins at this question: it looks at an answer given before it."""
    return place <= upto and bool(it.questions[place].show_if)


@needs(Right.ASK)
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey, pk=pk)
    try:
        version = life.publish(survey, by=who(request))
    except life.NotReadyError as not_ready:
        wrong = [f"{one['question'] or one['where']}: {one['text']}" for one in wording.shown(not_ready.problems)]
        messages.error(request, _("Not published yet. %(why)s") % {"why": " ".join(wrong[:3])})
        return redirect("survey", pk)
    messages.success(request, _("Version %(n)s is published. This is how people reach it.") % {"n": version.number})
    return redirect("survey-share", pk)


@needs(Right.ASK)
@require_POST
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """The survey's name here, and the touchpoint its answers belong to."""
    survey = get_object_or_404(Survey, pk=pk)
    survey.name = request.POST.get("name", "").strip()[:120] or survey.name
    survey.touchpoint = request.POST.get("touchpoint", "").strip().lower()[:80]
    if not survey.versions.exists():  # once somebody has answered, who they were promised to be stays
        survey.of_employees = request.POST.get("of_employees") == "yes"
    survey.save(update_fields=["name", "touchpoint", "of_employees", "changed_at"])
    messages.success(request, _("Kept."))
    return redirect("survey", pk)


@needs(Right.ASK)
@require_GET
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """What was published when, and what changed each time."""
    survey = get_object_or_404(Survey, pk=pk)
    published = list(survey.versions.select_related("by").order_by("number"))
    rows = []
    for before, version in zip([None, *published], published, strict=False):
        changes = life.difference(before.document, version.document) if before else []
        rows.append({
            "version": version,
            "changes": [wording.change(*one) for one in changes],
            "responses": version.responses.count(),
        })  # fmt: skip
    draft = life.difference(published[-1].document, survey.draft) if published else []
    shown = {"rows": rows[::-1], "draft": [wording.change(*one) for one in draft], "now": timezone.now()}
    return render(request, "surveys/versions.html", {**head(survey, "versions"), **shown})
