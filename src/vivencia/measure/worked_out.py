"""What the pages of metrics need of each version of the ledger: the worker works it out before anybody asks."""

from itertools import product

from vivencia.measure import views
from vivencia.measure.asking import Asked
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.pages import PARTS, part_of
from vivencia.measure.reading import Source, source_of
from vivencia.understand.settling import FIGURES, MEASURED, View, settles


@settles(MEASURED)
def catalogue(view: View) -> None:
    """Every metric's card."""
    here = source_of(view)
    for asked in _all():
        views.card(here, asked, wait=True)


@settles(FIGURES, afterwards=True)
def metrics(view: View) -> None:
    """Every metric's own page, as it is before anybody has chosen."""
    here = source_of(view)
    for asked, name in product(_all(), PARTS):
        if view.overtaken():
            return
        if _any(here, asked):
            part_of(name, here, asked, wait=True)


def _all() -> list[Asked]:
    return [Asked(metric, metric.variants[0]) for metric in METRICS.values()]


def _any(here: Source, asked: Asked) -> bool:
    figure = views.headline(here, asked)
    return figure is not None and figure.n > 0
