"""Churn: which of our customers do we lose?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics import tenure
from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.reductions import Ratio, Share, Survival
from vivencia.measure.metrics.words import N_

LINEARISED = N_("Interval: ratio of sums, linearised, Student's t, 95 %.")
GREENWOOD = N_("Interval: Greenwood on the log-log scale, 95 %.")


def inactivity(lived: Lived, window: Window) -> ir.Table:
    return tenure.by_activity(lived, window).mutate(value=_.lost)


def contractual(lived: Lived, window: Window) -> ir.Table:
    return tenure.by_contract(lived, window).mutate(value=_.lost)


def revenue(lived: Lived, window: Window) -> ir.Table:
    contracts = tenure.by_contract(lived, window).filter(_.amount > 0)
    return contracts.mutate(value=_.amount * _.lost, base=_.amount)


METRIC = Metric(
    name="churn",
    title=N_("Churn"),
    question=N_("Which share of our customers do we lose?"),
    feed=N_("purchases of known customers; for contracts, events “contract started” and “contract ended”"),
    better="down",
    counterweights=("csat", "revenue_per_customer", "referral_rate"),
    aliases=("churn_rate", "attrition"),
    variants=(
        Variant(
            "inactivity",
            N_("By inactivity"),
            N_(
                "Share of customers lost. Base: customers at the start of the period, that is with a purchase in the "
                "{inactivity_days} days before it; lost: {inactivity_days} days without a purchase have passed by its "
                "end. New customers' losses are not counted. Without a period: the last {inactivity_days} days. Only "
                "complete periods."
            ),
            "%",
            inactivity,
            Share(),
        ),
        Variant(
            "contractual",
            N_("By contract"),
            N_(
                "Share of contracts ended. Base: contracts running at the start of the period; without a period, every "
                "contract that began. Only complete periods."
            ),
            "%",
            contractual,
            Share(),
        ),
        Variant(
            "revenue",
            N_("Contract revenue lost"),
            N_(
                "Amount of the contracts ended as a share of the amount of all. Base: contracts with an amount "
                "running at the start of the period; without a period, every contract that began."
            ),
            "%",
            revenue,
            Ratio(ceiling=100),
            LINEARISED,
        ),
        Variant(
            "tenure",
            N_("Lost within a time of becoming a customer"),
            N_(
                "Share of customers lost within {tenure_days} days of their first purchase, by Kaplan and Meier: who "
                "began later counts for as long as they were followed. Lost: {inactivity_days} days without a "
                "purchase. Base: customers whose first purchase falls in the period."
            ),
            "%",
            tenure.lifetimes,
            Survival(),
            GREENWOOD,
        ),
        Variant(
            "contract_tenure",
            N_("Contracts ended within a time of their start"),
            N_(
                "Share of contracts ended within {tenure_days} days of their start, by Kaplan and Meier: what began "
                "later counts for as long as it was followed. Base: contracts that began in the period."
            ),
            "%",
            tenure.contract_lifetimes,
            Survival(),
            GREENWOOD,
        ),
    ),
)
