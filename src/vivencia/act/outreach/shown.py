"""What the Outreach pages show of requests, in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from ibis import _ as ibis_row

from vivencia.foundation.ledger.reading import Read
from vivencia.listen import reasons
from vivencia.listen.models import OutgoingRequest, Standing

TONES = {
    Standing.WAITING: "neutral",
    Standing.HELD: "caution",
    Standing.SENT: "brand",
    Standing.REFUSED: "neutral",
    Standing.BOUNCED: "pain",
    Standing.EXPIRED: "neutral",
}
ICONS = {
    Standing.WAITING: "clock",
    Standing.HELD: "hand-stop",
    Standing.SENT: "send",
    Standing.REFUSED: "mail-off",
    Standing.BOUNCED: "arrow-back-up",
    Standing.EXPIRED: "history",
}
LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """One request as a line of a list. `at`: when it was settled, or will be looked at next."""

    request: OutgoingRequest
    name: str
    tone: str
    icon: str
    state: str
    why: str
    at: datetime


@dataclass(frozen=True)
class Share:
    """One state and how many messages asked for lately are in it."""

    state: str
    label: str
    icon: str
    n: int


def lines(requests: Sequence[OutgoingRequest], read: Read) -> list[Line]:
    """With each person's name, where the ledger knows one."""
    names = _names({one.customer_id for one in requests}, read)
    return [line(one, names.get(one.customer_id, "")) for one in requests]


def line(request: OutgoingRequest, name: str) -> Line:
    state = Standing(request.state)
    return Line(
        request=request,
        name=name,
        tone=TONES[state],
        icon=ICONS[state],
        state=str(state.label),
        why=reasons.say(request.reason, {name: told for name, told in request.facts.items() if name != "until"}),
        at=request.settled_at or request.next_try_at,
    )


def shares(now: datetime) -> list[Share]:
    """Every state with its number of messages asked for in the last thirty days."""
    counted: Counter[str] = Counter()
    asked = OutgoingRequest.objects.filter(asked_at__gt=now - LATELY).order_by()
    for row in asked.values("state").annotate(n=Count("pk")):
        counted[row["state"]] += row["n"]
    return [Share(state, str(state.label), ICONS[state], counted[state]) for state in Standing]


def why_not(requests: "QuerySet[OutgoingRequest]") -> list[tuple[str, str, int]]:
    """Reasons of what did not go out: code, words, how many; the most frequent first."""
    rows = requests.exclude(reason="").order_by().values("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return [(row["reason"], reasons.say(row["reason"]), row["n"]) for row in rows]


def _names(ids: set[str], read: Read) -> dict[str, str]:
    if not ids:
        return {}
    led = {
        row["alias_id"]: row["person_id"]
        for row in read.to_arrow(read.aliases.filter(ibis_row.alias_id.isin(list(ids)))).to_pylist()
    }
    persons = {led.get(one, one) for one in ids}
    customers = read.customers.filter(ibis_row.customer_id.isin(list(persons))).select("customer_id", "name")
    called = {row["customer_id"]: row["name"] or "" for row in read.to_arrow(customers).to_pylist()}
    return {one: called.get(led.get(one, one), "") for one in ids}
