"""Employee Net Promoter Score: would the people who work here recommend it?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import NET, Metric, Variant
from vivencia.measure.metrics.reductions import NetScore
from vivencia.measure.metrics.words import N_


def of_ten(lived: Lived, window: Window) -> ir.Table:
    return lived.answers("enps").filter((_.scale_max.isnull() | (_.scale_max == 10)) & _.value.between(0, 10))


def of_five(lived: Lived, window: Window) -> ir.Table:
    return lived.answers("enps").filter((_.scale_max == 5) & _.value.between(1, 5))


METRIC = Metric(
    name="enps",
    title=N_("Employee Net Promoter Score (eNPS)"),
    question=N_("Would our people recommend working here?"),
    feed=N_("employees' answers from 0 to 10 to “would you recommend this as a place to work?” (metric enps)"),
    better="up",
    counterweights=("response_rate", "csat", "fcr"),
    aliases=("employee_nps", "employee_net_promoter_score"),
    anonymous=True,
    variants=(
        Variant(
            "standard",
            N_("Promoters minus detractors"),
            N_(
                "Share of answers 9–10 minus share of answers 0–6 to “would you recommend this as a place to work?”, "
                "in points. Base: answers on the 0–10 scale. Groups under 5 answers are never shown, so that nobody is "
                "recognised."
            ),
            "points",
            of_ten,
            NetScore(),
            NET,
        ),
        Variant(
            "five_point",
            N_("On a five-point scale"),
            N_(
                "Share of answers 5 minus share of answers 1–3, in points. Base: answers on the 1–5 scale. Groups "
                "under 5 answers are never shown."
            ),
            "points",
            of_five,
            NetScore(promoter=5, detractor=3),
            NET,
        ),
    ),
)
