"""`vivencia serve`, `worker`, `doctor` and `erase`."""

import json
import sys
from dataclasses import asdict

import click
from django.utils.translation import gettext as _

from vivencia.foundation.serving import ANOTHER_WORKER, Address, AddressTakenError

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The network address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="Web server processes.")
@as_json
def serve(host: str, port: int, processes: int, *, as_json: bool) -> None:
    """Start the pages and the worker; Ctrl-C stops both."""
    from vivencia.foundation import first_run, serving

    address = Address(host, port)

    def ready() -> None:
        if as_json:
            click.echo(json.dumps({"url": address.url}))
        else:
            click.echo("\n  " + _("Vivencia is ready. Open %(address)s") % {"address": address.url})
            click.echo("  " + _("Ctrl-C stops it.") + "\n")
            if first_run.pending():
                code = _("Set-up code, needed from another machine only: %(code)s") % {"code": first_run.setup_code()}
                click.echo(f"  {code}\n")

    try:
        code = serving.serve(address, processes, ready)
    except AddressTakenError as problem:
        raise _refused(_("%(problem)s. Choose another with --port") % {"problem": problem}) from problem
    sys.exit(code)


@click.command()
@as_json
def worker(*, as_json: bool) -> None:
    """Run background tasks and carry the inbox into the ledger, until stopped."""
    from vivencia.foundation.ledger.disk import LedgerBusyError
    from vivencia.foundation.worker import run_worker

    try:
        run_worker()
    except LedgerBusyError:
        click.echo(_("Another worker is at work on this data folder; one is enough."), err=True)
        sys.exit(ANOTHER_WORKER)
    if as_json:
        click.echo(json.dumps({"stopped": True}))


@click.command()
@as_json
def doctor(*, as_json: bool) -> None:
    """Say what is configured, what is wrong, and how to mend it. Exit code 1 where something is wrong."""
    from vivencia.foundation.doctor import State, examine

    findings = examine()
    ok = all(finding.state != State.WRONG for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": ok, "checks": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        marks = {State.OK: (_("ok"), "green"), State.WARNING: (_("look"), "yellow"), State.WRONG: (_("wrong"), "red")}
        for finding in findings:
            mark, colour = marks[finding.state]
            click.echo(f"{click.style(f'{mark:>5}', fg=colour)}  {finding.name:<12} {finding.found}")
            if finding.mend:
                click.echo(f"{'':>20}→ {finding.mend}")
    sys.exit(0 if ok else 1)


@click.command()
@click.argument("identifier", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def erase(identifier: str, *, yes: bool, as_json: bool) -> None:
    """Erase the person who has this id, under all their ids, everywhere. This cannot be undone."""
    from vivencia.foundation import erasure
    from vivencia.foundation.erasure_pages import PLACES

    if not erasure.known(identifier):
        raise _refused(
            _("Nobody here has the id %(id)r. Ids are on a customer's page and in the files you imported")
            % {"id": identifier}
        )
    if not yes:
        click.confirm(_("Erase this person for ever, everywhere?"), abort=True, err=True)
    receipt = erasure.erase(identifier)
    if as_json:
        said = {"receipt": str(receipt.receipt), "erased_at": receipt.erased_at.isoformat(), "counts": receipt.counts}
        click.echo(json.dumps(said))
        return
    about = {"receipt": receipt.receipt, "at": f"{receipt.erased_at:%Y-%m-%d %H:%M} UTC"}
    click.echo(_("Erased. Receipt %(receipt)s, %(at)s") % about)
    for place, count in receipt.counts.items():
        click.echo(f"  {PLACES.get(place, place)}: {count}")


def _refused(message: str) -> click.ClickException:
    return click.UsageError(message)
