"""Resolution time: how long until it is solved?"""

from vivencia.measure.metrics.metric import Metric
from vivencia.measure.metrics.waiting import variants
from vivencia.measure.metrics.words import N_

METRIC = Metric(
    name="resolution_time",
    title=N_("Resolution time"),
    question=N_("How long until a problem is solved?"),
    feed=N_("events “issue reported” and “issue solved” about the same issue"),
    better="down",
    counterweights=("fcr", "csat", "ces"),
    aliases=("time_to_resolution", "resolution"),
    variants=variants(
        "solved_at",
        "h",
        3600,
        N_(
            "Hours from the first report of an issue to the last time it was solved, in the period of the report. "
            "Base: issues solved; issues still open are left out. Business hours: {business_opens}–{business_closes} "
            "h on working days, without holidays."
        ),
    ),
)
