"""The latest events of a name, and rejected calls, as the Sources pages show them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ibis import _

from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import InboxEvent
from vivencia.foundation.rights import Right, may
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
        Sample(row["occurred_at"], row["source"], tuple(_told({**_columns(row), **told}, user)))
        for row, told in samples[:MOST]
    ]


_SHOWN = ("touchpoint", "channel", "amount", "currency", "promise", "promised_at", "metric", "score", "text")


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _SHOWN if row[name] is not None}


def rejected(row: InboxEvent, user: object) -> Sample:
    """A rejected call as it came."""
    call = row.event.get("call")
    carried = call if isinstance(call, dict) else {"call": call}
    hidden = {"context", "integrations", "messageId", "sentAt"}
    shown = {name: value for name, value in carried.items() if name not in hidden}
    return Sample(row.received_at, str(row.event.get("source", "")), tuple(_told(shown, user)))


def _told(values: Mapping[str, Any], user: object) -> Iterator[tuple[str, str]]:
    """Names and values as short texts, without what would tell who it is to those who may not see that."""
    for name, value in values.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
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
