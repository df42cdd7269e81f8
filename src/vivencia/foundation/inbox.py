"""The durable inbox: what is put here in a committed transaction reaches the ledger exactly once.

`put`, `put_customers` and `put_aliases` write rows to the operational database inside the caller's transaction;
`put_together` commits for several callers at once. `drain`, in the worker, carries rows over to the ledger, which
returns after fsync, and only then deletes them. A crash in between carries them over a second time, which the ledger,
idempotent on `event_id`, does not count, and which says of people only what is known already.

A package that receives something else than our own columns declares a kind of its own in `KINDS`: its rows are kept as
they came and read when they are drained, so that what cannot be read is kept with the reason, and read again once that
is mended.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from vivencia.foundation.arriving import Told, as_alias, as_customer, as_event, plain
from vivencia.foundation.group_commit import GroupCommit
from vivencia.foundation.ledger.schema import EVENTS
from vivencia.foundation.ledger.store import Ledger, open_ledger
from vivencia.foundation.merging import Said, alias_rows, customer_rows
from vivencia.foundation.models import InboxEvent

AT_A_TIME = 5_000
AT_ONCE = 1_000  # rows in one INSERT


Reader = Callable[[Any, datetime], Told]


@dataclass(frozen=True)
class Kind:
    """How rows of one kind are read.

    reader: called once a drain; what it returns reads one row's contents, received at a time, or raises ValueError
    saying what is wrong with it. ids: every id of a person that a row's contents name. settle: called with the rows
    that were carried over, in the transaction that lets them go, and so once for each row.
    """

    reader: Callable[[], Reader]
    ids: Callable[[Any], set[str]]
    settle: Callable[[Sequence[InboxEvent]], None] = lambda _rows: None


def _columns(*names: str) -> Callable[[Any], set[str]]:
    def named(said: Any) -> set[str]:
        values = [said.get(name) for name in names] if isinstance(said, dict) else []
        return {each for each in values if isinstance(each, str) and each}

    return named


def _whose(said: Any) -> set[str]:
    """An event is the customer's; the device's only where it names none, since several people may share one."""
    return _columns("customer_id")(said) or _columns("anonymous_id")(said)


EVENT, CUSTOMER, ALIAS = "event", "customer", "alias"
KINDS: dict[str, Kind] = {
    EVENT: Kind(lambda: lambda said, _at: Told(events=[said]), _whose),
    CUSTOMER: Kind(lambda: lambda said, _at: Told(customers=[said]), _columns("customer_id")),
    ALIAS: Kind(lambda: lambda said, _at: Told(aliases=[said]), _columns("alias_id", "customer_id")),
}


@dataclass(frozen=True)
class Drained:
    """What a drain did.

    accepted, duplicates, erased: events that reached the ledger, that it had already, of people who were erased.
    customers, aliases: rows of people and of joined ids that said something new. bad: rows kept with a problem.
    """

    accepted: int = 0
    duplicates: int = 0
    erased: int = 0
    bad: int = 0
    customers: int = 0
    aliases: int = 0


def put(events: Sequence[Mapping[str, Any]]) -> None:
    """Keep events, given as EVENTS' columns, until the worker carries them over. Times are datetimes or ISO 8601.

    `received_at`, `seq` and `batch_id` are ours. Whatever is wrong with an event is found by `drain`.
    """
    keep(EVENT, [plain(event) for event in events])


def put_customers(customers: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is said of people, as CUSTOMERS' columns, until the worker merges it into what is known of them.

    `customer_id` and `source` are needed, `updated_at` and `batch_id` are ours. A field that is not given, null or
    empty stays as it was. `traits` (an object) merges key by key, null taking a key away; `consent`
    (purpose to {"given", "at", "proof"}) purpose by purpose, the later `at` holding.
    """
    keep(CUSTOMER, [plain(customer) for customer in customers])


def put_aliases(aliases: Sequence[Mapping[str, Any]]) -> None:
    """Keep statements that two ids are one person (`alias_id`, `customer_id`, `reason`, `source`) until they are told.

    The newest statement about an alias holds; one with `"unless_known": True` gives way to any earlier one.
    """
    keep(ALIAS, [plain(alias) for alias in aliases])


def keep(kind: str, contents: Iterable[Any]) -> None:
    """Keep rows of a kind. The contents are what every database's JSON can hold (`arriving.plain`)."""
    now = timezone.now()
    InboxEvent.objects.bulk_create([InboxEvent(kind=kind, event=each, received_at=now) for each in contents], AT_ONCE)


