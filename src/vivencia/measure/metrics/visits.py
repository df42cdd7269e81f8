"""Visits: what people do without a long pause, so that it can be asked whether they reached what they came for."""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived
from vivencia.measure.metrics.periods import seconds

MINUTE = 60
_CARRIED = (
    "customer_id", "event_id", "touchpoint", "channel", "employee_id", "subject_kind", "subject_id", "properties",
    "occurred_at", "seq",
)  # fmt: skip


def steps(lived: Lived) -> ir.Table:
    """Visit events and purchases of known or anonymous visitors: `visitor`, `visit` and `bought` (booleans)."""
    rules = lived.rules
    bought = lived.is_named(rules.purchase) if rules.purchase else (lived.events.amount > 0).fill_null(False)
    told = lived.events.mutate(
        visitor=ibis.coalesce(_.customer_id, _.anonymous_id), visit=lived.is_named(rules.visit), bought=bought
    )
    return told.filter(_.visitor.notnull() & (_.visit | _.bought)).select(*_CARRIED, "visitor", "visit", "bought")


def sessions(lived: Lived) -> ir.Table:
    """One row a session: the columns of its first visit event, and `bought`. A purchase outside any visit is none."""
    order = [_.occurred_at.asc(), _.visit.ifelse(0, 1).asc(), _.seq.asc(), _.event_id.asc()]
    by_visitor = ibis.window(group_by="visitor", order_by=order)
    told = steps(lived).mutate(at=seconds(_.occurred_at))
    told = told.mutate(pause=_.at - _.at.lag().over(by_visitor))
    breaks = told.pause.isnull() | (told.pause > lived.rules.session_gap_minutes * MINUTE)
    told = told.mutate(breaks=breaks.ifelse(1, 0))
    upto = ibis.window(group_by="visitor", order_by=order, preceding=None, following=0)
    told = told.mutate(session=_.breaks.sum().over(upto))
    of_session = ibis.window(group_by=["visitor", "session"])
    first = ibis.window(group_by=["visitor", "session", "visit"], order_by=order)
    told = told.mutate(reached=_.bought.ifelse(1, 0).max().over(of_session), place=ibis.row_number().over(first))
    return told.filter(_.visit & (_.place == 0))
