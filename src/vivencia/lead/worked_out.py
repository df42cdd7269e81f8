"""What the overview needs of each version of the ledger: the worker works it out before anybody asks."""

from vivencia.lead.today import promises_now, voices
from vivencia.lead.vitals import PROMISE, vital_of, vitals
from vivencia.measure.reading import source_of
from vivencia.understand.settling import OVERVIEW, View, settles


@settles(OVERVIEW)
def today(view: View) -> None:
    """Promises and voices before the figures."""
    promises_now(view.read, view.as_of)
    voices(view.read, view.as_of)


@settles(OVERVIEW)
def figures(view: View) -> None:
    told = source_of(view)
    vitals(told)
    vital_of(told, PROMISE)
