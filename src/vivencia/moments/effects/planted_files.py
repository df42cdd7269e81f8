"""Planted customers as the files a company would have, so that the whole chain from import to moments can be checked.

`write` makes events.csv (columns by the ledger's names) and customers.csv, ready for
`vivencia import --preset events FOLDER`. What the estimator must not know is not in them. `Recording` says how the
company writes things down: in which language, with or without touchpoints, and what it does not write down at all.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from vivencia.moments.effects.planted import ENDS, Planted
from vivencia.moments.effects.units import FloatArray, IntArray

BEGIN = datetime(2024, 1, 8, 9, tzinfo=UTC)
STARTS = 240  # journeys begin on so many successive days
APART = 2.0  # days from one touchpoint to the next
SURVEY_DAYS, REMINDER_DAYS, AGAIN_DAYS = 6.0, 11.0, 36.0  # after the journey's end
DAY = 86_400.0


@dataclass(frozen=True)
class Recording:
    """How a company writes down what its customers live.

    failures: as an event of their own, or as the status of the touchpoint's event. touchpoints: whether there is a
    column naming them. segment: whether the segment is known. asked: whether who was asked is written down. cases:
    whether everything of a journey carries its order's number.
    """

    language: Literal["en", "es"] = "en"
    failures: Literal["event", "status"] = "event"
    touchpoints: bool = True
    segment: bool = True
    asked: bool = True
    cases: bool = False


NAMES = {
    "en": {
        "used": "{} used",
        "failed": "{} failed",
        "sent": "survey sent",
        "reminded": "survey reminder sent",
        "answered": "survey answered",
        "again": "order placed",
        "done": "done",
        "wrong": "failed",
    },
    "es": {
        "used": "{} realizado",
        "failed": "{} fallido",
        "sent": "encuesta enviada",
        "reminded": "recordatorio de encuesta enviado",
        "answered": "encuesta respondida",
        "again": "compra realizada",
        "done": "correcto",
        "wrong": "fallido",
    },
}


def recorded(planted: Planted, how: Recording | None = None, *, seed: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Events and customers, one row each, columns by the ledger's names (the status under `status`)."""
    how = how or Recording()
    draw = np.random.default_rng(seed)
    n = len(planted.score)
    starts = draw.integers(0, STARTS, n).astype(float)
    parts = [*_lived(planted, how, starts, draw), *_asked(planted, how, starts, draw)]
    events = pl.concat(parts, how="diagonal").sort("customer", "at", maintain_order=True)
    names = NAMES[how.language]
    told = events.select(
        pl.format("e{}", pl.int_range(pl.len())).alias("event_id"),
        _named("customer").alias("customer_id"),
        _moment("at").alias("occurred_at"),
        pl.when(pl.col("touchpoint").is_null())
        .then(pl.col("what").replace_strict(names))
        .otherwise(pl.col("what").replace_strict(names).str.replace("{}", pl.col("touchpoint"), literal=True))
        .alias("name"),
        "touchpoint",
        "metric",
        "score",
        "scale_max",
        "amount",
        pl.col("status").replace_strict(names, default=None).alias("status"),
        *([pl.format("order-{}", "customer").alias("order_id")] if how.cases else []),
    )
    unsaid = [*([] if how.touchpoints else ["touchpoint"]), *([] if how.failures == "status" else ["status"])]
    return told.drop(unsaid), _customers(planted, how, starts)


def write(planted: Planted, folder: Path, how: Recording | None = None, *, seed: int = 0) -> None:
    """Write the planted customers' events.csv and customers.csv into `folder` (made where absent)."""
    folder.mkdir(parents=True, exist_ok=True)
    events, customers = recorded(planted, how, seed=seed)
    events.write_csv(folder / "events.csv", datetime_format="%Y-%m-%dT%H:%M:%S+00:00")
    customers.write_csv(folder / "customers.csv")


