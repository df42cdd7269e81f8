"""What the pages of gaps need of each version of the ledger, read beforehand by the worker."""

from vivencia.plan.journeys.gaps import all_gaps
from vivencia.understand.settling import FIGURES, View, settles


@settles(FIGURES, afterwards=True)
def gaps(view: View) -> None:
    """The gaps of every target map: reads and remembers promises, who answers, and the journeys themselves."""
    all_gaps(view)
