"""From when until when somebody is a customer: by what they buy, or by their contract. Churn, retention rest on it."""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window, in_order, is_named, observations, stretches
from vivencia.measure.metrics.periods import DAY, seconds


def by_activity(lived: Lived, window: Window) -> ir.Table:
    """One row for each customer who is one at the start of a stretch: `lost` (1: gone by its end), `observed_at`.

    Somebody is a customer from a purchase until `inactivity_days` without another; who comes back later is a customer
    anew. The row has the columns of the latest purchase before the start.
    """
    spells = _spells(lived)
    periods = _stretches(lived, window, lived.rules.inactivity_days)
    alive = spells.join(periods, [spells.bought <= periods.start_second, periods.start_second < spells.active_until])
    gone = alive.lost_second <= alive.end_second
    return observations(alive, lost=gone.ifelse(1, 0), observed_at=alive.start)


def _spells(lived: Lived) -> ir.Table:
    """Purchases with `bought`, `active_until` (the next purchase or patience's end), `lost_second` (of the spell)."""
    patience = lived.rules.inactivity_days * DAY
    forwards = ibis.window(group_by="customer_id", order_by=in_order())
    bought = lived.purchases.mutate(bought=seconds(_.occurred_at))
    bought = bought.mutate(next_bought=_.bought.lead().over(forwards))
    last = bought.next_bought.isnull() | (bought.next_bought - bought.bought > patience)
    marked = bought.mutate(
        end=ibis.cases((last, bought.bought + patience)),
        active_until=ibis.least(bought.next_bought.fill_null(bought.bought + patience), bought.bought + patience),
    )
    backwards = ibis.window(
        group_by="customer_id",
        order_by=[_.occurred_at.desc(), _.seq.desc(), _.event_id.desc()],
        preceding=None,
        following=0,
    )
    return marked.mutate(lost_second=_.end.min().over(backwards))


def by_contract(lived: Lived, window: Window) -> ir.Table:
    """One row for each contract that runs at the start of a stretch: `lost`, `amount`, `observed_at`.

    Without a stretch to look at (no period, no beginning) every contract that began is looked at, from its own start.
    """
    contracts = _contracts(lived)
    until = min(window.until or lived.as_of, lived.as_of)
    if window.since is None and window.grain is None:
        begun = contracts.filter(_.occurred_at < ibis.literal(until))
        gone = begun.ended_at.notnull() & (begun.ended_at <= ibis.literal(until))
        return observations(begun, lost=gone.fill_null(False).ifelse(1, 0), amount=begun.amount)
    periods = _stretches(lived, window, lived.rules.inactivity_days)
    running = contracts.join(
        periods,
        [
            contracts.occurred_at <= periods.start,
            contracts.ended_at.isnull() | (contracts.ended_at > periods.start),
        ],
    )
    gone = (running.ended_at <= running.end).fill_null(False)
    return observations(running, lost=gone.ifelse(1, 0), amount=running.amount, observed_at=running.start)


def _contracts(lived: Lived) -> ir.Table:
    """The events that started a contract, with `ended_at`; of several starts before one end the first counts."""
    rules = lived.rules
    told = lived.named(rules.contract_started + rules.contract_ended)
    subject = ibis.literal("s:") + told.subject_kind.fill_null("") + ":" + told.subject_id
    told = told.mutate(
        contract=ibis.coalesce(subject, ibis.literal("c:") + told.customer_id),
        ends=is_named(told, rules.contract_ended),
    )
    backwards = ibis.window(
        group_by="contract", order_by=[_.occurred_at.desc(), _.ends.cast("int8").desc()], preceding=None, following=0
    )
    started = told.mutate(ended_at=ibis.cases((told.ends, told.occurred_at)).min().over(backwards)).filter(~_.ends)
    first = ibis.window(group_by=["contract", "ended_at"], order_by=in_order())
    return started.mutate(place=ibis.row_number().over(first)).filter(_.place == 0)


def lifetimes(lived: Lived, window: Window) -> ir.Table:
    """One row a customer, followed from the first purchase: what a survival estimate needs.

    `days` until lost (see `by_activity`), or until today while still a customer, at most `tenure_days`; `value`: 1
    where they were lost by then; `horizon`: `tenure_days`; `observed_at`: the first purchase.
    """
    spells = _spells(lived)
    in_turn = ibis.window(group_by="customer_id", order_by=in_order())
    first = spells.mutate(place=ibis.row_number().over(in_turn)).filter(_.place == 0)
    return _followed(lived, first, first.bought, first.lost_second)


def contract_lifetimes(lived: Lived, window: Window) -> ir.Table:
    """As `lifetimes`, one row a contract, from its start to its end."""
    contracts = _contracts(lived).filter(_.occurred_at <= ibis.literal(lived.as_of))
    return _followed(lived, contracts, seconds(contracts.occurred_at), seconds(contracts.ended_at))


def _followed(lived: Lived, begun: ir.Table, start: ir.Value, lost_at: ir.Value) -> ir.Table:
    now, horizon = int(lived.as_of.timestamp()), lived.rules.tenure_days
    lost = (lost_at <= ibis.least(ibis.literal(now), start + horizon * DAY)).fill_null(False)
    seen_until = ibis.cases((lost, lost_at), else_=ibis.literal(now))
    days = ibis.least((seen_until - start) // DAY, ibis.literal(horizon)).cast("int64")
    return observations(
        begun, days=days, value=lost.ifelse(1, 0), horizon=ibis.literal(horizon, "int64"), observed_at=begun.occurred_at
    )


def _stretches(lived: Lived, window: Window, tail_days: int) -> ir.Table:
    periods = stretches(lived.periods(window, tail_days))
    return periods.mutate(start_second=seconds(periods.start), end_second=seconds(periods.end))
