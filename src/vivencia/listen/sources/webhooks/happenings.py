"""What others may be told of: happenings of the house, noticed in the ledger, the imports and the receipts of erasures.

Each is told once to each subscription, because a delivery's key names it. Only what came in after the subscription was
made is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import ibis
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ibis import _ as row

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import Erasure
from vivencia.foundation.organisation import absolute
from vivencia.listen.models import ImportRun, State
from vivencia.listen.sources.models import Delivery, Subscription
from vivencia.listen.sources.webhooks import cloudevents
from vivencia.listen.surveys.answered import OF_COLLEAGUES

# Type -> the name of the event in the ledger that it tells of.
IN_LEDGER: Final[Mapping[str, str]] = {
    "survey.answered": "survey answered",
    "survey.sent": "survey sent",
    "message.sent": "message sent",
    "message.held": "message held back",
    "message.refused": "message not sent",
    "message.returned": "message came back",
    "consent.given": "consent given",
    "consent.withdrawn": "consent withdrawn",
}
TITLES: Final[Mapping[str, str | Promise]] = {
    "survey.answered": _("A survey was answered"),
    "survey.sent": _("A survey was sent"),
    "message.sent": _("A message was sent"),
    "message.held": _("A message was held back"),
    "message.refused": _("A message was not sent"),
    "message.returned": _("A message came back"),
    "consent.given": _("Somebody agreed to be written to"),
    "consent.withdrawn": _("Somebody does not want to be written to"),
    "import.finished": _("An import has finished"),
    "customer.erased": _("A customer was erased"),
}
PREFIX: Final = "org.vivencia."
LATE = timedelta(hours=1)  # an event may reach the ledger after one received later: look back that far
_looked: dict[tuple[int, datetime], str] = {}  # subscription -> the ledger's version last told of, in this process
_TOLD: Final = (
    "event_id", "customer_id", "account_id", "occurred_at", "name", "touchpoint", "channel", "metric", "score",
    "scale_max", "text", "subject_kind", "subject_id", "source", "properties",
)  # fmt: skip


@dataclass(frozen=True)
class Happening:
    """`key`: names it for ever. `data`: what is told of it."""

    key: str
    kind: str
    at: datetime
    subject: str | None
    data: dict[str, Any]


def notice(now: datetime) -> int:
    """Put what has happened since on its way to whoever wants to hear of it; returns how many deliveries are new."""
    made = 0
    wanting = list(Subscription.objects.filter(active=True))
    if not wanting:
        return 0
    read = open_ledger().read()
    for subscription in wanting:
        made += _for(subscription, read, now)
    return made


def _for(subscription: Subscription, read: Read, now: datetime) -> int:
    since = max(subscription.seen_until - LATE, subscription.made_at)
    wanted = set(subscription.happenings)
    itself = (subscription.pk, subscription.made_at)
    new_version = _looked.get(itself) != read.version
    in_ledger = _in_ledger(wanted, read, since) if new_version else iter(())
    found = [*in_ledger, *_imports(wanted, since), *_erasures(wanted, since)]
    rows = [
        Delivery(
            subscription=subscription,
            key=one.key[:200],
            kind=one.kind,
            body=_body(one),
            made_at=now,
            next_try_at=now,
        )
        for one in found
    ]
    known = set(
        Delivery.objects.filter(subscription=subscription, key__in=[each.key for each in rows]).values_list(
            "key", flat=True
        )
    )
    new = [each for each in rows if each.key not in known]
    Delivery.objects.bulk_create(new, 500, ignore_conflicts=True)
    Subscription.objects.filter(pk=subscription.pk).update(seen_until=now)
    _looked[itself] = read.version
    return len(new)


def _in_ledger(wanted: set[str], read: Read, since: datetime) -> Iterator[Happening]:
    kinds = {name: kind for kind, name in IN_LEDGER.items() if kind in wanted}
    if not kinds:
        return
    of_customers = ~row.metric.isin(sorted(OF_COLLEAGUES)).fill_null(ibis.literal(False))
    new = row.name.isin(list(kinds)) & (row.received_at > ibis.literal(since))
    events = read.events.filter(new & of_customers)
    for event in read.to_arrow(events.select(*_TOLD)).to_pylist():
        data = {name: value for name, value in event.items() if value is not None and name != "event_id"}
        data["occurred_at"] = event["occurred_at"].isoformat()
        kind = kinds[event["name"]]
        yield Happening(f"{kind}:{event['event_id']}", kind, event["occurred_at"], event["customer_id"], data)


def _imports(wanted: set[str], since: datetime) -> Iterator[Happening]:
    if "import.finished" not in wanted:
        return
    for run in ImportRun.objects.filter(state=State.DONE, finished_at__gt=since):
        assert run.finished_at is not None
        data = {"title": run.title, "events": run.accepted, "customers": run.customers, "left_out": run.rejected}
        yield Happening(
            f"import.finished:{run.batch}:{run.finished_at.timestamp():.0f}",
            "import.finished",
            run.finished_at,
            None,
            data,
        )


def _erasures(wanted: set[str], since: datetime) -> Iterator[Happening]:
    """The receipt, which does not say who: whoever also keeps the person is told by whoever asked for the erasure."""
    if "customer.erased" not in wanted:
        return
    for erasure in Erasure.objects.filter(erased_at__gt=since):
        data = {"receipt": str(erasure.receipt)}
        yield Happening(f"customer.erased:{erasure.receipt}", "customer.erased", erasure.erased_at, None, data)


def _body(one: Happening) -> dict[str, Any]:
    return cloudevents.envelope(
        event_id=one.key, source=absolute("/"), kind=PREFIX + one.kind, at=one.at, subject=one.subject, data=one.data
    )
