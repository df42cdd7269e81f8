"""Metrics: how well do we do, since when, and for whom?"""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from vivencia.foundation import vocabulary
from vivencia.foundation.numbers import day
from vivencia.foundation.rights import Right, needs
from vivencia.measure import benchmark_pages, dimensions, targets, views, wording
from vivencia.measure.asking import Asked, asked
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.models import Target
from vivencia.measure.reading import Source, source
from vivencia.understand.models import Segment

PARTS = ("time", "groups", "variants", "weights")  # worked out beforehand
ASKED_FOR = (*PARTS, "balance")


@needs(Right.SEE_FIGURES)
def metrics_page(request: HttpRequest) -> HttpResponse:
    """All metrics. What is not computed yet comes card by card, so that the page is there at once."""
    here = source()
    if here.read.horizon is None:
        return render(request, "measure/metrics.html", {"nothing": True})
    cards = [views.card(here, _for_catalogue(name, request), wait=False) for name in METRICS]
    complete = all(card.figure is not None for card in cards)
    shown = {
        "cards": [card for card in cards if card.measured or not complete],
        "unmeasured": [card for card in cards if not card.measured] if complete else [],
        "filters": _filters(here, request),
        "asked": _for_catalogue("nps", request),
    }
    return render(request, "measure/metrics.html", shown)


@needs(Right.SEE_FIGURES)
def metric_card(request: HttpRequest, name: str) -> HttpResponse:
    """One card of the catalogue, computed now."""
    return render(request, "measure/parts/card.html", {"card": views.card(source(), read(name, request), wait=True)})


@needs(Right.SEE_FIGURES)
def metric_page(request: HttpRequest, name: str) -> HttpResponse:
    """One metric."""
    here, question = source(), read(name, request)
    if here.read.horizon is None:
        return render(request, "measure/metrics.html", {"nothing": True})
    words = wording.Words(question.metric, question.variant)
    shown: dict[str, Any] = {"asked": question, "words": words, "figure": views.headline(here, question)}
    shown["filters"] = _filters(here, request)
    shown["standings"] = [_standing(target, here) for target in targets.of_metric(question.metric)]
    shown["benchmarks"] = benchmark_pages.rows(here, question, shown["figure"])
    shown["variant_links"] = [(one.name, _(one.title)) for one in question.metric.variants if one != question.variant]
    shown["silence"] = "" if shown["figure"] and shown["figure"].n else _said(here.silence(question.variant))
    if shown["figure"] and shown["figure"].n:
        for part in ASKED_FOR:
            shown[part] = part_of(part, here, question, wait=False)
    return render(request, "measure/metric.html", shown)


@needs(Right.SEE_FIGURES)
def metric_part(request: HttpRequest, name: str, part: str) -> HttpResponse:
    """A part of a metric's page, computed now."""
    if part not in ASKED_FOR:
        raise Http404
    here, question = source(), read(name, request)
    shown = {"asked": question, "words": wording.Words(question.metric, question.variant)}
    response = render(request, f"measure/parts/{part}.html", {**shown, part: part_of(part, here, question, wait=True)})
    if part == "groups" and request.headers.get("HX-Trigger") == "choose-dimension":
        response["HX-Push-Url"] = f"{reverse('metric', args=[name])}?{question.query()}"
    return response


def read(name: str, request: HttpRequest) -> Asked:
    """What the address asks. Raises Http404 for a metric, variant or dimension that does not exist."""
    try:
        return asked(name, request.GET)
    except ValueError as wrong:
        raise Http404(str(wrong)) from wrong


def _said(msgid: str) -> str:
    return _(msgid) if msgid else ""  # gettext("") is the catalogue's own heading


def part_of(part: str, here: Source, question: Asked, *, wait: bool) -> Any:
    if part == "time":
        return views.over_time(here, question, wait=wait)
    if part == "variants":
        return views.variants(here, question, wait=wait)
    if part == "balance":
        return benchmark_pages.balance(here, question, wait=wait)
    if part == "weights":
        return views.weights(here, question, wait=wait)
    return _groups(here, question, wait=wait)


def _standing(target: Target, here: Source) -> dict[str, Any]:
    """A row of the table of targets."""
    standing = targets.standing(target, here)
    variant = METRICS[target.metric].variant(target.variant)
    group = wording.group_name(target.dimension, target.group) if target.dimension else _("everybody")
    figure = standing.figure
    return {
        "target": target,
        "standing": standing,
        "figure": figure,
        "group": group,
        "variant": _(variant.title),
        "unit": wording.unit(figure.unit if figure else "" if variant.unit == "money" else variant.unit),
        "decimals": wording.decimals(variant.unit),
    }


def _groups(here: Source, question: Asked, *, wait: bool) -> dict[str, Any] | None:
    """The chosen dimension, or the first that tells anything, with the others to choose from."""
    known = dimensions.known(here, question) if not wait else dimensions.dimensions(here, question)
    if known is None:
        return None
    if not known:
        return {"choices": []}
    chosen = replace(question, dim=views.chosen(known, question.dim))
    told = views.by_group(here, chosen, wait=wait)
    if told is None:
        return None
    choices = [(name, wording.dimension_name(name)) for name in known]
    return {**told, "choices": choices, "chosen": chosen.dim, "asked": chosen}


def _for_catalogue(name: str, request: HttpRequest) -> Asked:
    get = request.GET
    metric = METRICS[name]
    return Asked(
        metric, metric.variants[0], day(get.get("since")), day(get.get("until")), segment=get.get("segment", "")
    )


def _filters(here: Source, request: HttpRequest) -> dict[str, Any]:
    """The segments to choose from, and which is chosen."""

    def companys() -> list[str]:
        names = here.read.to_arrow(here.read.customers.select("segment").distinct())["segment"].to_pylist()
        return sorted(name for name in names if name)

    known = here.read.remember("metric-company-segments", companys)
    saved = [(f"saved:{segment.pk}", segment.name) for segment in Segment.objects.all()]
    return {
        "saved": saved,
        "company": [(f"company:{name}", vocabulary.title(name)) for name in known],
        "segment": request.GET.get("segment", ""),
    }
