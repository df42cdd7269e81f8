"""Who lived a moment, and what they said: the people behind a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import ibis
import polars as pl
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.moments.models import MomentWitness

SHOWN = 24


@dataclass(frozen=True)
class Witness:
    """One person who lived it; `text` is what they said about it, "" where nothing."""

    customer_id: str
    name: str
    subject_kind: str
    subject_id: str
    at: datetime | None
    outcome: float | None
    text: str


def witnesses(read: Read, lived_by: Sequence[MomentWitness], metric: str) -> list[Witness]:
    """People behind a moment, at most `SHOWN`: those with words first, each group in the order given."""
    who = _canonical(read, [one.customer_id for one in lived_by])
    ids = list(set(who.values()))
    if not ids:
        return []
    texts, names = _texts(read, ids, metric), _names(read, ids)
    told = [
        Witness(
            who[one.customer_id],
            names.get(who[one.customer_id], ""),
            one.subject_kind,
            one.subject_id,
            datetime.fromtimestamp(one.at / 1e6, UTC) if one.at else None,
            one.outcome,
            texts.get((who[one.customer_id], one.subject_id), ""),
        )
        for one in lived_by
    ]
    return sorted(told, key=lambda witness: not witness.text)[:SHOWN]


def told(read: Read, people: pl.DataFrame, metric: str) -> list[Witness]:
    """The rows of one side of a moment (`sides.ABOUT`) as people, in the order given; `at`: when their case began."""
    rows = people.to_dicts()
    who = _canonical(read, [row["customer_id"] for row in rows])
    ids = list(set(who.values()))
    texts, names = (_texts(read, ids, metric), _names(read, ids)) if ids else ({}, {})
    return [
        Witness(
            who[row["customer_id"]],
            names.get(who[row["customer_id"]], ""),
            row["subject_kind"] or "",
            row["subject_id"] or "",
            datetime.fromtimestamp(row["began"] / 1e6, UTC),
            row["outcome"],
            texts.get((who[row["customer_id"]], row["subject_id"] or ""), ""),
        )
        for row in rows
    ]


def wrote(read: Read, people: pl.DataFrame, metric: str) -> pl.Series:
    """Of each row, whether `told` has words."""
    said = read.events.filter(_.text.notnull() & (_.text.strip() != ""))
    own = said.select("customer_id", subject_id=_.subject_id.fill_null(""))
    general = said.filter(_.metric == metric).select("customer_id", subject_id=ibis.literal(""))
    there = _frame(read.to_arrow(ibis.union(own, general, distinct=True))).with_columns(wrote=pl.lit(value=True))
    led = _frame(read.to_arrow(read.aliases.select(customer_id=_.alias_id, canonical=_.person_id)))
    canonical = people.join(led.unique("customer_id"), on="customer_id", how="left", maintain_order="left")
    keyed = canonical.select(
        customer_id=pl.coalesce("canonical", "customer_id"), subject_id=pl.col("subject_id").fill_null("")
    )
    met = keyed.join(there, on=["customer_id", "subject_id"], how="left", maintain_order="left")
    return met["wrote"].fill_null(value=False)


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _canonical(read: Read, ids: list[str]) -> dict[str, str]:
    """Each id and the one its person goes by now: some may have been merged since the study."""
    led = read.to_arrow(read.aliases.filter(_.alias_id.isin(ids or [""])).select("alias_id", "person_id")).to_pylist()
    return {one: one for one in ids} | {row["alias_id"]: row["person_id"] for row in led}


def _texts(read: Read, ids: list[str], metric: str) -> dict[tuple[str, str], str]:
    """The latest words of each person about each subject ("" = about none)."""
    said = read.events.filter(_.customer_id.isin(ids) & _.text.notnull() & (_.text.strip() != ""))
    ordered = said.order_by(ibis.asc("occurred_at")).select("customer_id", "subject_id", "text", "metric")
    texts: dict[tuple[str, str], str] = {}
    for row in read.to_arrow(ordered).to_pylist():
        texts[row["customer_id"], row["subject_id"] or ""] = row["text"]
        if row["metric"] == metric:
            texts.setdefault((row["customer_id"], ""), row["text"])
    return texts


def _names(read: Read, ids: list[str]) -> dict[str, str]:
    known = read.customers.filter(_.customer_id.isin(ids) & _.name.notnull()).select("customer_id", "name")
    return {row["customer_id"]: row["name"] for row in read.to_arrow(known).to_pylist()}
