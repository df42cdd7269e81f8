"""Variants: the few whole journeys that most people make, and what goes round in circles."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import title
from vivencia.understand.journey_look import Look, look
from vivencia.understand.journey_pages import counted_flow, customers_address, felt_of, shared, template
from vivencia.understand.journey_words import duration, enough, score, share, tone
from vivencia.understand.journeys.flow import Felt
from vivencia.understand.journeys.loops import loops
from vivencia.understand.journeys.variants import variants

SHOWN = 25
LONGEST = 14


@needs(Right.SEE_FIGURES)
def variants_page(request: HttpRequest) -> HttpResponse:
    """The most common whole journeys; with HTMX only what the filters change."""
    found = look(request)
    context = shared(found, "journey-variants")
    if found is not None and counted_flow(found)["journeys"]:
        context |= _variants(found)
    page, part = "understand/journey_variants.html", "understand/parts/journey_variants.html"
    return render(request, template(request, page, part), context)


def counted_variants(found: Look) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variants and the loops of the asked journeys, as JSON, remembered."""
    said: dict[str, Any] = found.remember("variants", lambda: asdict(variants(found.table, SHOWN)))
    again: dict[str, Any] = found.remember("loops", lambda: asdict(loops(found.table)))
    return said, again


def _variants(found: Look) -> dict[str, Any]:
    said, again = counted_variants(found)
    overall = felt_of(counted_flow(found)["felt"])
    rows = []
    for row in said["rows"]:
        felt = Felt(**row["passing"])
        rows.append(
            {
                "steps": _short([title(step) for step in row["steps"]]),
                "count": row["count"],
                "share": share(row["share"]),
                "width": round(100 * row["share"] / said["rows"][0]["share"], 1),
                "cumulative": share(row["cumulative"]),
                "duration": duration(row["median_duration_seconds"]),
                "score": score(felt, found.scale) if enough(felt) else "",
                "tone": tone(felt, overall),
                "n": felt.n,
                "href": _address(found, row["steps"]),
            }
        )
    return {
        "journeys": said["journeys"],
        "total": said["total"],
        "rows": rows,
        "covered": rows[-1]["cumulative"] if rows else "",
        "rework": [_rework(found, row) for row in again["steps"][:12]],
        "circles": [_circle(row, again["journeys"]) for row in again["circles"][:8]],
        "again": share(again["journeys_again"] / max(again["journeys"], 1)),
    }


def _short(steps: list[str]) -> list[str]:
    return steps if len(steps) <= LONGEST else [*steps[: LONGEST - 2], "…", steps[-1]]


def _address(found: Look, steps: list[str]) -> str:
    address = f"{reverse('journey-customers')}?{urlencode([('path', step) for step in steps])}&{found.wish.address}"
    return address if len(address) < 4_000 else ""


def _rework(found: Look, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": title(row["step"]),
        "journeys": row["journeys_again"],
        "share": share(row["journeys_again"] / max(row["journeys"], 1)),
        "repeats": row["repeats"],
        "returns": row["returns"],
        "wait": duration(row["seconds_again"]),
        "href": customers_address(found, again=row["step"]),
    }


def _circle(row: dict[str, Any], journeys: int) -> dict[str, Any]:
    return {
        "steps": [title(row["step"]), title(row["via"]), title(row["step"])],
        "count": row["count"],
        "journeys": row["journeys"],
        "share": share(row["journeys"] / max(journeys, 1)),
    }
