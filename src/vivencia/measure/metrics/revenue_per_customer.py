"""Revenue per customer: how much does a customer spend with us?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window, observations
from vivencia.measure.metrics.metric import STUDENT, Metric, Variant
from vivencia.measure.metrics.reductions import Money
from vivencia.measure.metrics.words import N_


def money(lived: Lived, window: Window) -> ir.Table:
    """Every amount of a known customer in the one currency that is looked at; refunds are negative."""
    known = lived.events.filter(_.amount.notnull() & _.customer_id.notnull())
    if lived.currency:
        known = known.filter(_.currency.isnull() | (_.currency == lived.currency))
    return observations(known, value=known.amount)


def purchases(lived: Lived, window: Window) -> ir.Table:
    bought = lived.purchases.filter(_.amount.notnull())
    if lived.currency:
        bought = bought.filter(_.currency.isnull() | (_.currency == lived.currency))
    return observations(bought, value=bought.amount)


METRIC = Metric(
    name="revenue_per_customer",
    title=N_("Revenue per customer"),
    question=N_("How much does a customer spend with us?"),
    feed=N_("events of known customers with an amount"),
    better="up",
    counterweights=("csat", "repurchase", "promise_kept"),
    aliases=("revenue", "arpu", "arpc", "average_revenue"),
    variants=(
        Variant(
            "per_customer",
            N_("Mean per customer"),
            N_(
                "Mean of what each customer spent in the period, refunds taken off, in one currency. Base: customers "
                "with an amount in the period; amounts in other currencies are left out."
            ),
            "money",
            money,
            Money(),
            STUDENT,
        ),
        Variant(
            "per_purchase",
            N_("Mean per purchase"),
            N_(
                "Mean amount of a purchase, in one currency. Base: purchases of known customers; refunds are not "
                "taken off."
            ),
            "money",
            purchases,
            Money(each=("event_id",)),
            STUDENT,
        ),
    ),
)
