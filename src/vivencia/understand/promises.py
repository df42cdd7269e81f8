"""Promises: what the company said it would do by when, and whether it did.

An event that names a kind of promise and a time (`promise`, `promised_at`) *opens* a promise about its subject, or
about its customer where it names no subject. The first event at or after that moment with the same kind and subject
and no `promised_at` *fulfils* it. Whether a promise was kept is decided to the moment, not to the day: a parcel
promised for Tuesday 00:00 that comes on Tuesday at noon is late.

A cancellation about the same subject *withdraws* what was promised and is neither done nor due yet: nobody waits for a
cancelled order, so its promise is neither kept nor broken nor open. What was already overdue when it was cancelled
stays overdue, or cancelling late orders would keep promises; but nobody waits for it any more. A cancellation is an
event whose name says that its subject was cancelled (`cancellations`: "order cancelled", "pedido cancelado", but not
"coupon cancelled"); it is about everything promised about its subject, or only about the kind it names as its
`promise`, which it takes where it names no subject. Where that kind is itself about cancelling (a contract will be
ended by Friday), the event does what was promised: it fulfils.

A second opening before the fulfilment (the parcel is now promised for Friday) is a promise of its own; it does not
take the first one back, so one fulfilment may keep the second and break the first.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.understand.cancellations import is_cancellation, says_cancelled
from vivencia.understand.seconds import seconds
from vivencia.understand.subjects import subject_key

State = Literal["kept", "broken", "overdue", "open", "withdrawn"]
STATES: tuple[State, ...] = ("kept", "broken", "overdue", "open", "withdrawn")
SECONDS_AN_HOUR = 3600


def promises(
    events: ir.Table,
    as_of: datetime,
    carry: Sequence[str] = (),
    *,
    due: tuple[datetime, datetime] | None = None,
    names: Collection[str] | None = None,
) -> ir.Table:
    """One row a promise, unordered; `due`: only those promised for after the first and up to the second moment.

    names: the names of events that occur (or more), where the caller knows them: which of them cancel is then decided
    once and not for every event, a third less work where none does.

    `events` has the ledger's EVENTS columns; `as_of` is the aware moment that decides what is overdue (the ledger
    knows of nothing after it). Columns:

    - `event_id` (of the opening event), `promise`, `subject_kind`, `subject_id` (null where the promise is about the
      customer), `customer_id`, `touchpoint` (where the promise was made);
    - `opened_at`, `promised_at`, `fulfilled_at` (null: not yet, or withdrawn before);
    - `withdrawn_at`: when it was cancelled, null where it was not, or only after it was fulfilled;
    - `state`: `kept` (fulfilled by `promised_at`), `broken` (fulfilled later), `withdrawn` (cancelled by `promised_at`,
      before it was fulfilled), `overdue` (past `promised_at` as of `as_of`, never fulfilled), `open` (not yet due);
    - the columns of the opening event named in `carry`;
    - `late_hours`: hours from promised to fulfilled, to the second, negative when early; null unless fulfilled.

    Raises ValueError where `as_of` has no time zone.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone, e.g. datetime(2026, 1, 31, tzinfo=UTC)")
    told = events.filter(_.promise.notnull()).mutate(about=_about(events))
    wanted = _.promised_at.notnull() if due is None else (_.promised_at > due[0]) & (_.promised_at <= due[1])
    asked = told.filter(wanted)
    if due is not None:  # what is about the same things is enough to tell when they were fulfilled
        told = told.semi_join(asked.select("promise", "about").distinct(), ["promise", "about"])
    made = told.mutate(fulfilled_at=_first_fulfilment(told, names)).filter(wanted)
    # `asked`, not `made`: an engine may work out a window as often as it is mentioned
    opened = _withdrawn(made, _first_cancellation(events, asked, names))
    return opened.select(
        "event_id",
        "promise",
        "subject_kind",
        "subject_id",
        "customer_id",
        "touchpoint",
        _.occurred_at.name("opened_at"),
        "promised_at",
        "fulfilled_at",
        "withdrawn_at",
        *carry,
        state=_state(opened, as_of),
        late_hours=(seconds(opened.fulfilled_at) - seconds(opened.promised_at)) / SECONDS_AN_HOUR,
    )


