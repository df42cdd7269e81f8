"""The library page, new maps, what is known about a map, and its end."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vivencia.foundation.models import User
from vivencia.foundation.numbers import day
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import say
from vivencia.plan.journeys import gap_words, library, lived, maps
from vivencia.plan.journeys.canvas_pages import who
from vivencia.plan.journeys.drawing import Drawing
from vivencia.plan.journeys.models import JourneyMap, MapKind, MapState
from vivencia.plan.journeys.starters.sketch import drawn
from vivencia.understand.models import Segment
from vivencia.understand.segment_choices import choices
from vivencia.understand.settling import view

TONES = {MapState.DRAFT: "neutral", MapState.AGREED: "gain", MapState.RETIRED: "neutral"}
SIGNS = {MapState.DRAFT: "edit", MapState.AGREED: "circle-check", MapState.RETIRED: "archive"}


@needs(Right.SEE_FIGURES)
@require_GET
def maps_page(request: HttpRequest) -> HttpResponse:
    """Every map, those it belongs under first; retired ones on request."""
    retired = "retired" in request.GET
    everything = JourneyMap.objects.select_related("owner", "segment", "parent")
    kept = everything.filter(state=MapState.RETIRED) if retired else everything.exclude(state=MapState.RETIRED)
    shown = {
        "rows": [_row(one) for one in library.shelves(kept)],
        "retired": retired,
        "put_away": JourneyMap.objects.filter(state=MapState.RETIRED).count(),
        "any": JourneyMap.objects.exists(),
        "targets": JourneyMap.objects.filter(kind=MapKind.TARGET).exclude(state=MapState.RETIRED).exists(),
        "gaps": _address("gaps"),
        "import_file": _address("map-import"),
    }
    return render(request, "journey_maps/maps.html", shown)


def _row(one: library.Shelved) -> dict[str, Any]:
    it = one.map
    return {
        "map": it,
        "depth": min(one.depth, 6),
        "steps": len(it.stored.get("steps", [])),
        "phases": len(it.stored.get("phases", [])),
        "whose": it.persona or (it.segment.name if it.segment else ""),
        "tone": TONES[MapState(it.state)],
        "sign": SIGNS[MapState(it.state)],
    }


def _address(name: str) -> str:
    """The address of a page that other parts of the plan may have; "" where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@needs(Right.SEE_FIGURES)
@require_GET
def worth(request: HttpRequest) -> HttpResponse:
    """Which journey first: what closing each one's gaps is worth. Worked out when the page asks for it."""
    rows = [
        {
            "map": one.map,
            "gaps": one.open_gaps,
            "worth": gap_words.worth(one.worth, one.metric) if one.worth else "",
            "people": one.people,
            "dearest": gap_words.sentence(one.dearest) if one.dearest else "",
        }
        for one in library.weighed(view())
    ]
    without = [row for row in rows if not row["gaps"]]
    return render(
        request, "journey_maps/parts/worth.html", {"rows": rows, "without": without, "gaps": _address("gaps")}
    )


@needs(Right.PLAN)
def new(request: HttpRequest) -> HttpResponse:
    """A map from what is lived, from a template, or from nothing."""
    language = "es" if (get_language() or "es").startswith("es") else "en"
    read = view().read
    if request.method != "POST":
        shown = {
            "starters": [
                {
                    "key": one.key,
                    "icon": one.icon,
                    "title": one.title.of(language),
                    "what": one.what.of(language),
                    "steps": one.steps,
                }
                for one in library.STARTERS.values()
            ],
            "segments": Segment.objects.all(),
            "groups": [{"value": one, "label": say(one)} for one in choices(read)["segments"]],
            "until": read.horizon.date() if read.horizon else None,
            "since": read.horizon.date() - timedelta(days=365) if read.horizon else None,
            "import_file": _address("map-import"),
        }
        return render(request, "journey_maps/new.html", shown)
    begin = request.POST.get("begin", "empty")
    if begin == "lived":
        return _lived(request, language, who(request))
    sketch = library.STARTERS.get(begin)
    if sketch:
        drawing = drawn(sketch, language, frozenset(choices(read)["touchpoints"]))
    else:
        drawing = library.empty(_("New journey"), language)
    return redirect("journey-map", maps.create(drawing, by=who(request)).pk)


def _lived(request: HttpRequest, language: str, user: User) -> HttpResponse:
    """A lived map of the people and period asked for."""
    asked = request.POST.get("segment", "")
    segment = Segment.objects.filter(pk=asked[2:]).first() if asked.startswith("s:") and asked[2:].isdecimal() else None
    group = asked.removeprefix("c:") if asked.startswith("c:") else ""
    since, until = day(request.POST.get("since")), day(request.POST.get("until"))
    if since and until and since > until:
        since, until = until, since
    persona = segment.name if segment else say(group)
    name = _("As lived by %(who)s") % {"who": persona} if persona else _("As lived by everybody")
    drawing = lived.drawing_of(
        view().read,
        f"s:{segment.pk}" if segment else f"c:{group}" if group else "",
        since,
        until,
        language,
        name=name,
        persona=persona,
    )
    if not drawing.steps:
        messages.error(request, _("Not enough journeys of these people in this period to draw a map."))
        return redirect("journey-map-new")
    made = maps.create(drawing, by=user, segment=segment, since=since, until=until)
    return redirect("journey-map", made.pk)


@needs(Right.PLAN)
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A target to design from this map: what is lived becomes what should be."""
    the_map = get_object_or_404(JourneyMap, pk=pk)
    title = _("%(title)s: how it should be") % {"title": the_map.title}
    drawing: Drawing = library.as_target(the_map.drawing, title[:200])
    parent = the_map if the_map.kind == MapKind.LIVED else the_map.parent
    made = maps.create(drawing, by=who(request), segment=the_map.segment, parent=parent, weight=the_map.weight)
    messages.success(request, _("A copy to design: change what should be different, and say what should hold."))
    return redirect("journey-map", made.pk)


@needs(Right.PLAN)
@require_POST
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """Owner, people, place in the library, weight, state."""
    the_map, told = get_object_or_404(JourneyMap, pk=pk), request.POST
    the_map.owner = _chosen(User.objects.filter(is_active=True), told.get("owner"))
    the_map.segment = _chosen(Segment.objects.all(), told.get("segment"))
    the_map.parent = next((one for one in library.may_be_parents(the_map) if str(one.pk) == told.get("parent")), None)
    weight = told.get("weight", "")
    the_map.weight = min(int(weight), 10) if weight.isdecimal() and len(weight) < 4 else the_map.weight
    state = told.get("state", "")
    the_map.state = state if state in MapState.values else the_map.state
    the_map.save(update_fields=["owner", "segment", "parent", "weight", "state"])
    messages.success(request, _("Kept."))
    return redirect("journey-map", pk)


def _chosen(among: Any, key: str | None) -> Any:
    return among.filter(pk=key).first() if key and key.isdecimal() and len(key) < 12 else None


@needs(Right.PLAN)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """The map goes with its history; only a retired one, so that nobody loses one by a slip."""
    the_map = get_object_or_404(JourneyMap, pk=pk)
    if the_map.state != MapState.RETIRED:
        messages.error(request, _("Retire the map first; a retired map can be deleted."))
        return redirect("journey-map", pk)
    title = the_map.title
    the_map.delete()
    messages.success(request, _("“%(title)s” is deleted.") % {"title": title})
    return redirect("journey-maps")
