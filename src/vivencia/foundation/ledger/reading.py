"""One consistent version of the ledger's tables, ready to be asked."""

import functools
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
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
from vivencia.foundation.ledger.schema import TABLES

_SEEN = ("events", "customers", "aliases")
_VERSIONS_KEPT = 64
_named: OrderedDict[str, None] = OrderedDict()
_preparing = threading.RLock()


@dataclass(frozen=True)
class Snapshot:
    """One version of the ledger: its names, whose it is, and the Parquet files each table consists of."""

    version: str
    readings_version: str
    ledger: Path
    files: dict[str, tuple[Path, ...]]
    head: Head

    @property
    def name(self) -> str:
        """Unlike the name of any other snapshot, and fit to be part of a table's name."""
        told = [str(self.ledger), *(str(file) for name in sorted(self.files) for file in self.files[name])]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


class Read:
    """What the ledger said at one version. Ask it from the thread that opened it; open another elsewhere.

    version: names what was read, readings apart; equal versions are equal contents. Readings follow from the events,
    and a change of theirs alone does not make every remembered figure old.
    readings_version: as `version`, and the readings too.
    events: EVENTS, with `customer_id` canonical; null where nobody knows whose the event is.
    customers: CUSTOMERS, one row a person: the newest.
    readings: READINGS, one row an event: the newest.
    aliases: `alias_id`, `person_id`: every id that is somebody's other name, and the canonical id it leads to.
    """

    def __init__(
        self,
        now: Callable[[], Snapshot],
        cache: Path,
        engine: engines.Engine,
        *,
        added: Callable[[Head, Head, str], tuple[Path, ...] | None] = lambda earlier, later, table: None,
        at: Snapshot | None = None,
    ) -> None:
        self._now, self._cache, self._engine, self._added = now, cache, engine, added
        self._snapshot = at or now()
        self._name = self._snapshot.name

    @property
    def version(self) -> str:
        return self._snapshot.version

    @property
    def readings_version(self) -> str:
        return self._snapshot.readings_version

    @property
    def ledger(self) -> Path:
        """The folder of the ledger that was read: versions of two ledgers may have one name."""
        return self._snapshot.ledger

    @property
    def head(self) -> Head:
        """Where each table stood."""
        return self._snapshot.head

    @functools.cached_property
    def events(self) -> ir.Table:
        return self._tables["events"]

    @functools.cached_property
    def customers(self) -> ir.Table:
        return self._tables["customers"]

    @functools.cached_property
    def aliases(self) -> ir.Table:
        return self._tables["aliases"]

    @functools.cached_property
    def readings(self) -> ir.Table:
        """Made ready only for who asks: most reads need none, and readings change every few seconds."""
        raw = self._held("raw_readings")
        name = f"readings_{self._name}"
        with _preparing:
            held = self._engine.held(name)
            return held if held is not None else self._engine.view(name, self._newest_readings(raw))

    @functools.cached_property
    def told_aliases(self) -> ir.Table:
        """ALIASES as the sources told them: which two ids are one person, why, and since when."""
        return self._held("raw_aliases")

    @functools.cached_property
    def told_customers(self) -> ir.Table:
        """CUSTOMERS as the sources told them: every row about every id, the newest of an id being what it says now."""
        return self._held("raw_customers")

    def events_of(self, customer_id: str) -> ir.Table:
        """`events` of one person.

        Far cheaper than a filter on `events`: the person's ids are looked up first, and files are then asked for each
        by equality, which is what they can skip parts by.
        """
        own = self.to_arrow(self.aliases.filter(_.person_id == customer_id).select(id=_.alias_id))["id"].to_pylist()
        raw = self._held("raw_events")
        parts = [raw.filter(raw.customer_id == one) for one in (customer_id, *own)]
        if own:
            parts.append(raw.filter(raw.customer_id.isnull() & raw.anonymous_id.isin(own)))
        theirs = ibis.union(*parts) if len(parts) > 1 else parts[0]
        return theirs.mutate(customer_id=ibis.literal(customer_id)).select(*raw.columns)

    def events_of_many(self, ids: ir.Table) -> ir.Table:
        """`events` of the people in `ids` (`customer_id`, canonical): far cheaper than a join with `events`.

        Files are asked for the people's own ids and their other ones, and only what they hold is led to the person.
        """
        led = self.aliases.semi_join(ids, self.aliases.person_id == ids.customer_id)
        names = ibis.union(ids.select(name="customer_id"), led.select(name="alias_id"))
        raw = self._held("raw_events")
        theirs = raw.semi_join(names, raw.customer_id == names.name)
        if self.to_arrow(led.limit(1)).num_rows:
            unknown = raw.filter(_.customer_id.isnull())
            theirs = ibis.union(theirs, unknown.semi_join(names, unknown.anonymous_id == names.name))
        known = canonical_events(theirs, self.aliases, ("customer_id", "anonymous_id"))
        return known.filter(_.customer_id.notnull())

    def events_added(self, earlier: Head) -> ir.Table | None:
        """The `events` that came after an earlier version; None where some went too, or where it cannot be told."""
        raw = self._came(earlier, "events")
        return None if raw is None else canonical_events(raw, self.aliases, ("customer_id", "anonymous_id"))

    def aliases_added(self, earlier: Head) -> ir.Table | None:
        """ALIASES told after an earlier version; None as `events_added`."""
        return self._came(earlier, "aliases")

    def _came(self, earlier: Head, table: str) -> ir.Table | None:
        files = self._added(earlier, self.head, table)
        if files is None or not self._tables:
            return None
        since = hashlib.blake2b(earlier.version.encode(), digest_size=8).hexdigest()  # one read, several earlier ones
        return self._engine.table(f"came_{table}_{since}_{self._name}", files, TABLES[table])

    @functools.cached_property
    def horizon(self) -> datetime | None:
        """When the newest event occurred; None where there is none."""
        said = self.remember("horizon", self._latest)
        return datetime.fromisoformat(said) if said else None

    def to_arrow(self, expression: ir.Expr) -> pa.Table:
        """Compute the expression on the configured engine. A scalar or a column comes as a table's column.

        Where an erasure has taken the files away, the answer is what the ledger says now, and so is `version`.
        """
        try:
            return self._engine.to_arrow(expression)
        except Exception:
            with _preparing:
                if self._complete() and self._engine.held(f"events_{self._name}") is not None:
                    raise
                self._snapshot = self._snapshot if self._complete() else self._now()
                self._prepare()
            return self._engine.to_arrow(expression)

    def remember(self, key: str, compute: Callable[[], Any], *, with_readings: bool = False) -> Any:
        """`compute()`'s result, computed once a version and shared by all processes.

        The key must say everything besides the ledger that the result depends on. The result is a pa.Table or
        something JSON can say; tuples come back as lists. What depends on readings says so: `with_readings=True`.
        """
        version = (lambda: self.readings_version) if with_readings else (lambda: self.version)
        return results.remember(self._cache, version, key, compute, worth_keeping=self._complete)

    def recall(self, version: str, key: str) -> Any:
        """What is remembered of another version. Raises LookupError where nothing is."""
        return results.recall(self._cache, version, key)

    def versions_that_remember(self, key: str) -> list[str]:
        """The versions of which something is remembered under this key, the latest remembered first."""
        return results.versions_that_remember(self._cache, key)

    def _complete(self) -> bool:
        return all(file.exists() for files in self._snapshot.files.values() for file in files)

    def _latest(self) -> str | None:
        newest = self.to_arrow(self.events.aggregate(at=_.occurred_at.max()))["at"][0].as_py()
        return newest.isoformat() if newest else None

    @functools.cached_property
    def _tables(self) -> dict[str, ir.Table]:
        """Events, customers and aliases, made ready on the engine by the process's first who asks for this version."""
        with _preparing:
            held = {name: self._engine.held(f"{name}_{self._name}") for name in _SEEN}
            ready = {name: table for name, table in held.items() if table is not None}
            return ready if len(ready) == len(_SEEN) else self._prepare()

    def _held(self, table: str) -> ir.Table:
        if self._tables and (held := self._engine.held(f"{table}_{self._name}")) is not None:
            return held
        raise LookupError(table)

    def _prepare(self) -> dict[str, ir.Table]:
        """Register the snapshot's files, resolve aliases, and name the views readers use."""
        raw = {
            name: self._engine.table(f"raw_{name}_{self._name}", files, TABLES[name])
            for name, files in self._snapshot.files.items()
        }
        told = aliases_of.resolve(self._engine.to_arrow(raw["aliases"]["alias_id", "customer_id", "made_at"]))
        aliases = self._engine.keep(f"aliases_{self._name}", told)
        by = self.remember("aliases-in-use", lambda: self._in_use(raw["events"], aliases)) if told.num_rows else []
        seen = {
            "events": canonical_events(raw["events"], aliases, by),
            "customers": newest_customers(raw["customers"], aliases),
        }
        views = {name: self._engine.view(f"{name}_{self._name}", expression) for name, expression in seen.items()}
        self._let_go_of_old()
        return {"aliases": aliases, **views}

    def _in_use(self, events: ir.Table, aliases: ir.Table) -> list[str]:
        """The columns in which any alias occurs at all: where none does, no query need look it up."""
        columns = ("customer_id", "anonymous_id")
        led = {column: events.semi_join(aliases, events[column] == aliases.alias_id) for column in columns}
        return [column for column in columns if self.to_arrow(led[column].select(column).limit(1)).num_rows]

    def _newest_readings(self, readings: ir.Table) -> ir.Table:
        """One row an event; where no event was read twice, which is the rule, no query need look for it."""
        twice = readings.group_by("event_id").aggregate(n=_.count()).filter(_.n > 1).limit(1)
        if not self.remember("read-twice", lambda: bool(self.to_arrow(twice).num_rows), with_readings=True):
            return readings
        ranked = readings.mutate(
            rank=ibis.row_number().over(group_by="event_id", order_by=[ibis.desc("read_at"), ibis.desc("model")])
        )
        return ranked.filter(_.rank == 0).select(*readings.columns)

    def _let_go_of_old(self) -> None:
        """Versions come every second in a busy company; their names do not stay for ever."""
        _named[self._name] = None
        _named.move_to_end(self._name)
        while len(_named) > _VERSIONS_KEPT:
            old, _nothing = _named.popitem(last=False)
            for name in [
                *(f"{name}_{old}" for name in (*_SEEN, "readings", "came_events", "came_aliases")),
                *(f"raw_{name}_{old}" for name in TABLES),
            ]:
                self._engine.drop(name)


