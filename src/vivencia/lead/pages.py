"""The overview: how customers live the company, and what comes first."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from vivencia.foundation.rights import Right, may, needs
from vivencia.lead.headline import headline
from vivencia.lead.leaving import leaving
from vivencia.lead.today import promises_now, risen, voices
from vivencia.lead.vitals import PROMISE, vital_of, vitals
from vivencia.measure.reading import source
from vivencia.understand.settling import OVERVIEW, view


@needs(Right.SEE_FIGURES)
def overview(request: HttpRequest) -> HttpResponse:
    """With data: the first moment, the figures, today. Without: the way to data."""
    told, figures = source(OVERVIEW), view().read
    if told.read.horizon is None:
        return render(request, "lead/nothing.html", {"ways": _ways()})
    context: dict[str, Any] = {
        "headline": headline(figures, request.user),
        "vitals": vitals(told),
        "kept": vital_of(told, PROMISE),
        "risen": risen(request.user),
        "leaving": leaving(figures),
        "promises": promises_now(told.read, told.as_of),
        "horizon": told.read.horizon,
        "as_of": told.as_of,
        "metrics": _address("metrics"),
    }
    if may(request.user, Right.SEE_CUSTOMERS):
        context["voices"] = voices(told.read, told.as_of)
    return render(request, "lead/overview.html", context)


@needs(Right.SEE_FIGURES)
def headline_part(request: HttpRequest) -> HttpResponse:
    """The headline alone, asked for while a study runs."""
    return render(request, "lead/parts/headline.html", {"headline": headline(view().read, request.user)})


def _ways() -> dict[str, str]:
    """Where data come from, as far as these pages exist."""
    return {"files": _address("source-new") or _address("sources"), "demo": _address("demo")}


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
