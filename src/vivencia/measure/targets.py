"""Targets: what a metric should reach, and whether it surely does."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from vivencia.measure.asking import Asked
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.metric import Metric
from vivencia.measure.models import Direction, Target
from vivencia.measure.reading import Source

State = Literal["reached", "missed", "undecided", "unknown", "ahead"]


@dataclass(frozen=True)
class Standing:
    """A target and how its figure stands to it, since the target's first day.

    reached / missed: the whole interval lies on the good / bad side; undecided: the target lies inside it;
    unknown: not enough data; ahead: the target's first day is still to come.
    """

    target: Target
    figure: Figure | None
    state: State


def of_metric(metric: Metric) -> list[Target]:
    """Its targets, those for everybody first."""
    return list(Target.objects.filter(metric=metric.name).select_related("owner"))


def standing(target: Target, source: Source) -> Standing:
    """How the target stands at the moment the source is read at."""
    if target.from_date > source.as_of.date():
        return Standing(target, None, "ahead")
    metric = METRICS[target.metric]
    where: dict[str, str | None] = {target.dimension: target.group} if target.dimension else {}
    asked = Asked(metric, metric.variant(target.variant), since=target.from_date, where=where)
    (figure,) = source.figures(asked.question(source.rules.zone))
    return Standing(target, figure, state(target, figure))


def state(target: Target, figure: Figure) -> State:
    if figure.value is None or figure.low is None or figure.high is None:
        return "unknown"
    if target.direction == Direction.AT_LEAST:
        return "reached" if figure.low >= target.value else "missed" if figure.high < target.value else "undecided"
    return "reached" if figure.high <= target.value else "missed" if figure.low > target.value else "undecided"


def current(metric: Metric, variant: str, on: date) -> Target | None:
    """The target for everybody that holds on a day: the one begun last."""
    held = Target.objects.filter(metric=metric.name, variant=variant, dimension="", from_date__lte=on)
    return held.order_by("-from_date", "-pk").first()
