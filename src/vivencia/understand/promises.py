"""Promises: what the company said it would do by when, and whether it did.

An event that names a kind of promise and a time (`promise`, `promised_at`) *opens* a promise about its subject, or
about its customer where it names no subject. The first event at or after that moment with the same kind and subject
and no `promised_at` *fulfils* it. Whether a promise was kept is decided to the moment, not to the day: a parcel
promised for Tuesday 00:00 that comes on Tuesday at noon is late.

A second opening before the fulfilment (the parcel is now promised for Friday) is a promise of its own; it does not
take the first one back, so one fulfilment may keep the second and break the first.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.understand.seconds import seconds
from vivencia.understand.subjects import subject_key

State = Literal["kept", "broken", "overdue", "open"]
STATES: tuple[State, ...] = ("kept", "broken", "overdue", "open")
SECONDS_AN_HOUR = 3600


def promises(
    events: ir.Table,
    as_of: datetime,
    carry: Sequence[str] = (),
    *,
    due: tuple[datetime, datetime] | None = None,
) -> ir.Table:
    """One row a promise, unordered; `due`: only those promised for after the first and up to the second moment.

    `events` has the ledger's EVENTS columns; `as_of` is the aware moment that decides what is overdue (the ledger
    knows of nothing after it). Columns:

    - `event_id` (of the opening event), `promise`, `subject_kind`, `subject_id` (null where the promise is about the
      customer), `customer_id`, `touchpoint` (where the promise was made);
    - `opened_at`, `promised_at`, `fulfilled_at` (null: not yet);
    - `state`: `kept` (fulfilled by `promised_at`), `broken` (fulfilled later), `overdue` (past `promised_at` as of
      `as_of`, never fulfilled), `open` (not yet due);
    - the columns of the opening event named in `carry`;
    - `late_hours`: hours from promised to fulfilled, to the second, negative when early; null unless fulfilled.

    Raises ValueError where `as_of` has no time zone.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone, e.g. datetime(2026, 1, 31, tzinfo=UTC)")
    told = events.filter(_.promise.notnull()).mutate(about=_about(events))
    wanted = _.promised_at.notnull() if due is None else (_.promised_at > due[0]) & (_.promised_at <= due[1])
    if due is not None:  # what is about the same things is enough to tell when they were fulfilled
        told = told.semi_join(told.filter(wanted).select("promise", "about").distinct(), ["promise", "about"])
    opened = told.mutate(fulfilled_at=_first_fulfilment(told)).filter(wanted)
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
        *carry,
        state=_state(opened, as_of),
        late_hours=(seconds(opened.fulfilled_at) - seconds(opened.promised_at)) / SECONDS_AN_HOUR,
    )


def case_states(promised: ir.Table) -> ir.Table:
    """One row a subject with promises (`subject_kind`, `subject_id`): the worst `state` of all that was promised.

    Broken is worse than overdue, overdue worse than open, open worse than kept: a case counts as kept only when
    everything promised about it was. Promises without a subject belong to no case and are left out.
    """
    ranked = promised.filter(_.subject_id.notnull()).mutate(rank=_rank(promised.state))
    worst = ranked.group_by("subject_kind", "subject_id").aggregate(rank=_.rank.max())
    return worst.select(
        "subject_kind",
        "subject_id",
        state=ibis.cases(
            (worst["rank"] == 3, "broken"), (worst["rank"] == 2, "overdue"), (worst["rank"] == 1, "open"), else_="kept"
        ),
    )


def _rank(state: ir.StringValue) -> ir.IntegerValue:
    return ibis.cases((state == "broken", 3), (state == "overdue", 2), (state == "open", 1), else_=0)


def _about(events: ir.Table) -> ir.StringValue:
    """What a promise is about, as one text; the prefixes keep a subject and a customer of the same id apart."""
    subject = ibis.literal("s:") + subject_key(events)
    return subject.fill_null(ibis.literal("c:") + events.customer_id).fill_null("")


def _first_fulfilment(told: ir.Table) -> ir.TimestampValue:
    """Per row, the time of the first fulfilment at or after it: a running minimum from the end backwards.

    Within one moment fulfilments come first in that order, so that an opening sees those of its own moment too. A
    window instead of an as-of join, because both engines have it.
    """
    fulfilment = told.promised_at.isnull()
    backwards = ibis.window(
        group_by=[told.promise, told.about],
        order_by=[told.occurred_at.desc(), fulfilment.ifelse(0, 1).asc()],
        preceding=None,
        following=0,
    )
    return ibis.cases((fulfilment, told.occurred_at)).min().over(backwards)


def _state(opened: ir.Table, as_of: datetime) -> ir.StringValue:
    return ibis.cases(
        (opened.fulfilled_at <= opened.promised_at, "kept"),
        (opened.fulfilled_at.notnull(), "broken"),
        (opened.promised_at < ibis.literal(as_of), "overdue"),
        else_="open",
    )
