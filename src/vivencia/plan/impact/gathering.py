"""The panel of an initiative's metric: who was to be reached against who was not, by month or week, from the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from vivencia.measure.asking import chosen_segment
from vivencia.measure.metrics import computing, groups, periods
from vivencia.measure.metrics.catalogue import METRICS
from vivencia.measure.metrics.computing import Question
from vivencia.measure.metrics.figure import Estimate
from vivencia.measure.metrics.metric import Metric, Variant
from vivencia.measure.metrics.periods import Grain
from vivencia.measure.reading import Source
from vivencia.plan.impact import holdouts
from vivencia.plan.impact.methods.panel import NEVER, Panel
from vivencia.plan.impact.methods.result import NotPossible
from vivencia.plan.initiatives.models import Declaration
from vivencia.understand import segments

MONTHS_BEFORE = 24  # where there are fewer, weeks tell more
MOST_BEFORE: dict[str, int] = {"month": 60, "week": 104}
ENOUGH = 5  # observations behind a period's value, where there are only a few units
SEASONS = {"month": 12, "week": 52}
TREATED, OTHERS = "treated", "others"

Cell = tuple[str, int]  # unit, period


@dataclass(frozen=True, eq=False)
class Gathered:
    """The panel, its grain, and the last day looked at. `first`: the first whole period of the initiative."""

    panel: Panel
    grain: Grain
    until: date
    first: int


@dataclass(frozen=True)
class Span:
    """The whole periods looked at: numbers of `measure.metrics.periods`, both ends included."""

    grain: Grain
    begin: int
    end: int
    first: int
    torn: int | None  # the period in which it began, neither before nor after


def metric_of(declared: Declaration) -> tuple[Metric, Variant]:
    """The metric, counted so that its newest periods can be compared with older ones. Raises NotPossible without it."""
    metric = METRICS.get(declared.metric)
    if metric is None:
        raise NotPossible("no_metric", f"there is no metric {declared.metric!r} any more")
    try:
        variant = metric.variant(declared.variant or None)
    except ValueError as wrong:
        raise NotPossible("no_metric", str(wrong)) from wrong
    return metric, metric.over_time if variant == metric.variants[0] else variant


def gather(here: Source, declared: Declaration) -> Gathered:
    """The outcomes of the initiative's metric. Raises NotPossible where there are none to compare."""
    metric, variant = metric_of(declared)
    if here.read.horizon is None:
        raise NotPossible("no_data", "nothing was lived yet")
    span = span_of(here, declared.starts)
    zone = here.rules.zone
    question = Question(
        metric.name,
        variant.name,
        (f"period:{span.grain}",),
        {},
        periods.begin(span.grain, span.begin, zone),
        periods.begin(span.grain, span.end + 1, zone),
    )
    by_lot = declared.holdout_percent > 0
    people = _people(here, declared, anonymous=metric.anonymous)
    cells = _cells(here, question, variant, people, inner=by_lot)
    least = 1 if by_lot else ENOUGH
    until = periods.first_day(span.grain, span.end + 1) - timedelta(days=1)
    return Gathered(_panel(cells, span, declared, least), span.grain, until, span.first)


def span_of(here: Source, starts: date) -> Span:
    """By month where enough of them came before, else by week; only periods that are over."""
    zone = here.rules.zone
    begun = here.lived.bounds[0]
    spans = [_span("month", here, starts, periods.number_of("month", begun, zone)),
             _span("week", here, starts, periods.number_of("week", begun, zone))]  # fmt: skip
    months, weeks = spans
    return months if months.first - months.begin >= MONTHS_BEFORE else weeks


def _span(grain: Grain, here: Source, starts: date, begun: int) -> Span:
    zone = here.rules.zone
    own = periods.number_of(grain, periods.midnight(starts, zone), zone)
    torn = None if periods.first_day(grain, own) == starts else own
    first = own if torn is None else own + 1
    end = periods.number_of(grain, here.as_of, zone) - 1
    return Span(grain, max(begun + 1, first - MOST_BEFORE[grain]), end, first, torn)


