"""The few figures an overview shows: where the company stands, where it is going, and whether that is enough."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vivencia.measure import targets, wording
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.computing import Question
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.models import Target
from vivencia.measure.reading import Source

ASKED = (("csat", "mean"), ("nps", None), ("ces", None))
LIVED = (("promise_kept", None), ("repurchase", "within"))  # "ever" would seem to fall: the newest had no time yet
MOST = 4
MONTHS = 12
DAYS = 90


@dataclass(frozen=True)
class Vital:
    """One figure over the last `DAYS` days, with its last months; None in `trend` = not enough data that month.

    Buying again is of those whose days to come back ended in that time, so that everybody had as long.

    `state`: how the figure stands to the target that holds now ("" without one); see `targets.State`.
    """

    name: str
    title: str
    figure: Figure
    trend: list[float | None]
    decimals: int
    target: Target | None
    state: str

    @property
    def href(self) -> str:
        """The metric's page, counted the same way."""
        return f"{reverse('metric', args=[self.name])}?variant={self.figure.variant}"

    @property
    def standing(self) -> str:
        """The state in words."""
        words = {
            "reached": _("Target reached"),
            "missed": _("Target missed"),
            "undecided": _("Target within the interval"),
        }
        return words.get(self.state, "")

    @property
    def tone(self) -> str:
        return {"reached": "gain", "missed": "pain"}.get(self.state, "neutral")


def vitals(source: Source) -> list[Vital]:
    """The figures there are data for, at most `MOST`."""
    found = [vital for name, variant in (*ASKED, *LIVED) if (vital := _vital(source, name, variant))]
    return found[:MOST]


def _vital(source: Source, name: str, variant: str | None) -> Vital | None:
    metric = METRICS[name]
    way = metric.variant(variant)
    settled = source.as_of - timedelta(days=source.rules.repurchase_days if name == "repurchase" else 0)
    since = settled - timedelta(days=DAYS)
    (figure,) = source.figures(Question(name, way.name, since=since))
    if figure.n == 0:
        return None
    begin = settled - timedelta(days=31 * MONTHS)
    months = source.figures(Question(name, way.name, by=("period:month",), since=begin))
    target = targets.current(metric, way.name, source.as_of.date())
    window = _("Window: from %(since)s on.") % {"since": date_format(since, "j M Y")}
    return Vital(
        name=name,
        title=_(metric.title),
        figure=wording.shown(figure, wording.definition(way, source.rules, window)),
        trend=[month.value for month in months][-MONTHS:],
        decimals=wording.decimals(way.unit),
        target=target,
        state=targets.state(target, figure) if target else "",
    )
