"""Makes the whole demonstration: the same three tables for the same seed, size and last day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from vivencia.listen.demo import happenings, orders, surveys
from vivencia.listen.demo.log import Log
from vivencia.listen.demo.people import WINDOW_DAYS, People, aliases_table, customers_table, invent

SEED = 20_261
CUSTOMERS = 20_000


@dataclass(frozen=True)
class Lives:
    """Everyone, everything they ordered, and the luck with which it went: what `orders.true_effect` asks."""

    people: People
    context: orders.Context
    luck: orders.Luck


@dataclass(frozen=True)
class Demonstration:
    """Tables in the ledger's shapes EVENTS, CUSTOMERS and ALIASES."""

    events: pa.Table
    customers: pa.Table
    aliases: pa.Table


def window(until: datetime) -> datetime:
    """The first day of the eighteen months that end at `until`."""
    return until - timedelta(days=WINDOW_DAYS)


def lives(until: datetime, *, customers: int = CUSTOMERS, seed: int = SEED) -> Lives:
    """The hidden truth behind the tables."""
    rng = np.random.default_rng(seed)
    people = invent(rng, customers)
    return Lives(people, *orders.live_through(rng, people, window(until).timetuple().tm_yday))


def generate(
    until: datetime,
    *,
    customers: int = CUSTOMERS,
    seed: int = SEED,
    progress: Callable[[float], None] = lambda share: None,
) -> Demonstration:
    """Everything that happened in the eighteen months before `until` (aware, best a midnight); `progress` hears 0-1."""
    hidden = lives(until, customers=customers, seed=seed)
    progress(0.1)
    rng = np.random.default_rng(seed + 1)
    start = window(until)
    lived = orders.live(hidden.context, hidden.luck)
    log = Log(start)
    times = happenings.when(hidden.context, lived, rng)
    shop = happenings.Shop(log, hidden.people, hidden.context, lived, times, rng)
    shop.write()
    progress(0.6)
    surveys.ask_customers(log, shop)
    surveys.ask_employees(log, rng)
    progress(0.9)
    made = Demonstration(
        log.table(until), customers_table(hidden.people, start, until), aliases_table(hidden.people, start, until)
    )
    progress(1.0)
    return made
