"""Customer effort score: how easy did we make it?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import STUDENT, Metric, Variant
from vivencia.measure.metrics.reductions import Mean, Share
from vivencia.measure.metrics.words import N_


def of_seven(lived: Lived, window: Window) -> ir.Table:
    return lived.answers("ces").filter((_.scale_max.isnull() | (_.scale_max == 7)) & _.value.between(1, 7))


def easy(lived: Lived, window: Window) -> ir.Table:
    return of_seven(lived, window).mutate(value=(_.value >= 5).ifelse(1, 0))


def reversed_effort(lived: Lived, window: Window) -> ir.Table:
    """CES 1.0 asks how much effort it took, so 1 is best; turned round, high is easy here too."""
    return lived.answers("ces").filter((_.scale_max == 5) & _.value.between(1, 5)).mutate(value=6 - _.value)


METRIC = Metric(
    name="ces",
    title=N_("Customer effort (CES)"),
    question=N_("How easy do we make it for our customers?"),
    feed=N_("answers from 1 to 7 to “the company made it easy for me” (events with metric ces and a score)"),
    better="up",
    counterweights=("csat", "fcr", "response_rate"),
    aliases=("customer_effort", "customer_effort_score", "effort"),
    variants=(
        Variant(
            "mean",
            N_("Mean agreement that it was easy"),
            N_(
                "CES 2.0: mean agreement with “the company made it easy”, 1–7, high is easy. Base: answers on the 1–7 "
                "scale; other scales are left out."
            ),
            "of 7",
            of_seven,
            Mean(floor=1, ceiling=7),
            STUDENT,
        ),
        Variant(
            "share",
            N_("Customers who found it easy"),
            N_("Share of answers 5–7 to “the company made it easy”. Base: answers on the 1–7 scale."),
            "%",
            easy,
            Share(),
        ),
        Variant(
            "ces1",
            N_("CES 1.0, turned round"),
            N_(
                "CES 1.0: mean of 6 minus the answer to “how much effort did it take?”, 1–5, so that high is easy. "
                "Base: answers on the 1–5 scale."
            ),
            "of 5",
            reversed_effort,
            Mean(floor=1, ceiling=5),
            STUDENT,
        ),
    ),
)
