"""Customers as the metrics about membership and referral see them: when each appeared, and what is known."""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, in_order, whole
from vivencia.measure.metrics.periods import seconds
from vivencia.measure.metrics.rules import Names
from vivencia.understand.json_text import json_text


def first_seen(lived: Lived, names: Names) -> ir.Table:
    """One row a customer: the columns of their first event, `since` (as the source says, else that event) and

    `named_first`, `named_last`: when events with one of `names` happened to them. Only the events of each customer's
    first second are put in order, because ordering everybody's every event would cost far more.
    """
    told = lived.events.mutate(named_at=ibis.cases((lived.is_named(names), lived.events.occurred_at)))
    known = told.filter(_.customer_id.notnull())
    moments = known.group_by(who="customer_id").aggregate(
        first_second=seconds(_.occurred_at).min(), named_first=_.named_at.min(), named_last=_.named_at.max()
    )
    begun = known.inner_join(
        moments, [known.customer_id == moments.who, seconds(known.occurred_at) == moments.first_second]
    )
    in_turn = ibis.window(group_by="customer_id", order_by=in_order())
    told = begun.mutate(place=ibis.row_number().over(in_turn)).filter(_.place == 0)
    since = lived.customers.select(person=_.customer_id, stated=_.since, person_traits=_.traits)
    joined = told.left_join(since, told.customer_id == since.person)
    return joined.mutate(since=ibis.coalesce(_.stated, _.occurred_at))


def any_named(lived: Lived, names: Names) -> bool:
    """Whether an event with one of the names happened to anybody known."""
    return anybody(lived, lived.named(names).filter(_.customer_id.notnull()))


def any_trait(lived: Lived, *keys: str) -> bool:
    """Whether one of the traits is known of anybody who did something."""
    told = lived.customers.mutate(person_traits=_.traits)
    stated = told.filter(ibis.or_(*(trait(told, key).notnull() for key in keys)))
    return anybody(lived, stated.semi_join(lived.events, "customer_id"))


def trait(people: ir.Table, key: str) -> ir.StringColumn:
    """A trait's text; null where it is not known or says nothing."""
    told = json_text(people.person_traits, key)
    return ibis.cases((told.lower().isin(["", "false", "no", "null", "0"]), ibis.null("string")), else_=told)


def anybody(lived: Lived, people: ir.Table) -> bool:
    """Whether there is any row: what nobody ever recorded is not zero, it is not known."""
    return bool(lived.to_arrow(people.select(there=ibis.literal(1)).limit(1)).num_rows)


def nobody() -> ir.Table:
    """No observation at all."""
    empty = ibis.memtable({"x": [1]}).filter(ibis.literal(False))
    return whole(empty, observed_at=ibis.null("timestamp('UTC')"), value=ibis.null("float64"))
