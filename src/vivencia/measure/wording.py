"""The words of metrics on pages, in the reader's language; the pure package holds their English."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from vivencia.foundation import vocabulary
from vivencia.foundation.writing import currency_sign, month, number_format
from vivencia.measure.metrics.figure import Figure, LeftOut
from vivencia.measure.metrics.groups import Dimension, dimension
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.periods import first_day, number_from
from vivencia.measure.metrics.rules import Rules

UNITS: dict[str, str | Promise] = {
    "%": "%",
    "points": gettext_lazy("points"),
    "of 5": gettext_lazy("of 5"),
    "of 7": gettext_lazy("of 7"),
    "min": gettext_lazy("min"),
    "h": gettext_lazy("h"),
    "s": gettext_lazy("s"),
    "pages": gettext_lazy("pages"),
    "money": gettext_lazy("in money"),
}
DIMENSIONS: dict[str, str | Promise] = {
    "touchpoint": gettext_lazy("Touchpoint"),
    "channel": gettext_lazy("Channel"),
    "employee": gettext_lazy("Employee"),
    "segment": gettext_lazy("Segment"),
    "promise": gettext_lazy("Promise"),
}


def unit(name: str) -> str:
    """A unit in words; a currency as its sign."""
    return str(UNITS.get(name) or currency_sign(name))


def decimals(name: str) -> int:
    """How many decimals say something: two of a mean score or of money, one otherwise."""
    return 1 if name in ("%", "points", "min", "h", "s", "pages") else 2


def dimension_name(asked: str) -> str:
    """What a dimension is called."""
    one = dimension(asked)
    if asked in DIMENSIONS:
        return str(DIMENSIONS[asked])
    return vocabulary.trait(one.key) if one.kind == "trait" else _capital(vocabulary.attribute(one.key))


def group_name(asked: str, value: str | None) -> str:
    """What one group of a dimension is called."""
    one = dimension(asked)
    if value is None:
        return _("No promise") if asked == "promise" else _("Not known")
    if one.kind == "period":
        return period_name(one, value)
    if asked == "employee":
        return value
    if one.key == "language":
        return _language(value)
    return vocabulary.title(value) if asked in DIMENSIONS else _capital(vocabulary.value(value))


def _language(code: str) -> str:
    """“es-ES” and “es_ES” are Spanish; what no language has for its code stays as it is."""
    try:
        return _capital(str(get_language_info(code.replace("_", "-").split("-")[0].lower())["name_translated"]))
    except KeyError:
        return vocabulary.title(code)


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def period_name(one: Dimension, value: str) -> str:
    """A period as people write it: 31 Jan 2026, week of 26 Jan 2026, Jan 2026, Q1 2026."""
    day = first_day(one.grain, number_from(one.grain, value))
    if one.grain == "month":
        return month(day)
    if one.grain == "quarter":
        return _("Q%(quarter)s %(year)s") % {"quarter": (day.month + 2) // 3, "year": day.year}
    said = date_format(day, "SHORT_DATE_FORMAT")
    return said if one.grain == "day" else _("week of %(day)s") % {"day": said}


def definition(variant: Variant, rules: Rules, window: str = "") -> str:
    """Scale, base, nulls, interval and window."""
    said = variant.defined(rules, _)
    return f"{said} {window}".strip()


def window(since: date | None, until: date | None, as_of: date) -> str:
    """The window in words; `until` is its last day."""
    end = date_format(until or as_of, "SHORT_DATE_FORMAT")
    if since:
        return _("Window: from %(since)s to %(until)s.") % {
            "since": date_format(since, "SHORT_DATE_FORMAT"),
            "until": end,
        }
    return _("Window: everything until %(until)s.") % {"until": end}


@dataclass(frozen=True)
class Words:
    """What a metric and one variant of it are called here."""

    metric: Metric
    variant: Variant

    @property
    def title(self) -> str:
        return _(self.metric.title)

    @property
    def question(self) -> str:
        return _(self.metric.question)

    @property
    def feed(self) -> str:
        return _(self.metric.feed)

    @property
    def variant_title(self) -> str:
        return _(self.variant.title)

    @property
    def decimals(self) -> int:
        return decimals(self.variant.unit)

    @property
    def decimals_large(self) -> int:
        """One more where the figure stands alone."""
        return max(2, self.decimals)


def shown(figure: Figure, said: str) -> Figure:
    """The figure with unit and definition in the reader's language."""
    return replace(figure, unit=unit(figure.unit), definition=f"{said} {left_out(figure)}".strip())


def left_out(figure: Figure) -> str:
    """What a figure in money leaves out, because it is in other currencies; empty where nothing is."""
    if not figure.left_out:
        return ""
    each = [_several(one) for one in figure.left_out]
    about = {"currency": figure.unit, "others": ", ".join(each)}
    return _("In %(currency)s only. Left out, because in other currencies: %(others)s.") % about


def _several(one: LeftOut) -> str:
    amount = number_format(one.amount, 2, force_grouping=True)
    said = ngettext(
        "%(n)s amount in %(currency)s (%(amount)s in all)", "%(n)s amounts in %(currency)s (%(amount)s in all)", one.n
    )
    return said % {"n": number_format(one.n, 0, force_grouping=True), "currency": one.currency, "amount": amount}
