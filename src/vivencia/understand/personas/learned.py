"""From counts to features: how far each person differs from everybody, as far as that is more than chance.

Somebody who came once, by telephone, is not "a telephone customer". Each share and mean of a person is drawn to that
of everybody the more, the less is known of the person and the less people differ at all (empirical Bayes). What people
do not differ in beyond chance is no feature. What is learned is kept (`Learned`), so that who comes later is seen with
the same eyes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import polars as pl

from vivencia.understand.personas.finding.features import Family, Feature, Floats, People
from vivencia.understand.personas.known import Known

MOST_VALUES = 20  # of one dimension
SEEN, NOT_EVERYONE = 0.02, 0.995  # share of people who have it at least once
APART = 0.02  # share of the variance that is between people, below which they do not differ
REPEATED = 0.2  # share of people with two or more, below which chance cannot be told from people
FEWEST = 10
FAMILIES: dict[str, Family] = {
    "touchpoint": "do", "channel": "do", "bought": "do", "buying": "do", "orders": "do", "spend": "do",
    "often": "do", "topic": "need", "intent": "need", "reason": "need", "goal": "need", "emotion": "feel",
    "sentiment": "feel", "score": "feel", "promise": "feel", "pain": "feel", "gain": "feel",
}  # fmt: skip
ONLY_TOLD = ("pain", "gain")  # follow from topics and sentiment: told of groups, which are not found by them
EMOTIONLESS = ("none",)


@dataclass(frozen=True)
class Prior:
    """What everybody is like: a share or mean `centre`, worth `weight` observations of a person's own."""

    centre: float
    weight: float


@dataclass(frozen=True)
class Learned:
    """`shares` and `means`: what each feature's prior is; `kinds`: the categories; `properties` of purchases."""

    shares: dict[str, Prior]
    means: dict[str, Prior]
    kinds: tuple[str, ...]
    properties: tuple[str, ...] = field(default=())
    often: Prior | None = None  # days with us a month after the first: None where hardly anybody came twice


def family(key: str) -> Family:
    """What a feature is about: what people do, need or feel."""
    return FAMILIES[key.partition(":")[0]]


def learn(told: Known, properties: Sequence[str] = ()) -> Learned:
    """What can be known of people, and how far they differ in it."""
    n = told.people.height
    shares: dict[str, Prior] = {}
    for dimension, value in _values(told, n):
        has, of = _share_table(told, dimension, value)
        if (prior := _share_prior(has, of)) is not None:
            shares[f"{dimension}:{value}"] = prior
    means: dict[str, Prior] = {}
    for (dimension,), rows in told.means.group_by("dimension", maintain_order=True):
        if rows.height >= FEWEST and (prior := _mean_prior(rows)) is not None:
            means[str(dimension)] = prior
    kinds = told.kinds.group_by("dimension").len().filter(pl.col("len") >= FEWEST)["dimension"].to_list()
    return Learned(
        shares, dict(sorted(means.items())), tuple(sorted(kinds)), tuple(properties), _often_prior(told.people)
    )


def people(told: Known, learned: Learned) -> People:
    """Each person as features; a missing base is a missing value."""
    base = told.people.sort("customer_id")
    ids = base["customer_id"].to_list()
    revenue, paid = (base[name].to_numpy().astype(np.float64) for name in ("revenue", "paid_orders"))
    columns: dict[str, Any] = {
        "orders": base["orders"].to_numpy().astype(np.float64),
        "spend": _ratio(revenue, paid),
    }
    if learned.often is not None:
        again, months = came_again(base)
        columns["often"] = (again + learned.often.weight * learned.often.centre) / (months + learned.often.weight)
    for key, prior in learned.shares.items():
        dimension, _colon, value = key.partition(":")
        if dimension in ONLY_TOLD:
            continue
        columns[key] = _shrunk_share(base, *_share_rows(told, dimension, value), prior)
    for key, prior in learned.means.items():
        columns[key] = _shrunk_mean(base, told.means.filter(pl.col("dimension") == key), prior)
    for key in learned.kinds:
        rows = told.kinds.filter(pl.col("dimension") == key).select("customer_id", "value")
        columns[key] = np.array(base.join(rows, on="customer_id", how="left")["value"].to_list(), dtype=object)
    features = tuple(Feature(key, "category" if key in learned.kinds else "number", family(key)) for key in columns)
    return People(ids, features, columns)


def to_json(learned: Learned) -> dict[str, Any]:
    """As it is stored."""
    return asdict(learned)


def from_json(stored: Mapping[str, Any]) -> Learned:
    """The inverse of `to_json`."""
    shares = {key: Prior(**one) for key, one in stored["shares"].items()}
    means = {key: Prior(**one) for key, one in stored["means"].items()}
    often = Prior(**stored["often"]) if stored.get("often") else None
    return Learned(shares, means, tuple(stored["kinds"]), tuple(stored["properties"]), often)


