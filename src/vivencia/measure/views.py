"""What the pages of one metric show: pieces computed from the ledger, each remembered by its version."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from vivencia.foundation.charts import Chart, Point, Series, Tone
from vivencia.measure import targets, wording
from vivencia.measure.asking import GROUP, UNKNOWN, Asked
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.comparing import Place, places
from vivencia.measure.metrics.computing import NothingHasItError, splittable
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.metric import Metric
from vivencia.measure.reading import Source

MOST_BARS = 25
MOST_ROWS = 200
SPARK_MONTHS = 18
SCALE_ENDS: dict[str, tuple[float | None, float | None]] = {"of 5": (1, 5), "of 7": (1, 7)}


def figures(source: Source, asked: Asked, by: tuple[str, ...] = (), *, wait: bool = True) -> list[Figure] | None:
    """The figures of what was asked; None where nobody computed them yet and the caller does not want to wait.

    Empty where what they are split by is known of nobody who is counted: pages offer what others have.
    """
    question, segment = asked.question(source.rules.zone, by), asked.definition_of_segment
    try:
        return source.figures(question, segment) if wait else source.known(question, segment)
    except NothingHasItError:
        return []


def headline(source: Source, asked: Asked, *, wait: bool = True) -> Figure | None:
    """The one figure without groups, in the reader's words."""
    told = figures(source, asked, wait=wait)
    return wording.shown(told[0], definition(source, asked)) if told else None


def definition(source: Source, asked: Asked) -> str:
    local = source.as_of.astimezone(ZoneInfo(source.rules.zone)).date()
    window = wording.window(asked.since, min(asked.until, local) if asked.until else None, local)
    return wording.definition(asked.variant, source.rules, window)


@dataclass(frozen=True)
class Card:
    """A metric in the catalogue. `figure` None: still to be computed."""

    asked: Asked
    words: wording.Words
    figure: Figure | None
    trend: list[float | None]
    standing: targets.Standing | None
    weights: list[dict[str, Any]]
    href: str
    silence: str = ""

    @property
    def measured(self) -> bool:
        return self.figure is not None and self.figure.n > 0


def card(source: Source, asked: Asked, *, wait: bool) -> Card:
    """One metric at a glance: value, trend by month, target, counterweights."""
    words = wording.Words(asked.metric, asked.variant)
    over_time = replace(asked, variant=asked.metric.over_time) if asked.variant == asked.metric.variants[0] else asked
    if wait and over_time == asked and not asked.segment:
        zone = source.rules.zone
        source.figures_with_periods(asked.question(zone), asked.question(zone, ("period:month",)))
    figure = headline(source, asked, wait=wait)
    months = figures(source, over_time, ("period:month",), wait=wait) if figure is None or figure.n else []
    standing = None
    if figure is None or months is None:
        figure, trend = None, []
    else:
        trend = [month.value for month in months][-SPARK_MONTHS:]
        target = targets.current(asked.metric, asked.variant.name, source.as_of.date())
        standing = targets.standing(target, source) if target else None
    silence = source.silence(asked.variant) if figure is not None and not figure.n else ""
    told = weights(source, asked, some=True) or []
    return Card(asked, words, figure, trend, standing, told, _address(asked), _(silence) if silence else "")


def _address(asked: Asked) -> str:
    query = asked.query()
    return reverse("metric", args=[asked.metric.name]) + (f"?{query}" if query else "")


def weights(source: Source, asked: Asked, *, wait: bool = False, some: bool = False) -> list[dict[str, Any]] | None:
    """The counterweights that are measured: what to look at before celebrating.

    None where one is not computed yet and the caller neither waits nor is content with `some`.
    """
    told = []
    for name in asked.metric.counterweights:
        metric = METRICS[name]
        other = Asked(metric, metric.variants[0], asked.since, asked.until, segment=asked.segment)
        figure = headline(source, other, wait=wait)
        if figure is None and not some:
            return None
        if figure is not None and figure.value is not None:
            words = wording.Words(metric, other.variant)
            told.append({"words": words, "figure": figure, "href": _address(other), "decimals": words.decimals})
    return told


def over_time(source: Source, asked: Asked, *, wait: bool) -> dict[str, Any] | None:
    """The metric by period, as a chart with its interval as a band."""
    dimension = f"period:{asked.by}"
    told = figures(source, asked, (dimension,), wait=wait)
    if told is None:
        return None
    target = None
    if not asked.where:
        target = targets.current(asked.metric, asked.variant.name, source.as_of.date())
    low, high = SCALE_ENDS.get(asked.variant.unit, (None, None))
    points = tuple(_point(asked, dimension, figure) for figure in told)
    name = wording.Words(asked.metric, asked.variant).title
    chart = Chart(
        kind="line",
        label=_("%(metric)s over time") % {"metric": name},
        series=(Series(name, points),),
        unit=wording.unit(told[0].unit) if told else "",
        decimals=wording.decimals(asked.variant.unit),
        target=target.value if target else None,
        low=low,
        high=high,
    )
    return {"chart": chart, "periods": sum(figure.value is not None for figure in told)}


