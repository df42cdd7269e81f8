"""Journeys' numbers in words: lengths of time, what people felt, moves."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation.vocabulary import say, title
from vivencia.foundation.writing import number_format
from vivencia.understand.enough import ENOUGH
from vivencia.understand.journeys.flow import Felt
from vivencia.understand.journeys.table import Scale

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def duration(seconds: float | None) -> str:
    """A length of time as people say it: one unit, one decimal at most."""
    if seconds is None:
        return _("not enough data")
    if seconds < 1:
        return _("at once")
    if seconds < MINUTE:
        return _("%(n)s s") % {"n": _short(seconds, 1)}
    if seconds < HOUR:
        return _("%(n)s min") % {"n": _short(seconds, MINUTE)}
    if seconds < DAY:
        return _("%(n)s h") % {"n": _short(seconds, HOUR)}
    one = round(seconds / DAY, 1) == 1
    return ngettext("%(n)s day", "%(n)s days", 1 if one else 2) % {"n": _short(seconds, DAY)}


def _short(seconds: float, unit: int) -> str:
    value = round(seconds / unit, 1)
    return str(number_format(value, 0 if value >= 10 or value == int(value) else 1))


def share(value: float | None, decimals: int = 0) -> str:
    """A share as a percentage, with a decimal at least where it is small or nearly all; only all is 100 %."""
    if value is None:
        return _("not enough data")
    percent = 100 * value
    if 0 < percent < 0.1:
        return _("under %(n)s %%") % {"n": number_format(0.1, 1)}
    if 99.9 < percent < 100:
        return _("over %(n)s %%") % {"n": number_format(99.9, 1)}
    is_edge = 0 < percent < 10 or 99 < percent < 100  # there a whole number would say none, or all
    return _("%(n)s %%") % {"n": number_format(percent, max(1, decimals) if is_edge else decimals)}


def enough(felt: Felt) -> bool:
    """Whether so many answered that their mean may be shown."""
    return felt.mean is not None and felt.n >= ENOUGH


def tone(felt: Felt, overall: Felt) -> str:
    """gain or pain where the interval lies wholly above or below the mean of all journeys; else neutral."""
    if not enough(felt) or felt.low is None or felt.high is None or overall.mean is None:
        return "neutral"
    return "gain" if felt.low > overall.mean else "pain" if felt.high < overall.mean else "neutral"


def score(felt: Felt, scale: Scale | None) -> str:
    """A mean on its scale, as in 3.9 of 5; "not enough data" where too few answered."""
    if felt.mean is None or not enough(felt) or scale is None:
        return _("not enough data")
    return _("%(mean)s of %(high)s") % {"mean": number_format(felt.mean, 2), "high": f"{scale.high:g}"}


def move(source: str, target: str) -> str:
    """A move from one step to the next."""
    return _("%(source)s → %(target)s") % {"source": title(source), "target": say(target)}