def canonical_events(events: ir.Table, aliases: ir.Table, by: Collection[str]) -> ir.Table:
    """Events with `customer_id` led to the person: by its own alias, or by the anonymous id's where it is null.

    by: which of the columns `customer_id` and `anonymous_id` to look up.
    """
    led = events.mutate(person=events.customer_id)
    for column in [each for each in ("customer_id", "anonymous_id") if each in by]:
        known = aliases.view()
        joined = led.left_join(known, led[column] == known.alias_id).select(led, led_to=known.person_id)
        first, then = ("led_to", "person") if column == "customer_id" else ("person", "led_to")
        led = joined.mutate(person=ibis.coalesce(joined[first], joined[then])).drop("led_to")
    return led.mutate(customer_id=led.person).select(*events.columns) if by else events


def newest_customers(customers: ir.Table, aliases: ir.Table) -> ir.Table:
    """One row a person: of the rows of all their ids, the one updated last (of equals, the later batch's name)."""
    joined = customers.left_join(aliases, customers.customer_id == aliases.alias_id).select(
        customers, person=ibis.coalesce(aliases.person_id, customers.customer_id)
    )
    order = [ibis.desc("updated_at"), ibis.desc("batch_id"), ibis.asc("customer_id")]
    ranked = joined.mutate(rank=ibis.row_number().over(group_by="person", order_by=order))
    return ranked.filter(_.rank == 0).mutate(customer_id=_.person).select(*customers.columns)
