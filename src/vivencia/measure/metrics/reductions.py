"""From observations to figures: what an engine adds up in each group, and what arithmetic makes of it.

A reduction names the *sufficient statistics* of its estimate as Ibis aggregates over whole numbers and exact counts, so
that every engine returns the same bits in whatever order it adds, and turns one group's statistics into an `Estimate`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Any, Protocol

import ibis.expr.types as ir
import numpy as np
from ibis import _

from vivencia.measure.metrics import intervals
from vivencia.measure.metrics.figure import Estimate, Method

Rows = list[dict[str, Any]]
UNDEFINED = Estimate(None, None, None, 0)
CENTS = 100


def added_up(table: ir.Table, groups: Sequence[str], **sums: Any) -> ir.Table:
    """Aggregates by group; of the whole table, in one row, where there are no groups."""
    return table.group_by(*groups).aggregate(**sums) if groups else table.aggregate(**sums)


class Reduction(Protocol):
    """How one variant adds up."""

    @property
    def method(self) -> Method: ...

    def statistics(self, observed: ir.Table, groups: Sequence[str]) -> ir.Table:
        """One or more rows a group."""

    def estimate(self, rows: Rows) -> Estimate:
        """Of one group's rows."""

    def together(self, rows: Rows) -> Rows | None:
        """The rows of several groups without an observation in common as those of all of them in one group.

        None where they cannot be put together.
        """


@dataclass(frozen=True)
class Share:
    """Percentage of observations whose value is 1 (the others' is 0); Wilson interval."""

    method: Method = "share"

    def statistics(self, observed: ir.Table, groups: Sequence[str]) -> ir.Table:
        return added_up(observed, groups, hits=(_.value == 1).sum(), n=_.value.count())

    def estimate(self, rows: Rows) -> Estimate:
        n, hits = sum(row["n"] for row in rows), sum(row["hits"] or 0 for row in rows)
        if n == 0:
            return UNDEFINED
        low, high = intervals.wilson(hits, n)
        return Estimate(100 * hits / n, 100 * low, 100 * high, n)

    def together(self, rows: Rows) -> Rows | None:
        return [{"hits": sum(row["hits"] or 0 for row in rows), "n": sum(row["n"] for row in rows)}]


@dataclass(frozen=True)
class _Tally:
    """Counts of each distinct value: everything about answers on a scale, and exact medians on any engine."""

    method: Method

    def statistics(self, observed: ir.Table, groups: Sequence[str]) -> ir.Table:
        return observed.filter(_.value.notnull()).group_by(*groups, "value").aggregate(n=_.count())

    def together(self, rows: Rows) -> Rows | None:
        """One row a value: the sums of an estimate are rounded value by value."""
        counts: dict[Any, int] = {}
        for row in rows:
            counts[row["value"]] = counts.get(row["value"], 0) + row["n"]
        return [{"value": value, "n": n} for value, n in counts.items()]


@dataclass(frozen=True)
class NetScore(_Tally):
    """Share of values from `promoter` up minus share of those down to `detractor`, in points from -100 to 100."""

    method: Method = "net"
    promoter: float = 9
    detractor: float = 6

    def estimate(self, rows: Rows) -> Estimate:
        n = sum(row["n"] for row in rows)
        if n == 0:
            return UNDEFINED
        promoters = sum(row["n"] for row in rows if row["value"] >= self.promoter)
        detractors = sum(row["n"] for row in rows if row["value"] <= self.detractor)
        low, high = intervals.net_score(promoters, detractors, n)
        spread = intervals.net_spread(promoters, detractors, n)
        return Estimate(100 * (promoters - detractors) / n, 100 * low, 100 * high, n, 100 * spread)


