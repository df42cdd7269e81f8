"""`vivencia demo`: the demonstration company, loaded or taken out again."""

import json
import time

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.listen import demo_loading
from vivencia.listen.demo.company import NAME


@click.command()
@click.option("--remove", is_flag=True, help="Take the demonstration out again.")
@click.option("--customers", type=click.IntRange(100, 1_000_000), default=20_000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def demo(remove: bool, customers: int, as_json: bool) -> None:
    """Load the demonstration company, so that there is something to look at before your own data."""
    if remove:
        rows = demo_loading.take_out()
        said = ngettext("Taken out again: %(rows)s row.", "Taken out again: %(rows)s rows.", rows) % {"rows": rows}
        _say({"removed_rows": rows}, as_json, said)
        return
    began = time.monotonic()
    loaded = demo_loading.bring_in(demo_loading.begin(), _show, customers=customers)
    click.echo(err=True)
    _say(
        {
            "company": NAME,
            "events": loaded.events,
            "customers": loaded.customers,
            "until": loaded.until.isoformat(),
            "seconds": round(time.monotonic() - began, 1),
        },
        as_json,
        _("{company}: {events} events of {customers} customers, in {seconds} s.")
        + "\n"
        + _("Take it out again with: vivencia demo --remove"),
    )


def _show(share: float) -> None:
    click.echo(f"\r{NAME}: {share:.0%}", nl=False, err=True)


def _say(result: dict[str, object], as_json: bool, sentence: str) -> None:
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else sentence.format(**result))
