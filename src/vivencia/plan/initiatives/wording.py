"""Initiatives in words: what they are worth, what they cost, what they do to a metric, what was changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vivencia.foundation import vocabulary
from vivencia.foundation.models import User
from vivencia.foundation.numbers import whole
from vivencia.foundation.writing import currency_sign
from vivencia.measure import wording as metric_words
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.metric import Variant
from vivencia.moments.wording import OUTCOME_NAMES, number
from vivencia.plan.initiatives import chances
from vivencia.plan.initiatives.models import Initiative, Risk, Stage, Stream, Team, ValueUnit
from vivencia.understand.models import Segment

TONES: dict[str, str] = {
    Stage.IDEA: "neutral",
    Stage.PLANNED: "brand",
    Stage.RUNNING: "caution",
    Stage.DONE: "gain",
    Stage.DROPPED: "neutral",
}
ICONS: dict[str, str] = {
    Stage.IDEA: "bulb",
    Stage.PLANNED: "calendar",
    Stage.RUNNING: "player-play",
    Stage.DONE: "circle-check",
    Stage.DROPPED: "x",
}
MOVES: dict[str, Promise] = {
    Stage.IDEA: gettext_lazy("Back to the ideas"),
    Stage.PLANNED: gettext_lazy("Plan it"),
    Stage.RUNNING: gettext_lazy("Start it"),
    Stage.DONE: gettext_lazy("It is done"),
    Stage.DROPPED: gettext_lazy("Drop it"),
}


def variant_of(metric: str, variant: str) -> Variant | None:
    """The metric's variant; None where neither is (any longer) in the catalogue."""
    known = METRICS.get(metric)
    if known is None:
        return None
    return next((one for one in known.variants if one.name == variant), known.variants[0])


def metric_name(metric: str, variant: str) -> str:
    """ "Satisfaction: mean score"; "" where there is none."""
    known = variant_of(metric, variant)
    return f"{_(METRICS[metric].title)}: {_(known.title).lower()}" if known else ""


def rounded(value: float | None) -> float | None:
    """To three figures: what people read, change and declare."""
    return None if value is None else float(f"{value:.3g}")


def _as_typed(value: float | None) -> float | None:
    return value