def came_again(told: pl.DataFrame) -> tuple[Floats, Floats]:
    """Days with us after the first, and the months since then (one at least), a person."""
    days, since = (told[name].cast(pl.Float64).to_numpy() for name in ("days", "since_days"))
    return np.asarray(days - 1.0), np.asarray(np.maximum(since / 30.0, 1.0))


def _values(told: Known, n: int) -> list[tuple[str, str]]:
    """What enough people have, but not everybody; of a dimension, what most people have first."""
    counted = told.counts.filter(~((pl.col("dimension") == "emotion") & pl.col("value").is_in(EMOTIONLESS)))
    having = counted.group_by("dimension", "value").agg(people=pl.col("customer_id").n_unique())
    of = told.bases.group_by("dimension").agg(of=pl.col("customer_id").n_unique())
    share = pl.col("people") / pl.col("of")
    good = having.join(of, on="dimension").filter(
        (share >= SEEN) & (pl.col("people") >= FEWEST) & (pl.col("of") >= 0.05 * n)
    )
    ordered = good.sort("dimension", "people", "value", descending=[False, True, False])
    most = ordered.group_by("dimension", maintain_order=True).head(MOST_VALUES)
    return [(str(row[0]), str(row[1])) for row in most.select("dimension", "value").rows()]


def _share_rows(told: Known, dimension: str, value: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    has = told.counts.filter((pl.col("dimension") == dimension) & (pl.col("value") == value))
    of = told.bases.filter(pl.col("dimension") == dimension)
    return has.select("customer_id", has="n"), of.select("customer_id", of="n")


def _share_table(told: Known, dimension: str, value: str) -> tuple[Floats, Floats]:
    has, of = _share_rows(told, dimension, value)
    both = of.join(has, on="customer_id", how="left").with_columns(pl.col("has").fill_null(0))
    return both["has"].to_numpy().astype(np.float64), both["of"].to_numpy().astype(np.float64)


def _share_prior(has: Floats, of: Floats) -> Prior | None:
    """Moments of the beta-binomial (Kleinman 1973). None: people do not differ beyond chance.

    Where hardly anybody has two, chance and people cannot be told apart: then a person is drawn half-way to all.
    """
    overall = has.sum() / of.sum()
    if not 0 < overall < NOT_EVERYONE:
        return None
    if (of >= 2).mean() < REPEATED:
        return Prior(float(overall), 1.0)
    n, total = len(of), of.sum()
    between = (of * (has / of - overall) ** 2).sum()
    chance = overall * (1 - overall)
    apart = (between / chance - (n - 1)) / (total - (of**2).sum() / total - (n - 1))
    if not apart > APART:
        return None
    return Prior(float(overall), float((1 - apart) / apart) if apart < 1 else 0.0)


def _often_prior(told: pl.DataFrame) -> Prior | None:
    """Moments of the gamma-Poisson: how much people's rates differ beyond chance, as months of a person's own."""
    again, months = came_again(told)
    if not len(again) or (again > 0).mean() < REPEATED:
        return None  # else who came of late would be taken for who comes often
    rate = again.sum() / months.sum()
    apart = (months * (again / months - rate) ** 2).sum() - (len(again) - 1) * rate
    apart /= months.sum() - (months**2).sum() / months.sum()
    return Prior(float(rate), float(rate / apart)) if apart > APART * rate**2 else None


def _mean_prior(rows: pl.DataFrame) -> Prior | None:
    n, mean = rows["n"].to_numpy().astype(np.float64), rows["mean"].to_numpy()
    overall = float((n * mean).sum() / n.sum())
    if np.std(mean) == 0:
        return None
    if (n >= 2).mean() < REPEATED:
        return Prior(overall, 0.0)  # one answer each: it is all there is to know
    within = float(rows["squares"].sum() / max((n - 1).sum(), 1.0))
    spread = ((n * (mean - overall) ** 2).sum() - (len(n) - 1) * within) / (n.sum() - (n**2).sum() / n.sum())
    if spread <= APART * (within + spread) or spread <= 0:
        return None
    return Prior(overall, within / float(spread))


def _shrunk_share(base: pl.DataFrame, has: pl.DataFrame, of: pl.DataFrame, prior: Prior) -> Floats:
    joined = base.select("customer_id").join(of, on="customer_id", how="left").join(has, on="customer_id", how="left")
    n = joined["of"].cast(pl.Float64).to_numpy()
    x = joined["has"].fill_null(0).cast(pl.Float64).to_numpy()
    return np.asarray((x + prior.weight * prior.centre) / (np.where(n > 0, n, np.nan) + prior.weight))


def _shrunk_mean(base: pl.DataFrame, rows: pl.DataFrame, prior: Prior) -> Floats:
    joined = base.select("customer_id").join(rows, on="customer_id", how="left")
    n, mean = joined["n"].cast(pl.Float64).to_numpy(), joined["mean"].to_numpy()
    return np.asarray((n * mean + prior.weight * prior.centre) / (np.where(n > 0, n, np.nan) + prior.weight))


def _ratio(amount: Floats, times: Floats) -> Floats:
    return np.asarray(np.divide(amount, times, out=np.full(len(times), np.nan), where=times > 0))