@dataclass(frozen=True)
class Mean(_Tally):
    """Arithmetic mean with Student's t interval; `floor` and `ceiling` are where the scale ends."""

    method: Method = "mean"
    floor: float | None = None
    ceiling: float | None = None

    def estimate(self, rows: Rows) -> Estimate:
        n = sum(row["n"] for row in rows)
        if n == 0:
            return UNDEFINED
        average = fsum(row["value"] * row["n"] for row in rows) / n
        variance = fsum(row["n"] * (row["value"] - average) ** 2 for row in rows) / (n - 1) if n > 1 else 0.0
        low, high = intervals.mean(average, variance, n)
        if low is not None and self.floor is not None:
            low = max(low, self.floor)
        if high is not None and self.ceiling is not None:
            high = min(high, self.ceiling)
        return Estimate(average, low, high, n, sqrt(variance / n) if n > 1 else None)


@dataclass(frozen=True)
class Quantile(_Tally):
    """The `share`-quantile of seconds, given in units of `unit_seconds`, with the order-statistic interval.

    The median of an even number is the middle of the two in the middle; other quantiles are the smallest observed
    value that at least `share` of all do not exceed.
    """

    method: Method = "quantile"
    share: float = 0.5
    unit_seconds: float = 60

    def estimate(self, rows: Rows) -> Estimate:
        values = np.array([row["value"] for row in rows], dtype=np.float64)
        counts = np.array([row["n"] for row in rows], dtype=np.int64)
        order = np.argsort(values)
        values, upto = values[order], np.cumsum(counts[order])
        n = int(upto[-1]) if len(upto) else 0
        if n == 0:
            return UNDEFINED

        def ranked(rank: int) -> float:
            return float(values[np.searchsorted(upto, rank)]) / self.unit_seconds

        low, high = intervals.quantile_ranks(n, self.share)
        return Estimate(self._value(ranked, n), ranked(low) if low else None, ranked(high) if high else None, n)

    def _value(self, ranked: Any, n: int) -> float:
        if self.share == 0.5:
            return float(ranked((n + 1) // 2) + ranked(n // 2 + 1)) / 2
        return float(ranked(max(1, int(np.ceil(round(self.share * n, 9))))))


@dataclass(frozen=True)
class Money:
    """Mean of each customer's (or purchase's) total, in money; Student's t interval.

    Amounts are added as whole cents and their squares as exact decimals: sums of floating numbers depend on the order
    in which an engine adds them. A bootstrap would need every total again and again; for the mean of a thousand totals
    or more the t interval agrees with it closely, and it is computable from three sums. With few and very uneven totals
    both are too narrow, which is why small groups are not shown.
    """

    method: Method = "mean"
    each: tuple[str, ...] = ("customer_id",)

    def statistics(self, observed: ir.Table, groups: Sequence[str]) -> ir.Table:
        told = observed.filter(_.value.notnull())
        cents = (told.value * CENTS).round().cast("int64")
        totals = told.group_by(*groups, *self.each).aggregate(cents=cents.sum())
        totals = totals.mutate(exact=totals.cents.cast("decimal(18, 0)"))
        return added_up(totals, groups, n=_.count(), total=_.exact.sum(), squares=(_.exact * _.exact).sum())

    def estimate(self, rows: Rows) -> Estimate:
        n = sum(row["n"] for row in rows)
        if n == 0:
            return UNDEFINED
        total, squares = sum(int(row["total"]) for row in rows), sum(int(row["squares"]) for row in rows)
        average = total / n / CENTS
        # n·Σx² − (Σx)² is a difference of whole numbers: nothing cancels away.
        variance = (n * squares - total * total) / (n * (n - 1)) / CENTS**2 if n > 1 else 0.0
        low, high = intervals.mean(average, variance, n)
        return Estimate(average, low, high, n, sqrt(variance / n) if n > 1 else None)

    def together(self, rows: Rows) -> Rows | None:
        """Somebody's total may lie in several groups."""
        return None


@dataclass(frozen=True)
class Ratio:
    """Total of `value` as a percentage of the total of `base`, over the same customers; linearised t interval.

    The variance of a ratio of sums by its first-order expansion (Cochran, Sampling Techniques, ch. 6); computed from
    five sums of whole cents, in place of a bootstrap that would need every customer's pair. The expansion knows no
    bounds; `ceiling` is what the share cannot exceed (100 where `value` is a part of `base`; None: no such limit), and
    none falls below zero.
    """

    method: Method = "ratio"
    ceiling: float | None = None

    def statistics(self, observed: ir.Table, groups: Sequence[str]) -> ir.Table:
        told = observed.filter(_.value.notnull() & _.base.notnull())
        y = (told.value * CENTS).round().cast("int64").cast("decimal(18, 0)")
        x = (told.base * CENTS).round().cast("int64").cast("decimal(18, 0)")
        pairs = told.mutate(y=y, x=x)
        return added_up(
            pairs,
            groups,
            n=_.count(),
            y=_.y.sum(),
            x=_.x.sum(),
            yy=(_.y * _.y).sum(),
            xx=(_.x * _.x).sum(),
            xy=(_.x * _.y).sum(),
        )

    def estimate(self, rows: Rows) -> Estimate:
        n = sum(row["n"] for row in rows)
        y, x, yy, xx, xy = (sum(int(row[name] or 0) for row in rows) for name in ("y", "x", "yy", "xx", "xy"))
        if n == 0 or x <= 0:
            return UNDEFINED
        share = y / x
        if n < 2:
            return Estimate(100 * share, None, None, n)
        residual = max(0.0, (yy - 2 * share * xy + share * share * xx) / (n - 1))
        spread = sqrt(residual / n) / (x / n)
        half = intervals.t_quantile(n - 1) * spread
        low, high = max(min(0.0, share), share - half), share + half
        if self.ceiling is not None:
            high = min(high, max(self.ceiling / 100, share))
        return Estimate(100 * share, 100 * low, 100 * high, n, 100 * spread)

    def together(self, rows: Rows) -> Rows | None:
        """A customer may lie in several groups with a part of what is summed."""
        return None


@dataclass(frozen=True)
class Survival:
    """Percentage lost by the horizon, by Kaplan and Meier; Greenwood's variance on the complementary log-log scale.

    Observations carry `days` (how long each was followed, up to the horizon), `value` (1: lost then; 0: still there
    when last seen) and `horizon`. Who was followed for a shorter time counts for as long as they were followed, in
    place of being left out or taken for kept. Undefined where nobody was followed to the horizon and not all are lost.

    Kaplan and Meier 1958 (JASA 53, 457-481); Greenwood 1926; the scale: Kalbfleisch and Prentice, section 1.4.
    """

    method: Method = "survival"

    def statistics(self, observed: ir.Table, groups: Sequence[str]) -> ir.Table:
        followed = observed.filter(_.days >= 0)
        return followed.group_by(*groups, "days", "horizon").aggregate(n=_.count(), lost=(_.value == 1).sum())

    def estimate(self, rows: Rows) -> Estimate:
        n, horizon = sum(row["n"] for row in rows), max(row["horizon"] for row in rows)
        at_risk, staying, greenwood = n, 1.0, 0.0
        for row in sorted(rows, key=lambda row: row["days"]):
            lost = row["lost"] or 0
            staying *= 1 - lost / at_risk
            if lost:
                greenwood += lost / (at_risk * (at_risk - lost)) if at_risk > lost else 0.0
            at_risk -= row["n"]
        followed_through = any(row["days"] >= horizon for row in rows)
        if not followed_through and staying > 0:
            return Estimate(None, None, None, n)
        low, high = intervals.log_log(staying, greenwood, n)
        return Estimate(100 * (1 - staying), 100 * (1 - high), 100 * (1 - low), n, 100 * staying * sqrt(greenwood))

    def together(self, rows: Rows) -> Rows | None:
        """Rows of one length of time would be counted one after the other."""
        return None
