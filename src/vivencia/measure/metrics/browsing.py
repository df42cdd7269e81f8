"""What people do on a site or in an app: visits with all their steps, page views with their time, searches.

A visit is what one visitor does without a pause longer than the rule says, as for conversion.
"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived
from vivencia.measure.metrics.periods import seconds
from vivencia.understand.json_text import json_text

MINUTE = 60
_CARRIED = (
    "customer_id", "event_id", "touchpoint", "channel", "employee_id", "subject_kind", "subject_id", "properties",
    "occurred_at", "seq", "name",
)  # fmt: skip


def visited(lived: Lived, **kinds: ir.BooleanValue) -> ir.Table:
    """Events of the given kinds (name to whether an event is one), with `visitor` and the number of their `visit`."""
    told = lived.events.mutate(visitor=ibis.coalesce(_.customer_id, _.anonymous_id), **kinds)
    any_kind = told[next(iter(kinds))]
    for kind in list(kinds)[1:]:
        any_kind |= told[kind]
    told = told.filter(told.visitor.notnull() & any_kind).select(*_CARRIED, "visitor", *kinds)
    order = [_.occurred_at.asc(), _.seq.asc(), _.event_id.asc()]
    by_visitor = ibis.window(group_by="visitor", order_by=order)
    told = told.mutate(at=seconds(told.occurred_at))
    told = told.mutate(pause=_.at - _.at.lag().over(by_visitor))
    breaks = told.pause.isnull() | (told.pause > lived.rules.session_gap_minutes * MINUTE)
    upto = ibis.window(group_by="visitor", order_by=order, preceding=None, following=0)
    return told.mutate(breaks=breaks.ifelse(1, 0)).mutate(visit=_.breaks.sum().over(upto))


def first_of(told: ir.Table, *group: str) -> ir.Table:
    """The first event of each group."""
    window = ibis.window(group_by=list(group), order_by=[_.occurred_at.asc(), _.seq.asc(), _.event_id.asc()])
    return told.mutate(place=ibis.row_number().over(window)).filter(_.place == 0)


def property_number(events: ir.Table, name: str) -> ir.FloatingValue:
    """A property as a number; null where it is none."""
    return json_text(events.properties, name).try_cast("float64")
