"""What customers lived, taken out of the ledger once for a study. Pure: tables in, tables out, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import numpy as np
import polars as pl
import pyarrow as pa
from ibis import _

from vivencia.moments.vocabulary import failing_of, is_survey
from vivencia.understand.promises import promises

MOST_EVENTS, MOST_PEOPLE = 2_000_000, 120_000  # a few GB while a study runs; more would hardly narrow intervals
EVENT_COLUMNS = (
    "customer_id",
    "occurred_at",
    "seq",
    "name",
    "touchpoint",
    "channel",
    "amount",
    "metric",
    "score",
    "scale_max",
    "employee_id",
    "subject_kind",
    "subject_id",
    "promise",
    "promised_at",
    "properties",
)


class Reading(Protocol):
    """The part of the ledger's `Read` that a study needs."""

    @property
    def events(self) -> ir.Table: ...

    @property
    def customers(self) -> ir.Table: ...

    @property
    def told_customers(self) -> ir.Table: ...

    @property
    def aliases(self) -> ir.Table: ...

    def to_arrow(self, expr: Any) -> pa.Table: ...


@dataclass(frozen=True)
class Lived:
    """Everything a study reads.

    - `events`, sorted by person and time: `person` (u32), `case` (u32, null without a subject), `kind` (what the
      subject is), `at` (microseconds UTC), `survey` (belongs to asking and answering, not to what was lived), and the
      ledger's columns `name`, `touchpoint`, `channel`, `amount`, `metric`, `score`, `scale_max`, `employee_id`,
      `promise`, `promised`, `properties`.
    - `people`: `person`, `customer_id`, `segment`, `since` (microseconds, null where unknown), `traits` (JSON).
    - `told`: of people about whom more than one thing has been told over time: `person`, `at` (when it was told,
      microseconds), `segment`, `traits`; sorted by `at`.
    - `cases`: `case`, `kind`, `subject_id`.
    - `promises`: `person`, `case`, `promise`, `touchpoint` (where it is kept), `opened`, `promised`, `fulfilled`
    (microseconds); without those that were withdrawn: nobody waits for them.
    - `share`: of all customers, how many are in here: 1 unless there was too much to hold; `everyone`: how many there
    are.
    """

    events: pl.DataFrame
    people: pl.DataFrame
    cases: pl.DataFrame
    promises: pl.DataFrame
    told: pl.DataFrame
    as_of: datetime
    share: float = 1.0
    everyone: int = 0

    @property
    def horizon(self) -> int:
        return micros(self.as_of)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return round(moment.timestamp() * 1_000_000)


def take(
    read: Reading, as_of: datetime, *, among: Sequence[str] | None = None, most_events: int = MOST_EVENTS
) -> Lived:
    """Read the ledger into memory. Events of nobody (no customer) are left out.

    Where there are more than `most_events` or `MOST_PEOPLE`, only of customers drawn by lot (among these ids, where
    given), each with all they lived: as many as fit. The same ledger gives the same draw.
    """
    known = read.events.filter(_.customer_id.notnull() & (_.occurred_at <= as_of))
    known, share, everyone = _drawn(read, known, among, most_events)
    raw = _frame(read.to_arrow(known.select(*EVENT_COLUMNS)))
    customers = _frame(read.to_arrow(read.customers.select("customer_id", "segment", "since", "traits")))
    kept = _frame(read.to_arrow(promises(known, as_of).filter(_.state != "withdrawn")))
    people = _people(raw, customers)
    cases = _cases(raw)
    events = _events(raw, people, cases)
    promised = _promises(kept, events, people, cases)
    return Lived(events, people, cases, promised, _told(read, people), as_of, share, everyone or len(people))


def _drawn(
    read: Reading, known: ir.Table, among: Sequence[str] | None, most_events: int
) -> tuple[ir.Table, float, int]:
    """The events to read, the share of customers they are of, and how many customers there are (0: all were taken)."""
    if _fitting(read, known, most_events) is None:
        return known, 1.0, 0
    if among is not None:
        known = known.semi_join(ibis.memtable(pa.table({"customer_id": pa.array(among, pa.string())})), "customer_id")
    count = _fitting(read, known, most_events)
    if count is None:
        return known, 1.0, 0
    ids = read.to_arrow(known.select("customer_id").distinct().order_by("customer_id"))["customer_id"]
    lot = np.sort(np.random.default_rng(0).choice(len(ids), count, replace=False))
    chosen = ibis.memtable(pa.table({"customer_id": ids.combine_chunks().take(pa.array(lot))}))
    return known.semi_join(chosen, "customer_id"), count / len(ids), len(ids)


