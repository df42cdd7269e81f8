"""The lived over the map as the canvas draws it: a band and badges at each step, lines in its panel."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation.writing import number_format
from vivencia.moments.wording import number
from vivencia.plan.journeys import gap_words
from vivencia.plan.journeys.gaps import Gap
from vivencia.plan.journeys.overlay import Laid, Overlay
from vivencia.plan.journeys.ways import Way
from vivencia.understand.journey_words import share

WORST = ("gap", "within", "met", "unknown")
BADGES = 2
WAY_TONES = {"met": "gain", "gap": "pain", "within": "caution", "unasked": "neutral"}


Told = dict[tuple[object, ...], list[dict[str, str]]]  # a gap's lines, by what they depend on


def of(overlay: Overlay) -> dict[str, dict[str, Any]]:
    """Step's key -> what the canvas shows of it; steps of which the data say nothing are left out."""
    known: Told = {}
    told = {one.step.key: _step(one, known) for one in overlay.steps}
    return {key: one for key, one in told.items() if one["badges"] or one["lines"] or one["moment"] or one["ways"]}


def _step(laid: Laid, known: Told) -> dict[str, Any]:
    gaps = sorted(laid.gaps, key=lambda one: WORST.index(one.state))
    worst = next((one for one in gaps), None)
    findings, moment = laid.moments[0] if laid.moments else (None, None)
    return {
        "tone": gap_words.TONES[worst.state] if worst else "neutral",
        "badges": [_badge(one) for one in gaps[:BADGES]],
        "trend": gap_words.trend(worst.trend, worst.expectation) if worst and worst.state != "unknown" else "",
        "lines": [*_coming(laid), *(line for one in gaps for line in _linked(laid, one, known))],
        "moment": moment is not None,
        "href": _address("moment", findings.outcome, moment.key) if findings and moment else "",
        "ways": {one.link.target: _way(one) for one in laid.ways},
    }


def _way(way: Way) -> dict[str, str]:
    """How many really go that way; against the share that is wanted, where one is."""
    between = _("%(low)s to %(high)s") % {"low": share(way.low), "high": share(way.high)}
    names = {"share": share(way.share), "between": between, "n": number(way.n, 0)}
    text = _("lived: %(share)s (%(between)s) of %(n)s visits") % names
    return {"short": share(way.share), "text": text, "tone": WAY_TONES[way.answer]}


def _badge(gap: Gap) -> dict[str, str]:
    value = gap_words.amount(gap.lived.value, gap.expectation, gap.lived.unit)
    text = f"{value} · {gap_words.name(gap.expectation, gap.about)}"
    return {"text": text, "tone": gap_words.TONES[gap.state], "title": gap_words.sentence(gap)}


def _coming(laid: Laid) -> list[dict[str, str]]:
    if laid.customers_a_year is None:
        return []
    n = round(laid.customers_a_year)
    if n == 0:
        return []
    text = ngettext("%(n)s customer a year", "%(n)s customers a year", n) % {"n": number_format(n, force_grouping=True)}
    return [{"label": _("Come by here"), "text": text, "tone": "neutral"}]


def _linked(laid: Laid, gap: Gap, known: Told) -> list[dict[str, str]]:
    """The lines of a gap, written once for steps that expect the same of one touchpoint; each links to its own page."""
    alike = (laid.step.touchpoint, gap.expectation, gap.about, gap.wanted)
    lines = known.get(alike) or known.setdefault(alike, _lines(gap))
    if gap.state != "gap":
        return lines
    href = _address("map-gap", gap.map_id, gap.step_key, gap.expectation)
    return [{**one, "href": href} if one["label"] == _("Closing the gap, a year") else one for one in lines]


def _lines(gap: Gap) -> list[dict[str, str]]:
    tone = gap_words.TONES[gap.state]
    compared = _("%(lived)s; wanted: %(wanted)s") % {"lived": gap_words.lived(gap), "wanted": gap_words.wanted(gap)}
    lines = [{"label": gap_words.name(gap.expectation, gap.about), "text": compared, "tone": tone}]
    if short := gap_words.difference(gap):
        lines.append({"label": _("Falls short by"), "text": short, "tone": tone})
    if gap.state == "gap":
        lines.append({"label": _("Closing the gap, a year"), "text": gap_words.price(gap), "tone": "neutral"})
    if gap.lived.n:
        lines.append({
            "label": _("Measured on"),
            "text": ngettext("%(n)s observation", "%(n)s observations", gap.lived.n) % {"n": number(gap.lived.n, 0)},
            "tone": "neutral",
        })  # fmt: skip
    return lines


def _address(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
