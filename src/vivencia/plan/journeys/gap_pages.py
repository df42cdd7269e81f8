"""Pages of gaps: all of them, those of one map, one gap with the people behind it, and who follows a map."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, may, needs
from vivencia.foundation.vocabulary import say
from vivencia.moments import studies
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.studies import Question
from vivencia.plan.journeys import conforming, gap_showing, gap_words, gaps, targets
from vivencia.plan.journeys.drawing import Drawing
from vivencia.plan.journeys.gap_showing import row
from vivencia.plan.journeys.gaps import behind, by_worth, gaps_in, ground_of, segment_of, studied
from vivencia.plan.journeys.ground import Ground
from vivencia.plan.journeys.models import JourneyMap, MapState
from vivencia.plan.journeys.observed import NAMES, Observed
from vivencia.understand import voices
from vivencia.understand.journey_words import duration
from vivencia.understand.journeys.table import Ints, JourneyTable, Mask
from vivencia.understand.settling import view

PAGE = 25
QUOTES = 4
MEMBERS = 2_000  # people whose words are looked through


@needs(Right.SEE_FIGURES)
def gaps_page(request: HttpRequest) -> HttpResponse:
    """The gaps of all target maps, the dearest first."""
    found = gaps.all_gaps()
    maps = JourneyMap.objects.filter(kind="target").exclude(state=MapState.RETIRED)
    shown = {
        **gap_showing.split([row(one) for one in found]),
        "any_map": maps.exists(),
        "maps": gap_showing.library(),
        "whole": True,
    }
    return render(request, "journey_maps/gaps.html", shown)


@needs(Right.SEE_FIGURES)
def map_gaps_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One map: what falls short, what it is worth, who follows it."""
    the_map, drawing = _map(pk)
    seen = view()
    if seen.read.horizon is None or the_map.kind != "target":
        return render(request, "journey_maps/map_gaps.html", {"map": the_map, "nothing": seen.read.horizon is None})
    on = ground_of(the_map, drawing, seen)
    known = studied(segment_of(the_map))
    found = by_worth(gaps_in(drawing, on, known, map_id=the_map.pk))
    shown = {
        "map": the_map,
        **gap_showing.split([row(one) for one in found]),
        "basis": gap_showing.basis(on, the_map),
        "followed": gap_showing.followed(drawing, on, the_map, everything="all" in request.GET),
        "moments": gap_showing.unspoken(drawing, found, known),
    }
    return render(request, "journey_maps/map_gaps.html", shown)


@needs(Right.SEE_FIGURES)
def gap_page(request: HttpRequest, pk: int, step: str, expectation: str) -> HttpResponse:
    """One gap: what it rests on, and whom it concerns."""
    the_map, drawing = _map(pk)
    seen, here = view(), drawing.step(step)
    name = next((one for one in NAMES if one == expectation), None)
    if here is None or name is None or seen.read.horizon is None or gaps.wanted_of(here, name) is None:
        raise Http404
    on = ground_of(the_map, drawing, seen)
    gap = next(
        one
        for one in gaps_in(drawing, on, studied(segment_of(the_map)), map_id=pk)
        if (one.step_key, one.expectation) == (step, name)
    )
    told = behind(on, here, name)
    shown: dict[str, Any] = {
        "map": the_map,
        "row": row(gap),
        "gap": gap,
        "figure": gap_showing.shown_figure(gap.lived, gap),
        "effects": gap_words.effect(gap),
        "worths": [gap_words.worth(one, gap.effect.metric) for one in gap.worth],
        "why": gap_words.why(gap),
        "chart": gap_showing.over_time(told[0], gap) if told else None,
        "basis": gap_showing.basis(on, the_map),
    }
    if told and may(request.user, Right.SEE_CUSTOMERS):
        shown |= _people(on, *told, request)
    return render(request, "journey_maps/gap.html", shown)


