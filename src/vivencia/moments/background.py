"""What was known of a unit before its experience began: the confounders. Nothing measured later is in here."""

import json
import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from vivencia.moments.clocks import DAY
from vivencia.moments.effects.units import FloatArray
from vivencia.moments.lived import Lived
from vivencia.moments.occasions import Occasions
from vivencia.moments.vocabulary import plain

MOST_VALUES = 12
_LATER = re.compile(
    r"\b(churn\w*|repurchas\w*|recompr\w*|nps|csat|ces|scores?|satisf\w*|ltv|clv|lifetime|valor|last|ultim\w*|total\w*|count|orders?"
    r"|pedidos?|compras?|revenue|spent|gasto|remind\w*|recordatorio\w*|answered|responded|outcome|promot\w*|detract\w*"
    r"|name|nombre|email|phone|telefono|id|updated|probab\w*|risk|riesgo)\b"
)


@dataclass(frozen=True)
class Background:
    """`values`: (n, k), nan = not known; `names`: k names, `segment=gold`, `tenure`; `kinds`: what was adjusted for,
    in order."""

    values: FloatArray
    names: tuple[str, ...]
    kinds: tuple[str, ...]


def background(lived: Lived, drawn: Occasions, steps: pl.DataFrame) -> Background:
    """All confounders of the units, in `unit` order; columns that never vary are left out."""
    units = drawn.frame
    people = _at_the_start(lived, units)
    columns: dict[str, FloatArray] = {}
    columns |= _dummies("segment", people["segment"])
    columns |= _traits(people["traits"])
    columns |= _calendar(units["start"])
    columns |= _earlier(lived, units)
    columns["tenure"] = _tenure(units, people["since"], lived)
    columns |= _entry(units, steps)
    varying = _telling(columns)
    values = np.column_stack(list(varying.values())) if varying else np.empty((len(units), 0))
    kinds = tuple(dict.fromkeys(name.partition("=")[0] for name in varying))
    return Background(values, tuple(varying), kinds)


def _at_the_start(lived: Lived, units: pl.DataFrame) -> pl.DataFrame:
    """Each unit's person as they were when it began, one row a unit: the last that was told by then, else the first
    ever told. A segment they came into later may be a consequence."""
    people = units.select("unit", "person", "start").join(lived.people, on="person", how="left", maintain_order="left")
    if lived.told.is_empty():
        return people
    told = lived.told.rename({"segment": "then_segment", "traits": "then_traits"}).with_columns(known=True)
    first = told.unique("person", keep="first", maintain_order=True)
    by_then = people.sort("start").join_asof(told, left_on="start", right_on="at", by="person", check_sortedness=False)
    after = by_then.join(first, on="person", how="left", suffix="_first", maintain_order="left").sort("unit")
    use, early = pl.col("known").is_not_null(), pl.col("known_first").is_not_null()
    return after.with_columns(
        pl.when(use).then(f"then_{name}").when(early).then(f"then_{name}_first").otherwise(name).alias(name)
        for name in ("segment", "traits")
    )


