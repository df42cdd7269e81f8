"""Gaps in plain words: what is expected and lived, whom it concerns, what closing it is worth, and why we say so."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from vivencia.foundation import writing
from vivencia.foundation.organisation import organisation
from vivencia.foundation.vocabulary import say
from vivencia.foundation.writing import number_format
from vivencia.measure.metrics.figure import Figure
from vivencia.moments.wording import number
from vivencia.plan.journeys.gaps import Gap, Trend
from vivencia.plan.journeys.observed import Name
from vivencia.plan.journeys.pricing import Priced
from vivencia.plan.journeys.wording import feeling
from vivencia.understand.journey_words import duration

EXPECTATIONS: dict[str, Promise | str] = {
    "promise": lazy("Promises kept"),
    "waiting": lazy("Waiting time"),
    "score": lazy("Score"),
    "feeling": lazy("Feeling"),
    "effort": lazy("Ease"),
    "pass_share": lazy("Customers who come by"),
    "human_reachable": lazy("A person can be reached"),
}
STATES: dict[str, Promise | str] = {
    "gap": lazy("Falls short"),
    "within": lazy("Cannot tell"),
    "met": lazy("Met"),
    "unknown": lazy("Not enough data"),
}
TONES = {"gap": "pain", "within": "caution", "met": "gain", "unknown": "neutral"}

_WHY: dict[str, Promise | str] = {
    "no_data": lazy("The data do not say enough about this yet."),
    "within": lazy("The interval of what is lived holds what is wanted: there may be no gap at all."),
    "points_only": lazy(
        "The gap is in points of the answers themselves. What they do to buying again and to money is not known from "
        "this figure alone."
    ),
    "no_study": lazy(
        "No study of moments looks at this yet, so what it does to customers is not known: only how many it concerns."
    ),
    "not_proven": lazy(
        "A study of moments looked at this and no effect is proven: only how many it concerns is known."
    ),
    "no_money": lazy("Nothing is proven about what it does to money, so none is put on it."),
    "everybody": lazy("The effect is that on all customers: there is no study of these people alone."),
    "waiting_effect": lazy(
        "The effect is that of waiting longer than most, as the study of moments found it, whatever the limit set here."
    ),
    "may_be_nothing": lazy("The interval of what it is worth holds zero: closing it may bring nothing."),
}


def name(expectation: str, about: str = "") -> str:
    """What is expected, in a few words."""
    known = str(EXPECTATIONS[expectation])
    return f"{known}: {say(about)}" if about else known


def amount(value: float | None, expectation: Name, unit: str = "") -> str:
    """A lived or wanted value as pages say it."""
    if value is None:
        return _("not enough data")
    if expectation == "waiting":
        return duration(value)
    if expectation == "feeling":
        return f"{_signed(value, 2)} ({feeling(value)})"
    if expectation in ("score", "effort"):
        return f"{_number(value, 2)} {unit}".strip()
    told = _("%(n)s %%") % {"n": _number(value, 0 if value == round(value) else 1)}
    return told.replace(" ", "\N{NO-BREAK SPACE}")


def _number(value: float, decimals: int) -> str:
    """Rounded first: Django's own formatting cuts the rest off."""
    return number_format(value, decimals, force_grouping=True)


def _signed(value: float, decimals: int) -> str:
    value = round(value, decimals)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + _number(abs(value), decimals)


def wanted(gap: Gap) -> str:
    """What the target asks for: "at least 98 %"."""
    value = amount(gap.wanted, gap.expectation, gap.lived.unit)
    if gap.expectation == "human_reachable":
        return _("always")
    if gap.expectation == "pass_share":
        return value
    if gap.down:
        return _("nine of ten within %(value)s") % {"value": value}
    return _("at least %(value)s") % {"value": value}


def lived(gap: Gap) -> str:
    """What is lived: "85.4 % (84.9 to 85.9)"."""
    told = amount(gap.lived.value, gap.expectation, gap.lived.unit)
    between = interval(gap.lived, gap.expectation)
    if gap.down and gap.lived.value is not None:
        told = _("nine of ten within %(value)s") % {"value": told}
    return f"{told} ({between})" if between else told


def difference(gap: Gap) -> str:
    """How far it falls short, with its interval: "12.6 points less than wanted (12.1 to 13.1)"; "" where it does not.

    What is wanted is exact, so the interval is that of what is lived.
    """
    figure = gap.lived
    if gap.state not in ("gap", "within") or figure.value is None:
        return ""
    sign = 1 if figure.value > gap.wanted else -1
    size = abs(figure.value - gap.wanted)
    ends = "" if figure.low is None or figure.high is None else _ends(gap, sign)
    if gap.down:
        told = _("%(size)s longer than wanted") % {"size": duration(size)}
    elif sign > 0:
        told = _("%(size)s points more than wanted") % {"size": _number(size, 1)}
    elif figure.unit == "%":
        told = _("%(size)s points less than wanted") % {"size": _number(size, 1)}
    else:
        told = _("%(size)s less than wanted") % {"size": _number(size, 2)}
    return f"{told} ({ends})" if ends else told


def _ends(gap: Gap, sign: int) -> str:
    low, high = sorted(sign * (end - gap.wanted) for end in (gap.lived.low or 0.0, gap.lived.high or 0.0))
    if gap.down:
        said = [("−" if one < 0 else "") + duration(abs(one)) for one in (low, high)]
    else:
        decimals = 1 if gap.lived.unit == "%" else 2
        said = [("−" if round(one, decimals) < 0 else "") + _number(abs(one), decimals) for one in (low, high)]
    if said[0] == said[1]:
        return ""
    return _("%(low)s to %(high)s") % {"low": said[0], "high": said[1]}


