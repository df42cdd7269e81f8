"""Accounts: the companies people belong to (B2B), what all their people lived together, and what they are worth.

A person belongs to the account their record names; what an event names an account for counts there even where nobody
knows the person. An account's own name and traits come with the event "account described" (a `group` call), or from
imports: `account_name` and what else begins so, beside a person or an event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import polars as pl
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.calling import reference
from vivencia.understand.directory import UNHAPPY, directory, plain
from vivencia.understand.frames import frame as frame_of
from vivencia.understand.json_text import members_of
from vivencia.understand.lived import Lived, Promised, lives_of

DESCRIBED = "account described"
BESIDE = "account_"  # what columns and traits that tell of the account begin with
MOST_PEOPLE = 200  # whose lives are read for an account's timeline: those seen last
_NAMES = ("name", "company", "nombre", "razon_social")


@dataclass(frozen=True)
class Answers:
    """What an account's people answered to one kind of question: how many, and the mean on its scale."""

    metric: str
    n: int
    mean: float
    scale_max: float | None


@dataclass(frozen=True)
class Account:
    """`row`: its line in `accounts`; `people`: their lines in the directory, those seen last first."""

    account_id: str
    name: str
    traits: dict[str, Any]
    row: Mapping[str, Any]
    people: list[dict[str, Any]]
    lives: dict[str, tuple[list[Lived], list[Promised]]]
    answers: list[Answers]


def accounts(read: Read, as_of: datetime) -> pa.Table:
    """One row an account, worked out once a version and day.

    Columns: `account_id`, `name` (null where nobody said), `people`, `unhappy` (people whose last answer was bad),
    `overdue` (promises past their time), `orders`, `revenue` (null where no money is known), `elsewhere` (money
    in other currencies, as in the directory), `last_seen`.
    """

    def compute() -> pa.Table:
        members = frame_of(read.to_arrow(_members(read)))
        people = frame_of(directory(read, as_of))
        of_accounts = members.join(people, on="customer_id", how="left")
        rolled = of_accounts.group_by("account_id").agg(
            people=pl.len(),
            unhappy=(pl.col("last_score_share") <= UNHAPPY).sum(),
            overdue=pl.col("overdue").sum(),
            orders=pl.col("orders").sum(),
            revenue=pl.when(pl.col("revenue").is_not_null().any()).then(pl.col("revenue").sum()),
            last_seen=pl.col("last_seen").max(),
        )  # fmt: skip
        names = pl.DataFrame(
            [{"account_id": one, "name": _name(traits)} for one, traits in _described(read).items()],
            schema={"account_id": pl.String, "name": pl.String},
        )
        rolled = rolled.join(_elsewhere(of_accounts), on="account_id", how="left")
        named = rolled.join(names, on="account_id", how="full", coalesce=True)
        filled = named.with_columns(pl.col("people", "unhappy", "overdue", "orders").fill_null(0))
        return filled.sort("last_seen", "account_id", descending=[True, False], nulls_last=True).to_arrow()

    table: pa.Table = read.remember(f"accounts/3/{as_of:%Y-%m-%d}", compute)
    return table


def _elsewhere(people: pl.DataFrame) -> pl.DataFrame:
    """The money of accounts in other currencies than the one sums are in."""
    each = people.select("account_id", "elsewhere").explode("elsewhere").drop_nulls("elsewhere").unnest("elsewhere")
    sums = each.group_by("account_id", "currency").agg(pl.col("amount").sum()).sort("account_id", "currency")
    return sums.group_by("account_id").agg(elsewhere=pl.struct("currency", "amount"))


def find(table: pa.Table, words: str, first: int, length: int) -> tuple[list[dict[str, Any]], int]:
    """Rows whose name or id holds every word, and how many there are."""
    frame = frame_of(table)
    for word in plain(words).split():
        told = pl.concat_str(pl.col("name").fill_null(""), pl.lit(" "), pl.col("account_id")).str.to_lowercase()
        frame = frame.filter(told.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.contains(word, literal=True))
    return frame.slice(first, length).to_dicts(), frame.height


