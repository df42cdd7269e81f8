"""Gaps and conformance, ready for pages: rows, charts, sentences, addresses."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.organisation import organisation
from vivencia.foundation.vocabulary import say, title
from vivencia.measure.metrics.figure import Figure
from vivencia.moments.wording import Words, number
from vivencia.plan.journeys import conforming, gap_words, overlay
from vivencia.plan.journeys.conformance.deviations import Deviation, Leaning
from vivencia.plan.journeys.drawing import Drawing
from vivencia.plan.journeys.gaps import Gap, Studied
from vivencia.plan.journeys.ground import Ground
from vivencia.plan.journeys.models import JourneyMap
from vivencia.plan.journeys.observed import Observed
from vivencia.understand.journey_words import share

DEVIATIONS = 12
LEANINGS = 6


@dataclass(frozen=True)
class Row:
    """One gap as lists show it."""

    gap: Gap
    name: str
    wanted: str
    lived: str
    difference: str
    concerned: str
    amount: str
    unit: str
    interval: str
    trend: str
    trend_tone: str
    state: str
    tone: str
    href: str
    initiative: str


def row(gap: Gap) -> Row:
    """A gap in words, with its addresses."""
    told = gap.priced
    amount, unit, interval = _price(gap)
    href = reverse("map-gap", args=[gap.map_id, gap.step_key, gap.expectation]) if gap.map_id else ""
    open_ = gap.state in ("gap", "within")
    return Row(
        gap=gap,
        name=gap_words.name(gap.expectation, gap.about),
        wanted=gap_words.wanted(gap),
        lived=gap_words.lived(gap),
        difference=gap_words.difference(gap),
        concerned=gap_words.concerned(gap),
        amount=amount if told else "",
        unit=unit,
        interval=interval,
        trend=gap_words.trend(gap.trend, gap.expectation),
        trend_tone=gap_words.trend_tone(gap),
        state=str(gap_words.STATES[gap.state]),
        tone=gap_words.TONES[gap.state],
        href=href,
        initiative=initiative_address(gap) if open_ else "",
    )


def initiative_address(gap: Gap) -> str:
    """Where a gap becomes an initiative; "" where there is no such page."""
    try:
        return f"{reverse('initiative-new')}?{urlencode({'gap': gap.key})}"
    except NoReverseMatch:
        return ""


def library() -> str:
    """The address of the library of maps; "" where there is none."""
    try:
        return reverse("journey-maps")
    except NoReverseMatch:
        return ""


def split(rows: list[Row]) -> dict[str, Any]:
    """Open gaps first; what is met and what cannot be told for lack of data apart."""
    open_ = [one for one in rows if one.gap.state in ("gap", "within")]
    return {
        "first": next((one for one in open_ if one.amount), None),
        "open": open_,
        "met": [one for one in rows if one.gap.state == "met"],
        "unknown": [one for one in rows if one.gap.state == "unknown"],
    }


def _price(gap: Gap) -> tuple[str, str, str]:
    """Value, its unit and its range, apart, so that the value can stand out."""
    told = gap.priced
    if told is None:
        return "", "", ""
    return gap_words.parts(told, gap.effect.metric)


def basis(on: Ground, the_map: JourneyMap) -> str:
    """On whom the page rests."""
    words = {
        "n": number(on.journeys, 0),
        "since": gap_words.day(on.since),
        "until": gap_words.day(on.until),
        "who": the_map.segment.name if the_map.segment else _("everybody"),
    }
    if on.case == "subject":
        return _("%(n)s journeys, each of one %(kind)s, from %(since)s to %(until)s; people: %(who)s.") % {
            **words,
            "kind": say(on.kind or "case"),
        }
    return _("Journeys of %(n)s customers, from %(since)s to %(until)s; people: %(who)s.") % words


def followed(drawing: Drawing, on: Ground, the_map: JourneyMap, *, everything: bool) -> dict[str, Any] | None:
    """Who follows the map: the share, where the others leave it, and which groups do more."""
    if not drawing.steps or not on.journeys:
        return None
    told = conforming.followed(drawing, on, everything=everything)
    found = told.found
    groups = conforming.groups(on, told.table)
    leaning = told.leaning(~found.mask, groups)
    address = reverse("map-followed-customers", args=[the_map.pk])
    points = tuple(
        Point(
            deviation_words(one, drawing), 100 * one.share, 100 * one.low, 100 * one.high, one.n,
            tone="pain" if one.kind != "extra" else "neutral",
            href=f"{address}?{urlencode({'kind': one.kind, 'key': one.key, **({'all': 1} if everything else {})})}",
        )
        for one in found.deviations[:DEVIATIONS]
    )  # fmt: skip
    chart = Chart(kind="bars", label=_("Where journeys leave the map"), unit="%", zero=True,
                  series=(Series(_("Share of journeys"), points),))  # fmt: skip
    return {
        "share": share(found.share),
        "interval": f"{share(found.low)} – {share(found.high)}",
        "n": found.journeys,
        "conforming": found.conforming,
        "chart": chart if points else None,
        "leanings": [_leaning_words(one) for one in leaning[:LEANINGS]],
        "everything": everything,
        "unread": [step.name for key in told.unread if (step := drawing.step(key))],
    }


def deviation_words(one: Deviation, drawing: Drawing) -> str:
    step = drawing.step(one.key)
    patterns = {
        "skipped": _("“%(step)s” is left out"),
        "order": _("“%(step)s” comes at another time"),
        "extra": _("“%(step)s” comes too often or has no place"),
    }
    return patterns[one.kind] % {"step": step.name if step else title(one.key)}


def _leaning_words(one: Leaning) -> str:
    words = {
        "group": say(one.group),
        "share": share(one.share),
        "others": share(one.others),
        "low": share(abs(one.low)),
        "high": share(abs(one.high)),
    }
    if one.what == "channel":
        pattern = _("Begun by “%(group)s”: %(share)s leave the map, of the others %(others)s.")
    else:
        pattern = _("Segment “%(group)s”: %(share)s leave the map, of the others %(others)s.")
    ends = sorted((abs(one.low), abs(one.high)))
    between = _("Difference between %(low)s and %(high)s.") % {"low": share(ends[0]), "high": share(ends[1])}
    return f"{pattern % words} {between}"


def unspoken(drawing: Drawing, gaps: list[Gap], known: Studied) -> list[dict[str, Any]]:
    """Proven moments at the map's steps that no expectation speaks of yet."""
    told = []
    for step in drawing.steps:
        sources = {key for gap in gaps if gap.step_key == step.key for _unit, _outcome, key in gap.effect.sources}
        for findings, moment in overlay.moments_at(step, known):
            if moment.key not in sources:
                words = Words(findings, organisation().currency)
                href = reverse("moment", kwargs={"outcome": findings.outcome, "key": moment.key})
                said = words.sentence(moment)
                told.append({"step": step.name, "sentence": said, "kind": moment.kind, "href": href})
    return told


