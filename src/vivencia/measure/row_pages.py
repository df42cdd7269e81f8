"""Behind a figure: who are these people, and what do they say?"""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from vivencia.foundation.rights import Right, needs
from vivencia.foundation.vocabulary import say, title
from vivencia.measure import drilling, views, wording
from vivencia.measure.asking import GROUP, Asked
from vivencia.measure.drilling import ORDERS, Row
from vivencia.measure.pages import read
from vivencia.measure.reading import source
from vivencia.understand.timeline import money

PAGE = 40
SCALED = ("nps", "enps", "csat", "ces", "fcr")


@needs(Right.SEE_CUSTOMERS)
def rows_page(request: HttpRequest, name: str) -> HttpResponse:
    """The observations behind one figure, page by page."""
    here, question = source(), read(name, request)
    if question.metric.anonymous:
        words = wording.Words(question.metric, question.variant)
        return render(request, "measure/rows.html", {"asked": question, "words": words, "anonymous": True})
    order = views.chosen(ORDERS, request.GET.get("order", ""))
    only_words = "words" in request.GET
    number = _number(request.GET.get("page"))
    found = drilling.rows(here, question, order, PAGE * (number - 1), PAGE, only_words=only_words)
    figure = views.headline(here, question)
    currency = figure.unit if figure is not None and question.variant.unit == "money" else None
    shown = {
        "asked": question,
        "words": wording.Words(question.metric, question.variant),
        "figure": figure,
        "groups": [
            (wording.dimension_name(key), wording.group_name(key, value)) for key, value in question.where.items()
        ],
        "rows": [_shown(row, question, currency) for row in found.rows],
        "total": found.total,
        "page": Paginator(range(found.total), PAGE).get_page(number),
        "order": order,
        "only_words": only_words,
        "kept": [(key, value) for key, value in request.GET.items() if key not in ("page", "order", "words")],
        "whole": question.query(**{f"{GROUP}{key}": "" for key in question.where}),
        "scored": question.metric.name in SCALED,
        "voices_href": _voices(question),
    }
    return render(request, "measure/rows.html", shown)


def _voices(question: Asked) -> str:
    """Voices with the same filter; empty where it cannot be asked there."""
    same = {"touchpoint": "touchpoint", "channel": "channel", "segment": "segment", "employee": "employee"}
    askable = all(name in same and value for name, value in question.where.items())
    if question.metric.name not in SCALED or not askable:
        return ""
    kind, _colon, which = question.segment.partition(":")
    asked: dict[str, object] = {"metric": question.metric.name, "since": question.since, "until": question.until}
    asked |= {"saved": which} if kind == "saved" else {"segment": which}
    asked |= {same[name]: value for name, value in question.where.items()}
    return f"{reverse('voices')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _shown(row: Row, asked: Asked, currency: str | None) -> dict[str, Any]:
    """`currency`: of a metric in money."""
    counts = counted(row.value, asked)
    if currency is not None and row.value is not None:
        counts = money(row.value, currency)
    return {
        "row": row,
        "counts": counts,
        "is_text": isinstance(counts, str),
        "where": title(row.touchpoint or row.name or ""),
        "channel": say(row.channel) if row.channel else "",
        "low": row.score is not None and row.scale_max is not None and row.score <= row.scale_max / 2,
        "unit": wording.unit(asked.variant.unit) if asked.variant.unit in ("min", "h") else "",
    }


def counted(value: float | None, asked: Asked) -> str | float | None:
    """How one observation counts: yes or no in a share, else its value in the variant's unit."""
    if value is None:
        return None
    method = asked.variant.reduction.method
    if method in ("share", "survival"):
        return _("yes") if value == 1 else _("no")
    if method == "quantile":
        return value / (60 if asked.variant.unit == "min" else 3600)
    return value


def _number(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdecimal() and len(text) < 9 else 1