def called_in(read: Read, account_id: str | None, as_of: datetime) -> str:
    """What an account is called: its name, else its id as people can read it; empty for none."""
    if not account_id:
        return ""
    rows = frame_of(accounts(read, as_of)).filter(pl.col("account_id") == account_id).to_dicts()
    return (rows[0]["name"] if rows else None) or reference(account_id)


def account(read: Read, account_id: str, as_of: datetime) -> Account | None:
    """One account with its people and what they lived; None where nobody knows it."""
    rows = frame_of(accounts(read, as_of)).filter(pl.col("account_id") == account_id).to_dicts()
    if not rows:
        return None
    members = _members(read).filter(_.account_id == account_id).select("customer_id")
    ids = read.to_arrow(members)["customer_id"].to_pylist()
    listed = frame_of(directory(read, as_of)).filter(pl.col("customer_id").is_in(ids))
    people = listed.sort("last_seen", "customer_id", descending=[True, False], nulls_last=True).to_dicts()
    traits = _described(read, account_id).get(account_id, {})
    lives = lives_of(read, [row["customer_id"] for row in people[:MOST_PEOPLE]], as_of)
    return Account(
        account_id=account_id,
        name=_name(traits) or "",
        traits={key: value for key, value in traits.items() if key not in _NAMES},
        row=rows[0],
        people=people,
        lives=lives,
        answers=_answers(event for lived, _promised in lives.values() for event in lived),
    )


def _members(read: Read) -> Any:
    """`account_id`, `customer_id`: by the person's record, else by what their events say."""
    known = read.customers.filter(_.account_id.notnull()).select("account_id", "customer_id")
    told = read.events.filter(_.account_id.notnull() & _.customer_id.notnull()).select("account_id", "customer_id")
    unrecorded = told.anti_join(known, "customer_id")
    return ibis.union(known, unrecorded.distinct(), distinct=True)


def _described(read: Read, account_id: str | None = None) -> dict[str, dict[str, Any]]:
    """Each account's traits (or one's) as last described; below that, what imports say of it beside its people."""
    of = _.account_id.notnull() if account_id is None else _.account_id == account_id
    traits: dict[str, dict[str, Any]] = {}
    for rows in (_beside(read.customers.filter(of), "traits", "updated_at"),
                 _beside(read.events.filter(of), "properties", "occurred_at")):  # fmt: skip
        for row in read.to_arrow(rows).to_pylist():
            beside = {key[len(BESIDE) :]: value for key, value in members_of(row["said"]).items() if _is_beside(key)}
            traits.setdefault(row["account_id"], {}).update(beside)
    told = read.events.filter(of & (_.name == DESCRIBED)).select("account_id", "properties", "occurred_at")
    for row in read.to_arrow(told.order_by("occurred_at")).to_pylist():
        traits.setdefault(row["account_id"], {}).update(members_of(row["properties"]))
    return traits


def _beside(rows: Any, column: str, at: str) -> Any:
    """`account_id`, `said`: of each account the newest JSON that names it, such as `{"account_name": "Acme"}`."""
    naming = rows.filter(rows[column].contains(f'"{BESIDE}name"'))
    return naming.group_by("account_id").aggregate(said=naming[column].argmax(naming[at]))


def _is_beside(key: str) -> bool:
    return key.startswith(BESIDE) and key not in (BESIDE, f"{BESIDE}id")


def _name(traits: Mapping[str, Any]) -> str | None:
    return next((str(traits[key]) for key in _NAMES if traits.get(key)), None)


def _answers(events: Any) -> list[Answers]:
    scores: dict[tuple[str, float | None], list[float]] = {}
    for event in events:
        if event.metric and event.score is not None:
            scores.setdefault((event.metric, event.scale_max), []).append(event.score)
    return [
        Answers(metric, len(said), sum(said) / len(said), top)
        for (metric, top), said in sorted(scores.items(), key=str)
    ]
