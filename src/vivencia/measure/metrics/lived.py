"""What customers lived, as metrics read it: the ledger's tables with the rules that give their names a meaning.

Each metric makes *observations* out of it: one row for each thing counted (an answer, a promise, an issue, a customer
in a period), with the columns below. Grouping, filtering, drill-down and export work on observations and so work for
every metric alike.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from vivencia.measure.metrics.periods import Clock, Grain, spans
from vivencia.measure.metrics.rules import CALLED_PURCHASES, DEFAULT_RULES, Names, Rules
from vivencia.understand.promises import case_states, promises

OBSERVATION = (
    "observed_at",  # when it counts: decides its period
    "value",  # what is averaged or counted: a score, hours, 0 or 1, money
    "customer_id",
    "event_id",  # the event it opens to; null where there is none
    "touchpoint",
    "channel",
    "employee_id",
    "subject_kind",
    "subject_id",
    "properties",
)
_OF_EVENT = (
    "customer_id",
    "event_id",
    "touchpoint",
    "channel",
    "employee_id",
    "subject_kind",
    "subject_id",
    "properties",
)
HARDLY_ANY, HALF = 0.05, 0.5


def _ask(expression: ir.Expr) -> pa.Table:
    return expression.to_pyarrow()


@dataclass(frozen=True)
class Window:
    """From `since` (included) until `until` (left out); None: as far as data go. `grain`: cut into these periods."""

    since: datetime | None = None
    until: datetime | None = None
    grain: Grain | None = None


@dataclass(frozen=True)
class Lived:
    """Events and customers as one version of the ledger gives them, and the moment they are read at."""

    events: ir.Table
    customers: ir.Table
    as_of: datetime
    rules: Rules = DEFAULT_RULES
    to_arrow: Callable[[Any], pa.Table] = _ask
    begun: datetime | None = None  # when the first event happened, where the caller knows it already
    names: tuple[str, ...] | None = None  # the names of events that occur (or more), where the caller knows them
    called: bool | None = None  # whether purchases are told by their names (`are_called`), where the caller knows
    company: "Lived | None" = field(default=None, repr=False, compare=False)  # what this is a part of

    def named(self, names: Names) -> ir.Table:
        """Events with one of these names."""
        return self.events.filter(self.is_named(names))

    def is_named(self, names: Names) -> ir.BooleanValue:
        """Whether an event's name is one of `names`, whatever the case and the underscores.

        The few names that occur are compared once, here; comparing every event's text again in every metric took
        longer than all the rest of it.
        """
        wanted = {plain(name) for name in names}
        return self.events.name.isin([name for name in self._names if plain(name) in wanted])

    @cached_property
    def _names(self) -> tuple[str, ...]:
        if self.names is not None:
            return self.names
        return tuple(self.to_arrow(self.events.select("name").distinct())["name"].to_pylist())

    def answers(self, metric: str) -> ir.Table:
        """Answers to this question, as observations: `value` is the score; also `scale_max`."""
        asked = self.events.filter((_.metric.lower() == metric) & _.score.notnull())
        return observations(asked, value=asked.score, scale_max=asked.scale_max)

    @cached_property
    def promised(self) -> ir.Table:
        return promises(self.events, self.as_of, names=self.names)

    @cached_property
    def case_states(self) -> ir.Table:
        return case_states(self.promised)

    @cached_property
    def purchases(self) -> ir.Table:
        """One row a purchase: the first event of its order that is one; events without an order are one each."""
        rules = self.rules
        bought = self.named(rules.purchase) if rules.purchase else self._paid_or_called_purchases
        known = bought.filter(_.customer_id.notnull())
        subject = ibis.literal("s:") + known.subject_kind.fill_null("") + ":" + known.subject_id
        order = ibis.coalesce(subject, ibis.literal("e:") + known.event_id)
        first = ibis.window(group_by=["customer_id", "order_key"], order_by=in_order())
        numbered = known.mutate(order_key=order).mutate(place=ibis.row_number().over(first))
        return numbered.filter(_.place == 0).drop("place", "order_key")

    @property
    def _paid_or_called_purchases(self) -> ir.Table:
        return self.named(CALLED_PURCHASES) if self._called else self.events.filter(_.amount > 0)

    @cached_property
    def _called(self) -> bool:
        """Decided once for the company: what a purchase is must not differ from one segment to the next."""
        if self.called is None and self.company is not None:
            return self.company._called
        return are_called(self.to_arrow(paid_by_name(self.events)).to_pylist()) if self.called is None else self.called

    @cached_property
    def bounds(self) -> tuple[datetime, datetime]:
        """When the first event happened, and the moment of reading; the latter twice where there is no event."""
        first = self.begun or self.to_arrow(self.events.aggregate(first=_.occurred_at.min()))["first"][0].as_py()
        return (first or self.as_of), self.as_of

    @property
    def clock(self) -> Clock:
        if self.rules.zone == "UTC":  # saves asking for the bounds
            return Clock("UTC", self.as_of, self.as_of)
        return Clock(self.rules.zone, *self.bounds)

    @cached_property
    def currency(self) -> str | None:
        """The rules' currency, else the one most amounts are in (the first by name among equals)."""
        if self.rules.currency:
            return self.rules.currency
        counted = (
            self.events.filter(_.amount.notnull() & _.currency.notnull()).group_by("currency").aggregate(n=_.count())
        )
        most = self.to_arrow(counted.order_by([_.n.desc(), _.currency.asc()]).limit(1))
        return most["currency"][0].as_py() if most.num_rows else None

    def in_other_currencies(self, since: datetime | None, until: datetime | None) -> list[dict[str, Any]]:
        """Amounts of known customers that `currency` leaves out: `currency`, `n`, `cents`; most first.

        As whole cents, for sums of floating numbers depend on the order in which an engine adds them.
        """
        told = self.events.filter(_.amount.notnull() & _.customer_id.notnull() & _.currency.notnull())
        told = told.filter(_.currency != (self.currency or ""))
        told = told.filter(_.occurred_at >= since) if since else told
        told = told.filter(_.occurred_at < until) if until else told
        counted = told.group_by("currency").aggregate(n=_.count(), cents=(_.amount * 100).round().cast("int64").sum())
        rows: list[dict[str, Any]] = self.to_arrow(counted.order_by([_.n.desc(), _.currency.asc()])).to_pylist()
        return rows

    def periods(self, window: Window, tail_days: int) -> list[tuple[datetime, datetime]]:
        """The (start, end) stretches a metric over customers looks at.

        With a grain: every complete period. Without: the window; where it has no beginning, the last `tail_days`.
        """
        until = min(window.until or self.as_of, self.as_of)
        if window.grain:
            return spans(window.grain, window.since or self.bounds[0], until, self.rules.zone)
        since = window.since or until - timedelta(days=tail_days)
        return [(since, until)] if since < until else []

    def only(self, customer_ids: ir.Table) -> "Lived":
        """The same, of these customers alone; `customer_ids` has a column `customer_id`."""
        wanted = customer_ids.select("customer_id").distinct()
        return replace(
            self,
            events=self.events.semi_join(wanted, "customer_id"),
            customers=self.customers.semi_join(wanted, "customer_id"),
            company=self.company or self,
        )


