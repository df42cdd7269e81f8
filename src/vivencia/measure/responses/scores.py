"""The scores of a survey as the metrics compute them: now, over time, by version, and beside other surveys'."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from vivencia.foundation.charts import Chart, Point, Series
from vivencia.listen.surveys.answered import OF_COLLEAGUES
from vivencia.listen.surveys.models import Survey
from vivencia.listen.surveys.names import told_apart
from vivencia.measure import views, wording
from vivencia.measure.asking import Asked
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.periods import Grain
from vivencia.measure.reading import Source
from vivencia.understand.json_text import json_text

OF_SURVEY = "property:survey"
OF_VERSION = "property:survey_version"
OF_GROUP = "property:group"
DAYS, WEEKS = timedelta(days=21), timedelta(days=180)


@dataclass(frozen=True)
class Score:
    """One metric of a survey. `over_time`, `beside`, `groups`: charts, None where there is too little to draw."""

    words: wording.Words
    figure: Figure | None
    href: str
    over_time: Chart | None
    beside: Chart | None
    versions: Chart | None
    groups: Chart | None
    hidden_groups: int = 0


def scores(survey: Survey, source: Source, metrics: tuple[str, ...]) -> list[Score]:
    """The survey's scores whose metrics are in the catalogue, each from the ledger's events of this survey."""
    if not _told(source, survey, "survey"):  # the first answer is still on its way into the ledger
        return []
    shown = OF_COLLEAGUES & {*metrics} if survey.of_employees else metrics  # the ledger is told nothing else of theirs
    return [_score(survey, source, METRICS[name]) for name in shown if name in METRICS]


def _told(source: Source, survey: Survey, key: str) -> bool:
    """Whether any event of the survey says this of itself."""
    events = source.read.events.filter(source.read.events.source == survey.source)
    known = events.filter(json_text(events.properties, key).notnull())
    return bool(source.read.to_arrow(known.select("event_id").limit(1)).num_rows)


def _score(survey: Survey, source: Source, metric: Metric) -> Score:
    variant = metric.variants[0]
    asked = Asked(metric, variant, by=_grain(survey, source), where={OF_SURVEY: survey.slug})
    over_time = views.over_time(source, asked, wait=True)
    groups, hidden = _groups(source, asked) if _told(source, survey, "group") else (None, 0)
    return Score(
        wording.Words(metric, variant),
        views.headline(source, asked),
        asked.query(),
        over_time["chart"] if over_time and over_time["periods"] > 1 else None,
        _beside(survey, source, metric, variant),
        _by(source, asked, OF_VERSION, _("%(metric)s by version")),
        groups,
        hidden,
    )


def _grain(survey: Survey, source: Source) -> Grain:
    age = source.as_of - survey.made_at
    return "day" if age < DAYS else "week" if age < WEEKS else "month"


def _by(source: Source, asked: Asked, dimension: str, label: str) -> Chart | None:
    found = [one for one in views.figures(source, asked, (dimension,)) or [] if one.value is not None]
    return _bars(asked, found, dimension, label, {}) if len(found) > 1 else None


def _beside(survey: Survey, source: Source, metric: Metric, variant: Variant) -> Chart | None:
    """This survey's score beside that of every other survey which asks the same."""
    asked = Asked(metric, variant)
    found = [one for one in views.figures(source, asked, (OF_SURVEY,)) or [] if one.value is not None]
    if len(found) < 2 or all(one.group[OF_SURVEY] != survey.slug for one in found):
        return None
    surveys = list(Survey.objects.all())
    apart = told_apart(surveys)
    names = {one.slug: apart[one.source] for one in surveys}
    return _bars(asked, found, OF_SURVEY, _("%(metric)s by survey"), names)


def _groups(source: Source, asked: Asked) -> tuple[Chart | None, int]:
    """By team or shop. Where exactly one group is too small to be shown, so is the smallest of the others: the whole

    less the shown would tell the one that is hidden.
    """
    told = [one for one in views.figures(source, asked, (OF_GROUP,)) or [] if one.group[OF_GROUP] is not None]
    shown, hidden = safe_groups(told) if asked.metric.anonymous else (told, [])
    found = [one for one in shown if one.value is not None]
    chart = _bars(asked, found, OF_GROUP, _("%(metric)s by group"), {}) if len(found) > 1 else None
    return chart, len(hidden) + len(shown) - len(found)


def safe_groups(told: list[Figure]) -> tuple[list[Figure], list[Figure]]:
    """Groups that can be shown and groups that stay hidden: never only one, unless it is empty."""
    shown = [one for one in told if one.value is not None]
    hidden = [one for one in told if one.value is None and one.n]
    if len(hidden) == 1 and shown:
        smallest = min(shown, key=lambda one: one.n)
        return [one for one in shown if one is not smallest], [*hidden, smallest]
    return shown, hidden


def _bars(asked: Asked, found: list[Figure], dimension: str, label: str, names: dict[str, str]) -> Chart:
    metric = wording.Words(asked.metric, asked.variant).title
    points = tuple(_point(one, _named(one.group[dimension], names)) for one in found)
    return Chart(
        kind="intervals" if asked.variant.unit == "points" else "bars",
        label=label % {"metric": metric},
        series=(Series(metric, points),),
        unit=wording.unit(found[0].unit),
        decimals=wording.decimals(asked.variant.unit),
    )


def _named(value: str | None, names: dict[str, str]) -> str:
    return _("answers from elsewhere") if value is None else names.get(value, value)


def _point(figure: Figure, name: str) -> Point:
    return Point(name, figure.value, figure.low, figure.high, figure.n)