def last_day(here: Source, starts: date) -> date:
    """The last day an estimate would look at now."""
    span = span_of(here, starts)
    return periods.first_day(span.grain, span.end + 1) - timedelta(days=1)


def _people(here: Source, declared: Declaration, *, anonymous: bool) -> dict[str, str] | None:
    """Customer -> unit; None: everybody is one unit."""
    definition = chosen_segment(declared.population)
    if declared.population and definition is None:
        raise NotPossible("no_population", "the segment the initiative was for is no longer there")
    if definition is None and not declared.holdout_percent:
        return None
    if anonymous:
        raise NotPossible("anonymous", "answers without a name cannot be told apart by who gave them")
    start = periods.midnight(declared.starts, here.rules.zone)
    chosen = segments.members(here.read, definition or segments.Definition(), start)
    members = here.read.to_arrow(chosen)["customer_id"].to_pylist()
    if declared.holdout_percent:
        pk = declared.initiative_id
        return {one: str(holdouts.lot(pk, one)) for one in members if one is not None}
    reached = {one: TREATED for one in members if one is not None}
    return {**_own_segments(here), **reached}


def _own_segments(here: Source) -> dict[str, str]:
    """Everybody else by the segment the company's systems name, so that each is something to compare with."""
    told = here.read.to_arrow(here.read.customers.select("customer_id", "segment"))
    named = zip(told["customer_id"].to_pylist(), told["segment"].to_pylist(), strict=True)
    return {one: f"segment {segment}" for one, segment in named if segment}


def _cells(
    here: Source, question: Question, variant: Variant, people: Mapping[str, str] | None, *, inner: bool
) -> dict[Cell, Estimate]:
    """The metric of each unit and period, with its n."""
    observed = computing.observations(question, here.lived)
    column = groups.column(0)
    if people is None:
        observed = observed.mutate(unit=ibis.literal(TREATED))
    else:
        rows = pa.table({"who": list(people), "unit": list(people.values())},
                        schema=pa.schema([("who", pa.string()), ("unit", pa.string())]))  # fmt: skip
        units = ibis.memtable(rows)
        same = observed.customer_id == units.who
        joined = observed.inner_join(units, same) if inner else observed.left_join(units, same)
        observed = joined.mutate(unit=joined.unit.fill_null(OTHERS)).drop("who")
    told = here.lived.to_arrow(variant.reduction.statistics(observed, ["unit", column])).to_pylist()
    told = [row for row in told if row["unit"] is not None and row[column] is not None]
    return dict(_estimates(told, column, variant))


def _estimates(rows: list[dict[str, Any]], column: str, variant: Variant) -> Iterable[tuple[Cell, Estimate]]:
    def key(row: dict[str, Any]) -> Cell:
        return str(row["unit"]), int(row[column])

    for cell, of_cell in groupby(sorted(rows, key=key), key=key):
        yield cell, variant.reduction.estimate(list(of_cell))


def _panel(cells: Mapping[Cell, Estimate], span: Span, declared: Declaration, least: int) -> Panel:
    numbers = [number for number in range(span.begin, span.end + 1) if number != span.torn]
    units = sorted({unit for unit, _number in cells})
    if not units or not numbers:
        raise NotPossible("no_data", "the metric was not observed in whole periods")
    outcome, weight = np.full((len(units), len(numbers)), np.nan), np.zeros((len(units), len(numbers)))
    for row, unit in enumerate(units):
        for place, number in enumerate(numbers):
            found = cells.get((unit, number))
            if found is not None and found.value is not None and found.n >= least:
                outcome[row, place], weight[row, place] = found.value, found.n
    begun = next((place for place, number in enumerate(numbers) if number >= span.first), None)
    if begun is None:
        raise NotPossible("no_after", "no whole period has passed since the start")
    percent = declared.holdout_percent
    reached = [not unit.isdecimal() or int(unit) >= percent if percent else unit == TREATED for unit in units]
    start = np.where(reached, begun, NEVER).astype(np.int64)
    at = np.array(numbers, dtype=np.int64) - numbers[0]
    days = tuple(periods.first_day(span.grain, number).isoformat() for number in numbers)
    return Panel(tuple(units), days, at, outcome, weight, start, SEASONS[span.grain], percent > 0)