def by_group(source: Source, asked: Asked, *, wait: bool) -> dict[str, Any] | None:
    """The metric by the dimension looked at: who is surely better, who cannot be told apart."""
    told = figures(source, asked, (asked.dim,), wait=wait)
    if told is None:
        return None
    placed = places(told, asked.metric.better)
    whole = headline(source, asked, wait=wait)
    rows = [_row(asked, place, whole) for place in placed]
    shown = [row for row in rows if row["figure"].value is not None]
    name = wording.dimension_name(asked.dim)
    target = None if asked.where else targets.current(asked.metric, asked.variant.name, source.as_of.date())
    chart = Chart(
        kind="intervals" if asked.variant.unit == "points" else "bars",
        label=_("%(metric)s by %(dimension)s")
        % {"metric": wording.Words(asked.metric, asked.variant).title, "dimension": name.lower()},
        series=(Series(name, tuple(_bar(row) for row in shown[:MOST_BARS])),),
        unit=wording.unit(told[0].unit) if told else "",
        decimals=wording.decimals(asked.variant.unit),
        target=target.value if target else None,
    )
    return {
        "chart": chart,
        "rows": rows[:MOST_ROWS],
        "more": max(0, len(rows) - MOST_ROWS),
        "bars_left_out": max(0, len(shown) - MOST_BARS),
        "hidden": len(rows) - len(shown),
        "dimension": name,
        "whole": whole,
    }


def _row(asked: Asked, place: Place, whole: Figure | None) -> dict[str, Any]:
    figure = place.figure
    value = figure.group[asked.dim]
    return {
        "name": wording.group_name(asked.dim, value),
        "figure": figure,
        "place": _place(place),
        "tone": tone(figure, whole, asked.metric),
        "href": rows_address(asked, asked.dim, value),
        "key": UNKNOWN if value is None else value,
    }


def _place(place: Place) -> str:
    if place.best is None or place.worst is None:
        return ""
    if place.best == place.worst:
        return str(place.best)
    return _("%(best)s to %(worst)s") % {"best": place.best, "worst": place.worst}


def tone(figure: Figure, whole: Figure | None, metric: Metric) -> Tone:
    """Gain or pain where the group is surely better or worse than all together; else nothing can be said."""
    if whole is None or whole.value is None or figure.low is None or figure.high is None:
        return "neutral"
    above, below = figure.low > whole.value, figure.high < whole.value
    if not above and not below:
        return "neutral"
    return "gain" if above == (metric.better == "up") else "pain"


def _bar(row: dict[str, Any]) -> Point:
    figure = row["figure"]
    return Point(row["name"], figure.value, figure.low, figure.high, figure.n, tone=row["tone"], href=row["href"])


def _point(asked: Asked, dimension: str, figure: Figure) -> Point:
    value = figure.group[dimension]
    href = rows_address(asked, dimension, value)
    return Point(wording.group_name(dimension, value), figure.value, figure.low, figure.high, figure.n, href=href)


def rows_address(asked: Asked, dimension: str, value: str | None) -> str:
    """Where a figure opens to its customers and their words."""
    query = asked.query(**{f"{GROUP}{dimension}": UNKNOWN if value is None else value})
    return f"{reverse('metric-rows', args=[asked.metric.name])}?{query}"


def variants(source: Source, asked: Asked, *, wait: bool) -> list[dict[str, Any]] | None:
    """The other ways to count the same thing."""
    told = []
    for variant in asked.metric.variants:
        if not all(splittable(variant, one) for one in asked.where):
            continue
        other = Asked(asked.metric, variant, asked.since, asked.until, asked.by, asked.dim, asked.segment, asked.where)
        figure = headline(source, other, wait=wait)
        if figure is None:
            return None
        words = wording.Words(asked.metric, variant)
        current = variant == asked.variant
        told.append({"words": words, "figure": figure, "href": _address(other), "current": current})
    return told


def halves(source: Source, asked: Asked) -> tuple[tuple[date, date], tuple[date, date]]:
    """Two stretches of equal length to compare: the later and the earlier half of the window (at most a year)."""
    zone = ZoneInfo(source.rules.zone)
    last = asked.until or source.as_of.astimezone(zone).date()
    first = asked.since or max(source.lived.bounds[0].astimezone(zone).date(), last - timedelta(days=365))
    middle = first + (last - first) / 2
    return (middle + timedelta(days=1), last), (first, middle)


def chosen(values: Sequence[str], wish: str) -> str:
    """The wished value where it is one of them, else the first."""
    return wish if wish in values else (values[0] if values else "")