def _telling(columns: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Without the columns that never vary, are never known, or repeat another."""
    kept: dict[bytes, str] = {}
    for name, column in columns.items():
        known = column[~np.isnan(column)]
        if len(known) and known.min() < known.max():
            kept.setdefault(column.tobytes(), name)
    return {name: columns[name] for name in kept.values()}


def _dummies(name: str, column: pl.Series) -> dict[str, FloatArray]:
    """One 0/1 column for each frequent value but the most frequent; the rare ones and the unknown together."""
    told = column.fill_null("")
    counts = told.value_counts(sort=True)
    frequent = counts.filter(pl.col("count") >= max(10, 0.005 * len(told))).head(MOST_VALUES + 1)[column.name].to_list()
    made = {f"{name}={value or '?'}": (told == value).to_numpy().astype(float) for value in frequent[1:]}
    rare = (~told.is_in(frequent)).to_numpy().astype(float)
    return made | ({f"{name}=…": rare} if rare.sum() >= 10 else {})


def _traits(traits: pl.Series) -> dict[str, FloatArray]:
    """Traits that can have been so all along; what sums a customer up afterwards ("lifetime value", "last score") is
    not taken."""
    parsed = [json.loads(text) if text else {} for text in traits.fill_null("")]
    sample = parsed[:: max(1, len(parsed) // 1000)]
    keys = sorted({key for traits_of in sample for key in traits_of if not _LATER.search(plain(key))})
    columns: dict[str, FloatArray] = {}
    for key in keys:
        values = [traits_of.get(key) for traits_of in parsed]
        if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
            columns[f"trait:{key}"] = np.array([np.nan if value is None else float(value) for value in values])
            continue
        texts = pl.Series("value", [None if value is None else str(value) for value in values], dtype=pl.String)
        if texts.n_unique() <= max(MOST_VALUES * 4, 2):
            columns |= _dummies(f"trait:{key}", texts)
    return columns


def _calendar(start: pl.Series) -> dict[str, FloatArray]:
    days = start.to_numpy() / DAY
    year = 2 * np.pi * days / 365.25
    return {
        "calendar=trend": (days - days.mean()) / 365.25,
        "calendar=sine": np.sin(year),
        "calendar=cosine": np.cos(year),
    }


def _tenure(units: pl.DataFrame, since: pl.Series, lived: Lived) -> FloatArray:
    first = lived.events.group_by("person").agg(pl.col("at").min())
    began = units.select("person").join(first, on="person", how="left", maintain_order="left")["at"]
    known = pl.select(pl.coalesce(since, began)).to_series()
    days = ((units["start"] - known) / DAY).to_numpy().astype(float)
    return np.asarray(np.log1p(np.where(days >= 0, days, np.nan)))


def _earlier(lived: Lived, units: pl.DataFrame) -> dict[str, FloatArray]:
    """What the same person had lived before this unit began."""
    cells = pl.col("case").is_not_null() & (pl.int_range(pl.len()).over("person", "case") == 0)
    told = pl.col("score") / pl.col("scale_max")
    running = lived.events.select(
        "person",
        "at",
        steps=(~pl.col("survey")).cast(pl.Int64).cum_sum().over("person"),
        cases=cells.cast(pl.Int64).cum_sum().over("person"),
        money=pl.col("amount").fill_null(0.0).clip(0).cum_sum().over("person"),
        told=told.fill_null(0.0).cum_sum().over("person"),
        answers=told.is_not_null().cast(pl.Int64).cum_sum().over("person"),
    ).sort("at")
    wanted = units.select("unit", "person", at=pl.col("start") - 1).sort("at")
    joined = wanted.join_asof(running, on="at", by="person", check_sortedness=False).sort("unit")
    answers = joined["answers"].fill_null(0).to_numpy().astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(answers > 0, joined["told"].fill_null(0.0).to_numpy() / answers, np.nan)
    return {
        "earlier_steps": np.log1p(joined["steps"].fill_null(0).to_numpy()),
        "earlier_cases": np.log1p(joined["cases"].fill_null(0).to_numpy()),
        "earlier_money": np.log1p(joined["money"].fill_null(0.0).to_numpy()),
        "earlier_score": mean,
        "earlier_broken_promises": _broken_before(lived, units),
    }


def _broken_before(lived: Lived, units: pl.DataFrame) -> FloatArray:
    broken = (
        lived.promises.filter(pl.col("fulfilled").is_null() | (pl.col("fulfilled") > pl.col("promised")))
        .select("person", at="promised")
        .sort("at")
    )
    counted = broken.with_columns(times=pl.int_range(1, pl.len() + 1).over("person"))
    wanted = units.select("unit", "person", at=pl.col("start") - 1).sort("at")
    joined = wanted.join_asof(counted, on="at", by="person", check_sortedness=False).sort("unit")
    return np.asarray(np.log1p(joined["times"].fill_null(0).to_numpy().astype(float)))


def _entry(units: pl.DataFrame, steps: pl.DataFrame) -> dict[str, FloatArray]:
    """How the experience began: its channel and the money at stake in its first step."""
    first = steps.group_by("unit", maintain_order=True).agg(pl.col("channel").first(), pl.col("amount").first())
    joined = units.select("unit").join(first, on="unit", how="left", maintain_order="left")
    columns = _dummies("entry_channel", joined["channel"])
    if joined["amount"].count() * 2 > len(joined):
        money = joined["amount"].to_numpy().astype(float)
        columns["first_amount"] = np.sign(money) * np.log1p(np.abs(money))
    return columns
