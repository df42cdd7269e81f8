"""The canvas of one map: the page, and what it asks and tells while people draw."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, may, needs
from vivencia.foundation.vocabulary import say
from vivencia.plan.journeys import canvas_overlay, canvas_texts, maps, overlay, presence, sheets, wording
from vivencia.plan.journeys.drawing import DrawingError
from vivencia.plan.journeys.library import about_choices
from vivencia.plan.journeys.models import JourneyMap, MapOperation
from vivencia.understand.segment_choices import choices
from vivencia.understand.settling import view

MOST_BYTES = 2_000_000
MOST_EDITS = 200  # at once: what was typed while there was no connection
MOST_NEWS = 20
MOST_STEPS = 100  # of a map whose tables travel with its page, for readers without scripts
UNREADABLE = (DrawingError, ValueError, RecursionError)  # JSON that is none, nested without end, numbers of any length


@needs(Right.SEE_FIGURES)
@require_GET
def canvas(request: HttpRequest, pk: int) -> HttpResponse:
    the_map = get_object_or_404(JourneyMap.objects.select_related("owner", "parent", "segment"), pk=pk)
    user, drawing = who(request), the_map.drawing
    data = {
        **_state(the_map, user),
        "editable": may(user, Right.PLAN),
        "me": user.called,
        "state": reverse("journey-map-state", args=[pk]),
        "here": reverse("journey-map-here", args=[pk]),
        "edit": reverse("journey-map-edit", args=[pk]),
        "undo": reverse("journey-map-undo", args=[pk]),
        "sheets": reverse("journey-map-sheets", args=[pk]),
        "overlay": reverse("journey-map-overlay", args=[pk]),
        "choices": _choices(),
        "texts": canvas_texts.canvas(),
    }
    shown = {
        "map": the_map,
        "data": data,
        "sheets": sheets.of(drawing) if len(drawing.steps) <= MOST_STEPS else [],
        "steps": len(drawing.steps),
        "editable": data["editable"],
        "about": about_choices(the_map),
        "gaps": _address("map-gaps", pk),
        "exports": _address("map-files", pk),
    }
    return render(request, "journey_maps/canvas.html", shown)


@needs(Right.SEE_FIGURES)
@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The map as it is now, and what others did since operation `since`; 304 where nothing happened."""
    seq = get_object_or_404(JourneyMap.objects.only("seq"), pk=pk).seq
    tag = f'"{seq}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    the_map, user = JourneyMap.objects.get(pk=pk), who(request)
    told = request.GET.get("since", "")
    news = _news(the_map, int(told), user) if told.isdecimal() and len(told) < 10 else []
    return JsonResponse({**_state(the_map, user), "news": news}, headers={"ETag": f'"{the_map.seq}"'})


@needs(Right.SEE_FIGURES)
@require_POST
def here(request: HttpRequest, pk: int) -> HttpResponse:
    """A browser says on which step its person is, or that they leave; it is told who else is here, and whether the map
    has moved on."""
    seq = get_object_or_404(JourneyMap.objects.only("seq"), pk=pk).seq
    user, now = who(request), timezone.now()
    try:
        told = _body(request)
        step, leaves = str(told.get("step") or ""), bool(told.get("leaves"))
    except (*UNREADABLE, AttributeError) as wrong:
        return JsonResponse({"error": str(wrong)}, status=422)
    if leaves:
        presence.left(pk, user)
        return JsonResponse({"seq": seq, "people": []})
    presence.here(pk, user, step, now)
    people = [{"id": one.user, "name": one.name, "step": one.step} for one in presence.others(pk, user, now)]
    return JsonResponse({"seq": seq, "people": people})


