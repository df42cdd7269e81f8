"""`vivencia roadmap`: initiatives, capacities and dependencies in a file; a plan with its certified gap out."""

import json
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from vivencia.measure.metrics.words import N_
from vivencia.plan.roadmap.optimiser.answers import better_first, next_best, prices
from vivencia.plan.roadmap.optimiser.conflicts import Rule, conflict
from vivencia.plan.roadmap.optimiser.optimise import Found, ImpossibleError, optimise
from vivencia.plan.roadmap.optimiser.problem import Problem
from vivencia.plan.roadmap.optimiser.reading import WrongFileError, problem_of
from vivencia.plan.roadmap.optimiser.report import report

EXPLAIN_SECONDS = 10.0
NAMED = 8
LEAST = 0.05  # less is told as nothing


@click.command()
@click.option(
    "--file", "source", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON as docs/guide/roadmap.md describes it.",
)  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0.1, 86_400), default=10.0, show_default=True, help="Time to plan.")
@click.option("--explain", is_flag=True, help="Also: the next best plan, and what easing each rule would bring.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def roadmap(source: Path, seconds: float, *, explain: bool, as_json: bool) -> None:
    """Choose and schedule initiatives within budget and capacity: the most valuable plan, and how far it may be from
    the best there is.

    The plan is checked by code that knows nothing of how it was found. Stops before --seconds when nothing better can
    exist; --explain takes about as long again.
    """
    try:
        problem = problem_of(_content(source))
        found = optimise(problem, seconds)
    except WrongFileError as wrong:
        raise click.UsageError(f"{source.name}: {wrong.said.told(_)}") from wrong
    except ImpossibleError as impossible:
        raise click.UsageError(_impossible(problem, impossible)) from impossible
    found, other = better_first(found, next_best(problem, found, seconds / 3) if explain else None)
    told = report(problem, found, other, prices(problem, found, seconds) if explain else None)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    _say(problem, found, told)


def _content(source: Path) -> Any:
    try:
        return json.loads(source.read_text(encoding="utf-8"))
    except json.JSONDecodeError as wrong:
        raise WrongFileError(
            N_("not JSON: it cannot be read from line %(line)s, column %(column)s on"),
            line=wrong.lineno,
            column=wrong.colno,
        ) from wrong
    except (UnicodeDecodeError, RecursionError) as wrong:
        raise WrongFileError(N_("not JSON: %(why)s"), why=wrong) from wrong


def _impossible(problem: Problem, impossible: ImpossibleError) -> str:
    """Which rules cannot be kept together."""
    if impossible.proven:
        rules = conflict(problem, EXPLAIN_SECONDS)
        if not rules:
            return _("No plan keeps all the rules.")
        return _("No plan keeps all the rules. These cannot be kept together, let one go: %(rules)s.") % {
            "rules": "; ".join(_ruled(rule) for rule in rules)
        }
    return _("No plan that keeps all the rules was found in this time; give it more --seconds.")


def _ruled(rule: Rule) -> str:
    told = {
        "must do": _("%(of)s must be done (must_do)"),
        "dates": _("when %(of)s may be done (earliest, deadline, start, left_out)"),
        "order": _("what %(of)s comes after (after)"),
        "capacity": _("the capacity of %(of)s"),
        "budget": _("the budget"),
        "balance": _("the limits of the stream %(of)s"),
    }
    return told[rule.kind] % {"of": rule.of}


def _say(problem: Problem, found: Found, told: dict[str, Any]) -> None:
    quarter = max(len(problem.label(q)) for q in range(problem.quarters))
    for each in sorted(told["initiatives"], key=lambda each: (each["start_quarter"] or 999, each["key"])):
        when = (each["start"] or "–").ljust(quarter)
        name = f"{each['key']}  {each['title']}".rstrip()
        click.echo(f"{when}  {name}" + (f"  ({_because(each['why_not'])})" if each["why_not"] else ""))
    click.echo()
    span = told["range"]
    click.echo(
        _("value %(value)s %(unit)s; 95 %% of draws between %(low)s and %(high)s")
        % {
            "value": f"{found.value:,.1f}",
            "unit": problem.unit,
            "low": f"{span['low']:,.1f}",
            "high": f"{span['high']:,.1f}",
        }
    )
    gap = "–" if found.gap is None else f"{100 * found.gap:.2f} %"
    click.echo(
        _("no plan is worth more than %(bound)s: at most %(gap)s above this one")
        % {"bound": f"{found.bound:,.1f}", "gap": gap}
    )
    click.echo(
        _("rules checked: %(rules)s, broken: %(breaches)s; %(seconds)s s")
        % {
            "rules": told["checks"]["rules"],
            "breaches": len(told["checks"]["breaches"]),
            "seconds": f"{found.seconds:.1f}",
        }
    )
    _say_more(told)
    _say_unsaid(told["unsaid"])


def _say_unsaid(unsaid: dict[str, Any]) -> None:
    """What the file does not say, and what the plan takes it for."""
    for name, sentence in (
        ("cost", _("without a cost, so taken as free: %(n)s (%(keys)s)")),
        ("effort", _("without days of any team, so taken as needing nobody: %(n)s (%(keys)s)")),
    ):
        if unsaid[name]:
            keys = ", ".join(unsaid[name][:NAMED]) + (" …" if len(unsaid[name]) > NAMED else "")
            click.echo(sentence % {"n": len(unsaid[name]), "keys": keys})
    if not unsaid["capacity"]:
        click.echo(_("no teams with a capacity: everybody's time is taken as without end"))
    if not unsaid["budget"]:
        click.echo(_("no budget: money is taken as without end"))


def _say_more(told: dict[str, Any]) -> None:
    other = told["range"].get("next_best")
    if other:
        click.echo(
            _("better than the next best plan (%(value)s) in %(share)s of draws")
            % {"value": f"{other['value']:,.1f}", "share": f"{100 * other['better_in']:.0f} %"}
        )
    prices_told = told.get("prices", [])
    for price in prices_told:
        if price["gain"] > LEAST:
            click.echo(f"{_eased(price)}: +{price['gain']:,.1f}" + ("" if price["exact"] else " (≈)"))
    costless = list(dict.fromkeys(_eased(price) for price in prices_told if price["gain"] <= LEAST))
    if costless:
        click.echo(_("these cost nothing: %(rules)s") % {"rules": "; ".join(costless)})


def _eased(price: dict[str, Any]) -> str:
    """The rule, and how it was eased."""
    told = {"of": price["of"], "when": price["quarter"], "more": f"{price['more'] or 0.0:,.6g}"}
    whole = price["quarter"] is None
    if price["kind"] == "capacity":
        none_more = _("more days of %(of)s") % told
        as_needed = _("%(more)s more days of %(of)s, where they are needed") % told if price["more"] else none_more
        return as_needed if whole else _("%(more)s more days of %(of)s in %(when)s") % told
    if price["kind"] == "budget":
        as_needed = _("%(more)s more money, where it is needed") % told if price["more"] else _("more money")
        return as_needed if whole else _("%(more)s more money in %(when)s") % told
    dropped = {
        "must do": _("%(of)s need not be done"),
        "deadline": _("no deadline for %(of)s"),
        "balance": _("no limits for the stream %(of)s"),
    }
    return dropped[price["kind"]] % told


def _because(why: dict[str, Any]) -> str:
    said = {
        "left out": _("left out by hand"),
        "too late": _("cannot be finished in time"),
        "waits for": _("waits for"),
        "too large": _("more than there ever is"),
        "worthless": _("brings nothing in this plan"),
        "capacity": _("no capacity"),
        "budget": _("no budget"),
        "balance": _("streams' balance"),
        "order": _("no time left after"),
    }[why["reason"]]
    return " ".join([said, ", ".join(why["of"]), ", ".join(why["quarters"])]).strip()
