"""What the pages of an initiative show."""

from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation.organisation import organisation
from vivencia.moments import studies
from vivencia.moments.studies import Question
from vivencia.moments.wording import number
from vivencia.plan.initiatives import chances, claims, efforts, initiatives, listing, overlaps, past, sources
from vivencia.plan.initiatives.forms import InitiativeForm
from vivencia.plan.initiatives.models import Declaration, Initiative, Stage
from vivencia.plan.initiatives.overlaps import Overlap
from vivencia.plan.initiatives.wording import (
    ICONS,
    MOVES,
    TONES,
    Words,
    changed,
    effort_rows,
    metric_name,
    population_name,
    quarters_shown,
    rounded,
)

REFUSALS: dict[str, Promise] = {
    "missing": gettext_lazy("To be declared it needs a metric, an expected effect, its date, and a start."),
    "over": gettext_lazy("It is over: what is declared now would be no forecast."),
    "same": gettext_lazy("This is declared already."),
    "reason": gettext_lazy("Say why it is declared anew: the earlier declaration stays beside it."),
}
OVERLAPS: dict[str, Promise] = {
    "over_claimed": gettext_lazy(
        "Both are about the same gap, and together %(claimed)s %% of it is claimed. More than the whole cannot be won: "
        "lower a share, or make one of the two."
    ),
    "same_gap": gettext_lazy("Both are about the same gap; together %(claimed)s %% of it is claimed."),
    "same_place": gettext_lazy("Both are to move the same metric at the same place. They may count the same effect."),
    "alike": gettext_lazy("They are called nearly the same. They may be the same."),
}
GROUPS: tuple[tuple[Promise, Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("What and why"),
        gettext_lazy("As somebody who has never heard of it would need it told."),
        ("title", "problem", "approach", "persona", "step_name", "stream", "owner"),
    ),
    (
        gettext_lazy("What it should bring"),
        gettext_lazy("Estimates with a range. It is no shame to be wrong; it is one not to look afterwards."),
        (
            "gap_share", "value", "value_low", "value_high", "value_unit", "measure", "effect", "effect_low",
            "effect_high", "effect_by", "population", "holdout_percent",
        ),
    ),
    (
        gettext_lazy("What it takes"),
        gettext_lazy("Money, and days of people."),
        ("cost_once", "cost_a_year", "length_quarters"),
    ),
    (
        gettext_lazy("When, and what may go wrong"),
        gettext_lazy("Without a start, the roadmap finds the best one."),
        ("starts", "ends", "deadline", "must_do", "depends_on", "risk", "chance", "risk_note", "pilot_of"),
    ),
)  # fmt: skip
WIDE = ("title", "problem", "approach", "depends_on", "risk_note", "measure", "gap_share", "pilot_of")


@dataclass(frozen=True)
class Group:
    title: Promise
    about: Promise
    fields: list[tuple[BoundField, bool]]
    has_effort: bool


def groups(form: InitiativeForm) -> list[Group]:
    """The form's fields in the order people think; each with whether it takes the whole width."""
    return [
        Group(
            title,
            about,
            [(form[name], name in WIDE) for name in names if name in form.fields],
            has_effort="cost_once" in names,
        )
        for title, about, names in GROUPS
    ]


@dataclass(frozen=True)
class Warned:
    """Another initiative this one overlaps with, and why that matters."""

    initiative: Initiative
    words: str
    grave: bool


def warnings(one: Initiative) -> list[Warned]:
    if one.stage == Stage.DROPPED:
        return []
    others = {other.pk: other for other in Initiative.objects.exclude(stage=Stage.DROPPED).exclude(pk=one.pk)}
    pilots = (other.pk for other in others.values() if one.pk is not None and other.pilot_of_id == one.pk)
    tried = {one.pilot_of_id, *pilots}
    others = {pk: other for pk, other in others.items() if pk not in tried}  # a pilot is meant to be alike
    found = overlaps.overlaps(claims.claimant(one), claims.claimants(others.values()))
    return [_warned(others[each.other], each) for each in found]


def _warned(other: Initiative, overlap: Overlap) -> Warned:
    words = str(OVERLAPS[overlap.reason]) % {"claimed": number(overlap.claimed, 0)}
    return Warned(other, words, grave=overlap.reason == "over_claimed")


def stake(one: Initiative) -> str:
    """What a year of the whole gap is worth, in words; "" where that is not known."""
    if one.stake is None:
        return ""
    words = Words(organisation().currency)
    told = words.amount(rounded(one.stake), one.value_unit)
    between = words.between(rounded(one.stake_low), rounded(one.stake_high), one.value_unit)
    return f"{told} ({between})" if between else told


