"""Loyalty participation: how many customers take part in the programme, and stay in it?"""

from datetime import datetime

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics import people
from vivencia.measure.metrics.lived import Lived, Window, observations, stretches
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.reductions import Share
from vivencia.measure.metrics.words import N_


def participation(lived: Lived, window: Window) -> ir.Table:
    """Customers who are one by the end of a stretch; 1 where they are members then."""
    rules = lived.rules
    if not people.any_named(lived, rules.loyalty_joined) and not people.any_trait(lived, *rules.member_traits):
        return people.nobody()
    told = _members(lived)
    periods = stretches(_stretches(lived, window))
    there = told.join(periods, told.since < periods.end)
    return observations(there, observed_at=there.start, value=_member(there, there.end).ifelse(1, 0))


def retention(lived: Lived, window: Window) -> ir.Table:
    """Members at the start of a stretch; 1 where they still are at its end."""
    told = _members(lived)
    periods = stretches(lived.periods(window, lived.rules.inactivity_days))
    there = told.join(periods, told.joined_at < periods.start)
    there = there.filter(_member(there, there.start))
    return observations(there, observed_at=there.start, value=_member(there, there.end).ifelse(1, 0))


def _members(lived: Lived) -> ir.Table:
    """Customers with `joined_at` and `left_at`; a stated member whose joining nobody recorded joined at `since`."""
    rules = lived.rules
    told = people.first_seen(lived, rules.loyalty_joined)
    told = told.rename(joined_first="named_first", joined_last="named_last")
    left = lived.named(rules.loyalty_left).group_by("customer_id").aggregate(left_last=_.occurred_at.max())
    left = left.rename(leaver="customer_id")
    told = told.left_join(left, told.customer_id == left.leaver)
    stated_member = ibis.coalesce(*(people.trait(told, name) for name in rules.member_traits)).notnull()
    stated = ibis.cases((stated_member, told.since))
    back = (told.joined_last > told.left_last).fill_null(False)
    return told.mutate(joined_at=ibis.coalesce(told.joined_first, stated), left_at=ibis.cases((~back, told.left_last)))


def _member(told: ir.Table, moment: ir.TimestampColumn) -> ir.BooleanColumn:
    joined = (told.joined_at < moment).fill_null(False)
    return joined & (told.left_at.isnull() | (told.left_at >= moment))


def _stretches(lived: Lived, window: Window) -> list[tuple[datetime, datetime]]:
    if window.grain or window.since:
        return lived.periods(window, lived.rules.inactivity_days)
    until = min(window.until or lived.as_of, lived.as_of)
    return [(min(lived.bounds[0], until), until)]


METRIC = Metric(
    name="loyalty_participation",
    title=N_("Loyalty programme"),
    question=N_("How many customers take part in the programme, and stay in it?"),
    feed=N_("events “loyalty joined” and “loyalty left”, or the trait loyalty_member"),
    better="up",
    counterweights=("repurchase", "nps"),
    aliases=("loyalty", "loyalty_rate", "programme_participation"),
    variants=(
        Variant(
            "participation",
            N_("Members among customers"),
            N_(
                "Share of customers who are members at the end of the period. Base: everybody who is a customer by "
                "then. Where no membership was ever recorded, nothing can be said. Only complete periods."
            ),
            "%",
            participation,
            Share(),
        ),
        Variant(
            "retention",
            N_("Members who stay"),
            N_(
                "Share of members who still are at the end of the period. Base: members at its start. Without a "
                "period: the last {inactivity_days} days. Only complete periods."
            ),
            "%",
            retention,
            Share(),
        ),
    ),
)