@needs(Right.PLAN)
@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what a browser sends, in its order. What may not stand there is answered with 422 and the reason."""
    get_object_or_404(JourneyMap.objects.only("pk"), pk=pk)
    user = who(request)
    try:
        given = _body(request)
        if not isinstance(given, list) or len(given) > MOST_EDITS:
            raise DrawingError("the edits", "are no list", [f"at most {MOST_EDITS}"])
        read = [maps.read_edit(one) for one in given]
        done = [maps.edit(pk, one, by=user) for one in read]
    except maps.NotYoursError:
        return JsonResponse({"error": _("A comment's words are its author's.")}, status=422)
    except UNREADABLE as wrong:
        return JsonResponse({"error": str(wrong)}, status=422)
    except maps.BusyError:
        return JsonResponse({"error": _("Too many edits at once.")}, status=409)
    return _told(JourneyMap.objects.get(pk=pk), user, done, base=read[0].base if read else 0)


@needs(Right.PLAN)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what this person did last; with `again`, do again what they took back last."""
    get_object_or_404(JourneyMap.objects.only("pk"), pk=pk)
    user = who(request)
    try:
        given = _body(request)
        token = str(given["token"])[:64]
        verb = maps.redo if given.get("again") else maps.undo
        if not token.isascii():
            raise DrawingError("token", "is missing", ["plain characters"])
        done = verb(pk, token, by=user)
    except (*UNREADABLE, KeyError, TypeError, AttributeError):
        return JsonResponse({"error": _("This cannot be taken back.")}, status=422)
    except maps.BusyError:
        return JsonResponse({"error": _("Too many edits at once.")}, status=409)
    the_map = JourneyMap.objects.get(pk=pk)
    return _told(the_map, user, [done] if done else [], base=None)


@needs(Right.SEE_FIGURES)
@require_GET
def overlaid(request: HttpRequest, pk: int) -> HttpResponse:
    """What is lived at each step against what is expected; asked for when the map is drawn, since it takes longer."""
    the_map = get_object_or_404(JourneyMap.objects.select_related("segment"), pk=pk)
    seen = view()
    if seen.read.horizon is None:
        return JsonResponse({})
    return JsonResponse(canvas_overlay.of(overlay.of(the_map, seen)))


@needs(Right.SEE_FIGURES)
@require_GET
def sheet_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The map as tables, for paper: the canvas asks for them anew after edits."""
    the_map = get_object_or_404(JourneyMap, pk=pk)
    return render(request, "journey_maps/parts/sheets.html", {"map": the_map, "sheets": sheets.of(the_map.drawing)})


def _body(request: HttpRequest) -> Any:
    if len(request.body) > MOST_BYTES:
        raise DrawingError("the request", f"has {len(request.body)} bytes", [f"at most {MOST_BYTES}"])
    return json.loads(request.body)


def _state(the_map: JourneyMap, user: User) -> dict[str, Any]:
    return {"seq": the_map.seq, "drawing": the_map.stored, "can": maps.can(the_map.pk, user)}


def _told(the_map: JourneyMap, user: User, done: list[MapOperation], *, base: int | None) -> HttpResponse:
    """How the edits went. The drawing comes along where the sender cannot know it: others edited, or an edit failed."""
    alone = base is not None and the_map.seq == base + len(done) and all(one.applied for one in done)
    told = _state(the_map, user)
    if alone:
        del told["drawing"]
    return JsonResponse({
        **told,
        "done": [{"applied": one.applied, "why": one.why, "overwrote": _overwrote(one)} for one in done],
        "news": [] if alone or base is None else _news(the_map, base, user),
    })  # fmt: skip


def _overwrote(row: MapOperation) -> dict[str, str] | None:
    other = row.overwrote
    return {"by": _by(other), "what": wording.did(other)} if other else None


def _news(the_map: JourneyMap, since: int, user: User) -> list[dict[str, str]]:
    """What others did after operation `since`, the newest last."""
    rows = MapOperation.objects.filter(map=the_map, seq__gt=since, applied=True).exclude(by=user)
    newest = rows.select_related("by", "reverses").order_by("-seq")[:MOST_NEWS]
    return [{"by": _by(one), "what": wording.did(one)} for one in reversed(newest)]


def _by(row: MapOperation) -> str:
    return row.by.called if row.by else _("Somebody who has left")


def _choices() -> dict[str, list[dict[str, str]]]:
    """What fields of a step can name from the data: touchpoints, kinds of promises, metrics."""
    known = choices(view().read)
    return {
        name: [{"value": one, "label": say(one)} for one in known[name]]
        for name in ("touchpoints", "promises", "metrics")
    }


def _address(name: str, pk: int) -> str:
    """The address of a page about this map that other modules may have; "" where there is none."""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


def who(request: HttpRequest) -> User:
    """The person signed in; the decorators let nobody else in."""
    assert isinstance(request.user, User)
    return request.user
