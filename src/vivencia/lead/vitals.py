"""The few figures an overview shows: where the company stands, and where it is going."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.computing import Question
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.reading import Source

ASKED = (("csat", "mean"), ("nps", None), ("ces", None))
LIVED = (("promise_kept", None), ("repurchase", None))
MONTHS = 12
DAYS = 90


@dataclass(frozen=True)
class Vital:
    """One figure over the last `DAYS` days, with its last months; None in `trend` = not enough data that month."""

    name: str
    title: str
    figure: Figure
    trend: list[float | None]
    decimals: int

    @property
    def href(self) -> str:
        """Its page, where metrics have pages."""
        try:
            return f"{reverse('metrics')}{self.name}/"
        except NoReverseMatch:
            return ""


def vitals(source: Source) -> list[Vital]:
    """The figures there are data for, at most four."""
    found = [vital for name, variant in (*ASKED, *LIVED) if (vital := _vital(source, name, variant))]
    return found[:4]


def _vital(source: Source, name: str, variant: str | None) -> Vital | None:
    since = source.as_of - timedelta(days=DAYS)
    asked: Any = Question(name, variant, since=since)
    figure = source.figures(asked)[0]
    if figure.n == 0:
        return None
    metric = METRICS[name]
    begin = source.as_of - timedelta(days=31 * MONTHS)
    months = source.figures(Question(name, variant, by=("period:month",), since=begin))
    trend = [month.value for month in months][-MONTHS:]
    return Vital(metric.name, _(metric.title), figure, trend, 2 if figure.unit.startswith("of") else 1)