def _named(column: str) -> pl.Expr:
    return pl.format("customer-{}", pl.col(column).cast(pl.String).str.zfill(6))


def _moment(column: str) -> pl.Expr:
    """Days since the beginning as a moment, to the second."""
    seconds = (pl.col(column) * DAY).round().cast(pl.Int64)
    return (pl.lit(BEGIN.replace(tzinfo=None)) + pl.duration(seconds=seconds)).dt.replace_time_zone("UTC")


COLUMNS: dict[str, type[pl.DataType]] = {
    "touchpoint": pl.String,
    "metric": pl.String,
    "score": pl.Float64,
    "scale_max": pl.Float64,
    "amount": pl.Float64,
    "status": pl.String,
}


def _rows(who: IntArray, at: FloatArray, what: str, **more: object) -> pl.DataFrame:
    """Events of one kind, one for each of `who` (places of customers), `at` days after the beginning."""
    blank = [pl.lit(None, kind).alias(name) for name, kind in COLUMNS.items()]
    frame = pl.DataFrame({"customer": who, "at": at}).with_columns(pl.lit(what).alias("what"), *blank)
    return frame.with_columns(**{name: _column(value) for name, value in more.items()})


def _column(value: object) -> pl.Expr | pl.Series:
    return pl.Series(value) if isinstance(value, np.ndarray) else pl.lit(value)


def _lived(planted: Planted, how: Recording, starts: FloatArray, draw: np.random.Generator) -> list[pl.DataFrame]:
    parts = []
    for j, touchpoint in enumerate(planted.world.touchpoints):
        who = np.flatnonzero(planted.happened[:, j])
        failed = planted.failed[who, j] == 1
        at = starts[who] + APART * j + draw.random(len(who))
        status = np.where(failed, "wrong", "done").astype(object)
        parts.append(_rows(who, at, "used", touchpoint=touchpoint, status=status))
        if how.failures == "event":
            parts.append(_rows(who[failed], at[failed] + 2 / 24, "failed", touchpoint=touchpoint))
    return parts


def _asked(planted: Planted, how: Recording, starts: FloatArray, draw: np.random.Generator) -> list[pl.DataFrame]:
    """The survey, its reminder, the answer, and the purchase made again or not."""
    over = starts + APART * len(planted.world.touchpoints)
    everybody = np.arange(len(starts))
    parts = [_rows(everybody, over + SURVEY_DAYS, "sent")] if how.asked else []
    if planted.world.reminder and how.asked:
        reminded = np.flatnonzero(planted.reminded == 1)
        parts.append(_rows(reminded, over[reminded] + REMINDER_DAYS, "reminded"))
    who = np.flatnonzero(planted.answered)
    luck = draw.random(len(who))
    wait = np.where(planted.early[who] == 1, 4 * luck, REMINDER_DAYS - SURVEY_DAYS + 0.1 + 8 * luck)
    scale = float(ENDS[planted.world.scale][1])
    said = {"metric": planted.world.scale, "score": planted.score[who].astype(float), "scale_max": scale}
    parts.append(_rows(who, over[who] + SURVEY_DAYS + wait, "answered", **said))
    back = np.flatnonzero(planted.repurchase)
    spent = np.round(30 + 40 * draw.random(len(back)), 2)
    parts.append(_rows(back, over[back] + AGAIN_DAYS + 20 * draw.random(len(back)), "again", amount=spent))
    return parts


def _customers(planted: Planted, how: Recording, starts: FloatArray) -> pl.DataFrame:
    table = pl.DataFrame({"customer": np.arange(len(starts)), "since": starts - 365.25 * planted.tenure})
    table = table.with_columns(segment=pl.Series(np.array(list("ABCDEFGHIJ"))[planted.segment]))
    since = _moment("since").dt.date().alias("since")
    return table.select(_named("customer").alias("customer_id"), *(["segment"] if how.segment else []), since)