def shown_figure(figure: Figure, gap: Gap) -> dict[str, Any]:
    """The lived figure for the `figure` tag: waits in the unit people say them in."""
    if gap.expectation != "waiting" or figure.value is None:
        return {"it": figure, "decimals": 1 if figure.unit == "%" else 2}
    in_days = figure.value >= 2 * 86_400
    by, unit = (86_400, _("days")) if in_days else (3_600, _("hours"))
    ends = [None if one is None else one / by for one in (figure.low, figure.high)]
    made = replace(figure, value=figure.value / by, low=ends[0], high=ends[1], unit=unit)
    return {"it": made, "decimals": 1}


def over_time(told: Observed, gap: Gap) -> Chart | None:
    """The lived figure by month."""
    months = told.at.astype("datetime64[us]").astype("datetime64[M]")
    points = []
    by = 86_400 if gap.expectation == "waiting" else 1
    for month in np.unique(months):
        figure = told.only(np.asarray(months == month)).figure()
        label = gap_words.month(month.astype(datetime))
        ends = [None if one is None else one / by for one in (figure.value, figure.low, figure.high)]
        points.append(Point(label, ends[0], ends[1], ends[2], figure.n))
    if sum(one.value is not None for one in points) < 2:
        return None
    unit = _("days") if gap.expectation == "waiting" else gap.lived.unit
    return Chart(kind="line", label=_("As lived, month by month"), unit=unit, target=gap.wanted / by,
                 series=(Series(gap_words.name(gap.expectation, gap.about), tuple(points)),))  # fmt: skip
