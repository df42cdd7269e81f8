"""First contact resolution: do we solve it the first time?"""

import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics import people
from vivencia.measure.metrics.issues import ever_again, issues, settled_at_once
from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.reductions import Share
from vivencia.measure.metrics.words import N_


def no_recontact(lived: Lived, window: Window) -> ir.Table:
    """Where every contact has an id of its own, nobody can be seen to come back: nothing can be said."""
    if not ever_again(lived):
        return people.nobody()
    return settled_at_once(lived)


def nobody_comes_back(lived: Lived) -> bool:
    """Whether there are issues, and none of them ever had a further contact."""
    return people.anybody(lived, issues(lived)) and not ever_again(lived)


SILENCE = N_(
    "Issues are recorded, but none ever had a further contact: each contact has an id of its own, so nobody can be "
    "seen to come back, and every issue would look solved. Record a further contact under the id of the first (for "
    "example as “issue reopened”), or ask customers whether it was solved."
)


def first_level(lived: Lived, window: Window) -> ir.Table:
    told = no_recontact(lived, window)
    return told.filter(_.escalated == 0) if "escalated" in told.columns else told


def said(lived: Lived, window: Window) -> ir.Table:
    """Answers to "was it solved the first time?": 1 yes, 0 no."""
    return lived.answers("fcr").filter(_.value.isin([0.0, 1.0]))


METRIC = Metric(
    name="fcr",
    title=N_("First contact resolution (FCR)"),
    question=N_("Do we solve it the first time?"),
    feed=N_("events “issue reported”, “issue responded” or “issue solved”, and “issue reopened”, about the same issue"),
    better="up",
    counterweights=("csat", "resolution_time", "ces"),
    aliases=("first_contact_resolution", "first_call_resolution"),
    variants=(
        Variant(
            "no_recontact",
            N_("No further contact"),
            N_(
                "Share of issues answered without a further contact on the same issue until {recontact_days} days "
                "after the answer. Base: issues reported whose {recontact_days} days have passed; one never answered "
                "counts as not solved. Where no further contact was ever recorded, nothing can be said."
            ),
            "%",
            no_recontact,
            Share(),
            silence=SILENCE,
            silent=nobody_comes_back,
        ),
        Variant(
            "survey",
            N_("As customers say"),
            N_(
                "Share of customers who answer that it was solved the first time (metric fcr: 1 yes, 0 no). Base: "
                "answers."
            ),
            "%",
            said,
            Share(),
        ),
        Variant(
            "first_level",
            N_("Net of what the first level cannot solve"),
            N_(
                "As “no further contact”, without the issues that were escalated, because the first level could not "
                "have solved them."
            ),
            "%",
            first_level,
            Share(),
            silence=SILENCE,
            silent=nobody_comes_back,
        ),
    ),
)