def _fitting(read: Reading, events: ir.Table, most_events: int) -> int | None:
    """How many customers fit; None where all do."""
    counted = events.aggregate(events=events.count(), people=events.customer_id.nunique())
    ((told, people),) = ((row["events"], row["people"]) for row in read.to_arrow(counted).to_pylist())
    fitting = min(MOST_PEOPLE, people * most_events // max(told, 1))
    return max(1, fitting) if fitting < people else None


def _told(read: Reading, people: pl.DataFrame) -> pl.DataFrame:
    """What customers were said to be over time, where that has changed."""
    rows = read.told_customers.select("customer_id", "updated_at", "segment", "traits")
    told = _frame(read.to_arrow(rows))
    other = _frame(read.to_arrow(read.aliases.select(customer_id=_.alias_id, whose=_.person_id)))
    canonical = told.join(other, on="customer_id", how="left").with_columns(
        customer_id=pl.coalesce("whose", "customer_id")
    )
    known = canonical.join(people.select("person", "customer_id"), on="customer_id")
    changed = known.filter(pl.len().over("person") > 1)
    return changed.select("person", pl.col("updated_at").alias("at"), "segment", "traits").sort("at")


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    return frame.with_columns(pl.col(name).dt.cast_time_unit("us").to_physical() for name in times)


def _people(raw: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    seen = raw.select("customer_id").unique().sort("customer_id")
    one_row_each = customers.unique("customer_id", keep="first", maintain_order=True)
    return seen.join(one_row_each, on="customer_id", how="left", maintain_order="left").with_row_index("person")


def _cases(raw: pl.DataFrame) -> pl.DataFrame:
    named = raw.filter(pl.col("subject_id").is_not_null())
    pairs = named.select(kind=pl.col("subject_kind").fill_null("case"), subject_id="subject_id").unique()
    return pairs.sort("kind", "subject_id").with_row_index("case")


def _events(raw: pl.DataFrame, people: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    coded = _coded(raw, people, cases)
    names = coded.select("name").unique()
    places = _facets(coded)
    surveys = names.filter(names["name"].map_elements(is_survey, return_dtype=pl.Boolean))["name"]
    return coded.select(
        "person",
        "case",
        "kind",
        pl.col("occurred_at").alias("at"),
        "seq",
        (pl.col("name").is_in(surveys.implode()) | pl.col("metric").is_not_null()).alias("survey"),
        "name",
        pl.col("touchpoint").replace(places) if places else "touchpoint",
        "channel",
        "amount",
        "metric",
        "score",
        "scale_max",
        "employee_id",
        "promise",
        pl.col("promised_at").alias("promised"),
        "properties",
    ).sort("person", "at", "seq")


def _facets(coded: pl.DataFrame) -> dict[str, str]:
    """Where nobody told touchpoints and each name is its own: failures with the touchpoint they are failures of."""
    own = coded.filter(pl.col("touchpoint") == pl.col("name"))["name"].unique().sort().to_list()
    meant = {name: failing_of(name, own) for name in own}
    return {name: place for name, place in meant.items() if place}


def _coded(table: pl.DataFrame, people: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """Ids as numbers: `person` and `case`."""
    kinds = table.with_columns(
        kind=pl.when(pl.col("subject_id").is_not_null()).then(pl.col("subject_kind").fill_null("case"))
    )
    with_person = kinds.join(people.select("person", "customer_id"), on="customer_id", how="left")
    return with_person.join(cases, on=["kind", "subject_id"], how="left")


def _promises(kept: pl.DataFrame, events: pl.DataFrame, people: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """A promise is lived where it is kept: its touchpoint is the fulfilling event's, else where it was given."""
    fulfilling = events.filter(pl.col("promise").is_not_null() & pl.col("promised").is_null())
    place = (
        fulfilling.group_by("promise", "touchpoint")
        .len()
        .filter(pl.col("touchpoint").is_not_null())
        .sort("len", "touchpoint", descending=[True, False])
        .unique("promise", keep="first", maintain_order=True)
        .select("promise", place="touchpoint")
    )
    coded = _coded(kept, people, cases).filter(pl.col("person").is_not_null())
    return coded.join(place, on="promise", how="left").select(
        "person",
        "case",
        "promise",
        pl.coalesce("place", "touchpoint", "promise").alias("touchpoint"),
        pl.col("opened_at").alias("opened"),
        pl.col("promised_at").alias("promised"),
        pl.col("fulfilled_at").alias("fulfilled"),
    )
