"""Customer satisfaction: how satisfied were people with what they had just lived?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import STUDENT, Metric, Variant
from vivencia.measure.metrics.reductions import Mean, Share
from vivencia.measure.metrics.words import N_

SCALE = 5


def answers(lived: Lived, window: Window) -> ir.Table:
    """Answers from 1 to the end of their scale, which is 5 where none is stated."""
    asked = lived.answers("csat").mutate(scale_max=_.scale_max.fill_null(float(SCALE)))
    return asked.filter(_.value.between(1, _.scale_max) & (_.scale_max > 1))


def top_two(lived: Lived, window: Window) -> ir.Table:
    return answers(lived, window).mutate(value=(_.value >= _.scale_max - 1).ifelse(1, 0))


def top(lived: Lived, window: Window) -> ir.Table:
    return answers(lived, window).mutate(value=(_.value >= _.scale_max).ifelse(1, 0))


def on_five(lived: Lived, window: Window) -> ir.Table:
    """Scores on the 1–5 scale: those of other scales are stretched linearly, both ends on both ends."""
    stretched = 1 + (_.value - 1) * (SCALE - 1) / (_.scale_max - 1)
    return answers(lived, window).mutate(value=(_.scale_max == SCALE).ifelse(_.value, stretched))


METRIC = Metric(
    name="csat",
    title=N_("Customer satisfaction (CSAT)"),
    question=N_("How satisfied are our customers with what they have just lived?"),
    feed=N_("answers to “how satisfied are you?” (events with metric csat, a score and the end of its scale)"),
    better="up",
    counterweights=("response_rate", "promise_kept", "repurchase"),
    aliases=("customer_satisfaction", "satisfaction", "review_score"),
    variants=(
        Variant(
            "top_2",
            N_("Satisfied customers"),
            N_(
                "Share of answers in the two best boxes: 4–5 of 5, 6–7 of 7. Base: answers within their scale; missing "
                "answers are left out."
            ),
            "%",
            top_two,
            Share(),
        ),
        Variant(
            "mean",
            N_("Mean score"),
            N_(
                "Mean answer on the 1–5 scale; answers on other scales are stretched linearly to it. Base: answers "
                "within their scale; missing answers are left out."
            ),
            "of 5",
            on_five,
            Mean(floor=1, ceiling=SCALE),
            STUDENT,
        ),
        Variant(
            "top_box",
            N_("Very satisfied customers"),
            N_("Share of answers in the best box: 5 of 5, 7 of 7. Base: answers within their scale."),
            "%",
            top,
            Share(),
        ),
    ),
)
