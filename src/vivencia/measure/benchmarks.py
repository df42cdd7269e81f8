"""Benchmarks: how far from our industry, the leader, ourselves before; and whether a metric is steered alone."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt
from typing import Literal

from vivencia.measure import views
from vivencia.measure.asking import Asked
from vivencia.measure.metrics.balance import FUNCTIONS, Balance, Function, balance
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.comparing import difference
from vivencia.measure.metrics.figure import Figure
from vivencia.measure.metrics.metric import Metric
from vivencia.measure.models import Benchmark, Target
from vivencia.measure.reading import Source

Standing = Literal["ahead", "behind", "level", "unknown"]
OLD = timedelta(days=730)
RECENT_DAYS = 91  # what a counterweight is now, against the same length before


@dataclass(frozen=True)
class Gap:
    """A benchmark and how far we are from it: ours minus theirs, with its 95 % interval.

    ahead / behind: the whole interval lies on the good / bad side; level: it includes no difference; unknown: not
    enough data. old: held two years ago or longer.
    """

    benchmark: Benchmark
    value: float | None
    low: float | None
    high: float | None
    standing: Standing
    old: bool


def of_metric(metric: Metric, variant: str) -> list[Benchmark]:
    """Those of one way to count it: others measure something else."""
    return list(Benchmark.objects.filter(metric=metric.name, variant=variant))


def gap(benchmark: Benchmark, figure: Figure | None, better: str, on: date) -> Gap:
    """Ours minus theirs. The two intervals are independent; a benchmark without one counts as exact."""
    old = benchmark.held_on < on - OLD
    if figure is None or figure.value is None or figure.low is None or figure.high is None:
        return Gap(benchmark, None, None, None, "unknown", old)
    theirs = benchmark.value
    down, up = figure.value - figure.low, figure.high - figure.value
    if benchmark.low is not None and benchmark.high is not None:
        down, up = sqrt(down**2 + (benchmark.high - theirs) ** 2), sqrt(up**2 + (theirs - benchmark.low) ** 2)
    value = figure.value - theirs
    low, high = value - down, value + up
    if low <= 0 <= high:
        return Gap(benchmark, value, low, high, "level", old)
    return Gap(benchmark, value, low, high, "ahead" if (low > 0) == (better == "up") else "behind", old)


@dataclass(frozen=True)
class Counterweight:
    """A metric that pays when another is steered alone. before, now: of equal stretches; None: not measured."""

    metric: Metric
    function: Function
    targeted: bool
    before: Figure | None
    now: Figure | None
    worse: bool


@dataclass(frozen=True)
class Balanced:
    balance: Balance
    weights: tuple[Counterweight, ...]


def balanced(source: Source, asked: Asked, *, wait: bool) -> Balanced | None:
    """Whether the metric is steered alone; None where a counterweight is not computed yet and the caller does not wait.

    Counterweights are looked at in the last quarter of a year against the quarter before.
    """
    targeted = set(Target.objects.filter(dimension="").values_list("metric", flat=True))
    weights = []
    for name in asked.metric.counterweights:
        told = _stretches(source, METRICS[name], wait=wait)
        if told is None:
            return None
        before, now = told
        weights.append(Counterweight(METRICS[name], FUNCTIONS[name], name in targeted, before, now,
                                     _worse(METRICS[name], before, now)))  # fmt: skip
    worsening = {weight.metric.name for weight in weights if weight.worse}
    return Balanced(balance(asked.metric, targeted, worsening), tuple(weights))


def _stretches(source: Source, metric: Metric, *, wait: bool) -> tuple[Figure, Figure] | None:
    last = source.as_of.date()
    middle = last - timedelta(days=RECENT_DAYS - 1)  # both ends are counted
    first = middle - timedelta(days=RECENT_DAYS)
    asked = Asked(metric, metric.over_time)
    told = []
    for since, until in ((first, middle - timedelta(days=1)), (middle, last)):
        figures = views.figures(source, replace(asked, since=since, until=until), wait=wait)
        if figures is None:
            return None
        told.append(figures[0])
    return told[0], told[1]


def _worse(metric: Metric, before: Figure, now: Figure) -> bool:
    """Surely worse: the interval of the difference leaves zero out, on the bad side."""
    change = difference(now, before)
    return bool(change.distinct and change.value is not None and (change.value < 0) == (metric.better == "up"))
