"""Emerging: what are customers suddenly talking about?"""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.rights import Right, may, needs
from vivencia.understand import emerging, emerging_words, voices
from vivencia.understand.enough import ENOUGH
from vivencia.understand.frames import frame as frame_of
from vivencia.understand.shares import share
from vivencia.understand.text.emerging.series import DAYS, FALSE_SHARE, Grain
from vivencia.understand.voice_words import TONES, shown

SPARK = 26  # periods of the little lines
LISTED = 15


@needs(Right.SEE_CUSTOMERS)
def emerging_page(request: HttpRequest) -> HttpResponse:
    """The whole page, as the worker saw it last; it looks again by itself while the worker has not looked yet."""
    told = emerging.latest()
    if told is None or not told["texts"]:
        return render(request, "understand/emerging.html", _nothing_yet())
    grain: Grain = "day" if request.GET.get("by") == "day" else "week"
    seen = told[grain]
    risen = [one for one in seen["subjects"] if one["alarm"]]
    rest = [one for one in seen["subjects"] if not one["alarm"]]
    themes = [_line(one, seen, grain) for one in rest if one["kind"] == "theme"]
    context = {
        "told": told,
        "at": datetime.fromisoformat(told["at"]),
        "grain": grain,
        "seen": seen,
        "alarms": [_alarm(one, risen, seen, grain, request) for one in risen if not one["within"]],
        "known": [_line(one, seen, grain) for one in rest if one["kind"] != "theme"][:LISTED],
        "themes": themes[:LISTED],
        "more_themes": themes[LISTED:],
        "silent": sum(seen["said"][-2:]) < ENOUGH,
        "false_share": 100 * FALSE_SHARE,
    }
    return render(request, "understand/emerging.html", context)


def _nothing_yet() -> dict[str, Any]:
    """Why there is nothing to see: no texts, or the worker has not looked."""
    read = open_ledger().read()
    return {"nothing": True, "texts": voices.voices(read).num_rows}


def _alarm(
    one: dict[str, Any], risen: list[dict[str, Any]], seen: dict[str, Any], grain: Grain, request: HttpRequest
) -> dict[str, Any]:
    masked = not may(request.user, Right.SEE_PERSONAL)
    days = one["window"] * DAYS[grain]
    since = seen["begins"][-one["window"]]
    return {
        **_line(one, seen, grain),
        "name": emerging_words.news(one),
        "of_theme": emerging_words.name(one) if one["kind"] == "theme" else "",
        "days": days,
        "since": date.fromisoformat(one["since"]),
        "sure": emerging_words.sure(one["p"], grain),
        "whom": [emerging_words.whom(group) for group in one["whom"]],
        "with_it": [_line(other, seen, grain) for other in risen if other["within"] == f"{one['kind']}:{one['key']}"],
        "new_words": one["new_words"],
        "quotes": [_quote(row, masked=masked) for row in _rows(one["examples"])],
        "chart": _chart(one, seen, grain),
        "href": _voices(one, since),
    }


def _rows(event_ids: list[str]) -> list[dict[str, Any]]:
    """The verbatims to quote that are still there, in their order."""
    frame = frame_of(voices.voices(open_ledger().read()))
    rows = {row["event_id"]: row for row in frame.filter(frame["event_id"].is_in(event_ids)).to_dicts()}
    return [rows[each] for each in event_ids if each in rows]


def _quote(row: dict[str, Any], *, masked: bool) -> dict[str, Any]:
    return {**row, "words": shown(row["text"], masked=masked), "tone": TONES.get(row["sentiment"], "neutral")}


def _line(one: dict[str, Any], seen: dict[str, Any], grain: Grain) -> dict[str, Any]:
    judged = one["usual"] is not None
    since = seen["begins"][-one["window"] if one["alarm"] else -1] if seen["begins"] else ""
    felt = share(one["bad"], one["n"]) if one["n"] >= ENOUGH else None
    return {
        **one,
        "name": emerging_words.name(one),
        "what": emerging_words.kind(one),
        "tone": "caution" if one["kind"] == "unknown" or (one["kind"] == "theme" and not one["about"]) else "neutral",
        "newest": one["counts"][-1] if one["counts"] else 0,
        "usual_newest": one["expected"][-1] if judged and one["expected"] else None,
        "felt": felt,
        "spark": one["counts"][-SPARK:],
        "spark_label": _("%(name)s, the last %(n)d periods") % {"name": emerging_words.name(one), "n": SPARK},
        "href": _voices(one, since),
    }


def _voices(one: dict[str, Any], since: str) -> str:
    """Where these mentions are read."""
    names = {"topic": "topic", "intent": "intent", "theme": "theme"}
    asked = {names[one["kind"]]: one["key"]} if one["kind"] in names else {"unknown": "on", "feeling": "bad"}
    return f"{reverse('voices')}?{urlencode({**asked, 'since': since})}"


def _chart(one: dict[str, Any], seen: dict[str, Any], grain: Grain) -> Chart:
    labels = [date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT") for day in seen["begins"]]
    said = tuple(Point(label, count) for label, count in zip(labels, one["counts"], strict=True))
    usual = tuple(
        Point(label, value, 0.0, upper)
        for label, value, upper in zip(labels, one["expected"], one["upper"], strict=True)
    )
    unit = _("Voices a week: %(name)s") if grain == "week" else _("Voices a day: %(name)s")
    return Chart(
        kind="line",
        label=unit % {"name": emerging_words.name(one)},
        decimals=0,
        low=0.0,
        series=(Series(_("to be expected"), usual), Series(_("Voices"), said)),
    )


def in_short() -> list[dict[str, Any]]:
    """For other pages: what rose this week, each `name`, `what`, `sentence`, `href`; the surest first."""
    told = emerging.latest()
    if told is None:
        return []
    seen = told["week"]
    return [
        {
            "name": emerging_words.news(one),
            "what": emerging_words.kind(one),
            "sentence": _("%(n)s voices, where about %(usual)s were to be expected")
            % {"n": number_format(one["observed"], 0), "usual": number_format(one["usual"], 0)},
            "href": _voices(one, seen["begins"][-one["window"]]),
        }
        for one in seen["subjects"]
        if one["alarm"] and not one["within"]
    ]
