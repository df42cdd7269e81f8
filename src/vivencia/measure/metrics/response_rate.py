"""Response rate: how many of the people we ask do answer? The counterweight of every score."""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window, observations
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.reductions import Share
from vivencia.measure.metrics.words import N_


def answered(lived: Lived, window: Window) -> ir.Table:
    """Surveys sent; 1 where an answer to the same question, about the same subject (or of the same customer, where the

    survey was about none), came at or after. A survey that does not say what it asked is answered by any answer.
    """
    asked = lived.is_named(lived.rules.survey_sent)
    told = lived.events.mutate(asked=asked).filter(_.asked | (_.metric.notnull() & _.score.notnull()))
    subject = ibis.literal("s:") + told.subject_kind.fill_null("") + ":" + told.subject_id
    told = told.mutate(about=ibis.coalesce(subject, ibis.literal("c:") + told.customer_id)).filter(_.about.notnull())
    told = told.mutate(to_any=_first_answer("about"), to_this=_first_answer("about", "metric"))
    sent = told.filter(_.asked)
    came = sent.metric.isnull().ifelse(sent.to_any, sent.to_this)
    return observations(sent, value=came.notnull().ifelse(1, 0))


def _first_answer(*same: str) -> ibis.Deferred:
    """When the first answer that has these columns in common came, at or after each row."""
    backwards = ibis.window(
        group_by=same, order_by=[_.occurred_at.desc(), _.asked.ifelse(1, 0).asc()], preceding=None, following=0
    )
    return ibis.cases((~_.asked, _.occurred_at)).min().over(backwards)


METRIC = Metric(
    name="response_rate",
    title=N_("Response rate"),
    question=N_("How many of the people we ask do answer?"),
    feed=N_("events “survey sent”, and answers about the same subject or of the same customer"),
    better="up",
    counterweights=("nps", "csat"),
    aliases=("survey_response_rate",),
    variants=(
        Variant(
            "answered",
            N_("Surveys answered"),
            N_(
                "Share of surveys sent that were answered so far, in the period they were sent. Base: surveys sent; "
                "where only answers are known, nothing can be said."
            ),
            "%",
            answered,
            Share(),
        ),
    ),
)
