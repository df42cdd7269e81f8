"""How long customers waited: shared by first response time and resolution time."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.measure.metrics.issues import issues
from vivencia.measure.metrics.lived import Lived, Window
from vivencia.measure.metrics.metric import ORDER, STUDENT, Unit, Variant
from vivencia.measure.metrics.periods import DAY, seconds
from vivencia.measure.metrics.reductions import Mean, Quantile
from vivencia.measure.metrics.rules import Rules
from vivencia.measure.metrics.words import N_

HOUR = 3600
DAYS_A_WEEK = 7


def waits(until: str) -> Callable[[Lived, Window], ir.Table]:
    """Seconds from the report to the column `until`, of the issues that have it."""

    def observe(lived: Lived, window: Window) -> ir.Table:
        ended = issues(lived).filter(_[until].notnull())
        return ended.mutate(value=seconds(ended[until]) - seconds(ended.reported_at))

    return observe


def business_waits(until: str) -> Callable[[Lived, Window], ir.Table]:
    """The same, of the company's business hours only."""

    def observe(lived: Lived, window: Window) -> ir.Table:
        ended = issues(lived).filter(_[until].notnull())
        begin, end = lived.clock.local_seconds(ended.reported_at), lived.clock.local_seconds(ended[until])
        return ended.mutate(value=business_seconds(end, lived.rules) - business_seconds(begin, lived.rules))

    return observe


def business_seconds(local: ir.IntegerValue, rules: Rules) -> ir.IntegerValue:
    """Business seconds from Monday 1969-12-29 to a moment in local seconds; holidays are not known."""
    length = (rules.business_closes - rules.business_opens) * HOUR
    day = local // DAY + 3
    week, weekday = day // DAYS_A_WEEK, day % DAYS_A_WEEK
    open_before = [sum(1 for d in rules.business_days if d < weekday) for weekday in range(DAYS_A_WEEK)]
    before = ibis.cases(*((weekday == d, days * length) for d, days in enumerate(open_before)), else_=0)
    since_opening = local - (day - 3) * DAY - rules.business_opens * HOUR
    today = ibis.least(ibis.greatest(since_opening, 0), length)
    return week * (len(rules.business_days) * length) + before + weekday.isin(rules.business_days).ifelse(today, 0)


def variants(until: str, unit: Unit, unit_seconds: float, base: str) -> tuple[Variant, ...]:
    """Median, 90th percentile, mean, and median in business hours; `base` is a msgid that says which issues count."""

    def mean(lived: Lived, window: Window) -> ir.Table:
        return waits(until)(lived, window).mutate(value=_.value / unit_seconds)

    half = Quantile(share=0.5, unit_seconds=unit_seconds)
    return (
        Variant("median", N_("Median"), base, unit, waits(until), half, ORDER),
        Variant(
            "p90",
            N_("90th percentile"),
            base,
            unit,
            waits(until),
            Quantile(share=0.9, unit_seconds=unit_seconds),
            ORDER,
        ),
        Variant("mean", N_("Mean"), base, unit, mean, Mean(floor=0), STUDENT),
        Variant("business_hours", N_("Median in business hours"), base, unit, business_waits(until), half, ORDER),
    )
