"""The latest events of a name, and rejected calls, as the Sources pages show them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from ibis import _

from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import InboxEvent
from vivencia.foundation.rights import Right, may
from vivencia.foundation.vocabulary import say
from vivencia.foundation.writing import number_format
from vivencia.listen.api.models import CallKind, PlannedCall
from vivencia.listen.api.protocol.calls import NAMED

MOST = 5
LONGEST = 120
_PERSONAL = re.compile(r"[^\s@]+@[^\s@]+\.\w+|\+?\d[\d\s().-]{7,}\d")


@dataclass(frozen=True)
class Sample:
    """One event or call: when, and what it carried, in words."""

    at: datetime
    source: str
    carried: tuple[tuple[str, str], ...]


def latest(line: PlannedCall, user: object) -> list[Sample]:
    """The latest events of this name in the ledger."""
    read = open_ledger().read()
    named = line.name if line.kind == CallKind.TRACK else NAMED[line.kind]
    events = read.events.filter((_.name == named) & _.source.isin(line.sources))
    newest = events.order_by([_.occurred_at.desc(), _.seq.desc()]).limit(MOST if line.kind == CallKind.TRACK else 200)
    rows = read.to_arrow(newest.select("occurred_at", "source", "properties", *_SHOWN)).to_pylist()
    samples = [(row, json.loads(row["properties"] or "{}")) for row in rows]
    if line.kind != CallKind.TRACK:
        samples = [(row, told) for row, told in samples if told.get("page") == line.name]
    return [
        Sample(row["occurred_at"], row["source"], (*_read(row, user), *_told(told, user)))
        for row, told in samples[:MOST]
    ]


_SHOWN = (
    "touchpoint", "channel", "amount", "currency", "promise", "promised_at", "metric", "score", "scale_max", "text",
)  # fmt: skip


def _read(row: Mapping[str, Any], user: object) -> Iterator[tuple[str, str]]:
    """What an event says in the house's own columns, in the reader's language."""
    score = None if row["score"] is None else _score(row["score"], row["scale_max"])
    told = (
        (gettext("Touchpoint"), say(row["touchpoint"])),
        (gettext("Channel"), say(row["channel"])),
        (gettext("Amount"), None if row["amount"] is None else f"{_number(row['amount'])} {row['currency'] or ''}"),
        (gettext("Promise"), say(row["promise"])),
        (gettext("Promised for"), row["promised_at"] and _moment(row["promised_at"])),
        (say(row["metric"]).capitalize() or gettext("Score"), score),
        (gettext("Customer's words"), row["text"]),
    )
    yield from _shown({label: value for label, value in told if value}, user)


def _score(score: float, top: float | None) -> str:
    return _number(score) if top is None else f"{_number(score)}/{_number(top)}"


def _number(value: float) -> str:
    return number_format(f"{value:.12g}", force_grouping=True)


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def rejected(row: InboxEvent, user: object) -> Sample:
    """A rejected call as it came."""
    call = row.event.get("call")
    carried = call if isinstance(call, dict) else {"call": call}
    hidden = {"context", "integrations", "messageId", "sentAt"}
    shown = {name: value for name, value in carried.items() if name not in hidden}
    return Sample(row.received_at, str(row.event.get("source", "")), tuple(_told(shown, user)))


def _told(values: Mapping[str, Any], user: object) -> Iterator[tuple[str, str]]:
    """Names and values as the sender has them."""
    said = ((name, value if isinstance(value, str) else _json(value)) for name, value in values.items())
    yield from _shown(dict(said), user)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _shown(values: Mapping[str, str], user: object) -> Iterator[tuple[str, str]]:
    """Short texts, without what would tell who it is to those who may not see that."""
    for name, text in values.items():
        shown = text if may(user, Right.SEE_PERSONAL) else _PERSONAL.sub("•••", text)
        yield name, shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def touchpoints() -> list[str]:
    """The touchpoints there are, to choose from."""
    read = open_ledger().read()

    def compute() -> list[str]:
        told = read.events.filter(_.touchpoint.notnull()).select("touchpoint").distinct().limit(500)
        return sorted(read.to_arrow(told)["touchpoint"].to_pylist())

    found: list[str] = read.remember("listen/touchpoints/1", compute)
    return found
