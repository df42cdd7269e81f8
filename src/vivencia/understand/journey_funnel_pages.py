"""Funnels: of those who begin, how many go through, and where do the others stop?"""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import say, title
from vivencia.understand.journey_look import Look, look
from vivencia.understand.journey_pages import counted_flow, customers_address, shared, template
from vivencia.understand.journey_words import duration, share
from vivencia.understand.journeys.funnel import Funnel, FunnelStep, funnel

MOST = 8
WITHIN = {"": None, "1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7),
          "30d": timedelta(days=30), "90d": timedelta(days=90)}  # fmt: skip


@needs(Right.SEE_FIGURES)
def funnel_page(request: HttpRequest) -> HttpResponse:
    """Choose steps, see who gets through; with HTMX only what changes."""
    found = look(request)
    context = shared(found, "journey-funnel")
    if found is not None:
        chosen = _chosen(found, request.GET)
        steps, within = asked_steps(found, request.GET)
        context |= {
            "picked": [*chosen, *[""] * (min(MOST, max(5, len(chosen) + 1)) - len(chosen))] if chosen else steps,
            "steps": sorted(((step, say(step)) for step in found.whole.steps), key=lambda pair: pair[1].lower()),
            "within": within,
            "windows": [
                ("", _("any time")),
                *((key, duration(one.total_seconds())) for key, one in WITHIN.items() if one),
            ],
            "proposed": len(chosen) < 2,
        }
        if len(steps) >= 2:
            context |= _result(found, tuple(steps), context["within"])
    page, part = "understand/journey_funnel.html", "understand/parts/journey_funnel.html"
    return render(request, template(request, page, part), context)


def asked_steps(found: Look, given: QueryDict) -> tuple[list[str], str]:
    """The steps of an address, the usual ones where it names fewer than two; and within which time."""
    chosen, within = _chosen(found, given), given.get("within", "")
    return chosen if len(chosen) >= 2 else usual_steps(found), within if within in WITHIN else ""


def _chosen(found: Look, given: QueryDict) -> list[str]:
    return [step for step in given.getlist("step") if step in found.whole.steps][:MOST]


def usual_steps(found: Look) -> list[str]:
    """The steps most journeys share, in their usual order: a beginning for people who have not chosen yet."""
    reached = {one["touchpoint"]: one["journeys"] for one in counted_flow(found)["touchpoints"]}
    common = sorted(reached, key=lambda step: -reached[step])[:5]
    return [placed.step for placed in found.placed if placed.step in common]


def counted_funnel(found: Look, steps: tuple[str, ...], within: str = "") -> Funnel:
    """The funnel through these steps, remembered; `within` is one of WITHIN's keys."""
    said = found.remember(f"funnel-{steps!r}-{within}", lambda: asdict(funnel(found.table, steps, WITHIN[within])))
    return Funnel(said["journeys"], said["within_seconds"], tuple(FunnelStep(**row) for row in said["steps"]))


def _result(found: Look, steps: tuple[str, ...], within: str) -> dict[str, Any]:
    result = counted_funnel(found, steps, within)
    return {"journeys": result.journeys, "rows": _rows(found, result, within)}


def _rows(found: Look, result: Funnel, within: str) -> list[dict[str, Any]]:
    entered = result.steps[0].reached
    steps = [row.step for row in result.steps]
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(result.steps):
        about = {"funnel": "|".join(steps), "within": within}
        rows.append(
            {
                "name": title(row.step),
                "reached": row.reached,
                "overall": share(row.overall),
                "conversion": share(row.conversion, 1),
                "low": share(row.low, 1),
                "high": share(row.high, 1),
                "lost": row.lost,
                "wait": None if row.median_seconds is None else duration(row.median_seconds),
                "width": round(100 * row.reached / entered, 1) if entered else 0,
                "first": number == 0,
                "href": customers_address(found, **about, reached=str(number)),
                "lost_href": customers_address(found, **about, lost=str(number)),
            }
        )
    worst = max(rows[1:], key=lambda one: one["lost"])
    worst["worst"] = bool(worst["lost"])
    return rows
