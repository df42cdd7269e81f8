"""Findability (accessibility of what is looked for): do people find what they look for?"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.browsing import first_of, visited
from vivencia.measure.metrics.lived import Lived, Window, observations
from vivencia.measure.metrics.metric import ORDER, Metric, Variant
from vivencia.measure.metrics.periods import seconds
from vivencia.measure.metrics.reductions import Quantile, Share
from vivencia.measure.metrics.words import N_
from vivencia.understand.json_text import json_text


def searched(lived: Lived, window: Window) -> ir.Table:
    """One row a visit with a search: 1 where a result was opened and nothing searched for after it."""
    told = _visits(lived)
    first = first_of(told.filter(told.search), "visitor", "visit")
    return observations(first, value=first.found.fill_null(False).ifelse(1, 0))


def time_to_find(lived: Lived, window: Window) -> ir.Table:
    """One row a visit that found: seconds from its first search to the first result opened after the last."""
    told = _visits(lived)
    told = told.filter(told.found & told.search)
    first = first_of(told, "visitor", "visit")
    return observations(first, value=first.opened_at - seconds(first.occurred_at))


def asked(lived: Lived, window: Window) -> ir.Table:
    """One row an answer to “did you find what you were looking for?”: 1 for yes."""
    rules = lived.rules
    question = lived.events.metric.lower().isin(list(rules.found_metrics)) & lived.events.score.notnull()
    told = lived.events.mutate(said=json_text(lived.events.properties, "found"), question=question.fill_null(False))
    told = told.filter(told.question | (lived.is_named(rules.found_it) & told.said.isin(["yes", "no"])))
    yes = told.question.ifelse(told.score > 0, told.said == "yes")
    return observations(told, value=yes.ifelse(1, 0))


def _visits(lived: Lived) -> ir.Table:
    """Searches and opened results by visit, with `found` and `opened_at` (seconds since 1970)."""
    rules = lived.rules
    told = visited(lived, search=lived.is_named(rules.searched), opened=lived.is_named(rules.search_opened))
    whole = ibis.window(group_by=["visitor", "visit"])
    told = told.mutate(last_search=ibis.cases((_.search, _.at)).max().over(whole))
    after = told.opened & (told.at >= told.last_search)
    told = told.mutate(opened_at=ibis.cases((after, told.at)).min().over(whole))
    return told.mutate(found=told.opened_at.notnull())


METRIC = Metric(
    name="findability",
    title=N_("Findability"),
    question=N_("Do people find what they look for?"),
    feed=N_("events “search made” and “search result opened”, or answers to “did you find what you were looking for?”"),
    better="up",
    counterweights=("conversion", "ces", "dwell_time"),
    aliases=("accessibility", "found", "search_success"),
    variants=(
        Variant(
            "searches",
            N_("By searching"),
            N_(
                "Share of visits with a search in which a result was opened and nothing searched for after it. "
                "Base: visits with a search; a visit ends with a pause of {session_gap_minutes} minutes."
            ),
            "%",
            searched,
            Share(),
        ),
        Variant(
            "asked",
            N_("By their own word"),
            N_("Share of “yes” to “did you find what you were looking for?”. Base: answers."),
            "%",
            asked,
            Share(),
        ),
        Variant(
            "time_to_find",
            N_("Time to find"),
            N_("Seconds from the first search to the result opened after the last. Base: visits that found."),
            "s",
            time_to_find,
            Quantile(share=0.5, unit_seconds=1),
            ORDER,
        ),
    ),
)
