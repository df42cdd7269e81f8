"""`vivencia outreach`: what waits to go out, what was held back and why, and sending now what is due."""

import json
from dataclasses import asdict
from typing import Any

import click


@click.command()
@click.option("--send", is_flag=True, help="Look at everything that is due, now; the worker does it every few seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def outreach(*, send: bool, as_json: bool) -> None:
    """What goes out to customers, and why some of it does not."""
    from django.utils import timezone

    from vivencia.act.outreach import sender, shown
    from vivencia.listen.models import OutgoingRequest

    done = asdict(sender.send_what_is_due()) if send else None
    states = {share.state: share.n for share in shown.shares(timezone.now())}
    why = [
        {"reason": code, "words": words, "messages": n}
        for code, words, n in shown.why_not(OutgoingRequest.objects.all())
    ]
    said: dict[str, Any] = {"last_30_days": states, "why_not": why, **({"done": done} if done else {})}
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    for share in shown.shares(timezone.now()):
        click.echo(f"{share.n:>7}  {share.label}")
    for one in why:
        click.echo(f"{one['messages']:>7}  {one['words']}")
    if done and done["trouble"]:
        click.echo(done["trouble"], err=True)
