"""Phases and lanes: each touchpoint in its place, with who comes, how they felt, what they waited for."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.rights import Right, may, needs
from vivencia.foundation.vocabulary import title
from vivencia.understand import phases
from vivencia.understand.journey_look import Look, look
from vivencia.understand.journey_pages import counted_flow, customers_address, felt_of, shared, template
from vivencia.understand.journey_words import DAY, duration, enough, score, share, tone
from vivencia.understand.journeys import beside
from vivencia.understand.journeys.flow import Felt
from vivencia.understand.journeys.lanes import ChannelShare, Lane, lanes

RARE = 0.01  # touchpoints that fewer journeys reach are folded away


@needs(Right.SEE_FIGURES)
def lanes_page(request: HttpRequest) -> HttpResponse:
    """The map of phases and lanes; with HTMX only what the filters change."""
    found = look(request)
    context = shared(found, "journey-lanes")
    if found is not None and counted_flow(found)["journeys"]:
        context |= _lanes(found, with_words=may(request.user, Right.SEE_CUSTOMERS))
    return render(
        request, template(request, "understand/journey_lanes.html", "understand/parts/journey_lanes.html"), context
    )


def _lanes(found: Look, *, with_words: bool) -> dict[str, Any]:
    by_step = counted_lanes(found)
    overall = felt_of(counted_flow(found)["felt"])
    promises = beside.kept_by_step(found.promised(), found.whole, found.mask, found.now)
    columns = phases.columns(found.placed)
    shown = [
        (column.name, [by_step[step] for step in column.steps if step in by_step and by_step[step].share >= RARE])
        for column in columns
    ]
    own = {one.step for one in found.placed if one.phase in ("before", "during")}
    cells = []
    for name, steps in shown:
        for lane in steps:
            quote = _quote(found, lane) if with_words else None
            cells.append(
                {
                    "phase": name,
                    "lane": lane,
                    "name": title(lane.step),
                    "share": share(lane.share),
                    "channels": [(title(one.channel), share(one.share)) for one in lane.channels[:3]],
                    "felt": score(lane.felt, found.scale) if enough(lane.felt) else "",
                    "tone": tone(lane.felt, overall),
                    "wait": None if lane.wait_median_seconds is None else duration(lane.wait_median_seconds),
                    "p90": None if lane.wait_p90_seconds is None else duration(lane.wait_p90_seconds),
                    "promises": _promises(promises.get(lane.step)),
                    "pains": _pains(lane, promises.get(lane.step), tone(lane.felt, overall), lane.step in own),
                    "quote": quote,
                    "href": customers_address(found, step=lane.step),
                }
            )
    return {
        "journeys": counted_flow(found)["journeys"],
        "phases": [(name, len(steps)) for name, steps in shown if steps],
        "cells": cells,
        "curve": _curve(found, cells, with_people=with_words),
        "arranged": phases.arranged(),
        "folded": len(by_step) - len(cells),
    }


def counted_lanes(found: Look) -> dict[str, Lane]:
    said = found.remember("lanes", lambda: [asdict(lane) for lane in lanes(found.table).values()])
    return {
        one["step"]: Lane(
            **{
                **one,
                "channels": tuple(ChannelShare(**channel) for channel in one["channels"]),
                "said_here": Felt(**one["said_here"]),
                "passing": Felt(**one["passing"]),
            }
        )
        for one in said
    }


def _curve(found: Look, cells: list[dict[str, Any]], *, with_people: bool) -> Chart | None:
    """What people felt along the way, with intervals."""
    scale = found.scale
    if scale is None or all(cell["lane"].felt.mean is None for cell in cells):
        return None
    points = []
    for cell in cells:
        felt = cell["lane"].felt
        known = enough(felt)
        points.append(
            Point(
                cell["name"],
                felt.mean if known else None,
                felt.low if known else None,
                felt.high if known else None,
                felt.n,
                href=cell["href"] if with_people else "",
            )
        )
    label = _("What people felt, touchpoint by touchpoint (%(low)s to %(high)s)") % {
        "low": f"{scale.low:g}",
        "high": f"{scale.high:g}",
    }
    return Chart(kind="line", label=label, decimals=2, series=(Series(_("Mean answer"), tuple(points)),))


def _promises(kept: beside.Kept | None) -> dict[str, Any] | None:
    if kept is None or not kept.due:
        return None
    return {"kept": share(kept.kept / kept.due), "broken": kept.broken + kept.overdue, "due": kept.due}


def _pains(lane: Lane, kept: beside.Kept | None, felt: str, own: bool) -> list[str]:
    """What hurts here, in words; empty where nothing stands out.

    Until they have bought, when and how often people come is their `own` choice: no pain.
    """
    pains = []
    if felt == "pain":
        pains.append(_("felt worse than average"))
    if kept and kept.due >= 30 and (kept.broken + kept.overdue) / kept.due >= 0.05:
        pains.append(_("%(share)s of promises broken") % {"share": share((kept.broken + kept.overdue) / kept.due)})
    if not own and lane.reached >= 30 and lane.again / lane.reached >= 0.25:
        pains.append(_("%(share)s come more than once") % {"share": share(lane.again / lane.reached)})
    median, tenth = lane.wait_median_seconds or 0, lane.wait_p90_seconds or 0
    if not own and tenth > max(3 * median, DAY):
        pains.append(_("one in ten waits over %(wait)s") % {"wait": duration(tenth)})
    return pains


def _quote(found: Look, lane: Lane) -> beside.Said | None:
    _total, quotes = beside.said(found.words(), found.whole, found.mask, at_step=lane.step, limit=1)
    return quotes[0] if quotes else None
