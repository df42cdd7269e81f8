"""Whose everybody is: the people of a version of the ledger, assigned by the finding in use.

New customers are assigned as they come: an earlier version's assignment is brought up to this one by looking at the
people with new events only. Once a day everybody is looked at, for time passes for those who do nothing too.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import ibis
import ibis.expr.types as ir
import polars as pl
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.head import Head, Place
from vivencia.foundation.ledger.reading import Read
from vivencia.understand.frames import frame
from vivencia.understand.personas import learned as learning
from vivencia.understand.personas.finding import assigning
from vivencia.understand.personas.known import known
from vivencia.understand.personas.models import Finding, Persona

AT_ONCE = 100_000  # people whose counts are held in memory together
TRIED = 2
SCHEMA = pl.Schema({"customer_id": pl.String(), "group": pl.Int64(), "likely": pl.Float64()})


def in_use() -> Finding | None:
    """The finding that assigns people now."""
    return Finding.objects.filter(in_use=True, model__isnull=False).first()


def assigned(read: Read, finding: Finding) -> pa.Table:
    """`customer_id`, `group` (-1: none), `likely`, one row a person; computed once a version."""
    key = f"personas/assigned/1/{finding.pk}"

    def compute() -> pa.Table:
        earlier = _earlier(read, key)
        made = _of(read, finding, None) if earlier is None else _brought_up(read, finding, *earlier)
        return made.sort("customer_id").to_arrow()

    table: pa.Table = read.remember(key, compute)
    read.remember(f"{key}-origin", lambda: {"head": asdict(read.head), "day": _day(read)})
    return table


def members(read: Read, persona: str) -> ir.Table:
    """The people of "<persona>:<finding>" as a table of `customer_id`; nobody where it is no longer there."""
    pk, _colon, finding = persona.partition(":")
    found = (
        Persona.objects.filter(pk=_number(pk), finding=_number(finding), gone=False).select_related("finding").first()
    )
    empty = pa.table({"customer_id": pa.array([], pa.string())})
    if found is None or found.finding is None or not found.finding.in_use:
        return ibis.memtable(empty)
    rows = frame(assigned(read, found.finding)).filter(pl.col("group") == found.group)
    return ibis.memtable(rows.select("customer_id").to_arrow().cast(empty.schema))


def choices() -> Sequence[tuple[str, str]]:
    """What a segment's form offers."""
    from vivencia.understand.personas.persona_words import called

    return [(condition_of(one), called(one)) for one in offered()]


def offered() -> list[Persona]:
    """The personas found that are there now, the largest first."""
    found = Persona.objects.filter(kind=Persona.Kind.FOUND, gone=False, finding__in_use=True)
    return sorted(found.select_related("segment", "finding"), key=lambda one: -float(one.portrait.get("share", 0)))


def condition_of(persona: Persona) -> str:
    return f"{persona.pk}:{persona.finding_id}"


def everybody(read: Read) -> list[str]:
    """Everybody who did something, in order."""
    told = read.events.filter(_.customer_id.notnull() & _.metric.isnull()).select("customer_id").distinct()
    return sorted(str(one) for one in read.to_arrow(told)["customer_id"].to_pylist())


def _of(read: Read, finding: Finding, ids: Sequence[str] | None) -> pl.DataFrame:
    """These people, or everybody, assigned."""
    assert finding.learned is not None
    assert finding.model is not None
    how, model = learning.from_json(finding.learned), assigning.from_json(finding.model)
    whole = everybody(read) if ids is None else list(ids)
    blocks: list[Sequence[str] | None] = [whole[at : at + AT_ONCE] for at in range(0, len(whole), AT_ONCE)]
    if ids is None and len(whole) <= AT_ONCE:
        blocks = [None]
    parts = [_block(read, how, model, block) for block in blocks]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts])


def _block(read: Read, how: learning.Learned, model: assigning.Model, ids: Sequence[str] | None) -> pl.DataFrame:
    assert read.horizon is not None
    people = learning.people(known(read, read.horizon, ids, how.properties), how)
    found = assigning.assign(model, people)
    return pl.DataFrame({"customer_id": people.ids, "group": found.group, "likely": found.likely}, schema=SCHEMA)


def _earlier(read: Read, key: str) -> tuple[pa.Table, list[str]] | None:
    """An earlier version's assignment of today, and whose lives went on since; None where there is none to build on."""
    for version in read.versions_that_remember(f"{key}-origin")[:TRIED]:
        try:
            origin = read.recall(version, f"{key}-origin")
            if origin["day"] != _day(read):
                continue
            head = Head(**{table: Place(**place) for table, place in origin["head"].items()})
            added, aliases = read.events_added(head), read.aliases_added(head)
            if added is None or aliases is None or read.to_arrow(aliases.limit(1)).num_rows:
                continue
            told = added.filter(_.customer_id.notnull()).select("customer_id").distinct()
            changed = [str(one) for one in read.to_arrow(told)["customer_id"].to_pylist()]
            return read.recall(version, key), changed
        except LookupError:
            continue
    return None


def _brought_up(read: Read, finding: Finding, earlier: pa.Table, changed: list[str]) -> pl.DataFrame:
    fresh = _of(read, finding, changed) if changed else pl.DataFrame(schema=SCHEMA)
    kept = frame(earlier).cast(SCHEMA).filter(~pl.col("customer_id").is_in(changed))
    return pl.concat([kept, fresh])


def _day(read: Read) -> str:
    return read.horizon.date().isoformat() if read.horizon else ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def group_of(table: pa.Table, ids: Sequence[str]) -> Any:
    """The group of each of these people, -1 for who is not there."""
    base = pl.DataFrame({"customer_id": list(ids)}, schema={"customer_id": pl.String})
    joined = base.join(frame(table).cast(SCHEMA), on="customer_id", how="left")
    return joined["group"].fill_null(-1).to_numpy()
