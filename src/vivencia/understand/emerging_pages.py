"""Emerging: what are customers suddenly talking about?"""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, may, needs
from vivencia.understand import emerging, emerging_noticed, emerging_words, voices
from vivencia.understand.enough import ENOUGH
from vivencia.understand.frames import frame as frame_of
from vivencia.understand.noticed_models import Noticed
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
    alarms = [_alarm(one, risen, seen, grain, request) for one in risen if not one["within"]]
    noticed = [one for one in alarms if one["noticed"]]
    context = {
        "told": told,
        "at": datetime.fromisoformat(told["at"]),
        "grain": grain,
        "seen": seen,
        "alarms": [one for one in alarms if not one["noticed"]],
        "known_problems": [one for one in noticed if one["noticed"].state == Noticed.State.KNOWN],
        "seen_already": [one for one in noticed if one["noticed"].state == Noticed.State.SEEN],
        "may_mark": may(request.user, Right.ANALYSE),
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
    noticed = emerging_noticed.marked(one, emerging_noticed.open_ones())
    return {
        **_line(one, seen, grain),
        "noticed": noticed,
        "before": None if noticed else emerging_noticed.before(one),
        "name": emerging_words.news(one),
        "of_theme": emerging_words.name(one) if one["kind"] == "theme" else "",
        "counted": f"{emerging_words.voices(one['observed'], days)}, {emerging_words.expected(one['usual'])}",
        "beyond": f"{emerging_words.of_late(one['observed'], days)}, "
        f"{emerging_words.expected(one['usual'], one['most'])}",
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
        "tone": emerging_words.tone(one),
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


@needs(Right.ANALYSE)
@require_POST
def notice(request: HttpRequest) -> HttpResponse:
    """Mark an alarm as seen, or as a known problem with a note."""
    grain: Grain = "day" if request.POST.get("by") == "day" else "week"
    said = {name: request.POST.get(name, "") for name in ("kind", "key", "state", "note")}
    if said["state"] not in Noticed.State.values or not isinstance(request.user, User):
        raise Http404
    state = Noticed.State(said["state"])
    if emerging_noticed.mark(grain, said["kind"], said["key"], state, said["note"], request.user) is None:
        messages.info(request, _("It no longer stands out."))
    else:
        messages.success(request, _("Marked. It comes back by itself if it rises again."))
    return redirect(f"{reverse('emerging')}?by={grain}")


@needs(Right.ANALYSE)
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a marked alarm count as open again."""
    noticed = get_object_or_404(Noticed, pk=pk)
    if isinstance(request.user, User) and emerging_noticed.take_back(noticed, request.user):
        messages.success(request, _("It counts as open again."))
    return redirect(f"{reverse('emerging')}?by={noticed.grain}")


def in_short(user: object) -> list[dict[str, Any]]:
    """For other pages: what rose this week and nobody has marked, each `name`, `what`, `tone`, `sentence`, `since`,
    `whom`, `sure`, `href`; the surest first.

    Who may not read customers' words sees known subjects only, without themes' words and without a way to the voices.
    """
    told = emerging.latest()
    if told is None:
        return []
    reads = may(user, Right.SEE_CUSTOMERS)
    shown_to = [one for one in emerging_noticed.open_alarms() if reads or one["kind"] != "theme"]
    return [_in_short(one, told["week"], reads=reads) for one in shown_to]


def _in_short(one: dict[str, Any], seen: dict[str, Any], *, reads: bool) -> dict[str, Any]:
    counted = emerging_words.voices(one["observed"], one["window"] * DAYS["week"])
    whom = one["whom"] if reads else [group for group in one["whom"] if group["dimension"] != "employee_id"]
    return {
        "name": emerging_words.news(one) if reads else emerging_words.name(one),
        "what": emerging_words.kind(one),
        "tone": emerging_words.tone(one),
        "sentence": f"{counted}, {emerging_words.expected(one['usual'])}",
        "since": date.fromisoformat(one["since"]),
        "whom": emerging_words.whom(whom[0]) if whom else "",
        "sure": emerging_words.sure(one["p"], "week"),
        "href": _voices(one, seen["begins"][-one["window"]]) if reads else "",
    }
