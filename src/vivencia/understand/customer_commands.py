"""`vivencia customer`: one customer's whole story at the terminal."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vivencia.foundation.ledger.store import open_ledger
from vivencia.understand import identity
from vivencia.understand.customers import Customer
from vivencia.understand.customers import customer as read_customer
from vivencia.understand.now import as_of as moment_of
from vivencia.understand.promises import STATES
from vivencia.understand.situation_words import tell
from vivencia.understand.timeline import Entry, money, timeline

VALUE_DEFINITION = "orders: different orders with a payment; revenue: payments less refunds, by currency"


@click.command()
@click.argument("any_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def customer(any_id: str, as_json: bool) -> None:
    """Who ID is (any id a source uses), what they are in the middle of, and everything they lived."""
    read = open_ledger().read()
    canonical = identity.canonical(read, any_id)
    if canonical is None:
        near = identity.near(read, any_id)
        hint = " " + _("Did you mean: %(ids)s?") % {"ids": ", ".join(near)} if near else ""
        raise click.UsageError(_("No customer is called %(id)r.") % {"id": any_id} + hint)
    now = moment_of(read.horizon, timezone.now())
    found = read_customer(read, canonical, now)
    if as_json:
        click.echo(json.dumps(as_dict(found, now), ensure_ascii=False, default=_plain))
    else:
        click.echo("\n".join(_lines(found, now)))


def as_dict(found: Customer, now: datetime) -> dict[str, Any]:
    """The stable form of `--json`. Times are ISO 8601 in UTC."""
    states = Counter(one.state for one in found.promised)
    told = [tell(one, now) for one in found.situation]
    return {
        "customer_id": found.customer_id,
        "ids": [{"id": other.id, "reason": other.reason, "since": other.since} for other in found.other_ids],
        **{key: found.known.get(key) for key in ("name", "email", "phone", "segment", "language")},
        "since": found.since,
        "last_seen": found.last_seen,
        "as_of": now,
        "traits": found.traits,
        "consent": found.consent,
        "value": {"orders": found.value.orders, "revenue": found.value.revenue, "definition": VALUE_DEFINITION},
        "promises": {state: states.get(state, 0) for state in STATES},
        "situation": [
            {"kind": one.kind, "since": one.since, "days": one.days, "says": words.title, "why": words.why}
            for one, words in zip(found.situation, told, strict=True)
        ],
        "timeline": [asdict(event) for event in found.lived],
    }


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _lines(found: Customer, now: datetime) -> list[str]:
    revenue = ", ".join(money(amount, currency) for currency, amount in found.value.revenue.items())
    heading = [part for part in (found.name, found.known.get("email"), found.known.get("segment")) if part]
    lines = [" · ".join(heading) or found.customer_id]
    lines += [
        "  " + _("also %(id)s: %(reason)s") % {"id": other.id, "reason": other.reason} for other in found.other_ids
    ]
    orders = ngettext("%(n)s order", "%(n)s orders", found.value.orders) % {"n": found.value.orders}
    lines.append(f"  {orders}, {revenue or _('no money known')}")
    lines += ["", _("Today")]
    for situation in found.situation:
        told = tell(situation, now)
        lines.append(f"  {told.title}. {told.why}")
    if not found.situation:
        lines.append("  " + _("Nothing open: no promise, no problem, no bad answer."))
    lines += ["", _("Lived, the latest first")]
    lines += [_line(entry) for entry in timeline(found.lived, found.promised, now)]
    return lines


def _line(entry: Entry) -> str:
    parts = [part for part in (entry.title, entry.score, entry.detail, entry.channel) if part]
    said = f"  {entry.at:%Y-%m-%d %H:%M}  {' · '.join(parts)}"
    return f"{said}\n                    “{entry.words}”" if entry.words else said
