"""Every feature of people as a measure: what is counted of each person, over what it is counted of."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from vivencia.understand.personas.finding.describing import Measure
from vivencia.understand.personas.finding.features import OTHER, RARE, Floats
from vivencia.understand.personas.known import Known
from vivencia.understand.personas.learned import Learned, came_again

LEVELS = 8  # of a category, the most frequent
NOTHING = ("none", "null", "n/a", "unknown", "no", "false")  # tell what is not: their counterparts tell it better


def measures(told: Known, learned: Learned, ids: Sequence[str]) -> dict[str, Measure]:
    """By feature; a category's levels one by one, as "bought:payment=card". In the order of `ids`."""
    base = pl.DataFrame({"customer_id": list(ids)}, schema={"customer_id": pl.String})
    people = base.join(told.people, on="customer_id", how="left")
    once = np.ones(len(base))
    orders, paid_orders = _numbers(people["orders"]), _numbers(people["paid_orders"])
    found = {
        "orders": Measure(orders, once, "mean"),
        "spend": Measure(np.nan_to_num(_numbers(people["revenue"])), paid_orders, "mean"),
    }
    if learned.often is not None:
        found["often"] = Measure(*came_again(people), "mean")
    for key in learned.shares:
        dimension, _colon, value = key.partition(":")
        has = told.counts.filter((pl.col("dimension") == dimension) & (pl.col("value") == value))
        of = told.bases.filter(pl.col("dimension") == dimension)
        found[key] = Measure(_of(base, has, "n"), _of(base, of, "n"), "share")
    for key in learned.means:
        rows = told.means.filter(pl.col("dimension") == key).with_columns(total=pl.col("n") * pl.col("mean"))
        found[key] = Measure(_of(base, rows, "total"), _of(base, rows, "n"), "mean")
    for key in learned.kinds:
        found |= _levels(base, told.kinds.filter(pl.col("dimension") == key), key)
    return found


def traits(told: pl.DataFrame, ids: Sequence[str]) -> dict[str, Measure]:
    """Who people are, as the company's systems say it; groups are not found by it. told: `customer_id`, a column a
    trait, of texts; numbers among them are means.
    """
    base = pl.DataFrame({"customer_id": list(ids)}, schema={"customer_id": pl.String})
    found: dict[str, Measure] = {}
    for key in (name for name in told.columns if name != "customer_id"):
        rows = told.select("customer_id", value=pl.col(key)).filter(pl.col("value").is_not_null())
        number = rows.with_columns(total=pl.col("value").cast(pl.Float64, strict=False))
        if rows.height and number["total"].is_not_null().all():
            found[key] = Measure(_of(base, number, "total"), _of(base, number.with_columns(n=1), "n"), "mean")
        else:
            found |= _levels(base, rows, key)
    return found


def _levels(base: pl.DataFrame, rows: pl.DataFrame, key: str) -> dict[str, Measure]:
    known = _of(base, rows.with_columns(n=1), "n")
    common = rows.group_by("value").len().filter(pl.col("len") >= RARE * rows.height)
    values = common.sort("len", "value", descending=[True, False]).head(LEVELS)["value"].to_list()
    return {
        f"{key}={value}": Measure(
            _of(base, rows.filter(pl.col("value") == value).with_columns(n=1), "n"), known, "share"
        )
        for value in values
        if value != OTHER and value.lower() not in NOTHING
    }


def _of(base: pl.DataFrame, rows: pl.DataFrame, column: str) -> Floats:
    joined = base.join(rows.select("customer_id", told=pl.col(column).cast(pl.Float64)), on="customer_id", how="left")
    return np.asarray(joined["told"].fill_null(0.0).to_numpy())


def _numbers(column: pl.Series) -> Floats:
    return np.asarray(column.cast(pl.Float64).to_numpy())
