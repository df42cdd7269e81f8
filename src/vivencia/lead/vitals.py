"""The few figures an overview shows: where the company stands, where it is going, and whether that is enough.

Each is counted as its metric's page and the command line count it by default, over everything; beside it stand the last
days against all before them.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from vivencia.measure import targets, wording
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.comparing import difference
from vivencia.measure.metrics.computing import Question
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.metric import Metric
from vivencia.measure.metrics.periods import midnight
from vivencia.measure.models import Target
from vivencia.measure.reading import Source

SHOWN = ("csat", "nps", "ces", "repurchase")
PROMISE = "promise_kept"
MONTHS = 12
DAYS = 90


@dataclass(frozen=True)
class Recent:
    """The last `DAYS` days. `tone`: gain or pain where they surely differ from all before, else neutral."""

    figure: Figure
    tone: str
    href: str

    @property
    def said(self) -> str:
        """The difference in words."""
        return {"gain": _("better than before"), "pain": _("worse than before")}.get(self.tone, _("no clear change"))


@dataclass(frozen=True)
class Vital:
    """One figure over everything, with its last months; None in `trend` = not enough data that month.

    `recent`: None where the last days cannot be compared with those before (who just bought had no time to come back).
    `state`: how the figure stands to the target that holds now ("" without one); see `targets.State`.
    """

    name: str
    title: str
    counted: str
    figure: Figure
    recent: Recent | None
    trend: list[float | None]
    decimals: int
    target: Target | None
    state: str

    @property
    def href(self) -> str:
        """The metric's page."""
        return reverse("metric", args=[self.name])

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
    """The figures there are data for, without the promise, which stands on its own."""
    return [vital for name in SHOWN if (vital := vital_of(source, name))]


def vital_of(source: Source, name: str) -> Vital | None:
    """One metric; None where nothing was observed."""
    metric = METRICS[name]
    way = metric.variants[0]
    (figure,) = source.figures(Question(name, way.name))
    if figure.n == 0:
        return None
    target = targets.current(metric, way.name, source.as_of.date())
    window = wording.window(None, None, source.as_of.astimezone(ZoneInfo(source.rules.zone)).date())
    return Vital(
        name=name,
        title=_(metric.title),
        counted=_(way.title),
        figure=wording.shown(figure, wording.definition(way, source.rules, window)),
        recent=_recent(source, metric),
        trend=_trend(source, metric),
        decimals=wording.decimals(way.unit),
        target=target,
        state=targets.standing(target, source).state if target else "",
    )


def _trend(source: Source, metric: Metric) -> list[float | None]:
    """The last months, those left out that had less time than the others."""
    settled = source.as_of - timedelta(days=source.rules.repurchase_days if metric.trend else 0)
    begin = settled - timedelta(days=31 * MONTHS)
    months = source.figures(Question(metric.name, metric.over_time.name, by=("period:month",), since=begin))
    return [month.value for month in months][-MONTHS:]


def _recent(source: Source, metric: Metric) -> Recent | None:
    if metric.trend:
        return None
    way, zone = metric.variants[0], source.rules.zone
    first_day = source.as_of.astimezone(ZoneInfo(zone)).date() - timedelta(days=DAYS - 1)
    since = midnight(first_day, zone)
    (now,) = source.figures(Question(metric.name, way.name, since=since))
    (before,) = source.figures(Question(metric.name, way.name, until=since))
    if now.value is None:
        return None
    found = difference(now, before)
    tone = "neutral"
    if found.distinct and found.value is not None:
        tone = "gain" if (found.value > 0) == (metric.better == "up") else "pain"
    address = f"{reverse('metric', args=[metric.name])}?since={first_day.isoformat()}"
    return Recent(replace(now, unit=wording.unit(now.unit)), tone, address)
