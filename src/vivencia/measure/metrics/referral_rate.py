"""Referral rate: how many new customers come because another one recommended us?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics import people
from vivencia.measure.metrics.lived import Lived, Window, observations, stretches
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.reductions import Share
from vivencia.measure.metrics.words import N_


def of_new(lived: Lived, window: Window) -> ir.Table:
    """Customers, when they became one; 1 where somebody referred them."""
    if not people.any_named(lived, lived.rules.referred) and not people.any_trait(lived, lived.rules.referred_trait):
        return people.nobody()
    told = people.first_seen(lived, lived.rules.referred)
    told = told.mutate(referrer=people.trait(told, lived.rules.referred_trait))
    told = told.mutate(by_another=_.referrer.notnull() | _.named_first.notnull())
    return observations(told, observed_at=told.since, value=told.by_another.ifelse(1, 0))


def of_existing(lived: Lived, window: Window) -> ir.Table:
    """Customers at the start of a stretch; 1 where they brought a new one in it (the new one's trait names them)."""
    if not people.any_trait(lived, lived.rules.referred_trait):
        return people.nobody()
    told = people.first_seen(lived, lived.rules.referred)
    told = told.mutate(referrer=people.trait(told, lived.rules.referred_trait))
    brought = told.filter(_.referrer.notnull()).select(referrer=_.referrer, brought_at=_.since)
    periods = stretches(lived.periods(window, lived.rules.inactivity_days))
    there = told.drop("referrer").join(periods, told.since < periods.start)
    pairs = brought.join(periods, [brought.brought_at >= periods.start, brought.brought_at < periods.end])
    bringers = pairs.select(bringer=_.referrer, in_start=_.start).distinct()
    joined = there.left_join(bringers, [there.customer_id == bringers.bringer, there.start == bringers.in_start])
    return observations(joined, observed_at=joined.start, value=joined.bringer.notnull().ifelse(1, 0))


METRIC = Metric(
    name="referral_rate",
    title=N_("Referral rate"),
    question=N_("How many new customers come because another one recommended us?"),
    feed=N_("customers with the trait referred_by, or events “referral joined” of the new customer"),
    better="up",
    counterweights=("nps", "repurchase"),
    aliases=("referral", "referrals"),
    variants=(
        Variant(
            "of_new",
            N_("Of new customers, referred"),
            N_(
                "Share of new customers whom another customer referred. Base: customers by the time they became one "
                "(stated by the source, else their first event). Where no referral was ever recorded, nothing can be "
                "said."
            ),
            "%",
            of_new,
            Share(),
        ),
        Variant(
            "of_existing",
            N_("Of existing customers, who brought another"),
            N_(
                "Share of customers who referred a new one in the period. Base: customers at its start. Without a "
                "period: the last {inactivity_days} days. Only complete periods."
            ),
            "%",
            of_existing,
            Share(),
        ),
    ),
)
