"""`vivencia chats`: a file of chat turns as one contact a conversation."""

import csv
import json
from pathlib import Path
from typing import Any

import click

from vivencia.foundation import inbox
from vivencia.foundation.arriving import as_event
from vivencia.foundation.ledger.store import open_ledger
from vivencia.listen.sources import people
from vivencia.listen.sources.chats.transcripts import NotATranscriptError, contacts


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="chats", show_default=True, help="Which system the chats come from.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def chats(path: Path, source: str, *, as_json: bool) -> None:
    """Bring the chat transcripts of PATH in: CSV, JSON or JSON Lines with one row a turn.

    Turns of one conversation become one contact with the customer's own words. Giving the same file again adds
    nothing. The worker carries the contacts over to the ledger.
    """
    from django.utils import timezone

    try:
        found = contacts(_rows(path), source)
        for place, one in enumerate(found):
            _checked(one, place, timezone.now())
    except (NotATranscriptError, ValueError) as problem:
        raise click.UsageError(f"{path.name}: {problem}") from problem
    _put(found, source)
    said = {"conversations": len(found), "source": source}
    click.echo(json.dumps(said) if as_json else f"{len(found)} conversations are on their way to the timelines.")


def _rows(path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8-sig")
    if path.suffix.lower() == ".csv":
        dialect = csv.Sniffer().sniff(text[:10_000], ",;\t|")
        return list(csv.DictReader(text.splitlines(), dialect=dialect))
    rows = [json.loads(line) for line in text.splitlines() if line.strip()] if _is_lines(path) else json.loads(text)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotATranscriptError("it holds no list of turns")
    return rows


def _is_lines(path: Path) -> bool:
    return path.suffix.lower() in (".jsonl", ".ndjson")


def _checked(one: dict[str, Any], place: int, now: Any) -> None:
    """Raises ValueError naming the conversation, before anything is put in."""
    try:
        as_event({name: value for name, value in one.items() if name != "email"}, now, place)
    except ValueError as problem:
        raise ValueError(f"conversation {place + 1}: {problem}") from problem


def _put(found: list[dict[str, Any]], source: str) -> None:
    known = people.by_address([one["email"] for one in found if one.get("email")], open_ledger().read())
    events = []
    for one in found:
        email = one.pop("email", "")
        if email and not one.get("customer_id"):
            one["customer_id"] = known.get(email) or people.make_known(email, "", source)
        events.append(one)
    inbox.put(events)
