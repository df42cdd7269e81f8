"""A map's history: who did what, its named versions, and the way back to one; and the map shown to a room."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.rights import Right, needs
from vivencia.plan.journeys import maps, sheets, wording
from vivencia.plan.journeys.canvas_pages import who
from vivencia.plan.journeys.comparing import compare
from vivencia.plan.journeys.drawing import Drawing
from vivencia.plan.journeys.models import JourneyMap, MapOperation, MapVersion

A_PAGE = 50
MOST_CHANGES = 200
NEAR = 5  # steps named before and after the one a slide is about


@needs(Right.SEE_FIGURES)
@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done, the newest first, with what had no effect and what was written over."""
    the_map = get_object_or_404(JourneyMap, pk=pk)
    done = MapOperation.objects.filter(map=the_map).order_by("-seq")
    related = done.select_related("by", "reverses", "reverses__reverses", "overwrote", "overwrote__by")
    page = Paginator(related, A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "map": the_map,
        "page": page,
        "rows": [_row(one) for one in page],
        "versions": the_map.versions.select_related("by").defer("stored"),
    }
    return render(request, "journey_maps/history.html", shown)


def _row(row: MapOperation) -> dict[str, Any]:
    other = row.overwrote
    return {
        "by": row.by.called if row.by else _("Somebody who has left"),
        "at": row.at,
        "what": wording.did(row),
        "why": "" if row.applied else wording.WHY.get(row.why, ""),
        "overwrote": wording.did(other) if other else "",
        "overwrote_by": other.by.called if other and other.by else "",
    }


@needs(Right.PLAN)
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """The map as it is now, under a name."""
    the_map = get_object_or_404(JourneyMap, pk=pk)
    name = request.POST.get("name", "").strip()
    if not name:
        messages.error(request, _("A version needs a name to be found by."))
    else:
        maps.keep_version(the_map, name, by=who(request))
        messages.success(request, _("The version “%(name)s” is kept.") % {"name": name[:120]})
    return redirect("journey-map-history", pk)


@needs(Right.SEE_FIGURES)
@require_GET
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A version to read, and what is otherwise on the map now."""
    kept = get_object_or_404(MapVersion.objects.select_related("map", "by"), pk=number, map_id=pk)
    differs = compare(kept.drawing, kept.map.drawing)
    changes = [wording.change(one) for one in differs[:MOST_CHANGES]]
    shown = {"map": kept.map, "version": kept, "sheets": sheets.of(kept.drawing), "changes": changes, "n": len(differs)}
    return render(request, "journey_maps/version.html", shown)


@needs(Right.PLAN)
@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Make the map as it was; what it is now is kept as a version first, unless one is the same."""
    kept = get_object_or_404(MapVersion, pk=number, map_id=pk)
    now = get_object_or_404(JourneyMap, pk=pk)
    if not now.versions.filter(seq=now.seq).exists():
        maps.keep_version(now, _("Before going back to “%(name)s”") % {"name": kept.name}, by=who(request))
    maps.restore(kept, uuid.uuid4().hex, by=who(request))
    messages.success(request, _("The map is as it was in “%(name)s”. Undo takes that back.") % {"name": kept.name})
    return redirect("journey-map", pk)


@needs(Right.SEE_FIGURES)
@require_GET
def present(request: HttpRequest, pk: int) -> HttpResponse:
    """The map for a room: phase by phase, step by step."""
    the_map = get_object_or_404(JourneyMap, pk=pk)
    return render(request, "journey_maps/present.html", {"map": the_map, "slides": slides(the_map.drawing)})


def _beside(names: list[str], place: int) -> list[tuple[str, bool]]:
    """The steps named on a slide, and which of them it is about: of a long phase only those near it."""
    first = max(0, min(place - NEAR, len(names) - 2 * NEAR - 1))
    return [(name, at == place) for at, name in enumerate(names)][first : first + 2 * NEAR + 1]


def slides(drawing: Drawing) -> list[dict[str, Any]]:
    """Phases with their steps, each step with everything that is known of it."""
    told = []
    single = iter(sheets.of(drawing, 1))
    for phase in drawing.phases:
        steps: list[dict[str, Any]] = []
        names = [step.name for step in drawing.steps_of(phase.key)]
        for place in range(len(names)):
            sheet = next(single)
            facts = [(row.lane.name, row.cells[0]) for row in sheet.rows]
            steps.append({"column": sheet.columns[0], "facts": facts, "beside": _beside(names, place)})
        told.append({"phase": phase, "when": wording.WHENS[phase.when], "steps": steps})
    return told
