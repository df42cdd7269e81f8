"""All customers at a glance: one row a person, derived once a version of the ledger, searched and filtered quickly."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.currencies import currencies as currencies
from vivencia.understand.frames import frame as frame_of
from vivencia.understand.lived import WRITING
from vivencia.understand.promises import promises

UNHAPPY = 0.4  # share of the scale up to which the last answer counts as bad
ELSEWHERE = pl.List(pl.Struct({"currency": pl.String, "amount": pl.Float64}))
SORTS = ("last_seen", "revenue", "orders", "name", "overdue")


def summaries(events: ir.Table, customers: ir.Table, promised: ir.Table, currency: str = "") -> ir.Table:
    """One row a person who is a customer or did something.

    Columns: `customer_id`, `name`, `email`, `segment`, `language`, `since`; `first_seen` and `last_seen` (of what they
    did: being asked and answering is not doing); `events`; `orders` (different orders paid); `revenue` (payments less
    refunds in the `currency`, and those that name none; null where no such money is known); `overdue` (promises past
    their time, neither fulfilled nor cancelled); `last_score_share` (the last answer as a share of its scale, 0-1).
    """
    told = events.filter(_.customer_id.notnull())
    done = told.filter(_.metric.isnull() & ~_.name.startswith("survey") & ~_.name.isin(WRITING))
    answered = told.filter(_.score.notnull() & (_.scale_max > 0))
    paid = ibis.coalesce(told.subject_id, told.event_id)
    did = told.group_by("customer_id").aggregate(
        events=_.count(),
        revenue=_.amount.sum(where=told.currency.isnull() | (told.currency == currency)),
        orders=paid.nunique(where=told.amount > 0),
    )
    seen = done.group_by("customer_id").aggregate(first_seen=_.occurred_at.min(), last_seen=_.occurred_at.max())
    late = (
        promised.filter((_.state == "overdue") & _.withdrawn_at.isnull())
        .group_by("customer_id")
        .aggregate(overdue=_.count())
    )
    scored = answered.group_by("customer_id").aggregate(last_score_share=(_.score / _.scale_max).argmax(_.occurred_at))
    people = ibis.union(customers.select("customer_id"), did.select("customer_id"), distinct=True)
    about = customers.select("customer_id", "name", "email", "segment", "language", "since")
    joined = people
    for part in (about, did, seen, late, scored):
        joined = joined.left_join(part, "customer_id").drop("customer_id_right")
    return joined.mutate(events=_.events.fill_null(0), orders=_.orders.fill_null(0), overdue=_.overdue.fill_null(0))


@dataclass(frozen=True)
class Query:
    """What is asked of the directory. `members`: only these people (a segment), None for everybody."""

    text: str = ""
    segment: str = ""
    trouble: bool = False  # only people with an overdue promise
    unhappy: bool = False  # only people whose last answer was in the lower two fifths of its scale
    members: pa.Table | None = None
    sort: str = "last_seen"


@dataclass(frozen=True)
class Found:
    """One page of the answer, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


def segments_in(directory: pa.Table) -> list[tuple[str, int]]:
    """The segments that occur, with their sizes, largest first."""
    counted = frame_of(directory).filter(pl.col("segment").is_not_null()).group_by("segment").len()
    return [(row[0], row[1]) for row in counted.sort("len", "segment", descending=[True, False]).rows()]


def find(directory: pa.Table, query: Query, ids: Sequence[str], first: int, length: int) -> Found:
    """The rows `first` to `first + length` of those that match.

    `ids`: people found otherwise (by another id, by an order number); they match whatever their name is.
    """
    frame = frame_of(directory).lazy()
    if query.members is not None:
        members = frame_of(query.members).lazy().select("customer_id").unique()
        frame = frame.join(members, on="customer_id", how="semi")
    if query.segment:
        frame = frame.filter(pl.col("segment") == query.segment)
    if query.trouble:
        frame = frame.filter(pl.col("overdue") > 0)
    if query.unhappy:
        frame = frame.filter(pl.col("last_score_share") <= UNHAPPY)
    if query.text.strip():
        frame = frame.filter(_matches(query.text.strip(), ids))
    sort = query.sort if query.sort in SORTS else SORTS[0]
    ordered = frame.sort(sort, "customer_id", descending=[sort != "name", False], nulls_last=True)
    wanted, total = pl.collect_all([ordered.slice(first, length), frame.select(pl.len())])
    return Found(wanted.to_dicts(), int(total.item()))