def interval(figure: Figure, expectation: Name) -> str:
    """The 95 % interval as words; "" where there is none, or none to be seen at the precision figures are said in."""
    if figure.low is None or figure.high is None:
        return ""
    if expectation == "waiting":
        ends = (duration(figure.low), duration(figure.high))
    else:
        decimals = 1 if figure.unit == "%" else 2
        ends = (_number(figure.low, decimals), _number(figure.high, decimals))
    if ends[0] == ends[1]:
        return ""
    return _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}


def concerned(gap: Gap) -> str:
    """How many customers a year it concerns; "" where that is not known."""
    if gap.customers_a_year is None:
        return ""
    n = round(gap.customers_a_year)
    return ngettext("%(n)s customer a year", "%(n)s customers a year", n) % {"n": number(n, 0)}


def worth(told: Priced, metric: str = "") -> str:
    """A year's worth with its range, as a phrase."""
    amount_, unit, between = parts(told, metric)
    return f"{amount_} {unit} ({between})"


def parts(told: Priced, metric: str = "") -> tuple[str, str, str]:
    """A year's worth in three parts: the value, what it is, and its range."""
    assert told.value is not None and told.low is not None and told.high is not None  # noqa: PT018
    decimals = 0 if abs(told.value) >= 10 else 1
    shown = [_plain(one, decimals) for one in (told.value, told.low, told.high)]
    if told.unit == "money":
        sign = writing.currency_sign(organisation().currency)
        shown = [f"{one}\N{NO-BREAK SPACE}{sign}" for one in shown]
    units = {
        "money": _("a year"),
        "customers": _("customers a year who buy again"),
        "points": _("points of %(metric)s a year") % {"metric": metric_name(metric)},
    }
    return shown[0], units[told.unit], _("between %(low)s and %(high)s") % {"low": shown[1], "high": shown[2]}


def _plain(value: float, decimals: int) -> str:
    """A number with a true minus."""
    return ("−" if value < 0 else "") + number(abs(value), decimals)


def day(moment: datetime) -> str:
    return str(date_format(moment, "DATE_FORMAT"))


def month(moment: date) -> str:
    return writing.month(moment)


def price(gap: Gap) -> str:
    """The most telling price, or that it is not known."""
    told = gap.priced
    if told is not None:
        return worth(told, gap.effect.metric)
    return _("not known")


def effect(gap: Gap) -> list[str]:
    """What falling short once does, in every unit known."""
    told = []
    it = gap.effect
    if it.points.value is not None:
        told.append(
            _("%(value)s points of %(metric)s (%(low)s to %(high)s)")
            % {
                "value": _signed(it.points.value, 2),
                "metric": metric_name(it.metric),
                "low": _signed(it.points.low or 0.0, 2),
                "high": _signed(it.points.high or 0.0, 2),
            }
        )
    if it.repurchase.value is not None:
        ends = (_signed(it.repurchase.low or 0.0, 1), _signed(it.repurchase.high or 0.0, 1))
        told.append(
            _("%(value)s of 100 buy again (%(low)s to %(high)s)")
            % {"value": _signed(it.repurchase.value, 1), "low": ends[0], "high": ends[1]}
        )
    if it.money.value is not None:
        ends = (_signed(it.money.low or 0.0, 2), _signed(it.money.high or 0.0, 2))
        told.append(
            _("%(value)s %(currency)s of later purchases (%(low)s to %(high)s)")
            % {
                "value": _signed(it.money.value, 2),
                "currency": writing.currency_sign(organisation().currency),
                "low": ends[0],
                "high": ends[1],
            }
        )
    return told


def metric_name(metric: str) -> str:
    """A score's name in the middle of a sentence."""
    return {"": _("the score"), "feeling": _("feeling")}.get(metric) or say(metric)


def why(gap: Gap) -> list[str]:
    """What the numbers rest on and what is not known, as sentences."""
    return [str(_WHY[code]) for code in gap.why]


def trend(told: Trend | None, expectation: Name) -> str:
    """How it moved of late, or that this cannot be told."""
    if told is None:
        return _("too few of late to tell")
    if not told.clear:
        return _("no clear change of late")
    if expectation == "waiting":
        size = duration(abs(told.value))
        return (
            _("%(size)s longer than three months before") % {"size": size}
            if told.value > 0
            else _("%(size)s shorter than three months before") % {"size": size}
        )
    size = _signed(told.value, 1 if told.now.unit == "%" else 2)
    if told.now.unit == "%":
        return _("%(size)s points against three months before") % {"size": size}
    return _("%(size)s against three months before") % {"size": size}


def trend_tone(gap: Gap) -> str:
    """gain, pain or neutral: whether it moved towards what is wanted."""
    told = gap.trend
    if told is None or not told.clear or gap.state == "unknown":
        return "neutral"
    if gap.expectation == "pass_share":
        nearer = abs((told.now.value or 0.0) - gap.wanted) < abs((told.before.value or 0.0) - gap.wanted)
        return "gain" if nearer else "pain"
    return "gain" if (told.value > 0) != gap.down else "pain"


def sentence(gap: Gap) -> str:
    """The whole gap in one sentence."""
    told = {
        "what": name(gap.expectation, gap.about),
        "step": gap.step_name,
        "wanted": wanted(gap),
        "lived": lived(gap),
    }
    return _("%(what)s at “%(step)s”: wanted %(wanted)s, lived %(lived)s.") % told