def put_together(kind: str, contents: Sequence[Any]) -> None:
    """As `keep`, in a transaction of its own that callers who come at the same time share: one fsync for all of them.

    When this returns the rows are on the disk. Not for callers who are in a transaction of theirs.
    """
    now = timezone.now()
    _together([InboxEvent(kind=kind, event=each, received_at=now) for each in contents])


def _write(rows: list[InboxEvent]) -> None:
    InboxEvent.objects.bulk_create(rows, AT_ONCE)


_together: GroupCommit[InboxEvent] = GroupCommit(_write)


def waiting() -> int:
    """How many rows are on their way."""
    return InboxEvent.objects.filter(problem="").count()


def backlog() -> int:
    """About how many rows are on their way: never fewer, and told at once however many there are."""
    first = InboxEvent.objects.filter(problem="").aggregate(first=Min("id"))["first"]
    last = InboxEvent.objects.aggregate(last=Max("id"))["last"]
    return 0 if first is None else last - first + 1


def drain(ledger: Ledger | None = None) -> Drained:
    """Carry everything that waits over to the ledger."""
    ledger = ledger or open_ledger()
    total = Drained()
    while rows := list(InboxEvent.objects.filter(problem="").order_by("id")[:AT_A_TIME]):
        total = _sum(total, _carry(rows, ledger))
    return total


@dataclass
class _Sorted:
    """Rows of the inbox taken apart: what goes where, which rows that settles, and which cannot be read."""

    events: list[dict[str, Any]] = field(default_factory=list)
    customers: list[Said] = field(default_factory=list)
    aliases: list[dict[str, Any]] = field(default_factory=list)
    giving_way: set[int] = field(default_factory=set)  # places in `aliases`
    settled: list[InboxEvent] = field(default_factory=list)
    bad: list[InboxEvent] = field(default_factory=list)

    def take(self, row: InboxEvent, told: Told) -> None:
        """Raises ValueError before anything of the row is taken."""
        events = [as_event(each, row.received_at, row.pk) for each in told.events]
        customers = [Said(as_customer(each), row.received_at) for each in told.customers]
        aliases = [_alias(each, row.received_at) for each in told.aliases]
        self.events += events
        self.customers += customers
        for alias, gives_way in aliases:
            if gives_way:
                self.giving_way.add(len(self.aliases))
            self.aliases.append(alias)
        self.settled.append(row)


def _alias(said: Any, received_at: datetime) -> tuple[dict[str, Any], bool]:
    columns = {key: value for key, value in said.items() if key != "unless_known"} if isinstance(said, dict) else said
    return as_alias(columns, received_at), columns is not said and bool(said.get("unless_known"))


def _carry(rows: list[InboxEvent], ledger: Ledger) -> Drained:
    parts = _sorted_out(rows)
    events = pa.Table.from_pylist(parts.events, schema=EVENTS)
    appended = ledger.append(events) if parts.events else None
    aliases = customers = 0
    if parts.aliases:
        giving_way = frozenset(parts.giving_way)
        aliases = ledger.amend("aliases", lambda read: alias_rows(read, parts.aliases, giving_way))
    if parts.customers:
        customers = ledger.amend("customers", lambda read: customer_rows(read, parts.customers))
    _let_go(parts.settled)
    InboxEvent.objects.bulk_update(parts.bad, ["problem"], 500)
    if appended is None:
        return Drained(bad=len(parts.bad), customers=customers, aliases=aliases)
    return Drained(
        appended.accepted, appended.duplicates, appended.erased, len(parts.bad), customers=customers, aliases=aliases
    )


def _let_go(rows: Sequence[InboxEvent]) -> None:
    with transaction.atomic():
        for kind in {row.kind for row in rows}:
            KINDS[kind].settle([row for row in rows if row.kind == kind])
        InboxEvent.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _sorted_out(rows: list[InboxEvent]) -> _Sorted:
    parts, readers = _Sorted(), {kind: KINDS[kind].reader() for kind in {row.kind for row in rows} & set(KINDS)}
    for row in rows:
        try:
            if row.kind not in readers:
                raise ValueError(f"nothing here reads what is called {row.kind!r}")
            parts.take(row, readers[row.kind](row.event, row.received_at))
        except Exception as problem:  # noqa: BLE001  # whatever it is, one row must not hold up all others
            row.problem = str(problem) if isinstance(problem, ValueError) else f"{type(problem).__name__}: {problem}"
            parts.bad.append(row)
    return parts


def _sum(one: Drained, other: Drained) -> Drained:
    return Drained(
        one.accepted + other.accepted,
        one.duplicates + other.duplicates,
        one.erased + other.erased,
        one.bad + other.bad,
        one.customers + other.customers,
        one.aliases + other.aliases,
    )
