"""A persona's portrait: its size, what sets it apart, its value, scores, journeys and companies, told at one moment.

A portrait is worked out from the people themselves each time the ledger has moved on, and kept with the persona, so
that a page shows it at once and says of when it is.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand import journey_reading
from vivencia.understand.currencies import currencies
from vivencia.understand.enough import ENOUGH
from vivencia.understand.frames import frame
from vivencia.understand.journey_reading import Journeys
from vivencia.understand.journeys.selection import Selection, chosen
from vivencia.understand.journeys.table import CaseKind, JourneyTable
from vivencia.understand.journeys.variants import variants
from vivencia.understand.json_text import members_of
from vivencia.understand.personas import companies
from vivencia.understand.personas import measures as measuring
from vivencia.understand.personas.finding.describing import Difference, Measure, difference, ratio
from vivencia.understand.personas.finding.features import Mask
from vivencia.understand.personas.known import Known
from vivencia.understand.personas.learned import Learned

Z = 1.959963985
MOST_TRAITS = 6
FEW_VALUES = 60  # a trait of more different values names people
VARIANTS = 3


@dataclass(frozen=True)
class Ground:
    """What every portrait of one moment is told from: people in order, and their measures."""

    read: Read
    told: Known
    ids: list[str]
    measures: dict[str, Measure]
    traits: dict[str, Measure]
    scores: pl.DataFrame  # customer_id, metric, scale_max, score: every answer
    firms: pl.DataFrame  # customer_id, account_id, role: who acts for a company
    currency: str


def ground(read: Read, told: Known, learned: Learned) -> Ground:
    """Read once what all portraits need."""
    ids = told.people.sort("customer_id")["customer_id"].to_list()
    answers = read.events.filter(
        _.customer_id.notnull() & _.score.notnull() & _.metric.notnull() & (_.metric != "enps")
    )
    scored = frame(read.to_arrow(answers.select("customer_id", "metric", "scale_max", "score")))
    firms = companies.people(read)
    return Ground(
        read, told, ids, measuring.measures(told, learned, ids), measuring.traits(_traits(read, firms), ids), scored,
        firms, next(iter(currencies(read)), ""),
    )  # fmt: skip


def portrait(ground: Ground, inside: Mask) -> dict[str, Any]:
    """What is to be told of the people marked `inside`, as it is kept.

    `n`, `share`, `features` (every measure's difference), `traits`, `value`, `scores`, `journeys`, `companies`.
    """
    members = frozenset(np.array(ground.ids, dtype=object)[inside].tolist())
    return {
        "n": int(inside.sum()),
        "share": float(inside.mean()),
        "features": _differences(ground.measures, inside),
        "traits": _differences(ground.traits, inside),
        "value": _value(ground, inside),
        "scores": _scores(ground.scores, members),
        "journeys": _journeys(ground.read, members),
        "companies": _companies(ground.firms, members),
    }


def _differences(told: dict[str, Measure], inside: Mask) -> dict[str, Any]:
    found = {key: difference(key, measure, inside) for key, measure in told.items()}
    return {key: asdict(one) for key, one in found.items() if one is not None}


def remembered(told: dict[str, Any]) -> Difference:
    """The difference that a portrait keeps."""
    return Difference(**told)


def _value(ground: Ground, inside: Mask) -> dict[str, Any] | None:
    """Revenue per person with its interval, here and elsewhere; None where no money is known."""
    money = ground.told.people.sort("customer_id")["revenue"]
    if money.null_count() == len(money) or inside.sum() < ENOUGH or (~inside).sum() < ENOUGH:
        return None
    spent = Measure(money.fill_null(0.0).cast(pl.Float64).to_numpy(), np.ones(len(money)), "mean")
    (value, spread), (rest, _rest) = ratio(spent, inside), ratio(spent, ~inside)
    share = float(spent.top[inside].sum() / spent.top.sum()) if spent.top.sum() > 0 else None
    return {
        "value": value, "low": value - Z * spread, "high": value + Z * spread, "rest": rest, "n": int(inside.sum()),
        "currency": ground.currency, "of_all": share,
    }  # fmt: skip


def _scores(answers: pl.DataFrame, members: frozenset[str]) -> list[dict[str, Any]]:
    """Each question's score here and elsewhere: NPS from -100 to 100, others a mean on their scale."""
    told = answers.with_columns(ours=pl.col("customer_id").is_in(list(members)))
    found = []
    for (metric, scale), rows in told.group_by("metric", "scale_max", maintain_order=True):
        ours, theirs = (rows.filter(pl.col("ours") == side)["score"].to_numpy() for side in (True, False))
        if len(ours) < ENOUGH:
            continue
        value, low, high = _score(str(metric), ours)
        rest = _score(str(metric), theirs)[0] if len(theirs) >= ENOUGH else None
        found.append({
            "metric": metric, "scale": scale, "value": value, "low": low, "high": high, "n": len(ours), "rest": rest,
        })  # fmt: skip
    return sorted(found, key=lambda one: -int(one["n"]))


def _score(metric: str, scores: np.ndarray) -> tuple[float, float, float]:
    """Value and 95 % interval; NPS by the adjusted Wald interval (n + 3), means by the normal one."""
    n = len(scores)
    if metric != "nps":
        half = Z * float(scores.std(ddof=1)) / np.sqrt(n)
        return float(scores.mean()), float(scores.mean() - half), float(scores.mean() + half)
    up, down = float((scores >= 9).sum()), float((scores <= 6).sum())
    p, d = (up + 0.75) / (n + 3), (down + 0.75) / (n + 3)
    half = Z * float(np.sqrt((p + d - (p - d) ** 2) / (n + 3)))
    return 100 * (up - down) / n, 100 * (p - d - half), 100 * (p - d + half)


def _journeys(read: Read, members: frozenset[str]) -> dict[str, Any]:
    """Their most frequent whole journeys: of orders or tickets where events name them, else of customers."""
    case: CaseKind = "subject" if journey_reading.data_shape(read).with_subject else "customer"
    table = journey_reading.journey_table(read, Journeys(case))
    if not table.journeys:
        return {"case": case, "n": 0, "variants": []}
    mine = chosen(table, Selection(customers=members))
    own = table.only(mine & _longest_kind(table))
    found = variants(own, VARIANTS).rows if own.journeys else ()
    return {
        "case": case,
        "n": own.journeys,
        "variants": [
            {"steps": list(one.steps), "n": one.count, "share": one.share, "seconds": one.median_duration_seconds}
            for one in found
        ],
    }


def _longest_kind(table: JourneyTable) -> Mask:
    """Of subjects of several kinds (orders, tickets, visits), those whose journeys are longest: they tell most."""
    if not len(table.kinds):
        return np.ones(table.journeys, np.bool_)
    n = np.bincount(table.kind + 1, minlength=len(table.kinds) + 1)
    steps = np.bincount(table.kind + 1, table.lengths, minlength=len(table.kinds) + 1)
    many = n >= 0.05 * table.journeys
    mean = np.where(many, steps / np.maximum(n, 1), 0.0)
    return np.asarray(table.kind + 1 == mean.argmax())


def _companies(firms: pl.DataFrame, members: frozenset[str]) -> dict[str, Any] | None:
    """Where people belong to companies: in how many these are, and what they are there; None without companies."""
    if firms.height < ENOUGH:
        return None
    ours = firms.filter(pl.col("customer_id").is_in(list(members)))
    roles = ours.drop_nulls("role").group_by("role").len().sort("len", "role", descending=[True, False]).head(5)
    return {
        "accounts": ours["account_id"].n_unique(),
        "of": firms["account_id"].n_unique(),
        "people": ours.height,
        "roles": [{"role": role, "n": n} for role, n in roles.iter_rows() if n >= ENOUGH],
    }


def _traits(read: Read, firms: pl.DataFrame) -> pl.DataFrame:
    """The company's segment, the language and what else is known of people, where it has few values or is a number;
    of companies' people the role, also where only their events say it.
    """
    rows = frame(read.to_arrow(read.customers.select("customer_id", "segment", "language", "traits")))
    said = pl.DataFrame([members_of(text) for text in rows["traits"].to_list()], infer_schema_length=None)
    kept = [rows.select("customer_id", "segment", "language")]
    for key in said.columns:
        column = said[key]
        text = column.cast(pl.String, strict=False)
        if column.dtype.is_numeric() or text.n_unique() <= FEW_VALUES:
            kept.append(pl.DataFrame({f"trait:{key}": text}))
    told = pl.concat(kept, how="horizontal")
    if any(companies.is_role(key) for key in said.columns) or firms["role"].n_unique() > FEW_VALUES:
        return told
    roles = firms.drop_nulls("role").select("customer_id", pl.col("role").alias("trait:role"))
    return told.join(roles, on="customer_id", how="full", coalesce=True)