@needs(Right.SEE_CUSTOMERS)
def followed_customers_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose journeys leave the map in one way (`kind`, `key`); without one, all that leave it."""
    the_map, drawing = _map(pk)
    seen = view()
    if seen.read.horizon is None:
        raise Http404
    on = ground_of(the_map, drawing, seen)
    told = conforming.followed(drawing, on, everything="all" in request.GET)
    kind, key = request.GET.get("kind", ""), request.GET.get("key", "")
    one = next((one for one in told.found.deviations if (one.kind, one.key) == (kind, key)), None)
    mask = one.mask if one else ~told.found.mask
    journeys = np.flatnonzero(mask)
    journeys = journeys[np.argsort(-told.table.ended[journeys], kind="stable")]
    page = Paginator(journeys.tolist(), PAGE).get_page(request.GET.get("page"))
    rows = [_journey(told.table, int(one)) for one in page.object_list]
    names = _names(on, [one["customer"] for one in rows])
    for one_row in rows:
        one_row["name"] = names.get(one_row["customer"] or "", "")
    what = gap_showing.deviation_words(one, drawing) if one else _("Journeys that leave the map")
    shown = {"map": the_map, "what": what, "rows": rows, "page": page, "n": len(journeys)}
    return render(request, "journey_maps/followed_customers.html", shown)


@needs(Right.PLAN)
@require_POST
def from_moment(request: HttpRequest) -> HttpResponse:
    """Make what a moment shows a target: `outcome`, `key` and `segment` name the moment as its own page does."""
    outcome, key, segment = (request.POST.get(name, "") for name in ("outcome", "key", "segment"))
    question = Question(outcome, segment) if outcome in OUTCOMES else None
    study = studies.latest(question) if question else None
    findings = studies.findings_of(study) if study else None
    moment = findings.moment(key) if findings else None
    seen = view()
    if findings is None or moment is None or seen.read.horizon is None:
        raise Http404
    assert isinstance(request.user, User)
    if segment and not segment.startswith(studies.SAVED):
        messages.warning(request, _("A target is for everybody or a saved segment: save these people as one first."))
        return redirect("segments")
    people = f"s:{segment.removeprefix(studies.SAVED)}" if segment else ""
    made = targets.make(findings, moment, people, seen, request.user)
    if made is None:
        messages.warning(request, _("This moment gives no measure for a target. Put one on a map by hand."))
        return redirect(f"{reverse('moment', kwargs={'outcome': outcome, 'key': key})}")
    if made.proposed:
        said = _("“%(map)s” now expects this. The number is a proposal: change it on the map.")
    else:
        said = _("“%(map)s” expects something here already, and it stays as it is.")
    messages.success(request, said % {"map": made.map.title})
    return redirect("map-gap", made.map.pk, made.step, made.expectation)


def _map(pk: int) -> tuple[JourneyMap, Drawing]:
    the_map = get_object_or_404(JourneyMap.objects.select_related("segment"), pk=pk)
    return the_map, the_map.drawing


def _journey(table: JourneyTable, journey: int) -> dict[str, Any]:
    begin, end = int(table.offsets[journey]), int(table.offsets[journey + 1])
    return {
        "customer": table.person_ids[int(table.person[journey])].as_py(),
        "steps": [say(table.steps[code]) for code in table.step[begin:end]],
        "ended": _moment(int(table.at[end - 1])),
    }


def _people(on: Ground, told: Observed, short: Mask, request: HttpRequest) -> dict[str, Any]:
    """Those for whom it fell short, the worst first, and what they say."""
    order = _worst_first(told, short)
    page = Paginator(order.tolist(), PAGE).get_page(request.GET.get("page"))
    people = [
        on.table.person_ids[int(told.person[i])].as_py() if told.person[i] >= 0 else None for i in page.object_list
    ]
    names = _names(on, people)
    rows = [
        {"customer": who, "name": names.get(who or "", ""), "at": _moment(int(told.at[i])), "value": _value(told, i)}
        for who, i in zip(people, page.object_list, strict=True)
    ]
    ids = on.customer_ids(dict.fromkeys(told.person[order[:MEMBERS]].tolist()))
    members = pa.table({"customer_id": pa.array(ids, pa.string())})
    wish = voices.Asked(members=members, since=on.since, until=on.until, feeling="bad")
    heard = voices.heard(voices.voices(on.read), wish, 0, QUOTES, masked=True)
    if not heard.rows:
        wish = voices.Asked(members=members, since=on.since, until=on.until, score="low")
        heard = voices.heard(voices.voices(on.read), wish, 0, QUOTES, masked=True)
    return {"people": rows, "page": page, "n_short": len(order), "quotes": heard.rows}


def _worst_first(told: Observed, short: Mask) -> Ints:
    rows = np.flatnonzero(short)
    worst = told.late if told.late is not None else told.value if told.name == "waiting" else -told.value
    value = -worst[rows]
    return np.asarray(rows[np.lexsort((-told.at[rows], value))], np.int64)


def _value(told: Observed, at: int) -> str:
    value = float(told.value[at])
    if told.name == "waiting":
        return duration(value)
    if told.late is not None:
        return _("%(time)s late") % {"time": duration(float(told.late[at]))}
    if told.method == "share":
        words = {"pass_share": _("passed through") if value else _("did not come by")}
        return words.get(told.name, _("nobody"))
    return gap_words.amount(value, told.name, told.unit)


def _moment(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def _names(on: Ground, ids: list[str | None]) -> dict[str, str]:
    customers = on.read.customers
    wanted = customers.filter(customers.customer_id.isin([one for one in ids if one] or [""]))
    rows = on.read.to_arrow(wanted.select("customer_id", "name", "email")).to_pylist()
    return {one["customer_id"]: one["name"] or one["email"] or "" for one in rows}
