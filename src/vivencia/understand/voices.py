"""Voices: everything customers wrote, with what was read in it, to be searched and filtered.

One table a version of the ledger holds a row a verbatim; questions to it are answered in memory. What colleagues say
about working here is not among them: it is shown only as figures of five or more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.directory import plain
from vivencia.understand.frames import frame as frame_of

COLLEAGUES = ("enps",)  # metrics whose words are not shown one by one
FEELINGS = {"good": 1, "middle": 0, "bad": -1}
SCORES = {"low": (0.0, 0.4), "middle": (0.4, 0.7), "high": (0.7, 1.0)}  # shares of the scale, the upper end included
SORTS = ("latest", "strongest")
LEAST_LETTERS = 3  # of a word that tells texts apart, in a search by meaning
TOPICS = 12  # told one by one
_TOPIC = pl.List(pl.Struct({"topic": pl.String, "sentiment": pl.Int64}))


@dataclass(frozen=True)
class Asked:
    """What is asked of the voices; empty: not asked. `events`: only these, in this order (a search by meaning)."""

    words: str = ""
    feeling: str = ""
    emotion: str = ""
    topic: str = ""
    intent: str = ""
    themed: pa.Table | None = None  # only these (`event_id`): the texts of a theme
    unknown: bool = False  # only those whose intent is none of the known ones
    touchpoint: str = ""
    channel: str = ""
    metric: str = ""
    score: str = ""
    segment: str = ""
    members: pa.Table | None = None
    employee: str = ""
    language: str = ""
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None
    sort: str = SORTS[0]
    events: pa.Table | None = None
    lived_by: pa.Table | None = None  # only these people's (`customer_id`): those of a number on a journey page


@dataclass(frozen=True)
class Topic:
    """How often a topic comes up among what was found, and with which feeling."""

    name: str
    bad: int
    middle: int
    good: int

    @property
    def n(self) -> int:
        return self.bad + self.middle + self.good


@dataclass(frozen=True)
class Heard:
    """One page of voices, and what all that match have in common; `read`: in how many of them something was read."""

    rows: list[dict[str, Any]]
    total: int
    read: int
    feelings: dict[str, int]
    emotions: dict[str, int]
    topics: tuple[Topic, ...]


def verbatims(events: ir.Table, readings: ir.Table, customers: ir.Table) -> ir.Table:
    """One row an event with words of a customer; what was read in it where it has been."""
    said = events.filter(_.text.notnull() & (_.text.strip() != "") & ~_.metric.isin(COLLEAGUES).fill_null(False))
    told = said.select(
        "event_id", "customer_id", "anonymous_id", "occurred_at", "name", "touchpoint", "channel", "metric", "score",
        "scale_max", "text", "employee_id", "subject_kind", "subject_id", "source",
    )  # fmt: skip
    understood = readings.select(
        "event_id", "language", "sentiment", "strength", "emotion", "intent", "intent_certainty", "topics", "masked",
        "model",
    )  # fmt: skip
    people = customers.select("customer_id", "segment", customer="name")
    with_reading = told.left_join(understood, "event_id").drop("event_id_right")
    return with_reading.left_join(people, "customer_id").drop("customer_id_right")


def voices(read: Read) -> pa.Table:
    """All of them, computed once a version of the ledger and its readings."""

    def compute() -> pa.Table:
        found = verbatims(read.events, read.readings, read.customers)
        return read.to_arrow(found.order_by([ibis.desc("occurred_at"), ibis.asc("event_id")]))

    table: pa.Table = read.remember(f"voices/1/{read.readings_version}", compute)
    return table


def heard(table: pa.Table, asked: Asked, first: int, length: int, *, masked: bool) -> Heard:
    """The rows `first` to `first + length` of what matches, with a summary of everything that does.

    masked: words are looked for in the masked text, so that nobody finds by a telephone number what they may not read.
    """
    frame = found(table, asked, masked=masked)
    shown = frame.slice(first, length).to_dicts()
    return Heard(
        rows=shown,
        total=frame.height,
        read=int(frame["model"].is_not_null().sum()),
        feelings={name: int((frame["sentiment"] == value).sum()) for name, value in FEELINGS.items()},
        emotions=_counts(frame, "emotion"),
        topics=_topics(frame),
    )


def found(table: pa.Table, asked: Asked, *, masked: bool) -> pl.DataFrame:
    """Every row that matches, in the order asked for."""
    frame = frame_of(table).lazy()
    for column, wanted in _equalities(asked).items():
        frame = frame.filter(pl.col(column) == wanted)
    if asked.unknown:
        frame = frame.filter(pl.col("model").is_not_null() & pl.col("intent").is_null())
    if asked.feeling in FEELINGS:
        frame = frame.filter(pl.col("sentiment") == FEELINGS[asked.feeling])
    if asked.score in SCORES:
        low, high = SCORES[asked.score]
        share = pl.col("score") / pl.col("scale_max")
        frame = frame.filter((share > low) & (share <= high) if low else share <= high)
    if asked.topic:
        frame = frame.filter(_topic_names().list.contains(asked.topic))
    frame = _among(frame, asked)
    if asked.words.strip() and asked.events is None:
        frame = frame.filter(_says(asked.words, masked=masked))
    return _ordered(frame, asked).collect()


def _among(frame: pl.LazyFrame, asked: Asked) -> pl.LazyFrame:
    """Those of a time, of some people, of a theme."""
    if asked.since:
        frame = frame.filter(pl.col("occurred_at") >= asked.since)
    if asked.until:
        frame = frame.filter(pl.col("occurred_at") < asked.until)
    among = ((asked.members, "customer_id"), (asked.lived_by, "customer_id"), (asked.themed, "event_id"))
    for wanted, column in among:
        if wanted is not None:
            frame = frame.join(frame_of(wanted).lazy().select(column).unique(), on=column, how="semi")
    return frame


def _equalities(asked: Asked) -> dict[str, str]:
    columns = {
        "emotion": asked.emotion,
        "intent": asked.intent,
        "touchpoint": asked.touchpoint,
        "channel": asked.channel,
        "metric": asked.metric,
        "segment": asked.segment,
        "employee_id": asked.employee,
        "language": asked.language,
        "source": asked.source,
    }
    return {column: wanted for column, wanted in columns.items() if wanted}


def _ordered(frame: pl.LazyFrame, asked: Asked) -> pl.LazyFrame:
    if asked.events is not None:
        ranked = frame_of(asked.events).lazy().select("event_id").with_row_index("rank")
        return frame.join(ranked, on="event_id", how="inner").sort("rank")
    if asked.sort == "strongest":
        return frame.sort(pl.col("strength").fill_null(-1.0), "occurred_at", descending=True)
    return frame


def bare(*, masked: bool) -> pl.Expr:
    """The words as they are compared: without capitals and accents; the masked ones for who may see no others."""
    text = pl.coalesce("masked", "text") if masked else pl.col("text")
    return text.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")


def _says(words: str, *, masked: bool) -> pl.Expr:
    """Every word occurs, whatever its case and accents; what stands in quotation marks occurs as it is."""
    said = bare(masked=masked)
    return pl.all_horizontal(*(said.str.contains(term, literal=True) for term in terms(words)))


def how_many(words: str, *, masked: bool) -> pl.Expr:
    """How many of the words looked for occur in a row."""
    told = bare(masked=masked)
    said = (told.str.contains(term, literal=True).cast(pl.Int32) for term in terms(words) if len(term) >= LEAST_LETTERS)
    return pl.sum_horizontal(pl.lit(0, pl.Int32), *said)


def terms(words: str) -> list[str]:
    """What is looked for: phrases in quotation marks, and single words; without accents and capitals."""
    phrases = [part.strip() for part in words.split('"')[1::2] if part.strip()]
    single = " ".join(words.split('"')[0::2]).split()
    return [plain(term) for term in (*phrases, *single)] or [plain(words.strip())]


def _topic_names() -> pl.Expr:
    return pl.col("topics").str.json_decode(_TOPIC).list.eval(pl.element().struct.field("topic"))


def _topics(frame: pl.DataFrame) -> tuple[Topic, ...]:
    told = (
        frame.lazy()
        .filter(pl.col("topics").is_not_null())
        .select(pl.col("topics").str.json_decode(_TOPIC).alias("one"))
        .explode("one")
        .drop_nulls()
        .unnest("one")
        .group_by("topic")
        .agg(*((pl.col("sentiment") == value).sum().alias(name) for name, value in FEELINGS.items()), pl.len())
        .sort("len", "topic", descending=[True, False])
        .head(TOPICS)
        .collect()
    )
    return tuple(Topic(row["topic"], row["bad"], row["middle"], row["good"]) for row in told.to_dicts())


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    counted = frame.filter(pl.col(column).is_not_null()).group_by(column).len().sort("len", descending=True)
    return {str(value): int(n) for value, n in counted.rows()}


def choices(table: pa.Table) -> dict[str, list[str]]:
    """Values that occur, the most frequent first: `touchpoint`, `channel`, `segment`, `employee_id`, `language`, ..."""
    frame = frame_of(table)
    columns = ("touchpoint", "channel", "segment", "employee_id", "language", "intent", "metric", "source")
    listed = {column: list(_counts(frame, column))[:200] for column in columns}
    return {**listed, "topic": [topic.name for topic in _topics(frame)]}


def one(table: pa.Table, event_id: str) -> dict[str, Any] | None:
    """The row of one verbatim, or None."""
    rows = frame_of(table).filter(pl.col("event_id") == event_id).to_dicts()
    return rows[0] if rows else None
