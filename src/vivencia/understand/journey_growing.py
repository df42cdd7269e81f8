"""The journey table of a new ledger version, made out of an earlier version's: only what came since is looked at."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger.head import Head, Place
from vivencia.foundation.ledger.reading import Read
from vivencia.understand.journeys.build import Shape, StepKind, build
from vivencia.understand.journeys.extend import exchanged, few
from vivencia.understand.journeys.kept import kept
from vivencia.understand.journeys.table import CaseKind, JourneyTable
from vivencia.understand.subjects import subject_key

TRIED = 2  # earlier versions that are looked at


def grown(read: Read, key: str, case: CaseKind, step: StepKind, shape: Shape) -> JourneyTable | None:
    """The journey table kept under `key` for an earlier version, brought up to this one; None where that cannot be.

    It cannot where events went, too much came, or a source that named no touchpoints does now.
    """
    for version in read.versions_that_remember(_origin(key))[:TRIED]:
        try:
            origin = read.recall(version, _origin(key))
            head = Head(**{table: Place(**place) for table, place in origin["head"].items()})
            if tuple(origin["without_touchpoints"]) != shape.without_touchpoints:
                continue
            if (changed := _changed(read, head, case)) is None:
                continue
            earlier = kept(_recalling(read, version), key, _nothing_to_build)
        except LookupError:  # cleared away meanwhile
            continue
        if few(changed.num_rows, earlier):
            return _brought_up(read, earlier, changed, case, step, shape)
    return None


def remember_origin(read: Read, key: str, shape: Shape) -> None:
    """Note what the table of this version was made from, for the next one."""
    said = {"head": asdict(read.head), "without_touchpoints": shape.without_touchpoints}
    read.remember(_origin(key), lambda: said)


def _brought_up(
    read: Read, earlier: JourneyTable, changed: pa.Table, case: CaseKind, step: StepKind, shape: Shape
) -> JourneyTable:
    if not changed.num_rows:
        return replace(earlier, left_out=shape.left_out(case))
    cases = ibis.memtable(changed)
    if case == "customer":
        events = read.events_of_many(cases.select(customer_id="case_key"))
    else:
        told = read.events.mutate(case_key=subject_key(read.events))
        events = told.semi_join(cases, "case_key").drop("case_key")
    rows = ibis.memtable(read.to_arrow(events))
    fresh = build(rows, lambda expression: expression.to_pyarrow(), case=case, step=step, seen=shape)
    return exchanged(earlier, changed["case_key"].combine_chunks(), fresh, shape.left_out(case))


def _changed(read: Read, head: Head, case: CaseKind) -> pa.Table | None:
    """The cases with new events, or whose customers are told apart otherwise now: `case_key`."""
    events, aliases = read.events_added(head), read.aliases_added(head)
    if events is None or aliases is None:
        return None
    people = _led_otherwise(read, aliases)
    if case == "customer":
        keys = [events.select(case_key="customer_id"), people]
    else:
        theirs = read.events_of_many(people.select(customer_id="case_key"))
        keys = [each.select(case_key=subject_key(each)) for each in (events, theirs)]
    return read.to_arrow(ibis.union(*keys, distinct=True).filter(_.case_key.notnull()))


def _led_otherwise(read: Read, aliases: ir.Table) -> ir.Table:
    """Everybody whom new statements about ids may concern, by each of their ids: `case_key`.

    Those are the ids stated, all persons the same ids were ever said to be, and every other id of those.
    """
    stated = aliases.select("alias_id").distinct()
    told = read.told_aliases.semi_join(stated, "alias_id")
    ids = ibis.union(told.select(id="alias_id"), told.select(id="customer_id"), distinct=True)
    led = ids.left_join(read.aliases, ids.id == read.aliases.alias_id)
    people = led.select(person=ibis.coalesce(_.person_id, _.id)).distinct()
    others = read.aliases.semi_join(people, read.aliases.person_id == people.person)
    return ibis.union(people.select(case_key="person"), others.select(case_key="alias_id"), distinct=True)


def _origin(key: str) -> str:
    return f"{key}-origin"


def _recalling(read: Read, version: str) -> Callable[[str, Callable[[], Any]], Any]:
    return lambda key, _build: read.recall(version, key)


def _nothing_to_build() -> JourneyTable:
    raise LookupError("an earlier journey table")
