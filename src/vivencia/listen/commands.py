"""`vivencia import` and `vivencia imports`."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation.ledger.disk import LedgerBusyError
from vivencia.listen import replacing, runs, wording
from vivencia.listen.imports.mapping import parse
from vivencia.listen.imports.problems import Problem
from vivencia.listen.imports.recognise import PRESETS, Recognised, by_preset
from vivencia.listen.models import ImportRun, State

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--preset", metavar="NAME", help=f"One of: {', '.join(PRESETS)}.")
@click.option("--mapping", "mapping_file", type=click.Path(path_type=Path), help="A mapping file (TOML).")
@click.option(
    "--replace", "replaced", metavar="RUN", type=int, help="Put these files in the place of an earlier import."
)
@as_json
def import_(path: Path, preset: str | None, mapping_file: Path | None, replaced: int | None, as_json: bool) -> None:
    """Bring the file or folder PATH in.

    Without --preset or --mapping the files are recognised by their columns; those that replace an import are read with
    its mapping, where they still have its columns. Importing the same file again adds nothing; an interrupted import is
    finished by giving the same command again.
    """
    if preset and mapping_file:
        raise click.UsageError(_("Give --preset or --mapping, not both."))
    run: ImportRun | None = None
    try:
        old = _run(replaced) if replaced is not None else None
        looked = runs.look(path)
        recognised = _recognised(looked, preset, mapping_file, old)
        if not recognised.certain:
            _show_proposal(path, recognised, as_json=as_json)
        run = runs.start(looked, recognised, replaces=old)
        runs.execute(run, _Bar(run))
    except (Problem, runs.WrongStateError, LedgerBusyError) as error:
        _refuse(error, run, as_json=as_json)
    if run is not None:
        _say(run, as_json=as_json)


@click.group()
def imports() -> None:
    """What has come in, and taking it out again."""


@imports.command("list")
@as_json
def list_(*, as_json: bool) -> None:
    """All imports, newest first."""
    told = [_told(run) for run in ImportRun.objects.all()]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    if not told:
        click.echo(_("Nothing has been imported yet. Begin with: vivencia import PATH"))
        return
    heads = (_("import"), _("state"), _("events"), _("rejected"), _("duplicates"))
    click.echo("{:>11}  {:<13} {:>10} {:>11} {:>11}  ".format(*heads) + _("what"))
    for one in told:
        counts = f"{one['accepted']:>10} {one['rejected']:>11} {one['duplicates']:>11}"
        click.echo(f"{one['run']:>11}  {one['state']:<13} {counts}  {one['title']}")


@imports.command("undo")
@click.argument("run", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def undo_(run: int, *, yes: bool, as_json: bool) -> None:
    """Take everything that import RUN brought out again."""
    found = _run(run)
    if found.state != State.DONE:
        raise click.UsageError(_not_in_force(found))
    if not yes:
        about = {"title": found.title, "events": found.accepted}
        asked = ngettext(
            "Take out what %(title)r brought (%(events)s event)?",
            "Take out what %(title)r brought (%(events)s events)?",
            found.accepted,
        )
        click.confirm(asked % about, abort=True, err=True)
    try:
        rows = runs.undo(found)
    except runs.WrongStateError as error:  # somebody else was quicker
        found.refresh_from_db()
        raise click.UsageError(_not_in_force(found)) from error
    click.echo(
        json.dumps({"run": run, "removed_rows": rows})
        if as_json
        else ngettext("Taken out again: %(rows)s row.", "Taken out again: %(rows)s rows.", rows) % {"rows": rows}
    )


def _not_in_force(run: ImportRun) -> str:
    about = {"number": run.pk, "title": run.title, "state": State(run.state).label}
    if run.state == State.UNDONE:
        return _("Import %(number)s (%(title)s) has been taken out already; there is nothing left to undo.") % about
    return _("Import %(number)s (%(title)s) has not been brought in: %(state)s. There is nothing to undo.") % about


def _recognised(
    looked: runs.Looked, preset: str | None, mapping_file: Path | None, old: ImportRun | None
) -> Recognised:
    if preset:
        return by_preset(preset, looked.looks)
    if mapping_file is None:
        found, why_not = replacing.taken_for(old, looked.looks)
        if why_not:
            told = _(
                "The files can no longer be read as those of the replaced import were: %(why)s They are read anew."
            )
            click.echo(told % {"why": why_not}, err=True)
        return found
    try:
        toml = mapping_file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("not-readable", file=str(mapping_file), why=str(error)) from error
    return Recognised("mapping", parse(toml, mapping_file.name), toml)


def _run(number: int) -> ImportRun:
    found = ImportRun.objects.filter(pk=number).first()
    if found is None:
        known = ", ".join(str(pk) for pk in ImportRun.objects.values_list("pk", flat=True)[:20])
        raise click.UsageError(
            _("There is no import %(number)s. Allowed: %(known)s.")
            % {"number": number, "known": known or _("none yet")}
        )
    return found


def _show_proposal(path: Path, recognised: Recognised, *, as_json: bool) -> None:
    """Not certain enough to go on: show what is known and what is missing, and stop."""
    missing = [wording.missing(key) for key in recognised.missing]
    said = wording.problem(Problem("unrecognised", file=path.name, missing="; ".join(missing)))
    if as_json:
        click.echo(
            json.dumps({"error": said, "code": "unrecognised", "missing": missing, "proposed_mapping": recognised.toml})
        )
    else:
        click.echo(said, err=True)
        for guess in recognised.guesses:
            click.echo(f"  {guess.role:<12} {guess.column}: {wording.guess(guess)}", err=True)
        click.echo(recognised.toml)
    sys.exit(2)


def _refuse(error: Exception, run: ImportRun | None, *, as_json: bool) -> None:
    said = wording.problem(error) if isinstance(error, Problem) else str(error)
    rejects = runs.rejects_of(run) if run is not None else None
    if as_json:
        code = error.code if isinstance(error, Problem) else "refused"
        facts = error.facts if isinstance(error, Problem) else {}
        told = {"error": said, "code": code, **facts, "rejects_file": str(rejects) if rejects else None}
        click.echo(json.dumps(told, ensure_ascii=False))
    click.echo("\n" + _("Error: %(said)s") % {"said": said}, err=True)
    sys.exit(2)


def _told(run: ImportRun) -> dict[str, Any]:
    rejects = runs.rejects_of(run)
    return {
        "run": run.pk,
        "title": run.title,
        "state": run.state,
        "recognised": run.recognised,
        "read": run.read,
        "accepted": run.accepted,
        "rejected": run.rejected,
        "duplicates": run.duplicates,
        "erased": run.erased,
        "rejected_rows": run.rejected_rows,
        "customers": run.customers,
        "aliases": run.aliases,
        "rejects_file": str(rejects) if rejects else None,
        "created_at": run.created_at.isoformat(),
        "seconds": round((run.finished_at - run.started_at).total_seconds(), 2)
        if run.finished_at and run.started_at
        else None,
    }


def _say(run: ImportRun, *, as_json: bool) -> None:
    told = _told(run)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"{run.title}: {wording.title(run.recognised)} (import {run.pk})")
    click.echo(f"  {run.read:>10} " + ngettext("row read", "rows read", run.read))
    click.echo(f"  {run.accepted:>10} " + ngettext("event brought in", "events brought in", run.accepted))
    there = ngettext("event was there already", "events were there already", run.duplicates)
    click.echo(f"  {run.duplicates:>10} " + there)
    if run.erased:
        refused = ngettext(
            "event of somebody who was erased, refused", "events of people who were erased, refused", run.erased
        )
        click.echo(f"  {run.erased:>10} " + refused)
    where = _(", see %(file)s") % {"file": told["rejects_file"]} if told["rejects_file"] else ""
    click.echo(f"  {run.rejected:>10} " + _("rejected") + where)
    if run.customers:
        click.echo(f"  {run.customers:>10} " + ngettext("customer brought in", "customers brought in", run.customers))


class _Bar:
    """Progress on standard error: share, rate and time left."""

    def __init__(self, run: ImportRun) -> None:
        self._size, self._began, self._last = run.size, time.monotonic(), 0.0
        self._live = sys.stderr.isatty()

    def __call__(self, stage: str, share: float) -> None:
        now = time.monotonic()
        if now - self._last < (0.2 if self._live else 5) and share < 1:
            return
        self._last = now
        spent = now - self._began
        rate = self._size * share / spent / 1e6 if spent > 0.5 else 0
        left = ", " + _("%(n).0f s left") % {"n": spent / share - spent} if share > 0.05 and spent > 1 else ""
        line = f"{stage:<8} {share:>4.0%}  {rate:.1f} MB/s{left}"
        click.echo(f"\r{line:<50}" if self._live else line, nl=not self._live, err=True)
