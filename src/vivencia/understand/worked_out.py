"""What the pages of customers and journeys need of each version of the ledger: the worker works it out before them."""

from vivencia.understand import directory, journey_reading, segment_choices
from vivencia.understand.customers import issues_close
from vivencia.understand.journey_asking import Asked, choices
from vivencia.understand.journey_compare_pages import counted_comparison, usual_sides
from vivencia.understand.journey_funnel_pages import counted_funnel, usual_steps
from vivencia.understand.journey_lane_pages import counted_lanes
from vivencia.understand.journey_look import Look
from vivencia.understand.journey_pages import counted_flow
from vivencia.understand.journey_variant_pages import counted_variants
from vivencia.understand.settling import FIGURES, View, settles


@settles(FIGURES)
def flow(view: View) -> None:
    """The journey table, the flow map, and the usual way through the company with who leaves it."""
    found = _usual(view)
    counted_flow(found)
    choices(found.read, found.whole)
    steps = tuple(usual_steps(found))
    if len(steps) > 1:
        counted_funnel(found, steps)


@settles(FIGURES)
def customers(view: View) -> None:
    directory.directory(view.read, view.as_of)
    segment_choices.choices(view.read)
    issues_close(view.read)


@settles(FIGURES)
def journeys(view: View) -> None:
    """What the other tabs of journeys show first."""
    found = _usual(view)
    if counted_flow(found)["journeys"]:
        counted_lanes(found)
        counted_variants(found)
        found.promised()
        found.words()


@settles(FIGURES, afterwards=True)
def comparison(view: View) -> None:
    one, other = usual_sides(_usual(view))
    if one.wish != other.wish:
        counted_comparison(one, other)


@settles(FIGURES, afterwards=True)
def journeys_of_subjects(view: View) -> None:
    """The flow of orders or tickets, where journeys are shown by customer first."""
    shape = journey_reading.data_shape(view.read)
    if shape.case == "customer" and shape.with_subject:
        counted_flow(Look(view.read, Asked(case="subject")))


def _usual(view: View) -> Look:
    """The journeys a page shows before anybody has chosen."""
    return Look(view.read, Asked(case=journey_reading.data_shape(view.read).case))