def case(one: Initiative) -> dict[str, Any]:
    """Everything the page shows but what people said."""
    words = Words(organisation().currency)
    held = initiatives.declaration(one)
    return {
        "initiative": one,
        "headline": words.headline(one),
        "times": listing.times(one),
        "tone": TONES[one.stage],
        "icon": ICONS[one.stage],
        "stake": stake(one),
        "problem": [line for line in one.problem.splitlines() if line.strip()],
        "figures": words.figures(one.evidence),
        "basis": one.evidence.get("basis", ""),
        "scale": _scale(one),
        "metric": metric_name(one.metric, one.variant),
        "metric_href": reverse("metric", args=[one.metric]) if one.metric else "",
        "effect": words.effect(one),
        "population": population_name(one.population),
        "cost": words.cost(one),
        "effort": effort_rows(one),
        "effort_total": efforts.total(one),
        "columns": range(1, quarters_shown(one) + 1),
        "needs": list(one.depends_on.all()),
        "needed_by": list(one.needed_by.all()),
        **_tried(one, words),
        "warnings": warnings(one),
        "calibrated": _calibrated(one, words),
        "origin": sources.origin(one),
        "moves": [(to, MOVES[to], ICONS[to]) for to in initiatives.NEXT[one.stage]],
        "open_questions": open_questions(one),
        **_declared(one, held, words),
        "history": [
            {"entry": entry, "changes": changed(entry.changes)} for entry in one.history.select_related("by")[:100]
        ],
        "outcome": one.outcomes.first(),
    }


def _tried(one: Initiative, words: Words) -> dict[str, Any]:
    """How likely it is to work, what is then to be expected, its pilots, and what knowing first would be worth."""
    expected = chances.expected(one)
    open_still = one.stage not in (Stage.DONE, Stage.DROPPED)
    return {
        "chance": words.chance(one),
        "percent": chances.percent(one),
        "expected": words.amount(expected, one.value_unit) if expected and open_still else "",
        "pilots": list(one.pilots.exclude(stage=Stage.DROPPED)),
        "pilot_of": one.pilot_of,
        "knowing_first": words.knowing_first(one) if chances.may_be_tried(one) else "",
    }


def _scale(one: Initiative) -> str:
    """The end of the scale people answered on, "5"; "" where it is not known."""
    units = (str(each.get("unit", "")) for each in one.evidence.get("figures", []))
    told = next((unit.removeprefix("of ") for unit in units if unit.startswith("of ")), "")
    if told or not one.moment_outcome:
        return told
    segment = one.population.removeprefix("company:")  # a gap's figures have units of their own: the study knows it
    asked = (Question(one.moment_outcome, each) for each in dict.fromkeys((segment, "")))
    study = next((found for found in map(studies.latest, asked) if found), None)
    findings = studies.findings_of(study) if study else None
    return f"{findings.scale_max:g}" if findings and findings.scale_max else ""


def _declared(one: Initiative, held: Declaration | None, words: Words) -> dict[str, Any]:
    every = [
        {
            "it": each,
            "effect": words.effect(each),
            "metric": metric_name(each.metric, each.variant),
            "population": population_name(each.population),
        }
        for each in one.declarations.select_related("by")
    ]
    open_still = one.stage not in (Stage.DONE, Stage.DROPPED)
    return {
        "declaration": every[0] if every else None,
        "earlier": every[1:],
        "missing": [MISSING[name] for name in initiatives.missing(one)],
        "may_declare": open_still and not initiatives.missing(one) and (not held or bool(initiatives.undeclared(one))),
        "moved_on": bool(held) and open_still and bool(initiatives.undeclared(one)),
        "late": one.stage == Stage.RUNNING,
    }


MISSING: dict[str, Promise] = {
    "metric": gettext_lazy("the metric that is to show it"),
    "effect": gettext_lazy("how large an effect is expected"),
    "effect_by": gettext_lazy("by when it is to be seen"),
    "starts": gettext_lazy("the day it starts"),
}


def open_questions(one: Initiative) -> list[str]:
    """What somebody who decides would still ask."""
    if one.stage in (Stage.DONE, Stage.DROPPED):
        return []
    pilot = one.pilot_of_id is not None
    asked = (
        (one.value is None and not pilot, _("What is it worth a year?")),
        (not listing.first_year(one), _("What does it cost?")),
        (not efforts.total(one), _("Which teams does it take, and how many days?")),
        (one.owner_id is None, _("Who answers for it?")),
        ((not one.metric or one.effect is None) and not pilot, _("Which metric is to show it, and by how much?")),
        (not one.approach.strip(), _("What exactly will be done?")),
    )
    return [question for open_still, question in asked if open_still]


def _calibrated(one: Initiative, words: Words) -> dict[str, Any]:
    """The value in the light of past initiatives, or how many are still wanting."""
    known = past.past()
    lesson = past.lesson()
    if lesson is None:
        return {"n": len(known), "enough": False}
    shrunk, told = past.in_the_light_of(one, lesson), lesson.held
    return {
        "n": told.n,
        "enough": True,
        "ratio": 100 * told.ratio,
        "low": 100 * told.low,
        "high": 100 * told.high,
        "value": words.amount(shrunk.value, one.value_unit) if shrunk else "",
        "between": words.between(shrunk.low, shrunk.high, one.value_unit) if shrunk else "",
    }
