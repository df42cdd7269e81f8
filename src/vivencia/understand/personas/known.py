"""What the ledger knows of people, counted: what each did, of what they spoke, what they answered, as long tables.

Asking people (surveys sent), answering and what colleagues say is not doing. Only counts are taken here; what they are
worth as a feature is decided in `learned`.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.currencies import currencies
from vivencia.understand.frames import frame
from vivencia.understand.json_text import json_text, members_of
from vivencia.understand.lived import WRITING
from vivencia.understand.personas import companies
from vivencia.understand.promises import promises
from vivencia.understand.seconds import seconds

COLLEAGUES = ("enps",)
LOOKED_AT = 5_000  # purchases whose properties are looked at for their names
ASKED_FOR = ("topic", "reason", "category", "motive", "motivo")  # properties that say why somebody asked for help
CONTACTS = ("ticket opened", "issue reported")
GOALS = ("goal started",)
FEW_VALUES = 100  # a property of more different values is a name or a number, not a kind
MOST_PROPERTIES = 8
OF_TEXTS = ("topic", "pain", "gain")
DAY = 86_400
_held: dict[tuple[str, str, datetime, tuple[str, ...]], "Known"] = {}
_guard = threading.RLock()
_TOPIC = pl.List(pl.Struct({"topic": pl.String, "sentiment": pl.Int64}))


@dataclass(frozen=True)
class Known:
    """Frames of the same people.

    - `people`: `customer_id`, `orders`, `revenue` (null: no money known), `days` (days they did something),
      `since_days` (from the first to `as_of`).
    - `counts`: `customer_id`, `dimension`, `value`, `n`: how often. `bases`: `customer_id`, `dimension`, `n`: of how
      many; no row: nothing is known.
    - `means`: `customer_id`, `dimension`, `n`, `mean`, `squares` (squared deviations from the person's mean, summed).
    - `kinds`: `customer_id`, `dimension`, `value`: what is most frequent of kinds.
    """

    people: pl.DataFrame
    counts: pl.DataFrame
    bases: pl.DataFrame
    means: pl.DataFrame
    kinds: pl.DataFrame


def known(read: Read, as_of: datetime, ids: Sequence[str] | None = None, properties: Sequence[str] = ()) -> Known:
    """What is known of these people (canonical ids), None: of everybody, up to `as_of`.

    The last answer about everybody is held, for a finding asks the same three times.
    """
    if ids is not None:
        return _known(read, as_of, ids, properties)
    asked = (str(read.ledger), read.readings_version, as_of, tuple(properties))
    with _guard:
        if asked not in _held:
            told = _known(read, as_of, None, properties)
            _held.clear()
            _held[asked] = told
        return _held[asked]


def _known(read: Read, as_of: datetime, ids: Sequence[str] | None, properties: Sequence[str]) -> Known:
    events = read.events if ids is None else read.events_of_many(ibis.memtable(pa.table({"customer_id": list(ids)})))
    told = events.filter(_.customer_id.notnull() & (_.occurred_at <= as_of))
    done = told.filter(
        _.metric.isnull() & ~_.name.startswith("survey") & ~_.name.isin(WRITING) & ~_.name.isin(("account described",))
    )
    readings = _readings(read, told)
    counted = [_counts(done, "touchpoint"), _counts(done, "channel"), *_promised(told, as_of)]
    if readings is not None:
        counted += _read(readings)
    frames = [frame(read.to_arrow(one)) for one in counted]
    if readings is not None:
        frames.append(_topics(read, readings))
    counts = pl.concat(frames)
    said = _properties(read, done, properties)
    means = [frame(read.to_arrow(one)) for one in _means(told, readings)]
    return Known(
        people=frame(read.to_arrow(_people(done, as_of, next(iter(currencies(read)), "")))),
        counts=counts.filter(pl.col("value") != ""),
        bases=_bases(counts),
        means=pl.concat([*means, _numbers(said)], how="vertical_relaxed").sort("dimension", "customer_id"),
        kinds=_kinds(said),
    )


def purchase_properties(read: Read) -> tuple[str, ...]:
    """The members of purchases' properties that tell kinds or numbers: few values each, or numbers; not ids."""

    def compute() -> list[str]:
        bought = read.events.filter((_.amount > 0) & _.properties.notnull()).select("properties").limit(LOOKED_AT)
        told = [members_of(text) for text in read.to_arrow(bought)["properties"].to_pylist()]
        seen: dict[str, Counter[object]] = {}
        for one in told:
            for key, value in one.items():
                if isinstance(value, str | int | float) and value != "" and not companies.is_role(key):
                    seen.setdefault(key, Counter())[value] += 1
        good = [key for key, values in seen.items() if _tells(values, len(told))]
        return sorted(good, key=lambda key: -seen[key].total())[:MOST_PROPERTIES]

    return tuple(read.remember("personas/properties/2", compute))


def _tells(values: Counter[object], n: int) -> bool:
    if values.total() < 0.3 * n or len(values) < 2:
        return False
    if all(isinstance(value, int | float) for value in values):
        return True
    common = sum(count for _value, count in values.most_common(20))
    return len(values) <= FEW_VALUES and common >= 0.5 * values.total()


def _people(done: ir.Table, as_of: datetime, currency: str) -> ir.Table:
    """`revenue`, and the orders it is of, `paid_orders`: in the one currency and in none, as the directory's."""
    summed = done.currency.isnull() | (done.currency == currency)
    paid = ibis.coalesce(done.subject_id, done.event_id)
    now = int(as_of.timestamp())
    return done.group_by("customer_id").aggregate(
        orders=paid.nunique(where=done.amount > 0),
        paid_orders=paid.nunique(where=summed & (done.amount > 0)),
        revenue=_.amount.sum(where=summed),
        days=_.occurred_at.date().nunique(),
        since_days=(ibis.literal(now) - seconds(done.occurred_at).min()) / DAY,
    )


def _counts(done: ir.Table, column: str) -> ir.Table:
    there = done.filter(done[column].notnull())
    return _long(there.group_by("customer_id", value=there[column]).aggregate(n=_.count()), column)


def _long(counted: ir.Table, dimension: str) -> ir.Table:
    return counted.select("customer_id", dimension=ibis.literal(dimension), value=_.value, n=_.n.cast("int64"))


def _promised(told: ir.Table, as_of: datetime) -> list[ir.Table]:
    decided = promises(told, as_of).filter(~_.state.isin(["open", "withdrawn"]))
    late = decided.mutate(value=ibis.cases((decided.state == "kept", ""), else_="broken"))
    return [_long(late.group_by("customer_id", "value").aggregate(n=_.count()), "promise")]


def _readings(read: Read, told: ir.Table) -> ir.Table | None:
    """What was read in their texts; None where nothing has been read."""
    if not read.to_arrow(read.readings.limit(1)).num_rows:
        return None
    said = told.filter(_.text.notnull() & ~_.metric.isin(COLLEAGUES).fill_null(False)).select("event_id", "customer_id")
    return said.inner_join(read.readings, "event_id").select(
        "event_id", "customer_id", "sentiment", "emotion", "intent", "topics"
    )


def _read(readings: ir.Table) -> list[ir.Table]:
    """Texts by emotion, intent and topic; the value "" is a text without."""
    by = [
        _long(readings.group_by("customer_id", value=readings[column].fill_null("")).aggregate(n=_.count()), column)
        for column in ("emotion", "intent")
    ]
    texts = readings.group_by("customer_id").aggregate(n=_.count()).mutate(value=ibis.literal(""))
    return [*by, _long(texts, "texts")]


def _topics(read: Read, readings: ir.Table) -> pl.DataFrame:
    """Texts by topic, and by topic spoken of badly ("pain") or well ("gain"): each text counts once."""
    told = frame(read.to_arrow(readings.filter(_.topics.notnull()).select("event_id", "customer_id", "topics")))
    each = told.with_columns(pl.col("topics").str.json_decode(_TOPIC)).explode("topics").drop_nulls().unnest("topics")
    parts = {"topic": each, "pain": each.filter(pl.col("sentiment") < 0), "gain": each.filter(pl.col("sentiment") > 0)}
    return pl.concat(
        part.group_by("customer_id", value="topic").agg(n=pl.col("event_id").n_unique().cast(pl.Int64)).select(
            "customer_id", dimension=pl.lit(dimension), value="value", n="n"
        )
        for dimension, part in parts.items()
    )  # fmt: skip


def _bases(counts: pl.DataFrame) -> pl.DataFrame:
    """Of how many: topics, emotions and intents are counted of texts; the others of all there is of the dimension."""
    of = counts.filter(~pl.col("dimension").is_in(OF_TEXTS))
    known = of.group_by("customer_id", "dimension").agg(n=pl.col("n").sum())
    texts = known.filter(pl.col("dimension") == "texts")
    return pl.concat([known, *(texts.with_columns(dimension=pl.lit(name)) for name in OF_TEXTS)])


def _means(told: ir.Table, readings: ir.Table | None) -> list[ir.Table]:
    scored = told.filter(_.score.notnull() & (_.scale_max > 0) & ~_.metric.isin(COLLEAGUES))
    share = scored.score / scored.scale_max
    turned = ibis.cases(((scored.metric == "ces") & (scored.scale_max == 5), 1.2 - share), else_=share)
    answers = [_mean(scored.mutate(dimension=ibis.literal("score:") + scored.metric, x=turned))]
    if readings is not None:
        answers.append(
            _mean(readings.mutate(dimension=ibis.literal("sentiment"), x=readings.sentiment.cast("float64")))
        )
    return answers


def _mean(told: ir.Table) -> ir.Table:
    return (
        told.filter(_.x.notnull())
        .group_by("customer_id", "dimension")
        .aggregate(n=_.count(), mean=_.x.mean(), squares=_.x.var(how="pop").fill_null(0.0) * _.count())
    )


def _properties(read: Read, done: ir.Table, properties: Sequence[str]) -> pl.DataFrame:
    """What properties of purchases, requests for help and goals say: `customer_id`, `dimension`, `value`, `number`."""
    bought = done.filter((_.amount > 0) & _.properties.notnull())
    columns = {f"bought:{key}": json_text(bought.properties, key) for key in properties}
    parts = [frame(read.to_arrow(bought.select("customer_id", **columns)))] if properties else []
    for dimension, names, keys in (("reason", CONTACTS, ASKED_FOR), ("goal", GOALS, ("goal", "name"))):
        there = done.filter(_.name.isin(names) & _.properties.notnull())
        value = ibis.coalesce(*(json_text(there.properties, key) for key in keys))
        parts.append(frame(read.to_arrow(there.select("customer_id", **{dimension: value}))))
    schema = pl.Schema({"customer_id": pl.String(), "dimension": pl.String(), "value": pl.String()})
    long = [part.unpivot(index="customer_id", variable_name="dimension", value_name="value") for part in parts]
    told = pl.concat([pl.DataFrame(schema=schema), *(one.cast(schema) for one in long)])
    return told.filter(pl.col("value").is_not_null() & (pl.col("value") != "")).with_columns(
        number=pl.col("value").cast(pl.Float64, strict=False)
    )


def _kinds(said: pl.DataFrame) -> pl.DataFrame:
    """The most frequent kind of each person: of what they buy, of why they ask for help, of their goals."""
    counted = said.filter(pl.col("number").is_null()).group_by("customer_id", "dimension", "value").len()
    ordered = counted.sort("customer_id", "dimension", "len", "value", descending=[False, False, True, False])
    return ordered.unique(["customer_id", "dimension"], keep="first", maintain_order=True).drop("len")


def _numbers(said: pl.DataFrame) -> pl.DataFrame:
    """Numbers among purchases' properties, as `means`."""
    told = said.filter(pl.col("number").is_not_null() & pl.col("dimension").str.starts_with("bought:"))
    buying = told.with_columns(pl.col("dimension").str.replace("bought:", "buying:"))
    n = pl.len().cast(pl.Int64)
    return buying.group_by("customer_id", "dimension").agg(
        n=n, mean=pl.col("number").mean(), squares=(pl.col("number").var(ddof=0).fill_null(0.0) * n)
    )
