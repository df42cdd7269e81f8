"""`vivencia impact`: what something did, from a table of outcomes."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.plan.impact import wording
from vivencia.plan.impact.methods import choosing
from vivencia.plan.impact.methods import table as tables
from vivencia.plan.impact.methods.choosing import Found
from vivencia.plan.impact.methods.result import NAMES, NotPossible
from vivencia.plan.impact.methods.verdict import Verdict, smallest, verdict


@click.command()
@click.option("--file", "name", required=True, metavar="FILE", help="CSV: unit, period, outcome, treated_from "
              "[, randomised, weight]; - is standard input.")  # fmt: skip
@click.option("--method", type=click.Choice(NAMES), help="Use this method; default: the one the data's shape asks for.")
@click.option("--better", type=click.Choice(["up", "down"]), default="up", help="Which way is good; default: up.")
@click.option("--expected", type=float, help="The effect declared beforehand, in the outcome's unit.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def impact(name: str, method: str | None, better: str, expected: float | None, *, as_json: bool) -> None:
    """What a measure did: effect with its 95 % interval, checks and a verdict, from outcomes before and after."""
    try:
        with _opened(name) as file:
            table = tables.read(file)
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        raise click.UsageError(
            _("%(file)s cannot be read: %(why)s") % {"file": _named(name), "why": _unreadable(wrong)}
        ) from wrong
    except NotPossible as wrong:
        rows = wrong.facts.get("rows", 0)
        _say_rejects(name, wrong.facts.get("rejects", ()), wrong.facts.get("rejected", rows), rows)
        raise _nothing(name, wrong) from wrong
    try:
        found = choosing.estimate(table.panel, method)
    except NotPossible as wrong:
        _print_rejects(name, table)
        raise _nothing(name, wrong) from wrong
    told = verdict(found.result, better=1 if better == "up" else -1, expected=expected)
    if as_json:
        click.echo(json.dumps(_as_json(found, told, table), ensure_ascii=False))
    else:
        _print(found, told, table)
        _print_rejects(name, table)


def _nothing(name: str, refused: NotPossible) -> click.UsageError:
    rejects = refused.facts.get("rejects", ())
    why = " · ".join([wording.why_not(refused), *(wording.rejected_row(one) for one in rejects[:1])])
    return click.UsageError(_("%(file)s: nothing can be estimated: %(why)s") % {"file": _named(name), "why": why})


def _named(name: str) -> str:
    return _("standard input") if name == "-" else name


def _unreadable(wrong: OSError | UnicodeDecodeError | csv.Error) -> str:
    if isinstance(wrong, FileNotFoundError):
        return _("there is no such file")
    if isinstance(wrong, IsADirectoryError):
        return _("it is a folder")
    if isinstance(wrong, PermissionError):
        return _("reading it is not allowed")
    if isinstance(wrong, UnicodeDecodeError):
        return _("it is not text in UTF-8")
    if isinstance(wrong, csv.Error):
        return _("it is no CSV")
    return str(wrong)


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    if name == "-":
        import io

        yield io.StringIO(sys.stdin.read())
        return
    with open(name, encoding="utf-8-sig", newline="") as file:
        yield file


def _as_json(found: Found, told: Verdict, table: tables.Table) -> dict[str, Any]:
    result = found.result
    return {
        "method": result.method,
        "variant": result.variant,
        "why": wording.why(found),
        "assumes": str(wording.ASSUMED[result.method]),
        "effect": result.effect,
        "low": result.low,
        "high": result.high,
        "p_value": result.p_value,
        "without": result.baseline,
        "verdict": told.state,
        "because": told.because,
        "words": wording.verdict_words(told),
        "smallest_effect_found": smallest(result),
        "data_needed_times": told.more,
        "n_units": result.n_units,
        "n_treated": result.n_treated,
        "n_periods": result.n_periods,
        "n_before": result.n_before,
        "left_out": list(found.left_out),
        "checks": [
            {
                "check": one.name,
                "passed": one.state == "passed",
                "state": one.state,
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "p_value": one.p_value,
                "words": wording.check_words(one),
                **({"about": one.about} if one.about else {}),
            }
            for one in result.checks
        ],
        "event_study": [
            {"step": one.step, "effect": one.effect, "low": one.low, "high": one.high} for one in result.leads
        ],
        "series": [
            {"period": one.period, "actual": one.actual, "without": one.without, "low": one.low, "high": one.high}
            for one in result.drawn
        ],
        "rows": table.rows,
        "rejected": table.rejected,
        "rejects": [
            {"row": one.row, "field": one.field, "code": one.code, "message": wording.rejected(one)}
            for one in table.rejects
        ],
    }


def _print(found: Found, told: Verdict, table: tables.Table) -> None:
    result = found.result
    click.echo(wording.verdict_words(told))
    click.echo(
        _("Effect %(effect)s (95 %%: %(low)s to %(high)s), %(p)s, by %(method)s.")
        % {
            "effect": wording.number(result.effect, 3),
            "low": wording.number(result.low, 3),
            "high": wording.number(result.high, 3),
            "p": wording.surprise(result.p_value),
            "method": wording.METHODS[result.method],
        }
    )
    if result.baseline is not None:
        was, without = wording.number(result.baseline + result.effect, 2), wording.number(result.baseline, 2)
        click.echo(_("On average it was %(was)s; without the measure it would have been %(without)s.")
                   % {"was": was, "without": without})  # fmt: skip
    if told.state == "cannot_tell" and told.because == "interval_includes_zero":
        click.echo(wording.outlook(result, told))
    click.echo(wording.why(found))
    click.echo(_("Assumed: %(assumed)s") % {"assumed": wording.ASSUMED[result.method]})
    click.echo(wording.size(result))
    for check in result.checks:
        mark = "+" if check.state == "passed" else "!"
        click.echo(f"  {mark} {wording.CHECKS[check.name]}: {wording.check_words(check)}")


def _print_rejects(name: str, table: tables.Table) -> None:
    _say_rejects(name, table.rejects, table.rejected, table.rows)


def _say_rejects(name: str, rejects: tuple[tables.Reject, ...], rejected: int, rows: int) -> None:
    if not rejects:
        return
    told = {"file": _named(name), "n": rejected, "rows": rows}
    said = ngettext(
        "%(file)s: %(n)s of %(rows)s row could not be used:",
        "%(file)s: %(n)s of %(rows)s rows could not be used:",
        rows,
    )
    click.echo(said % told, err=True)
    for reject in rejects:
        click.echo(f"  {wording.rejected_row(reject)}", err=True)
    if rejected > len(rejects):
        more = rejected - len(rejects)
        click.echo("  " + ngettext("and %(n)s row more", "and %(n)s rows more", more) % {"n": more}, err=True)
