"""Pages of the vision: what it is and whether it is kept, the guided start, changing it, its versions."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.models import User
from vivencia.foundation.numbers import whole
from vivencia.foundation.rights import Right, needs
from vivencia.measure.reading import source
from vivencia.plan.vision import answers, comparing, evidence, showing, versions
from vivencia.plan.vision.document import Vision
from vivencia.plan.vision.models import VisionVersion
from vivencia.plan.vision.questions import BY_KEY, QUESTIONS


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@needs(Right.SEE_FIGURES)
@require_GET
def vision_page(request: HttpRequest) -> HttpResponse:
    """What experience we want to give, and whether we give it."""
    held = versions.current()
    if held is None:
        return render(request, "vision/nothing.html", {"draft": versions.draft(), "questions": QUESTIONS})
    return render(request, "vision/vision.html", showing.page(held, source()))


@needs(Right.SEE_FIGURES)
@require_GET
def figure_part(request: HttpRequest, key: str) -> HttpResponse:
    """The figure behind one promise or proposition, computed now."""
    held = versions.current()
    vision = held.vision if held else Vision()
    said = next((one for one in vision.said if one.key == key), None)
    shown = evidence.shown_of(said, source(), wait=True) if said else None
    if shown is None:
        raise Http404
    return render(request, "vision/parts/figure.html", {"it": shown, "key": key})


@needs(Right.PLAN)
def start_page(request: HttpRequest, step: int) -> HttpResponse:
    """One question of the guided start; every answer is kept at once, so that it can be left and gone on with."""
    if not 1 <= step <= len(QUESTIONS):
        raise Http404
    held, question = versions.draft(), QUESTIONS[step - 1]
    current = versions.current()
    vision = held.vision if held else current.vision if current else Vision()
    wrong = ""
    if request.method == "POST":
        try:
            vision = answers.read(question.key, request.POST.dict(), vision)
        except answers.UnreadableError as unreadable:
            wrong = str(unreadable)
        else:
            return _gone_on(request, vision, step)
    shown = {
        "question": question,
        "step": step,
        "steps": [(number, each) for number, each in enumerate(QUESTIONS, start=1)],
        "last": step == len(QUESTIONS),
        "wrong": wrong,
        "fields": _fields(question.key, vision, request.POST.dict() if wrong else {}),
    }
    return render(request, "vision/start.html", shown, status=422 if wrong else 200)


def _gone_on(request: HttpRequest, vision: Vision, step: int) -> HttpResponse:
    """To the next question; after the last, the vision is a version."""
    if "finish" not in request.POST and step < len(QUESTIONS):
        versions.keep_draft(vision, step + 1, _by(request))
        return redirect("vision") if "later" in request.POST else redirect("vision-start", step + 1)
    if "later" in request.POST:
        versions.keep_draft(vision, step, _by(request))
        return redirect("vision")
    held = versions.current()
    try:
        versions.save(vision, _by(request), after=held.number if held else 0)
    except versions.MovedOnError:
        messages.error(request, _("Somebody else saved a version at the same time. Save once more."))
        return redirect("vision-start", step)
    messages.success(request, _("The vision is written. Tell everybody."))
    return redirect("vision")


@needs(Right.PLAN)
def edit_page(request: HttpRequest) -> HttpResponse:
    """Everything on one page; saving makes a new version."""
    held = versions.current()
    vision, number = (held.vision, held.number) if held else (Vision(), 0)
    wrong = ""
    if request.method == "POST":
        told = request.POST.dict()
        try:
            vision = _read(told)
        except answers.UnreadableError as unreadable:
            wrong, vision = str(unreadable), answers.as_far_as_it_goes(told, vision)
        else:
            after = -1 if (known := whole(told.get("after"))) is None else known
            try:
                versions.save(vision, _by(request), after=after, note=told.get("note", ""))
            except versions.MovedOnError:
                wrong = _(
                    "Somebody else saved a version meanwhile. Yours is still here below: look at theirs, "
                    "then save again to put yours on top."
                )
            else:
                messages.success(request, _("The vision is saved as a new version."))
                return redirect("vision")
    typed = request.POST.dict() if wrong else {}
    shown = {"groups": [(question, _fields(question.key, vision, typed)) for question in QUESTIONS]}
    more = {"after": number, "wrong": wrong, "note": request.POST.get("note", "")}
    return render(request, "vision/edit.html", shown | more, status=422 if wrong else 200)


def _fields(question: str, vision: Vision, typed: Mapping[str, str]) -> dict[str, Any]:
    """What a question's form shows; rows as they were typed, where something in them could not be kept."""
    fields = showing.asked(question, vision)
    if typed and question in ("promises", "propositions"):
        fields["rows"] = answers.typed(question, typed)
    return fields


def _read(told: Mapping[str, str]) -> Vision:
    vision = Vision()
    for question in QUESTIONS:
        vision = answers.read(question.key, told, vision)
    return vision


@needs(Right.SEE_FIGURES)
@require_GET
def versions_page(request: HttpRequest) -> HttpResponse:
    """Every version, and two of them side by side."""
    kept = list(VisionVersion.objects.select_related("by"))
    before, after = _chosen(request, kept, "before", 1), _chosen(request, kept, "after", 0)
    told: list[dict[str, Any]] = []
    if before and after:
        told = [
            {"title": BY_KEY[one.part].title, "it": one, "before": showing.measured(one.before),
             "after": showing.measured(one.after)}
            for one in comparing.differences(before.vision, after.vision)
        ]  # fmt: skip
    return render(request, "vision/versions.html", {"kept": kept, "before": before, "after": after, "told": told})


def _chosen(request: HttpRequest, kept: list[VisionVersion], name: str, usual: int) -> VisionVersion | None:
    number = request.GET.get(name, "")
    found = next((one for one in kept if str(one.number) == number), None)
    return found or (kept[usual] if len(kept) > usual else None)


@needs(Right.PLAN)
@require_POST
def restore(request: HttpRequest, number: int) -> HttpResponse:
    """An earlier version again."""
    try:
        versions.restore(get_object_or_404(VisionVersion, number=number), _by(request))
    except versions.MovedOnError:
        messages.error(request, _("Somebody else saved a version at the same time. Look at it first."))
        return redirect("vision-versions")
    messages.success(request, _("Version %(n)s is in force again, as a new version.") % {"n": number})
    return redirect("vision")


@needs(Right.ANALYSE)
@require_POST
def target(request: HttpRequest, key: str) -> HttpResponse:
    """The target of a promise, as one of the metric's own."""
    held = versions.current()
    promise = held.vision.promise(key) if held else None
    if promise is None or promise.measure is None:
        raise Http404
    made = evidence.keep_target(promise.measure, source().as_of.date(), _by(request))
    if made:
        messages.success(request, _("The target now stands in the metrics, from today on."))
    return redirect("vision")
