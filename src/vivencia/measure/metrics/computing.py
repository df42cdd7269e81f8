"""Asking a metric: which observations, cut into which groups, and what figures they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

import ibis
import ibis.expr.types as ir

from vivencia.measure.metrics import groups
from vivencia.measure.metrics.catalogue import named
from vivencia.measure.metrics.figure import NOT_ENOUGH_DATA, Estimate, Figure, LeftOut
from vivencia.measure.metrics.groups import Dimension, dimension
from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.periods import Grain

MOST_GROUPS = 50_000
MOST_ROWS = MOST_GROUPS * 20
OF_CUSTOMERS = ("segment", "trait", "period")  # the kinds of dimensions that hold of a whole customer


@dataclass(frozen=True)
class Question:
    """What is asked of a metric.

    `by`: dimensions to group by; `where`: dimension -> the one value looked at (None: not known); `since` included,
    `until` left out; `min_n`: show values from so many observations on, instead of the metric's own limit.
    """

    metric: str
    variant: str | None = None
    by: tuple[str, ...] = ()
    where: Mapping[str, str | None] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    min_n: int | None = None


def compute(
    name: str,
    lived: Lived,
    by: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    variant: str | None = None,
    where: Mapping[str, str | None] | None = None,
    min_n: int | None = None,
) -> list[Figure]:
    """The metric's figures, one a group, sorted by group; without `by` exactly one.

    Raises ValueError naming what is allowed for an unknown metric, variant or dimension.
    """
    return ask(Question(name, variant, tuple(by), where or {}, since, until, min_n), lived)


def ask(question: Question, lived: Lived) -> list[Figure]:
    """The figures that answer a question. See `compute`."""
    return _figures(question, lived, _statistics(question, lived))


@dataclass(frozen=True)
class WithPeriods:
    """The figure of a whole, and those of its periods."""

    whole: list[Figure]
    periods: list[Figure]


def ask_with_periods(question: Question, lived: Lived) -> WithPeriods | None:
    """The figures of a question split by one period, and of the whole, which is then read from the same statistics.

    None where the whole is not its periods together: because what is observed depends on the period (who was a customer
    when it began), or because the statistics do not add up (a customer's total over several periods).
    """
    variant, whole = named(question.metric).variant(question.variant), replace(question, by=())
    cut, uncut = Window(question.since, question.until, _grain(question)), Window(question.since, question.until)
    if variant.reduction.together([]) is None or not variant.observe(lived, cut).equals(variant.observe(lived, uncut)):
        return None
    rows = _statistics(question, lived)
    together = variant.reduction.together(rows)
    if together is None or len(rows) == MOST_ROWS:
        return None
    return WithPeriods(_figures(whole, lived, together), _figures(question, lived, rows))


def _grain(question: Question) -> Grain | None:
    return groups.grain_of([dimension(asked) for asked in question.by])


def _statistics(question: Question, lived: Lived) -> list[dict[str, Any]]:
    """What the engine adds up: rows with a column a group."""
    reduction = named(question.metric).variant(question.variant).reduction
    columns = [groups.column(place) for place in range(len(question.by))]
    told = reduction.statistics(observations(question, lived), columns).limit(MOST_ROWS)
    rows: list[dict[str, Any]] = lived.to_arrow(told).to_pylist()
    return rows


def _figures(question: Question, lived: Lived, rows: list[dict[str, Any]]) -> list[Figure]:
    metric = named(question.metric)
    variant = metric.variant(question.variant)
    by = [dimension(asked) for asked in question.by]
    columns = [groups.column(place) for place in range(len(by))]
    rows = sorted(rows, key=lambda row: _order(row, columns))
    answers = [(key, list(of_group)) for key, of_group in groupby(rows, key=lambda row: tuple(row[c] for c in columns))]
    if not by and not answers:
        answers = [((), [])]
    _refuse_unknown(by, answers)
    make = _Maker(metric, variant, question, lived)
    return [make.figure(by, key, variant.reduction.estimate(rows) if rows else None) for key, rows in answers]


def observations(question: Question, lived: Lived) -> ir.Table:
    """What a question's figures rest on, one row an observation, with a column a dimension: the way to drill down."""
    variant = named(question.metric).variant(question.variant)
    by, where = [dimension(asked) for asked in question.by], list(question.where.items())
    refuse_to_split(variant, [*question.by, *question.where])
    all_dimensions = [*by, *(dimension(asked) for asked, _value in where)]
    window = Window(question.since, question.until, groups.grain_of(all_dimensions))
    observed = variant.observe(lived, window)
    if question.since:
        observed = observed.filter(observed.observed_at >= ibis.literal(question.since))
    if question.until:
        observed = observed.filter(observed.observed_at < ibis.literal(question.until))
    observed = groups.attach(observed, all_dimensions, lived)
    for place, (_asked, text) in enumerate(where, len(by)):
        told, value = observed[groups.column(place)], all_dimensions[place].value(text)
        observed = observed.filter(told.isnull() if value is None else told == value)
    return observed


def splittable(variant: Variant, asked: str) -> bool:
    """Whether the variant's observations can differ by this dimension at all."""
    return not variant.of_customers or dimension(asked).kind in OF_CUSTOMERS


def refuse_to_split(variant: Variant, asked: Sequence[str]) -> None:
    """Raises ValueError, saying why, where what counts whole customers is to be split by what only events have."""
    for one in asked:
        if not splittable(variant, one):
            raise ValueError(
                f"{variant.name} counts whole customers, whose purchases may differ in {dimension(one).key!r}: it "
                "cannot be split by it; allowed: segment, trait:KEY, period:day|week|month|quarter"
            )


def _order(row: dict[str, Any], columns: list[str]) -> list[tuple[bool, Any]]:
    """Groups in order, the unknown one last."""
    return [(row[column] is None, row[column] if row[column] is not None else "") for column in columns]


def _refuse_unknown(by: list[Dimension], answers: list[tuple[tuple[Any, ...], list[Any]]]) -> None:
    """A dimension that is known of no observation at all is most likely a word that names nothing."""
    for place, one in enumerate(by):
        if answers and all(key[place] is None for key, _rows in answers) and one.kind in ("property", "trait"):
            raise NothingHasItError(
                f"nothing here has the {one.kind} {one.key!r}; allowed: {', '.join(groups.DIMENSIONS)}"
            )


class NothingHasItError(ValueError):
    """What was to be split by is known of nothing that is counted: most likely a slip of the pen."""


@dataclass(frozen=True)
class _Maker:
    """Makes figures of one metric and variant."""

    metric: Metric
    variant: Variant
    question: Question
    lived: Lived

    @property
    def unit(self) -> str:
        return (self.lived.currency or "") if self.variant.unit == "money" else self.variant.unit

    @property
    def smallest(self) -> int:
        asked = self.metric.min_n if self.question.min_n is None else max(1, self.question.min_n)
        return max(asked, self.metric.min_n) if self.metric.anonymous else asked

    def figure(self, by: list[Dimension], key: tuple[Any, ...], estimate: Estimate | None) -> Figure:
        n = estimate.n if estimate else 0
        shown = estimate if estimate and estimate.value is not None and n >= self.smallest else None
        return Figure(
            metric=self.metric.name,
            variant=self.variant.name,
            group={one.asked: one.text(value) for one, value in zip(by, key, strict=True)},
            value=shown.value if shown else None,
            low=shown.low if shown else None,
            high=shown.high if shown else None,
            n=n,
            unit=self.unit,
            definition=f"{self.variant.defined(self.lived.rules)} {self._window()}",
            method=self.variant.reduction.method,
            spread=shown.spread if shown else None,
            reason=None if shown else NOT_ENOUGH_DATA,
            left_out=self.left_out,
        )

    @cached_property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What the one currency that is looked at leaves out, in the whole window of the question.

        Of a group nothing is said: what everybody's other amounts are would be read as the group's.
        """
        if self.variant.unit != "money" or not self.unit or self.question.by or self.question.where:
            return ()
        others = self.lived.in_other_currencies(self.question.since, self.question.until)
        return tuple(LeftOut(one["currency"], one["n"], one["cents"] / 100) for one in others)

    def _window(self) -> str:
        until = self.question.until or self.lived.as_of
        since = f"from {self.question.since.isoformat()} " if self.question.since else ""
        return f"Window: {since}until {until.isoformat()}; times in {self.lived.rules.zone}."
