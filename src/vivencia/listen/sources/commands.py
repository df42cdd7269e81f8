"""`vivencia chats`: a file of chat turns as one contact a conversation."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation import inbox
from vivencia.foundation.arriving import as_event
from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen.sources import people, reasons, telling
from vivencia.listen.sources.chats.transcripts import NotATranscriptError, contacts

MOST_TOLD = 20  # conversations that are named


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="chats", show_default=True, help="Which system the chats come from.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def chats(path: Path, source: str, *, as_json: bool) -> None:
    """Bring the chat transcripts of PATH in: CSV, JSON or JSON Lines with one row a turn.

    Turns of one conversation become one contact with the customer's own words. Giving the same file again adds
    nothing. The worker carries the contacts over to the ledger. Where a conversation
    cannot be used, nothing is taken in, and each is named with the reason.
    """
    from django.utils import timezone

    try:
        found = contacts(_rows(path), source)
    except NotATranscriptError as problem:
        raise click.UsageError(f"{path.name}: {telling.told(str(problem))}") from problem
    if wrong := _unusable(found, timezone.now()):
        raise click.UsageError(_wrong(path.name, wrong))
    _put(found, source)
    said = {"conversations": len(found), "source": source}
    ways = ngettext(
        "%(n)d conversation is on its way to the timelines.",
        "%(n)d conversations are on their way to the timelines.",
        len(found),
    )
    click.echo(json.dumps(said) if as_json else ways % {"n": len(found)})


def _unusable(found: list[dict[str, Any]], now: datetime) -> list[tuple[int, str]]:
    """Which of the file's conversations cannot be taken in, and why; looked at before anything is put in."""
    wrong = []
    for place, one in enumerate(found, 1):
        try:
            as_event({name: value for name, value in one.items() if name != "email"}, now, place)
        except ValueError as problem:
            wrong.append((place, str(problem)))
    return wrong


def _wrong(file: str, wrong: list[tuple[int, str]]) -> str:
    """All that is to be mended, at once."""
    lines = [
        _("conversation %(place)d: %(why)s") % {"place": place, "why": telling.told(why, labelled=False)}
        for place, why in wrong[:MOST_TOLD]
    ]
    if more := len(wrong) - len(lines):
        lines.append(_("and %(n)d more") % {"n": more})
    return "\n  ".join([_("%(file)s: nothing was taken in") % {"file": file}, *lines])


def _rows(path: Path) -> list[dict[str, Any]]:
    """The file's rows, one a turn. Raises NotATranscriptError where it cannot be read as what its name says."""
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix.lower() == ".csv":
            return list(csv.DictReader(io.StringIO(text, newline=""), dialect=_dialect(text)))
        rows = [json.loads(line) for line in text.splitlines() if line.strip()] if _is_lines(path) else json.loads(text)
    except UnicodeDecodeError as problem:
        raise NotATranscriptError(reasons.NOT_UTF8) from problem
    except RecursionError as problem:
        raise NotATranscriptError(reasons.TOO_DEEP) from problem
    except (json.JSONDecodeError, csv.Error) as problem:
        raise NotATranscriptError(reasons.NOT_READABLE % {"why": str(problem)}) from problem
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotATranscriptError(reasons.NO_LIST)
    return rows


def _dialect(text: str) -> type[csv.Dialect]:
    """What parts the columns; commas where that cannot be told, as in a file of one column."""
    try:
        return csv.Sniffer().sniff(text[:10_000], ",;\t|")
    except csv.Error:
        return csv.excel


def _is_lines(path: Path) -> bool:
    return path.suffix.lower() in (".jsonl", ".ndjson")


def _put(found: list[dict[str, Any]], source: str) -> None:
    known = people.by_address([one["email"] for one in found if one.get("email")], open_ledger().read())
    events = []
    for one in found:
        email = one.pop("email", "")
        if email and not one.get("customer_id"):
            one["customer_id"] = known.get(email) or people.make_known(email, "", source)
        events.append(one)
    inbox.put(events)
