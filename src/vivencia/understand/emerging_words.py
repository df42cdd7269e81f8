"""What rises, in the reader's words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation.vocabulary import title, trait
from vivencia.foundation.writing import number_format
from vivencia.listen.surveys.models import Survey
from vivencia.listen.surveys.names import told_apart
from vivencia.understand.text.emerging.series import Grain
from vivencia.understand.voice_words import language, topic

SELDOM = 10_000  # once in so many periods: more exactly nobody can tell


def name(one: dict[str, Any]) -> str:
    """What the subject is called: a topic, an intent's path, or a theme's own words."""
    match one["kind"]:
        case "topic":
            return topic(one["key"])
        case "intent":
            return title(one["key"])
        case "unknown":
            return _("Problems that fit no known intent")
    return ", ".join(one["words"][:3])


def news(one: dict[str, Any]) -> str:
    """What an alarm is called: a theme by the words that are new in it, everything else by its name."""
    return ", ".join(one["new_words"][:3]) if one["kind"] == "theme" and one["new_words"] else name(one)


def kind(one: dict[str, Any]) -> str:
    """Known or not, and what it belongs to."""
    match one["kind"]:
        case "topic":
            return _("known topic")
        case "intent":
            return _("known intent")
        case "unknown":
            return _("unknown problem")
    if not one["about"]:
        return _("unknown: no topic or intent covers it")
    sort, _colon, key = one["about"].partition(":")
    return _("mostly about: %(known)s") % {"known": topic(key) if sort == "topic" else title(key)}


def tone(one: dict[str, Any]) -> str:
    """Of a badge: what nobody knows yet stands out."""
    unknown = one["kind"] == "unknown" or (one["kind"] == "theme" and not one["about"])
    return "caution" if unknown else "neutral"


def voices(n: float, days: int) -> str:
    """How many there are: "12 voices in the last 7 days"."""
    return f"{number_format(round(n), force_grouping=True)} {of_late(n, days)}"


def of_late(n: float, days: int) -> str:
    """The same without the number: "voices in the last 7 days"."""
    period = ngettext("in the last %(days)s day", "in the last %(days)s days", days) % {"days": number_format(days)}
    what = ngettext("voice", "voices", round(n))
    return f"{what} {period}"


def expected(usual: float, most: float | None = None) -> str:
    """How many were to be expected, and at most: none and one are said as people say them."""
    if most is not None and most >= 1:
        limit = number_format(round(most), force_grouping=True)
        if round(usual) == 0:
            return _("where hardly more than %(most)s was to be expected") % {"most": limit}
        about = ngettext(
            "where one was to be expected and hardly more than %(most)s",
            "where about %(usual)s were to be expected and hardly more than %(most)s",
            round(usual),
        )
        return about % {"usual": number_format(round(usual), force_grouping=True), "most": limit}
    if round(usual) == 0:
        return _("where none was to be expected")
    about = ngettext("where one was to be expected", "where about %(usual)s were to be expected", round(usual))
    return about % {"usual": number_format(round(usual), force_grouping=True)}


def sure(p_value: float, grain: Grain) -> str:
    """How seldom so many come with nothing afoot."""
    times = min(SELDOM, round(1 / max(p_value, 1e-9)))
    told = {"times": number_format(times, 0, force_grouping=True)}
    if times >= SELDOM:
        return _("By chance alone, so many come less than once in %(times)s periods.") % told
    if grain == "day":
        return _("By chance alone, so many come about once in %(times)s days.") % told
    return _("By chance alone, so many come about once in %(times)s weeks.") % told


def whom(group: dict[str, Any]) -> str:
    """One group the rise comes from: "Channel: App, 18 of them (90 %, otherwise 50 %)"."""
    return _("%(what)s %(value)s: %(n)s of them (%(share)s %%, otherwise %(usual)s %%)") % {
        "what": dimension(group["dimension"]),
        "value": _group(group["dimension"], group["value"]),
        "n": number_format(group["mentions"]),
        "share": number_format(round(100 * group["share"])),
        "usual": number_format(round(100 * group["usual"])),
    }


def _group(of: str, value: str) -> str:
    """What one group of a dimension is called."""
    match of:
        case "language":
            return language(value)
        case "employee_id":
            return value
        case "property:survey":
            surveys = list(Survey.objects.all())
            apart = told_apart(surveys)
            names = {one.slug: apart[one.source] for one in surveys}
            return names.get(value) or title(value)
    return title(value)


def dimension(key: str) -> str:
    names = {
        "segment": _("segment"),
        "touchpoint": _("touchpoint"),
        "channel": _("channel"),
        "language": _("language"),
        "employee_id": _("employee"),
        "property:survey": _("survey"),
    }
    return names[key] if key in names else trait(key.removeprefix("property:")).lower()
