"""First response time: how long do people wait for a first answer?"""

from vivencia.measure.metrics.metric import Metric
from vivencia.measure.metrics.waiting import variants
from vivencia.measure.metrics.words import N_

METRIC = Metric(
    name="first_response_time",
    title=N_("First response time"),
    question=N_("How long do people wait for our first answer?"),
    feed=N_("events “issue reported” and “issue responded” about the same issue"),
    better="down",
    counterweights=("fcr", "csat", "resolution_time"),
    aliases=("first_response", "frt", "response_time"),
    variants=variants(
        "responded_at",
        "min",
        60,
        N_(
            "Minutes from the first report of an issue to the first response after it, in the period of the report. "
            "Base: issues with a response; issues still waiting and answers dated before the report are left out. "
            "Business hours: {business_opens}–{business_closes} h on working days, without holidays."
        ),
    ),
)