@dataclass(frozen=True)
class Words:
    """`currency` is ISO 4217."""

    currency: str

    @property
    def sign(self) -> str:
        """The currency, beside an amount."""
        return currency_sign(self.currency)

    def amount(self, value: float | None, unit: str) -> str:
        """12.400 €, 310 customers, 95 points."""
        if value is None:
            return _("not estimated yet")
        shown = number(value, 0).replace("-", "\N{MINUS SIGN}")
        if unit == ValueUnit.MONEY:
            return f"{shown}\N{NO-BREAK SPACE}{self.sign}"
        if unit == ValueUnit.CUSTOMERS:
            return ngettext("%(n)s customer", "%(n)s customers", round(value)) % {"n": shown}
        return ngettext("%(n)s point", "%(n)s points", round(value)) % {"n": shown}

    def between(self, low: float | None, high: float | None, unit: str) -> str:
        """The range; "" where there is none."""
        if low is None or high is None:
            return ""
        return _("between %(low)s and %(high)s") % {
            "low": number(low, 0).replace("-", "\N{MINUS SIGN}"),
            "high": self.amount(high, unit),
        }

    def value(self, one: Initiative) -> str:
        """What a year of it is worth, as one clause."""
        if one.value is None:
            return _("not estimated yet")
        shown = rounded if one.stake is not None else _as_typed  # a gap's share is worked out, never typed
        told = _("%(amount)s a year") % {"amount": self.amount(shown(one.value), one.value_unit)}
        between = self.between(shown(one.value_low), shown(one.value_high), one.value_unit)
        return f"{told} ({between})" if between else told

    def cost(self, one: Initiative) -> str:
        """20.000 EUR once and 4.000 EUR a year."""
        once, yearly = float(one.cost_once), float(one.cost_a_year)
        told = {
            "once": self.amount(once, ValueUnit.MONEY),
            "yearly": self.amount(yearly, ValueUnit.MONEY),
        }
        if once and yearly:
            return _("%(once)s once and %(yearly)s a year") % told
        if once:
            return _("%(once)s once") % told
        return _("%(yearly)s a year") % told if yearly else _("not estimated yet")

    def chance(self, one: Initiative) -> str:
        """75 % (by its risk)."""
        told = f"{chances.percent(one)}\N{NO-BREAK SPACE}%"
        return told if one.chance is not None else _("%(told)s (by its risk)") % {"told": told}

    def knowing_first(self, one: Initiative) -> str:
        """What a pilot could spare."""
        told = {
            "n": 100 - chances.percent(one),
            "spent": self.amount(chances.spared(one), ValueUnit.MONEY),
            "worth": self.amount(chances.knowing_first(one), ValueUnit.MONEY),
        }
        return (
            _(
                "In %(n)s of 100 cases it would not work, and %(spent)s would be spent for nothing. A pilot that tells "
                "in time is worth up to %(worth)s."
            )
            % told
        )

    def headline(self, one: Initiative) -> str:
        """The case in one sentence, as an executive reads it."""
        first = one.cost_once + one.cost_a_year
        told = {"value": self.value(one), "cost": self.cost(one)}
        if one.pilot_of is not None and one.value is None:
            return _("It tells whether “%(tried)s” works, and costs %(cost)s.") % (told | {"tried": one.pilot_of.title})
        if one.value is None:
            return _("What it is worth is not estimated yet.")
        if not first:
            return _("It should bring %(value)s. What it costs is not estimated yet.") % told
        return _("It should bring %(value)s, and costs %(cost)s.") % told

    def effect(self, one: Any) -> str:
        """What it does to its metric, of an initiative or a declaration."""
        variant = variant_of(one.metric, one.variant)
        if variant is None or one.effect is None:
            return _("not estimated yet")
        places = metric_words.decimals(variant.unit)
        unit = self.effect_unit(variant)
        told = _("%(change)s %(unit)s") % {"change": signed(one.effect, places), "unit": unit}
        if one.effect_low is None or one.effect_high is None:
            return told
        ends = {"told": told, "low": signed(one.effect_low, places), "high": signed(one.effect_high, places)}
        return _("%(told)s (between %(low)s and %(high)s)") % ends

    def effect_unit(self, variant: Variant) -> str:
        """The unit of a change: percentage points where the metric is a share."""
        if variant.unit == "%":
            return _("percentage points")
        if variant.unit in ("of 5", "of 7", "points"):
            return _("points")
        return self.sign if variant.unit == "money" else metric_words.unit(variant.unit)

    def figures(self, evidence: dict[str, Any]) -> list[dict[str, Any]]:
        """The evidence as figure components: label, value, interval, n, unit."""
        return [self._figure(one) for one in evidence.get("figures", []) if one.get("value") is not None]

    def _figure(self, one: dict[str, Any]) -> dict[str, Any]:
        metric = str(OUTCOME_NAMES.get(one.get("metric", ""), ""))
        label = FIGURES.get(one["code"], one.get("label", ""))
        units = {"money": self.sign, "pp": _("percentage points"), "times": _("a year"), "points": _("points")}
        units |= {"customers": _("customers")}
        unit = units.get(one["unit"]) or metric_words.unit(one["unit"])
        scores = one["unit"] == "points" or one["unit"].startswith("of ")
        places = 2 if scores and one["code"] in ("effect", "level_lived") else 1
        whole = one["unit"] in ("times", "money", "customers") or one["code"] in ("stake", "worth")
        known = ("value", "low", "high") if one["code"] in ("stake", "worth") else ()
        worth = {name: rounded(one.get(name)) for name in known}  # as the sentences around it say it
        counted: dict[str, Any] = {"n": None} if one["code"] == "wanted_value" else {}  # a wish was counted of nobody
        return {
            "label": str(label) % {"metric": metric} if metric else str(label),
            "decimals": 0 if whole else places,
            "figure": {**one, **worth, **counted, "unit": unit, "definition": str(DEFINITIONS.get(one["code"], ""))},
        }


FIGURES: dict[str, Promise] = {
    "effect": gettext_lazy("What it does: %(metric)s"),
    "lived": gettext_lazy("Live it"),
    "a_year": gettext_lazy("How often"),
    "stake": gettext_lazy("At stake a year"),
    "level_lived": gettext_lazy("%(metric)s of those who live it"),
    "lived_value": gettext_lazy("As lived"),
    "wanted_value": gettext_lazy("As it should be"),
    "customers_a_year": gettext_lazy("Customers it concerns"),
    "worth": gettext_lazy("Worth a year, if it is closed"),
}

