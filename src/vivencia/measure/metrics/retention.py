"""Retention: which of our customers stay?"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics import tenure
from vivencia.measure.metrics.churn import LINEARISED
from vivencia.measure.metrics.lived import Lived, Window, stretches, whole
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.reductions import CENTS, Ratio, Share
from vivencia.measure.metrics.revenue_per_customer import money
from vivencia.measure.metrics.words import N_


def inactivity(lived: Lived, window: Window) -> ir.Table:
    return tenure.by_activity(lived, window).mutate(value=1 - _.lost)


def contractual(lived: Lived, window: Window) -> ir.Table:
    return tenure.by_contract(lived, window).mutate(value=1 - _.lost)


def net_revenue(lived: Lived, window: Window) -> ir.Table:
    return _revenue(lived, window)


def gross_revenue(lived: Lived, window: Window) -> ir.Table:
    told = _revenue(lived, window)
    return told.mutate(value=ibis.least(told.value, told.base))


def _revenue(lived: Lived, window: Window) -> ir.Table:
    """One row for each customer who spent in the stretch before one: `base` (then) and `value` (now)."""
    first = lived.bounds[0]
    known = [
        (start, end)
        for start, end in lived.periods(window, lived.rules.inactivity_days)
        if start - (end - start) >= first
    ]
    periods = stretches(known)
    spent = money(lived, window)
    spent = spent.mutate(cents=(spent.value * CENTS).round().cast("int64"))
    told = spent.join(periods, [spent.observed_at >= periods.before, spent.observed_at < periods.end])
    now = told.observed_at >= told.start
    totals = told.mutate(now=now.ifelse(told.cents, 0), then=now.ifelse(0, told.cents))
    each = totals.group_by("customer_id", "start").aggregate(now=_.now.sum(), then=_.then.sum()).filter(_.then > 0)
    return whole(
        each, customer_id=each.customer_id, observed_at=each.start, value=each.now / CENTS, base=each.then / CENTS
    )


METRIC = Metric(
    name="retention",
    title=N_("Retention"),
    question=N_("Which share of our customers stays?"),
    feed=N_("purchases of known customers; for contracts, events “contract started” and “contract ended”"),
    better="up",
    counterweights=("csat", "revenue_per_customer", "referral_rate"),
    aliases=("retention_rate", "customer_retention"),
    variants=(
        Variant(
            "inactivity",
            N_("By inactivity"),
            N_(
                "Share of customers kept. Base: customers at the start of the period, that is with a purchase in the "
                "{inactivity_days} days before it; kept: not {inactivity_days} days without a purchase by its end. New "
                "customers are not counted. Without a period: the last {inactivity_days} days. Only complete periods."
            ),
            "%",
            inactivity,
            Share(),
        ),
        Variant(
            "contractual",
            N_("By contract"),
            N_(
                "Share of contracts still running at the end of the period. Base: contracts running at its start; "
                "without a period, every contract that began. Only complete periods."
            ),
            "%",
            contractual,
            Share(),
        ),
        Variant(
            "net_revenue",
            N_("Net revenue retention"),
            N_(
                "What the customers of the stretch before spent in this period, as a share of what they spent then: "
                "more than 100 % where they spend more. Base: customers who spent in the stretch of the same length "
                "before. Without a period: the last {inactivity_days} days."
            ),
            "%",
            net_revenue,
            Ratio(),
            LINEARISED,
            of_customers=True,
        ),
        Variant(
            "gross_revenue",
            N_("Gross revenue retention"),
            N_(
                "As net revenue retention, but nobody counts for more than they spent in the stretch before: what was "
                "kept, without what was won."
            ),
            "%",
            gross_revenue,
            Ratio(ceiling=100),
            LINEARISED,
            of_customers=True,
        ),
    ),
)
