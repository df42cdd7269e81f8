"""`vivencia gaps`: where what is lived falls short of the target maps, and what closing it is worth."""

import json
from typing import Any

import click
from django.utils.translation import gettext as _

from vivencia.foundation.organisation import organisation
from vivencia.foundation.upgrades import ensure_database
from vivencia.moments.findings import Range
from vivencia.plan.journeys import gap_words
from vivencia.plan.journeys import gaps as all_of
from vivencia.plan.journeys.gaps import Gap, Trend
from vivencia.plan.journeys.models import JourneyMap


@click.command()
@click.option("--map", "title", default="", help="Only the target map of this title.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def gaps(title: str, *, as_json: bool) -> None:
    """Where what customers live falls short of the target journey maps, and what closing it is worth a year.

    Each comes with what is wanted, what is lived with its interval, how many customers a year it concerns, the effect
    a causal study found, the value with its range, and the trend. The dearest first.
    """
    ensure_database()
    maps = JourneyMap.objects.filter(kind="target")
    if title and not maps.filter(title__iexact=title).exists():
        known = ", ".join(sorted(maps.values_list("title", flat=True))) or _("none")
        raise click.UsageError(
            _("no target map is called “%(title)s”; there are: %(known)s") % {"title": title, "known": known}
        )
    found = all_of.all_gaps(title=title)
    if as_json:
        click.echo(json.dumps([row(gap) for gap in found], ensure_ascii=False))
    elif not maps.exists():
        click.echo(_("There is no target map yet: make one on the page of journey maps."))
    elif not found:
        click.echo(_("No step of a target map expects anything yet."))
    else:
        for gap in found:
            _print(gap)


def row(gap: Gap) -> dict[str, Any]:
    """One gap under the documented keys; shares in per cent, waits in seconds."""
    worth = gap.priced
    return {
        "map": gap.map,
        "step": gap.step_name,
        "expectation": gap.expectation,
        "about": gap.about,
        "state": gap.state,
        "wanted": gap.wanted,
        "lived": gap.lived.value,
        "low": gap.lived.low,
        "high": gap.lived.high,
        "lived_unit": gap.lived.unit,
        "n": gap.n,
        "customers_a_year": gap.customers_a_year,
        "times_a_year": _range(gap.times_a_year),
        "effect_metric": gap.effect.metric or None,
        "effect_points": _range(gap.effect.points),
        "effect_repurchase": _range(gap.effect.repurchase),
        "effect_money": _range(gap.effect.money),
        "value": worth.value if worth else None,
        "value_low": worth.low if worth else None,
        "value_high": worth.high if worth else None,
        "unit": _unit(worth.unit) if worth else None,
        "worth": [{"value": one.value, "low": one.low, "high": one.high, "unit": _unit(one.unit)} for one in gap.worth],
        "trend": _trend(gap.trend),
        "definition": gap.lived.definition,
        "why": gap_words.why(gap),
    }


def _unit(unit: str) -> str:
    return organisation().currency if unit == "money" else unit


def _range(told: Range) -> dict[str, float | None] | None:
    return None if told.value is None else {"value": told.value, "low": told.low, "high": told.high}


def _trend(told: Trend | None) -> dict[str, float | None] | None:
    return {"value": told.value, "low": told.low, "high": told.high} if told else None


def _print(gap: Gap) -> None:
    click.echo(f"\n{gap.map} · {gap_words.sentence(gap)}")
    said = [str(gap_words.STATES[gap.state]), gap_words.concerned(gap), gap_words.trend(gap.trend, gap.expectation)]
    click.echo("  " + " · ".join(one for one in said if one))
    if gap.state in ("gap", "within"):
        click.echo("  " + _("Closing it is worth: %(price)s") % {"price": gap_words.price(gap)})
    for one in gap_words.why(gap):
        click.echo("  " + one)