DEFINITIONS: dict[str, Promise] = {
    "effect": gettext_lazy(
        "How the metric would change if everybody lived it instead of nobody: a causal estimate, adjusted for what was "
        "known before. Base: everybody it applies to. Interval: 95 %."
    ),
    "lived": gettext_lazy("Share of those it applies to who live it, in the period that was studied."),
    "a_year": gettext_lazy("How many times a year it is lived, from the period that was studied."),
    "stake": gettext_lazy(
        "Its effect on those who live it times how many do in a year. Negative: what is lost now. Interval: 95 %."
    ),
    "level_lived": gettext_lazy("Plain average of those who live it, without any adjustment."),
    "lived_value": gettext_lazy("What was lived at this step in the last year. Interval: 95 %."),
    "wanted_value": gettext_lazy("What the target map asks for at this step."),
    "customers_a_year": gettext_lazy("How many different customers a year live it otherwise than wanted."),
    "worth": gettext_lazy(
        "How often a year it would be spared, times what once does to a customer, as studies of moments prove it. "
        "Interval: 95 %, of both numbers together."
    ),
}


def signed(value: float, decimals: int) -> str:
    """With its sign (a true minus), and decimals enough that a small effect is not a zero."""
    places = decimals if not value or abs(value) >= 10**-decimals else 3
    return ("+" if value > 0 else "−" if value < 0 else "") + number(abs(value), places)


def population_name(chosen: str) -> str:
    """Whom it is for."""
    kind, _colon, key = chosen.partition(":")
    if kind == "company" and key:
        return vocabulary.title(key)
    saved = Segment.objects.filter(pk=whole(key) or 0).first() if kind == "saved" else None
    if saved:
        return saved.name
    return _("a segment that is gone") if chosen else _("everybody")


FIELD_NAMES: dict[str, Promise] = {
    "variant": gettext_lazy("counted as"),
    "step_name": gettext_lazy("where in the journey"),
    "effort": gettext_lazy("effort"),
    "owner_id": gettext_lazy("owner"),
    "depends_on": gettext_lazy("only after"),
    "pilot_of_id": gettext_lazy("pilot of"),
    "stage": gettext_lazy("stage"),
    "reason": gettext_lazy("reason"),
}


def changed(changes: dict[str, Any]) -> list[str]:
    """What was changed: "cost, once: 0 → 12.000"; long texts and lists only by name."""
    return [_change(name, before, after) for name, (before, after) in changes.items()]


def _change(name: str, before: Any, after: Any) -> str:
    label = str(FIELD_NAMES.get(name) or _field(name).verbose_name)
    label = label[:1].upper() + label[1:]
    if name in ("problem", "approach", "effort", "depends_on", "pilot_of_id"):
        return label
    if before in (None, ""):
        return f"{label}: {_said(name, after)}"
    return f"{label}: {_said(name, before)} → {_said(name, after)}"


def _field(name: str) -> Any:
    return Initiative._meta.get_field(name)


CHOICES: dict[str, Any] = {"stage": Stage, "stream": Stream, "risk": Risk, "value_unit": ValueUnit}
DATES = ("starts", "ends", "deadline", "effect_by")


def _said(name: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if name in CHOICES:
        return str(CHOICES[name](value).label) if value in CHOICES[name].values else str(value)
    if name in DATES:
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if name == "owner_id":
        person = User.objects.filter(pk=value).first()
        return person.called if person else _("somebody who has gone")
    if name == "population":
        return population_name(value)
    if name == "metric":
        return _(METRICS[value].title) if value in METRICS else value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return number(value, 2 if abs(value) < 10 else 0) if isinstance(value, (int, float)) else str(value)


def effort_rows(one: Initiative) -> list[dict[str, Any]]:
    """Effort by team: name, days of each quarter, their sum."""
    names = {str(team.pk): team.name for team in Team.objects.all()}
    width = quarters_shown(one)
    rows = []
    for key, told in one.effort.items():
        days = [float(told.get(str(offset), 0) or 0) for offset in range(width)]
        rows.append({"team": names.get(key, _("a team that is gone")), "days": days, "total": sum(days)})
    return sorted(rows, key=lambda row: str(row["team"]))


def quarters_shown(one: Initiative) -> int:
    """How many quarters its effort spans."""
    last = max((int(offset) for told in one.effort.values() for offset in told), default=0)
    return max(one.length_quarters, last + 1)
