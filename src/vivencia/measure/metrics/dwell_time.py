"""Dwell time: how long do people stay with a page?"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.browsing import first_of, property_number
from vivencia.measure.metrics.lived import Lived, Window, observations
from vivencia.measure.metrics.metric import ORDER, STUDENT, Metric, Variant
from vivencia.measure.metrics.reductions import Mean, Quantile
from vivencia.measure.metrics.words import N_
from vivencia.understand.json_text import json_text


def seconds_a_view(lived: Lived, window: Window) -> ir.Table:
    """One row a page view: the seconds it was to be seen, all its stretches together, as whole tenths added up."""
    left = lived.named(lived.rules.page_left)
    told = left.mutate(
        view=ibis.coalesce(json_text(left.properties, "view"), left.event_id),
        tenths=(property_number(left, "dwell_seconds") * 10).round().cast("int64"),
    )
    told = told.filter(_.tenths.notnull() & (_.tenths >= 0))
    told = told.mutate(total=_.tenths.sum().over(ibis.window(group_by="view")))
    first = first_of(told, "view")
    return observations(first, value=first.total / 10)


_BASE = N_("Seconds in which a page was visible, from its opening to its leaving. Base: page views that were left.")

METRIC = Metric(
    name="dwell_time",
    title=N_("Dwell time"),
    question=N_("How long do people stay with a page?"),
    feed=N_("events “page left” with the property dwell_seconds: the browser script sends them"),
    better="up",
    counterweights=("findability", "goal_completion"),
    aliases=("dwell", "time_on_page"),
    variants=(
        Variant("median", N_("Median"), _BASE, "s", seconds_a_view, Quantile(share=0.5, unit_seconds=1), ORDER),
        Variant("mean", N_("Mean"), _BASE, "s", seconds_a_view, Mean(floor=0), STUDENT),
    ),
)
