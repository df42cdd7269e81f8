"""`vivencia moments`: what decides whether customers stay, on the command line."""

import json
from datetime import date
from typing import Any

import click
from django.utils.translation import gettext as _

from vivencia.foundation.organisation import organisation
from vivencia.foundation.upgrades import ensure_database
from vivencia.moments import studies
from vivencia.moments.findings import Consequence, Findings, Moment, Range
from vivencia.moments.models import MomentStudy, State
from vivencia.moments.outcomes import OUTCOMES
from vivencia.moments.wording import Words, reason_words


class Day(click.ParamType[date]):
    """A date such as 2026-05-31."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-05-31", param, ctx)


@click.command()
@click.option(
    "--outcome",
    type=click.Choice(list(OUTCOMES)),
    help="What the moments decide; default: what there are most answers to.",
)
@click.option(
    "--segment", default="", help="Only customers of this segment: one the data name, or the name of a saved one."
)
@click.option("--since", type=Day(), help="Outcomes from this day on.")
@click.option("--until", type=Day(), help="Outcomes up to and including this day.")
@click.option("--all", "everything", is_flag=True, help="Every candidate, not only the proven moments (q <= 0.05).")
@click.option("--again", is_flag=True, help="Study anew, even where the findings are remembered.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def moments(
    outcome: str | None,
    segment: str,
    since: date | None,
    until: date | None,
    *,
    everything: bool,
    again: bool,
    as_json: bool,
) -> None:
    """The moments that matter: what customers lived that decided an outcome, strongest first.

    Each comes with its effect and interval, how sure we are (q value), how many lived it, what is at stake a year, and
    how strong a hidden cause would have to be to explain it away.
    """
    ensure_database()
    try:
        question = studies.Question(outcome or studies.usual_outcome(), studies.segment_named(segment), since, until)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from wrong
    click.echo(_("Studying what decides: %(outcome)s …") % {"outcome": question.outcome}, err=True)
    study = studies.at_once(question, anew=again)
    findings = studies.findings_of(study)
    if findings is None:
        click.echo(_why_empty(study), err=True)
    told: tuple[Moment, ...] = () if findings is None else findings.moments if everything else findings.proven()
    if as_json:
        click.echo(json.dumps([_row(moment, findings) for moment in told if findings], ensure_ascii=False))
    elif findings:
        _print(findings, told)


def _why_empty(study: MomentStudy) -> str:
    return str(reason_words(study.reason)) if study.state == State.EMPTY else _("The study failed; see the log.")


def _row(moment: Moment, findings: Findings) -> dict[str, Any]:
    """One moment under the documented keys."""
    stake = findings.at_stake(moment)
    return {
        "touchpoint": moment.touchpoint,
        "condition": moment.condition,
        "kind": moment.kind,
        "effect": moment.effect,
        "low": moment.low,
        "high": moment.high,
        "q_value": moment.q_value,
        "n_exposed": moment.n_exposed,
        "n": moment.n,
        "value_at_stake": stake.value,
        "robustness": moment.robustness,
        "outcome": findings.outcome,
        "proven": moment.proven,
        "rank": moment.rank,
        "p_value": moment.p_value,
        "effect_exposed": moment.effect_exposed,
        "value_at_stake_low": stake.low,
        "value_at_stake_high": stake.high,
        "value_at_stake_unit": findings.stake_unit,
        "stake_rank": moment.stake_rank,
        "points_a_year": _range(moment.stake) if findings.kind in ("points", "score") else None,
        "repurchases_a_year": _consequence(moment.repurchases),
        "money_a_year": _consequence(moment.money),
        "exposed_a_year": moment.exposed_a_year,
        "robustness_interval": moment.robustness_interval,
        "sensitivity_low": moment.sensitivity_low,
        "sensitivity_high": moment.sensitivity_high,
        "overlap": moment.overlap,
        "method": moment.method,
        "corrected": moment.corrected,
        "assumptions": list(moment.assumptions),
        "sets_off": list(moment.mediators),
        "days_after_start": moment.days_after_start,
        "threshold": moment.threshold,
        "same_as": list(moment.synonyms),
        "doses": [
            {
                "late_days": dose.days,
                "effect": dose.effect,
                "low": dose.low,
                "high": dose.high,
                "n_exposed": dose.n_exposed,
            }
            for dose in moment.doses
        ],
        "why_none": moment.why_none,
        "sentence": Words(findings, organisation().currency).sentence(moment),
    }


def _range(told: Range) -> dict[str, float | None]:
    return {"value": told.value, "low": told.low, "high": told.high}


def _consequence(told: Consequence | None) -> dict[str, float | None] | None:
    return {**_range(told.a_year), "q_value": told.q_value} if told else None


def _print(findings: Findings, told: tuple[Moment, ...]) -> None:
    words = Words(findings, organisation().currency)
    click.echo(words.basis())
    if not told:
        click.echo(_("Nothing is proven. --all shows every candidate."))
    for moment in told:
        sign = {"gain": "+", "pain": "−"}[moment.kind] if moment.proven else "?"
        click.echo(f"\n{sign} {moment.touchpoint}: {moment.condition}")
        click.echo(f"  {words.sentence(moment)}")
        if moment.q_value is not None:
            click.echo(f"  q = {moment.q_value:.3g} · {words.robustness(moment)}")
