"""Friction: how many visits meet something that does not work?"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.browsing import first_of, visited
from vivencia.measure.metrics.lived import Lived, Window, observations
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.reductions import Share
from vivencia.measure.metrics.rules import Names
from vivencia.measure.metrics.words import N_


def any_trouble(lived: Lived, window: Window) -> ir.Table:
    """One row a visit with a page: 1 where it met a rage click or a dead end."""
    return _met(lived, (*lived.rules.rage_click, *lived.rules.dead_end))


def rage_clicks(lived: Lived, window: Window) -> ir.Table:
    """The same of rage clicks alone."""
    return _met(lived, lived.rules.rage_click)


def dead_ends(lived: Lived, window: Window) -> ir.Table:
    """The same of dead ends alone."""
    return _met(lived, lived.rules.dead_end)


def _met(lived: Lived, names: Names) -> ir.Table:
    told = visited(lived, page=lived.is_named(lived.rules.page_viewed), trouble=lived.is_named(names))
    told = told.mutate(met=_.trouble.ifelse(1, 0).max().over(ibis.window(group_by=["visitor", "visit"])))
    first = first_of(told.filter(told.page), "visitor", "visit")
    return observations(first, value=first.met)


_RAGE = N_("Share of visits with a rage click: three clicks on one spot within a second. Base: visits with a page.")
_DEAD = N_(
    "Share of visits with a dead end: a click on what looks as if it did something and did not, a page that is not "
    "there, a search without results. Base: visits with a page."
)

METRIC = Metric(
    name="friction",
    title=N_("Friction on the site"),
    question=N_("How many visits meet something that does not work?"),
    feed=N_("page events with “rage click” and “dead end”: the browser script sends them"),
    better="down",
    counterweights=("conversion", "ces"),
    aliases=("rage_clicks", "dead_ends"),
    variants=(
        Variant(
            "any", N_("Rage clicks and dead ends"),
            N_("Share of visits with a rage click or a dead end. Base: visits with a page."), "%", any_trouble, Share(),
        ),
        Variant("rage_clicks", N_("Rage clicks"), _RAGE, "%", rage_clicks, Share()),
        Variant("dead_ends", N_("Dead ends"), _DEAD, "%", dead_ends, Share()),
    ),
)  # fmt: skip
