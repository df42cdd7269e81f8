"""The list of surveys, new ones, and moving one through its life."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, needs
from vivencia.listen.surveys import surveys as life
from vivencia.listen.surveys import wording
from vivencia.listen.surveys.models import State, Survey
from vivencia.listen.surveys.starters import STARTERS

SIGNS = {State.DRAFT: "edit", State.LIVE: "circle-check", State.PAUSED: "player-pause", State.ARCHIVED: "archive"}


@needs(Right.ASK)
@require_GET
def surveys(request: HttpRequest) -> HttpResponse:
    """Every survey with what came of it; archived ones on request."""
    archived = "archived" in request.GET
    kept = Survey.objects.filter(state=State.ARCHIVED) if archived else Survey.objects.exclude(state=State.ARCHIVED)
    found = kept.annotate(
        finished=Count("responses", filter=Q(responses__finished_at__isnull=False), distinct=True),
        begun=Count("responses", distinct=True),
        last=Max("responses__changed_at"),
    ).order_by("-changed_at", "-pk")  # grouping drops the model's own order
    shown = {
        "rows": [_row(survey) for survey in found],
        "archived": archived,
        "put_away": Survey.objects.filter(state=State.ARCHIVED).count(),
        "any": Survey.objects.exists(),
    }
    return render(request, "surveys/surveys.html", shown)


def _row(survey: Any) -> dict[str, Any]:
    it = survey.questionnaire
    return {
        "survey": survey,
        "tone": {State.LIVE: "gain", State.PAUSED: "caution"}.get(survey.state, "neutral"),
        "sign": SIGNS[survey.state],
        "questions": ngettext("%(n)s question", "%(n)s questions", len(it.questions)) % {"n": len(it.questions)},
        "languages": ", ".join(str(wording.LANGUAGES[one]) for one in it.languages),
        "changed": survey.state != State.DRAFT and life.changed(survey),
    }


@needs(Right.ASK)
def new(request: HttpRequest) -> HttpResponse:
    """Begin with one of the starters."""
    if request.method != "POST":
        return render(request, "surveys/new.html", {"starters": STARTERS.values()})
    starter = STARTERS.get(request.POST.get("starter", ""), STARTERS["empty"])
    name = request.POST.get("name", "").strip()[:120] or str(starter.name)
    survey = life.create(
        name,
        starter.questionnaire,
        by=who(request),
        touchpoint=starter.touchpoint,
        of_employees=starter.of_employees,
    )
    return redirect("survey", survey.pk)


@needs(Right.ASK)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause, resume, archive, restore."""
    survey, verb = get_object_or_404(Survey, pk=pk), request.POST.get("verb", "")
    if verb not in life.MOVES or not life.move(survey, verb):
        messages.error(request, _("That cannot be done with this survey now."))
        return redirect("survey", pk)
    said = {
        "pause": _("The survey is paused: it takes no answers and asks nobody."),
        "resume": _("The survey takes answers again."),
        "archive": _("The survey is archived. Its answers stay."),
        "restore": _("The survey is back. It takes answers once you resume it."),
    }
    messages.success(request, said[verb])
    return redirect("surveys") if verb == "archive" else redirect("survey", pk)


@needs(Right.ASK)
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(Survey, pk=pk)
    made = life.duplicate(survey, (_("%(name)s (copy)") % {"name": survey.name})[:120], by=who(request))
    return redirect("survey", made.pk)


def who(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