def case_states(promised: ir.Table) -> ir.Table:
    """One row a subject with promises (`subject_kind`, `subject_id`): the worst `state` of all that was promised.

    Broken is worse than overdue, overdue worse than open, open worse than kept: a case counts as kept only when
    everything promised about it was, but for what was withdrawn; it is withdrawn when everything was. Promises without
    a subject belong to no case and are left out.
    """
    ranked = promised.filter(_.subject_id.notnull()).mutate(rank=_rank(promised.state))
    worst = ranked.group_by("subject_kind", "subject_id").aggregate(rank=_.rank.max())
    return worst.select(
        "subject_kind",
        "subject_id",
        state=ibis.cases(
            (worst["rank"] == 4, "broken"),
            (worst["rank"] == 3, "overdue"),
            (worst["rank"] == 2, "open"),
            (worst["rank"] == 1, "kept"),
            else_="withdrawn",
        ),
    )


def _rank(state: ir.StringValue) -> ir.IntegerValue:
    return ibis.cases(
        (state == "broken", 4), (state == "overdue", 3), (state == "open", 2), (state == "kept", 1), else_=0
    )


def _about(events: ir.Table) -> ir.StringValue:
    """What a promise is about, as one text; the prefixes keep a subject and a customer of the same id apart."""
    subject = ibis.literal("s:") + subject_key(events)
    return subject.fill_null(ibis.literal("c:") + events.customer_id).fill_null("")


def _first_fulfilment(told: ir.Table, names: Collection[str] | None) -> ir.TimestampValue:
    """Per row, the time of the first fulfilment at or after it: a running minimum from the end backwards.

    Within one moment fulfilments come first in that order, so that an opening sees those of its own moment too. A
    window instead of an as-of join, because both engines have it.
    """
    fulfilment = told.promised_at.isnull() & ~says_cancelled(told, names)
    backwards = ibis.window(
        group_by=[told.promise, told.about],
        order_by=[told.occurred_at.desc(), fulfilment.ifelse(0, 1).asc()],
        preceding=None,
        following=0,
    )
    return ibis.cases((fulfilment, told.occurred_at)).min().over(backwards)


def _first_cancellation(events: ir.Table, opened: ir.Table, names: Collection[str] | None) -> ir.Table:
    """One row a promise that was cancelled (`made_by`, its event): the first cancellation at or after it.

    Cancellations are few, so that a join is cheap here where it would not be for fulfilments.
    """
    said = events.filter(is_cancellation(events, names))
    told = said.select(of_kind=said.promise, concerns=_about(said), cancelled_at=said.occurred_at)
    met = opened.select("event_id", "promise", "about", "occurred_at").join(told, opened.about == told.concerns)
    own = met.filter((_.of_kind.isnull() | (_.of_kind == _.promise)) & (_.cancelled_at >= _.occurred_at))
    return own.group_by(made_by=own.event_id).aggregate(cancelled_at=_.cancelled_at.min())


def _withdrawn(made: ir.Table, cancelled: ir.Table) -> ir.Table:
    """Promises with `withdrawn_at`; what was withdrawn in time was not fulfilled, whatever came afterwards."""
    met = made.left_join(cancelled, made.event_id == cancelled.made_by)
    first = met.fulfilled_at.isnull() | (met.cancelled_at < met.fulfilled_at)
    taken_back = met.mutate(withdrawn_at=ibis.cases((first, met.cancelled_at)))
    in_time = (_.withdrawn_at <= _.promised_at).fill_null(False)
    return taken_back.mutate(
        fulfilled_at=ibis.ifelse(in_time, ibis.null(made.occurred_at.type()(nullable=True)), _.fulfilled_at)
    )


def _state(opened: ir.Table, as_of: datetime) -> ir.StringValue:
    return ibis.cases(
        (opened.fulfilled_at <= opened.promised_at, "kept"),
        (opened.fulfilled_at.notnull(), "broken"),
        (opened.withdrawn_at <= opened.promised_at, "withdrawn"),
        (opened.promised_at < ibis.literal(as_of), "overdue"),
        else_="open",
    )
