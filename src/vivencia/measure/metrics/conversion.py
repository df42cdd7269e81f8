"""Conversion: how many visits end in a purchase?"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window, in_order, observations
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.periods import DAY, number, seconds
from vivencia.measure.metrics.reductions import Share
from vivencia.measure.metrics.visits import sessions, steps
from vivencia.measure.metrics.words import N_


def by_session(lived: Lived, window: Window) -> ir.Table:
    told = sessions(lived)
    return observations(told, value=told.reached)


def by_person(lived: Lived, window: Window) -> ir.Table:
    """Each visitor's first visit of the window or of each period; 1 where a purchase followed in time."""
    order = [_.occurred_at.desc(), _.bought.ifelse(0, 1).asc()]
    backwards = ibis.window(group_by="visitor", order_by=order, preceding=None, following=0)
    told = steps(lived).mutate(next_bought=ibis.cases((_.bought, _.occurred_at)).min().over(backwards)).filter(_.visit)
    if window.since:
        told = told.filter(_.occurred_at >= ibis.literal(window.since))
    period = number(window.grain, lived.clock.local_seconds(told.occurred_at)) if window.grain else ibis.literal(0)
    told = told.mutate(period=period)
    first = ibis.window(group_by=["visitor", "period"], order_by=in_order())
    told = told.mutate(place=ibis.row_number().over(first)).filter(_.place == 0)
    in_time = seconds(told.next_bought) - seconds(told.occurred_at) <= lived.rules.goal_days * DAY
    return observations(told, value=in_time.fill_null(False).ifelse(1, 0))


METRIC = Metric(
    name="conversion",
    title=N_("Conversion"),
    question=N_("How many visits end in a purchase?"),
    feed=N_("visit events (“page viewed”, “session started”, …) and purchases of the same visitor"),
    better="up",
    counterweights=("csat", "repurchase", "promise_kept"),
    aliases=("conversion_rate",),
    variants=(
        Variant(
            "sessions",
            N_("Of visits"),
            N_(
                "Share of visits with a purchase. Base: visits, that is visit events of one visitor less than "
                "{session_gap_minutes} minutes apart; purchases outside a visit are left out."
            ),
            "%",
            by_session,
            Share(),
        ),
        Variant(
            "people",
            N_("Of visitors"),
            N_(
                "Share of visitors who buy within {goal_days} days of their first visit in the period. Base: visitors, "
                "known or anonymous, once a period."
            ),
            "%",
            by_person,
            Share(),
        ),
    ),
)
