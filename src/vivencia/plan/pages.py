"""The plan at a glance."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from vivencia.foundation.rights import Right, needs
from vivencia.plan import standing


@needs(Right.SEE_FIGURES)
@require_GET
def plan_page(request: HttpRequest) -> HttpResponse:
    """Every step of the plan: how it stands, and what it asks for next."""
    told = standing.steps()
    return render(request, "plan/plan.html", {"steps": told, "next": standing.first_next(told)})


@needs(Right.SEE_FIGURES)
@require_GET
def part(request: HttpRequest, part: str) -> HttpResponse:
    """What the maps' gaps come to (`gaps`), which takes a moment."""
    if part != "gaps":
        raise Http404
    return render(request, "plan/parts/gaps.html", {"it": standing.gap_facts()})
