"""Repurchase: do people who bought once buy again?"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window, in_order, observations
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.periods import DAY, seconds
from vivencia.measure.metrics.reductions import Share
from vivencia.measure.metrics.words import N_


def _first_purchases(lived: Lived) -> ir.Table:
    """Each customer's first purchase, with `again_at`: when the second one happened."""
    by_customer = ibis.window(group_by="customer_id", order_by=in_order())
    told = lived.purchases.mutate(
        place=ibis.row_number().over(by_customer), again_at=_.occurred_at.lead().over(by_customer)
    )
    return told.filter(_.place == 0)


def ever(lived: Lived, window: Window) -> ir.Table:
    first = _first_purchases(lived)
    return observations(first, value=first.again_at.notnull().ifelse(1, 0))


def within(lived: Lived, window: Window) -> ir.Table:
    """Only customers whose days to come back have passed; others could not have come back in full time."""
    days = lived.rules.repurchase_days
    first = _first_purchases(lived).mutate(bought=seconds(_.occurred_at))
    first = first.filter(_.bought <= int(lived.as_of.timestamp()) - days * DAY)
    soon = first.again_at.notnull() & (seconds(first.again_at) - first.bought <= days * DAY)
    return observations(first, value=soon.ifelse(1, 0))


METRIC = Metric(
    name="repurchase",
    title=N_("Repurchase"),
    question=N_("Do people who bought once buy again?"),
    feed=N_(
        "purchases of known customers (events with a positive amount; where hardly any purchase has one, those "
        "called purchases)"
    ),
    better="up",
    counterweights=("csat", "revenue_per_customer", "promise_kept"),
    trend="within",
    aliases=("repurchase_rate", "repeat_purchase", "repeat_purchase_rate", "repeat_rate"),
    variants=(
        Variant(
            "ever",
            N_("Bought again so far"),
            N_(
                "Share of customers who bought a second time, so far. Base: customers whose first purchase falls in "
                "the period; groups are those of the first purchase. Recent customers have had less time to come back: "
                "compare periods with the variant “within”."
            ),
            "%",
            ever,
            Share(),
        ),
        Variant(
            "within",
            N_("Bought again in time"),
            N_(
                "Share of customers who bought a second time within {repurchase_days} days of the first. Base: "
                "customers whose first purchase falls in the period and whose {repurchase_days} days have passed."
            ),
            "%",
            within,
            Share(),
        ),
    ),
)
