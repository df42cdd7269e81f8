"""Goal completion: do people finish what they begin?"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window, in_order, observations
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.periods import DAY, number, seconds
from vivencia.measure.metrics.reductions import Share
from vivencia.measure.metrics.rules import Names
from vivencia.measure.metrics.words import N_
from vivencia.understand.json_text import json_text


def attempts(lived: Lived, window: Window) -> ir.Table:
    """Every start whose days have passed; 1 where the same person completed the same goal in time."""
    told = _starts(lived)
    return observations(told, value=_in_time(told, lived))


def people(lived: Lived, window: Window) -> ir.Table:
    """Each person's first start of a goal in the window or in each period."""
    told = _starts(lived)
    if window.since:
        told = told.filter(_.occurred_at >= ibis.literal(window.since))
    period = number(window.grain, lived.clock.local_seconds(told.occurred_at)) if window.grain else ibis.literal(0)
    told = told.mutate(period=period)
    first = ibis.window(group_by=["goal", "period"], order_by=in_order())
    told = told.mutate(place=ibis.row_number().over(first)).filter(_.place == 0)
    return observations(told, value=_in_time(told, lived))


def _starts(lived: Lived) -> ir.Table:
    """Goals begun by somebody, with `completed_at`. A goal is told apart by its name and its property `goal`."""
    rules = lived.rules
    events = lived.named(rules.goal_started + rules.goal_completed)
    begun, done = _which(events, rules.goal_started), _which(events, rules.goal_completed)
    told = events.mutate(begun=begun, done=done, visitor=ibis.coalesce(_.customer_id, _.anonymous_id))
    told = told.filter(_.visitor.notnull())
    kind = ibis.coalesce(told.begun, told.done).cast("string")
    particular = json_text(told.properties, "goal").fill_null("")
    told = told.mutate(goal=kind + ibis.literal(":") + particular + ibis.literal(":") + told.visitor)
    backwards = ibis.window(
        group_by="goal",
        order_by=[_.occurred_at.desc(), _.done.notnull().ifelse(0, 1).asc()],
        preceding=None,
        following=0,
    )
    told = told.mutate(completed_at=ibis.cases((_.done.notnull(), _.occurred_at)).min().over(backwards))
    old_enough = seconds(told.occurred_at) <= int(lived.as_of.timestamp()) - rules.goal_days * DAY
    return told.filter(told.begun.notnull() & old_enough)


def _which(events: ir.Table, names: Names) -> ir.IntegerColumn:
    """The place of the event's name among `names`; null where it is none of them."""
    plain = events.name.lower().replace("_", " ")
    return ibis.cases(*((plain == name.lower().replace("_", " "), place) for place, name in enumerate(names)))


def _in_time(told: ir.Table, lived: Lived) -> ir.IntegerColumn:
    took = seconds(told.completed_at) - seconds(told.occurred_at)
    return (took <= lived.rules.goal_days * DAY).fill_null(False).ifelse(1, 0)


METRIC = Metric(
    name="goal_completion",
    title=N_("Goal completion"),
    question=N_("Do people finish what they begin?"),
    feed=N_("events “goal started” and “goal completed” of the same person (or guide, checkout, form)"),
    better="up",
    counterweights=("ces", "csat"),
    aliases=("goals", "completion", "goal_completion_rate"),
    variants=(
        Variant(
            "people",
            N_("Of people"),
            N_(
                "Share of people who complete a goal within {goal_days} days of first beginning it in the period. "
                "Base: people and goals begun whose {goal_days} days have passed."
            ),
            "%",
            people,
            Share(),
        ),
        Variant(
            "attempts",
            N_("Of attempts"),
            N_(
                "Share of attempts completed within {goal_days} days. Base: every start whose {goal_days} days have "
                "passed."
            ),
            "%",
            attempts,
            Share(),
        ),
    ),
)
