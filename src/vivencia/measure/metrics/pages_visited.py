"""Pages visited: how many pages does a visit take?"""

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.browsing import first_of, visited
from vivencia.measure.metrics.lived import Lived, Window, observations
from vivencia.measure.metrics.metric import ORDER, STUDENT, Metric, Variant
from vivencia.measure.metrics.reductions import Mean, Quantile, Share
from vivencia.measure.metrics.words import N_


def pages(lived: Lived, window: Window) -> ir.Table:
    """One row a visit with a page: its number of pages."""
    told = visited(lived, page=lived.is_named(lived.rules.page_viewed))
    counted = told.mutate(pages=_.event_id.count().over(ibis.window(group_by=["visitor", "visit"])))
    first = first_of(counted, "visitor", "visit")
    return observations(first, value=first.pages)


def single(lived: Lived, window: Window) -> ir.Table:
    """The same, 1 where the visit saw one page and nothing else."""
    told = pages(lived, window)
    return told.mutate(value=(told.value == 1).ifelse(1, 0))


_BASE = N_(
    "Pages seen in a visit, that is by one visitor with less than {session_gap_minutes} minutes between. "
    "Base: visits with a page; a visitor without an id that lasts is a visit a page."
)

METRIC = Metric(
    name="pages_visited",
    title=N_("Pages visited"),
    question=N_("How many pages does a visit take?"),
    feed=N_("page events (“page viewed”, “screen viewed”): the browser script or Segment's page calls"),
    better="up",
    counterweights=("findability", "conversion"),
    aliases=("pages", "pages_per_visit"),
    variants=(
        Variant("mean", N_("Mean"), _BASE, "pages", pages, Mean(floor=1), STUDENT),
        Variant("median", N_("Median"), _BASE, "pages", pages, Quantile(share=0.5, unit_seconds=1), ORDER),
        Variant(
            "single",
            N_("Visits of one page"),
            N_("Share of visits that see one page only. Base: visits with a page."),
            "%",
            single,
            Share(),
        ),
    ),
)
