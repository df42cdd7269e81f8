"""One consistent version of the ledger's three tables, ready to be asked."""

import functools
import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from vivencia.foundation.ledger import aliases as aliases_of
from vivencia.foundation.ledger import engines, results
from vivencia.foundation.ledger.head import Head
from vivencia.foundation.ledger.schema import ALIASES, CUSTOMERS, EVENTS
from vivencia.foundation.ledger.table import Table


class Read:
    """What the ledger said at one version. Ask it from the thread that opened it; open another elsewhere.

    version: names what was read; equal versions are equal contents.
    events: EVENTS, with `customer_id` canonical; null where nobody knows whose the event is.
    customers: CUSTOMERS, one row a person: the newest.
    aliases: `alias_id`, `person_id`: every id that is somebody's other name, and the canonical id it leads to.
    """

    def __init__(self, head: Head, tables: dict[str, Table], cache: Path, engine: engines.Engine) -> None:
        self.version = head.version
        self._head, self._tables, self._cache, self._engine = head, tables, cache, engine

    @functools.cached_property
    def events(self) -> ir.Table:
        return self._named(
            "events", lambda: canonical_events(self._raw("events", EVENTS), self.aliases, self._any_alias)
        )

    @functools.cached_property
    def customers(self) -> ir.Table:
        return self._named("customers", lambda: newest_customers(self._raw("customers", CUSTOMERS), self.aliases))

    @functools.cached_property
    def aliases(self) -> ir.Table:
        name = self._name("resolved", "aliases")
        held = self._engine.held(name)
        return self._engine.keep(name, self._resolved) if held is None else held

    @functools.cached_property
    def horizon(self) -> datetime | None:
        """When the newest event occurred; None where there is none."""
        said = self.remember("horizon", self._latest)
        return datetime.fromisoformat(said) if said else None

    def to_arrow(self, expression: ir.Expr) -> pa.Table:
        """Compute the expression on the configured engine. A scalar or a column comes as a table's column."""
        return self._engine.to_arrow(expression)

    def remember(self, key: str, compute: Callable[[], Any]) -> Any:
        """`compute()`'s result, computed once a version and shared by all processes.

        The key must say everything besides the ledger that the result depends on. The result is a pa.Table or
        something JSON can say; tuples come back as lists.
        """
        return results.remember(self._cache, self.version, key, compute)

    def _latest(self) -> str | None:
        newest = self.to_arrow(self._raw("events", EVENTS).aggregate(at=_.occurred_at.max()))["at"][0].as_py()
        return newest.isoformat() if newest else None

    @functools.cached_property
    def _resolved(self) -> pa.Table:
        def compute() -> pa.Table:
            told = self.to_arrow(self._raw("aliases", ALIASES)["alias_id", "customer_id", "made_at"])
            return aliases_of.resolve(told)

        resolved: pa.Table = self.remember("resolved-aliases", compute)
        return resolved

    @property
    def _any_alias(self) -> bool:
        return bool(self._resolved.num_rows)

    def _raw(self, table: str, schema: pa.Schema) -> ir.Table:
        name = self._name("raw", table)
        files = self._tables[table].files(self._head.place(table).delta)
        held = self._engine.held(name)
        return self._engine.table(name, files, schema) if held is None else held

    def _named(self, table: str, build: Callable[[], ir.Table]) -> ir.Table:
        name = self._name("read", table)
        held = self._engine.held(name)
        return self._engine.view(name, build()) if held is None else held

    def _name(self, kind: str, table: str) -> str:
        """A name no other version and no other ledger in this process has."""
        seen = self._head if kind == "read" else self._head.place(table)
        return f"{table}_{kind}_" + hashlib.sha256(f"{self._tables[table].folder} {seen}".encode()).hexdigest()[:16]


def canonical_events(events: ir.Table, aliases: ir.Table, any_alias: bool) -> ir.Table:
    """Events with `customer_id` led to the person: by its own alias, or by the anonymous id's where it is null."""
    if not any_alias:
        return events
    known, anonymous = aliases.view(), aliases.view()
    joined = events.left_join(known, events.customer_id == known.alias_id).select(
        events, person=ibis.coalesce(known.person_id, events.customer_id)
    )
    led = joined.left_join(anonymous, joined.anonymous_id == anonymous.alias_id).select(
        joined, led_to=anonymous.person_id
    )
    return led.mutate(customer_id=ibis.coalesce(led.person, led.led_to)).select(*events.columns)


def newest_customers(customers: ir.Table, aliases: ir.Table) -> ir.Table:
    """One row a person: of the rows of all their ids, the one updated last (of equals, the later batch's name)."""
    joined = customers.left_join(aliases, customers.customer_id == aliases.alias_id).select(
        customers, person=ibis.coalesce(aliases.person_id, customers.customer_id)
    )
    order = [ibis.desc("updated_at"), ibis.desc("batch_id"), ibis.asc("customer_id")]
    ranked = joined.mutate(rank=ibis.row_number().over(group_by="person", order_by=order))
    return ranked.filter(_.rank == 0).mutate(customer_id=_.person).select(*customers.columns)