def _matches(text: str, ids: Sequence[str]) -> pl.Expr:
    """Every word occurs in the name or the address, whatever its case and accents, or the id is meant."""
    words = plain(text).split()
    haystack = pl.concat_str(
        pl.col("name").fill_null(""), pl.lit(" "), pl.col("email").fill_null(""), pl.lit(" "), pl.col("customer_id")
    ).str.to_lowercase()
    bare = haystack.str.replace_many(list(_ACCENTS), list(_ACCENTS.values()))
    meant = pl.col("customer_id").is_in(list(ids))
    if not words:
        return meant
    return pl.all_horizontal(*(bare.str.contains(word, literal=True) for word in words)) | meant


_ACCENTS = dict(zip("áàâãäéèêëíìîïóòôõöúùûüñç", "aaaaaeeeeiiiiooooouuuunc", strict=True))


def plain(text: str) -> str:
    """Lower case, without accents."""
    return text.lower().translate(str.maketrans("".join(_ACCENTS), "".join(_ACCENTS.values())))


def people_by_id(read: Read, text: str) -> list[str]:
    """Whom an id or an order number means: canonical id, another id, or the subject of an event."""
    wanted = text.strip()
    if not wanted or " " in wanted:
        return []
    by_alias = read.aliases.filter(_.alias_id == wanted).select(customer_id=_.person_id)
    by_subject = read.events.filter((_.subject_id == wanted) & _.customer_id.notnull()).select("customer_id").distinct()
    found = read.to_arrow(ibis.union(by_alias, by_subject).limit(50))["customer_id"].to_pylist()
    return sorted(set(found))


def directory(read: Read, as_of: datetime) -> pa.Table:
    """The summaries of this version of the ledger, computed once."""

    def compute() -> pa.Table:
        main, *others = currencies(read) or [""]
        asked = summaries(read.events, read.customers, promises(read.events, as_of, names=_names(read)), main)
        return _with_other_money(frame_of(read.to_arrow(asked)), read, others).to_arrow()

    key = f"customers/directory/3/{as_of:%Y-%m-%d}"
    table: pa.Table = read.remember(key, compute)
    return table


def _names(read: Read) -> list[str]:
    """What events are called."""
    told = read.events.select("name").distinct().order_by("name")
    found: list[str] = read.remember("customers/names/1", lambda: read.to_arrow(told)["name"].to_pylist())
    return found


def revenues(row: Mapping[str, Any], currency: str) -> list[tuple[float, str]]:
    """The money of a row of the directory or of the accounts, in each currency: the `currency` sums are in first."""
    first = [] if row["revenue"] is None else [(row["revenue"], currency)]
    return [*first, *((one["amount"], one["currency"]) for one in row["elsewhere"] or [])]


def _with_other_money(people: pl.DataFrame, read: Read, others: Sequence[str]) -> pl.DataFrame:
    """Each person's money in other currencies as `elsewhere`, a list of `currency` and `amount`; null for none."""
    if not others:
        return people.with_columns(elsewhere=pl.lit(None, ELSEWHERE))
    paid = read.events.filter(_.customer_id.notnull() & _.amount.notnull() & _.currency.isin(list(others)))
    sums = paid.group_by(["customer_id", "currency"]).aggregate(amount=_.amount.sum())
    told = frame_of(read.to_arrow(sums)).sort("customer_id", "currency")
    lists = told.group_by("customer_id").agg(elsewhere=pl.struct("currency", "amount"))
    return people.join(lists.with_columns(pl.col("elsewhere").cast(ELSEWHERE)), on="customer_id", how="left")


def rows_of(directory: pa.Table, ids: Collection[str]) -> list[dict[str, Any]]:
    """The rows of these people."""
    return frame_of(directory).filter(pl.col("customer_id").is_in(sorted(ids))).to_dicts()