def paid_by_name(events: ir.Table) -> ir.Table:
    """One row a name of events: `name`, `n`, and how many of them have a positive amount, `paid`."""
    paid = ibis.cases((events.amount > 0, 1), else_=0)  # a count with a condition is null on Spark where none meets it
    return events.group_by("name").aggregate(n=_.count(), paid=paid.sum())


def are_called(named: list[dict[str, Any]]) -> bool:
    """Whether purchases are the events called so (`CALLED_PURCHASES`) and not those with an amount.

    They are where hardly any event called a purchase has an amount (fewer than 5 %), and fewer events of any name have
    one than half as many as are called purchases: a few vouchers with an amount are no purchases, but payments that
    are told apart from their orders are. `named`: the rows of `paid_by_name`.
    """
    wanted = {plain(name) for name in CALLED_PURCHASES}
    called = [row for row in named if plain(row["name"]) in wanted]
    n = sum(row["n"] for row in called)
    of_them, of_all = (sum(row["paid"] for row in rows) for rows in (called, named))
    return bool(of_them < HARDLY_ANY * n and of_all < HALF * n)


def plain(name: str) -> str:
    """A name without regard to case and underscores."""
    return name.lower().replace("_", " ")


def is_named(events: ir.Table, names: Names) -> ir.BooleanValue:
    """The same of few events, whose names nobody has collected."""
    return events.name.lower().replace("_", " ").isin([plain(name) for name in names])


def in_order() -> list[Any]:
    """The order events of one customer happened in; ids break what times and files leave open."""
    return [_.occurred_at.asc(), _.seq.asc(), _.event_id.asc()]


def observations(events: ir.Table, **columns: Any) -> ir.Table:
    """The observation columns of events; `observed_at` is when they occurred unless `columns` says otherwise."""
    said = {"observed_at": events.occurred_at, **columns}
    return events.select(*_OF_EVENT, **said)


def whole(events: ir.Table, **columns: Any) -> ir.Table:
    """Observations that are about a customer and no event: the columns of events are null."""
    nothing = {name: ibis.null("string") for name in _OF_EVENT if name not in columns}
    return events.select(**{**nothing, **columns})


def stretches(periods: list[tuple[datetime, datetime]]) -> ir.Table:
    """Periods as a small table: `start`, `end`, and `before`: when the stretch of the same length before it began."""
    times = pa.timestamp("us", tz="UTC")
    told = {
        "start": [start for start, _end in periods],
        "end": [end for _start, end in periods],
        "before": [start - (end - start) for start, end in periods],
    }
    return ibis.memtable(pa.table({name: pa.array(moments, times) for name, moments in told.items()}))
