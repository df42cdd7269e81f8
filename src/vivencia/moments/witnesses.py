"""Who lived a moment, and what they said: the people behind a figure."""

from dataclasses import dataclass
from datetime import UTC, datetime

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _

from vivencia.foundation.ledger.reading import Read

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


def witnesses(read: Read, evidence: pa.Table, key: str, metric: str) -> list[Witness]:
    """People behind a moment, at most `SHOWN`: those with words first, each group in the evidence's own order."""
    rows = evidence.filter(pc.equal(evidence["key"], key)).to_pylist()
    ids = list({row["customer_id"] for row in rows})
    if not ids:
        return []
    texts, names = _texts(read, ids, metric), _names(read, ids)
    told = [
        Witness(
            row["customer_id"],
            names.get(row["customer_id"], ""),
            row["subject_kind"] or "",
            row["subject_id"] or "",
            datetime.fromtimestamp(row["at"] / 1e6, UTC) if row["at"] else None,
            row["outcome"],
            texts.get((row["customer_id"], row["subject_id"] or ""), ""),
        )
        for row in rows
    ]
    return sorted(told, key=lambda witness: not witness.text)[:SHOWN]


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
