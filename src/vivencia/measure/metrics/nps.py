"""Net Promoter Score: would people recommend us?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import NET, Metric, Variant
from vivencia.measure.metrics.reductions import NetScore, Share
from vivencia.measure.metrics.words import N_


def answers(lived: Lived, window: Window) -> ir.Table:
    """Answers from 0 to 10; on another scale they are another question and left out."""
    return lived.answers("nps").filter((_.scale_max.isnull() | (_.scale_max == 10)) & _.value.between(0, 10))


def promoters(lived: Lived, window: Window) -> ir.Table:
    return answers(lived, window).mutate(value=(_.value >= 9).ifelse(1, 0))


def detractors(lived: Lived, window: Window) -> ir.Table:
    return answers(lived, window).mutate(value=(_.value <= 6).ifelse(1, 0))


METRIC = Metric(
    name="nps",
    title=N_("Net Promoter Score (NPS)"),
    question=N_("Would our customers recommend us?"),
    feed=N_("answers from 0 to 10 to “how likely are you to recommend us?” (events with metric nps and a score)"),
    better="up",
    counterweights=("response_rate", "repurchase", "promise_kept"),
    aliases=("net_promoter_score",),
    variants=(
        Variant(
            "standard",
            N_("Promoters minus detractors"),
            N_(
                "Share of answers 9–10 minus share of answers 0–6, in points from −100 to +100. Base: answers on the "
                "0–10 scale; missing answers and other scales are left out."
            ),
            "points",
            answers,
            NetScore(),
            NET,
        ),
        Variant(
            "promoters",
            N_("Promoters"),
            N_("Share of answers 9–10. Base: answers on the 0–10 scale; missing answers are left out."),
            "%",
            promoters,
            Share(),
        ),
        Variant(
            "detractors",
            N_("Detractors"),
            N_("Share of answers 0–6. Base: answers on the 0–10 scale; missing answers are left out."),
            "%",
            detractors,
            Share(),
        ),
    ),
)
