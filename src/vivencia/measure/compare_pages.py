"""Two groups or two periods beside each other: are they really different?"""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.numbers import day
from vivencia.foundation.rights import Right, needs
from vivencia.measure import dimensions, views, wording
from vivencia.measure.asking import UNKNOWN, Asked
from vivencia.measure.metrics.comparing import Difference, difference
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.pages import read
from vivencia.measure.reading import Source, source


@needs(Right.SEE_FIGURES)
def compare_page(request: HttpRequest, name: str) -> HttpResponse:
    """`dim`, `a`, `b`: two groups; `a_since` to `b_until`: two periods."""
    here, question = source(), read(name, request)
    if here.read.horizon is None:
        return render(request, "measure/metrics.html", {"nothing": True})
    groups = request.GET.get("what", "periods") == "groups"
    shown = _groups(here, question, request) if groups else _periods(here, question, request)
    words = wording.Words(question.metric, question.variant)
    shown |= {"asked": question, "words": words, "what": "groups" if groups else "periods"}
    return render(request, "measure/compare.html", shown)


def _periods(here: Source, question: Asked, request: HttpRequest) -> dict[str, Any]:
    later, earlier = views.halves(here, question)
    given = [day(request.GET.get(name)) for name in ("a_since", "a_until", "b_since", "b_until")]
    a = (given[0] or later[0], given[1] or later[1])
    b = (given[2] or earlier[0], given[3] or earlier[1])
    figures = [views.figures(here, replace(question, since=since, until=until)) or [] for since, until in (a, b)]
    told = _told(question, figures[0][0], _days(*a), figures[1][0], _days(*b))
    return {**told, "a": a, "b": b}


def _days(since: date, until: date) -> str:
    return _("%(since)s to %(until)s") % {
        "since": date_format(since, "SHORT_DATE_FORMAT"),
        "until": date_format(until, "SHORT_DATE_FORMAT"),
    }


def _groups(here: Source, question: Asked, request: HttpRequest) -> dict[str, Any]:
    known = dimensions.dimensions(here, question)
    choices = {"choices": [(name, wording.dimension_name(name)) for name in known]}
    if not known:
        return choices
    asked = replace(question, dim=views.chosen(known, question.dim))
    figures = {
        UNKNOWN if figure.group[asked.dim] is None else str(figure.group[asked.dim]): figure
        for figure in views.figures(here, asked, (asked.dim,)) or []
    }
    by_n = sorted(figures, key=lambda key: (key == UNKNOWN, -figures[key].n))
    a = views.chosen(by_n, request.GET.get("a", ""))
    b = views.chosen([key for key in by_n if key != a], request.GET.get("b", ""))
    names = {key: wording.group_name(asked.dim, figure.group[asked.dim]) for key, figure in figures.items()}
    shown = {**choices, "chosen": asked.dim, "values": sorted(names.items(), key=lambda pair: pair[1]), "a": a, "b": b}
    return {**shown, **_told(asked, figures[a], names[a], figures[b], names[b])} if a and b else shown


def _told(asked: Asked, a: Figure, name_a: str, b: Figure, name_b: str) -> dict[str, Any]:
    """Both figures, their difference, and what to make of it."""
    found = difference(a, b)
    title = wording.Words(asked.metric, asked.variant).title
    points = tuple(
        Point(name, figure.value, figure.low, figure.high, figure.n) for name, figure in ((name_a, a), (name_b, b))
    )
    chart = Chart(
        kind="bars",
        label=_("%(metric)s of both") % {"metric": title},
        series=(Series(title, points),),
        unit=wording.unit(a.unit),
        decimals=wording.decimals(asked.variant.unit),
    )
    return {
        "found": found,
        "figures": [(name_a, wording.shown(a, "")), (name_b, wording.shown(b, ""))],
        "chart": chart,
        "verdict": verdict(found, asked, name_a, name_b),
        "tone": _tone(found, asked),
        "unit": difference_unit(asked, a),
        "decimals": wording.decimals(asked.variant.unit),
    }


def difference_unit(asked: Asked, figure: Figure) -> str:
    """A difference of percentages is in percentage points, one of scores in points."""
    if asked.variant.unit == "%":
        return _("percentage points")
    return _("points") if asked.variant.unit.startswith("of ") else wording.unit(figure.unit)


def verdict(found: Difference, asked: Asked, name_a: str, name_b: str) -> str:
    """One sentence: better, worse, or not to be told apart."""
    if found.value is None or found.distinct is None:
        return _("Not enough data to compare the two.")
    if not found.distinct:
        return _("No difference can be told: the interval of the difference contains zero.")
    better = (found.value > 0) == (asked.metric.better == "up")
    names = {"a": name_a, "b": name_b}
    return _("“%(a)s” is better than “%(b)s”.") % names if better else _("“%(a)s” is worse than “%(b)s”.") % names


def _tone(found: Difference, asked: Asked) -> str:
    if not found.distinct or found.value is None:
        return "neutral"
    return "gain" if (found.value > 0) == (asked.metric.better == "up") else "pain"
