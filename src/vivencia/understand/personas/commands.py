"""`vivencia personas`: who the customers are, found in the data, at the terminal."""

import json
from typing import Any

import click
from django.utils.translation import gettext as _

from vivencia.foundation.writing import number_format
from vivencia.understand.journey_words import share
from vivencia.understand.personas import assignments, drafts, findings, persona_words
from vivencia.understand.personas.finding.finding import FEWEST
from vivencia.understand.personas.models import Finding, Persona

DEFINITION = (
    "Groups of people by what they do, need and feel (k-means over what is known of each). Their number is that with "
    "the widest gap to people without groups (same distributions and correlations, Gaussian copula); groups are "
    "offered where p <= 0.05, a group comes again among halves of the people (mean Jaccard index >= 0.75) and has at "
    "least 30 people and 2 % of all. With a number of groups asked for, p says whether groups are there at all."
)


@click.command()
@click.option("--groups", type=click.IntRange(2, 8), help="Divide into so many groups; default: as many as there are.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def personas(groups: int | None, as_json: bool) -> None:
    """Who the customers are: groups by what they do, need and feel, and what sets each apart."""
    finding = findings.at_once(groups)
    found = assignments.offered()
    if as_json:
        click.echo(json.dumps(as_dict(finding, found), ensure_ascii=False))
        return
    for line in _lines(finding, found):
        click.echo(line)


def as_dict(finding: Finding, found: list[Persona]) -> dict[str, Any]:
    """The stable form of `--json`."""
    told = finding.told
    return {
        "personas": [_persona(one) for one in found],
        "n": finding.people,
        "n_unassigned": finding.in_none,
        "groups_asked": finding.asked,
        "groups_tried": told.get("tried", []),
        "justified": bool(finding.model) and told.get("p_value", 1.0) <= findings.SIGNIFICANT,
        "p_value": told.get("p_value"),
        "candidates": told.get("candidates", []),
        "silhouette": told.get("silhouette"),
        "version": finding.version,
        "as_of": finding.as_of.isoformat() if finding.as_of else None,
        "definition": DEFINITION,
    }


def _persona(persona: Persona) -> dict[str, Any]:
    told = persona.portrait
    value = told.get("value")
    return {
        "id": persona.pk,
        "name": persona_words.called(persona),
        "size": told["n"],
        "share": round(told["share"], 4),
        "stability": round(told["stability"], 3),
        "value": value and {key: value[key] for key in ("value", "low", "high", "rest", "n", "currency")},
        "description": persona_words.description(persona),
        "differences": [
            {
                "feature": persona_words.label(one.feature), "key": one.feature, "unit": one.unit, "value": one.value,
                "rest": one.rest, "difference": one.difference, "low": one.low, "high": one.high,
                "effect": one.effect, "n": one.n,
            }
            for one in drafts.apart(persona)
        ],
        "scores": told.get("scores", []),
        "segment": persona.segment.name if persona.segment else None,
    }  # fmt: skip


def _lines(finding: Finding, found: list[Persona]) -> list[str]:
    people = number_format(finding.people, 0, force_grouping=True)
    if finding.people < FEWEST:
        return [_("%(people)s customers are too few to look for personas.") % {"people": people}]
    if not found:
        return [
            _("No personas worth telling apart among %(people)s customers: they differ by degrees.")
            % {"people": people}
        ]
    lines = []
    for persona in found:
        told = persona.portrait
        size = f"{share(told['share'])} ({number_format(told['n'], 0, force_grouping=True)})"
        lines += [
            "",
            f"{persona_words.called(persona)}: {size}",
            "  " + persona_words.description(persona),
        ]
        for one in persona_words.distinct(drafts.apart(persona))[:5]:
            value, rest = persona_words.figures(
                one, persona_words.scales_of(persona), persona_words.currency_of(persona)
            )
            against = _("%(value)s against %(rest)s") % {"value": value, "rest": rest}
            lines.append(f"  - {persona_words.label(one.feature)}: {against}")
    in_none = _("%(n)s people belong to none.") % {"n": number_format(finding.in_none, 0, force_grouping=True)}
    if finding.told.get("p_value", 1.0) > findings.SIGNIFICANT:
        in_none += " " + _("This is a division that was asked for: customers differ by degrees.")
    return [*lines[1:], "", in_none]
