"""Segments: people who have something in common, said as typed conditions that anything can be filtered by.

`members(read, definition)` gives the people as an Ibis table with one column, `customer_id`; metrics, journeys and
moments take it as they are. Pure: nothing is read but the ledger, and the moment "today" means is an argument.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol

import ibis
import ibis.expr.types as ir
from ibis import _

from vivencia.understand.currencies import main_currency
from vivencia.understand.json_text import json_text
from vivencia.understand.lived import WRITING
from vivencia.understand.promises import STATES, promises
from vivencia.understand.segment_answers import Answered
from vivencia.understand.segment_personas import InPersona

Match = Literal["all", "any"]
MOST = 36_500  # days back, or orders: more is a slip of the hand, and no calendar goes there


class Reading(Protocol):
    """The part of the ledger's `Read` that segments need."""

    @property
    def events(self) -> ir.Table: ...

    @property
    def customers(self) -> ir.Table: ...

    @property
    def horizon(self) -> datetime | None: ...


@dataclass(frozen=True)
class Moment:
    """What a condition is asked of: the two tables and the moment "today" means."""

    events: ir.Table
    customers: ir.Table
    as_of: datetime
    read: Reading | None = None  # what the tables are of, for what is worked out once a version

    def recent(self, days: int | None) -> ir.Table:
        """Events of known people in the last `days` days; None: ever."""
        told = self.events.filter(_.customer_id.notnull() & (_.occurred_at <= self.as_of))
        return told if days is None else told.filter(_.occurred_at > self.as_of - timedelta(days=days))

    def everybody(self) -> ir.Table:
        told = self.recent(None).select("customer_id")
        return ibis.union(self.customers.select("customer_id"), told, distinct=True)


@dataclass(frozen=True)
class InSegment:
    """The segment the company's own systems put them in is one of these."""

    kind: ClassVar[str] = "segment"
    values: tuple[str, ...]

    def people(self, at: Moment) -> ir.Table:
        return at.customers.filter(_.segment.isin(list(self.values))).select("customer_id")


@dataclass(frozen=True)
class Trait:
    """A trait of theirs is, is not, contains, is at least or at most a value. An unknown trait is none of these."""

    kind: ClassVar[str] = "trait"
    OPERATORS: ClassVar[tuple[str, ...]] = ("is", "is not", "contains", "at least", "at most")
    key: str
    operator: str
    value: str

    def __post_init__(self) -> None:
        _allowed("operator", self.operator, self.OPERATORS)
        if self.operator in ("at least", "at most"):
            _number("value", self.value)

    def people(self, at: Moment) -> ir.Table:
        text = _column(at.customers, self.key)
        tests: dict[str, Callable[[], Any]] = {
            "is": lambda: text.lower() == self.value.lower(),
            "is not": lambda: text.lower() != self.value.lower(),
            "contains": lambda: text.lower().contains(self.value.lower()),
            "at least": lambda: text.try_cast("float64") >= float(self.value),
            "at most": lambda: text.try_cast("float64") <= float(self.value),
        }
        return at.customers.filter(tests[self.operator]()).select("customer_id")


@dataclass(frozen=True)
class Touchpoint:
    """A touchpoint happened, or did not, in the last `within_days` days (None: ever)."""

    kind: ClassVar[str] = "touchpoint"
    touchpoint: str
    happened: bool = True
    within_days: int | None = None

    def people(self, at: Moment) -> ir.Table:
        there = at.recent(self.within_days).filter(_.touchpoint == self.touchpoint).select("customer_id").distinct()
        return there if self.happened else at.everybody().anti_join(there, "customer_id")


@dataclass(frozen=True)
class PromiseIs:
    """A promise made to them is kept, broken, overdue, open or withdrawn; counted by when it was due."""

    kind: ClassVar[str] = "promise"
    state: str
    promise: str = ""  # its kind; "": any
    within_days: int | None = None

    def __post_init__(self) -> None:
        _allowed("state", self.state, STATES)

    def people(self, at: Moment) -> ir.Table:
        made = promises(at.recent(None), at.as_of).filter(_.state == self.state)
        if self.promise:
            made = made.filter(_.promise == self.promise)
        if self.within_days is not None:
            made = made.filter(_.promised_at > at.as_of - timedelta(days=self.within_days))
        return made.filter(_.customer_id.notnull()).select("customer_id").distinct()


@dataclass(frozen=True)
class LastScore:
    """Their last answer to a question is at most or at least a score."""

    kind: ClassVar[str] = "score"
    OPERATORS: ClassVar[tuple[str, ...]] = ("at most", "at least")
    metric: str
    operator: str
    score: float
    within_days: int | None = None

    def __post_init__(self) -> None:
        _allowed("operator", self.operator, self.OPERATORS)

    def people(self, at: Moment) -> ir.Table:
        answered = at.recent(self.within_days).filter((_.metric == self.metric) & _.score.notnull())
        last = answered.group_by("customer_id").aggregate(score=_.score.argmax(_.occurred_at))
        wanted = last.score <= self.score if self.operator == "at most" else last.score >= self.score
        return last.filter(wanted).select("customer_id")


@dataclass(frozen=True)
class Spend:
    """They paid at least, or at most, an amount (payments less refunds) in the last days.

    In one currency, the one of most amounts, as all sums of people's money are: with the amounts that name none, and
    without those in others. At most includes people who paid nothing.
    """

    kind: ClassVar[str] = "spend"
    OPERATORS: ClassVar[tuple[str, ...]] = ("at least", "at most")
    operator: str
    amount: float
    within_days: int | None = None

    def __post_init__(self) -> None:
        _allowed("operator", self.operator, self.OPERATORS)

    def people(self, at: Moment) -> ir.Table:
        told = at.recent(self.within_days)
        summed = told.filter(_.currency.isnull() | (_.currency == main_currency(at.events)))
        paid = summed.group_by("customer_id").aggregate(paid=_.amount.sum())
        if self.operator == "at least":
            return paid.filter(_.paid >= self.amount).select("customer_id")
        more = paid.filter(_.paid > self.amount).select("customer_id")
        return at.everybody().anti_join(more, "customer_id")


@dataclass(frozen=True)
class Orders:
    """They ordered at least, or at most, so many times in the last days. At most includes people who never did."""

    kind: ClassVar[str] = "orders"
    OPERATORS: ClassVar[tuple[str, ...]] = ("at least", "at most")
    operator: str
    times: int
    within_days: int | None = None

    def __post_init__(self) -> None:
        _allowed("operator", self.operator, self.OPERATORS)

    def people(self, at: Moment) -> ir.Table:
        bought = at.recent(self.within_days).filter(_.amount > 0)
        order = ibis.coalesce(bought.subject_id, bought.event_id)
        counted = bought.group_by("customer_id").aggregate(times=order.nunique())
        if self.operator == "at least":
            return counted.filter(_.times >= self.times).select("customer_id")
        more = counted.filter(_.times > self.times).select("customer_id")
        return at.everybody().anti_join(more, "customer_id")


@dataclass(frozen=True)
class Silent:
    """They did nothing (surveys aside) for at least so many days, though they once did something."""

    kind: ClassVar[str] = "silent"
    days: int

    def people(self, at: Moment) -> ir.Table:
        did = at.recent(None).filter(_.metric.isnull() & ~_.name.startswith("survey") & ~_.name.isin(WRITING))
        last = did.group_by("customer_id").aggregate(last=_.occurred_at.max())
        return last.filter(_.last <= at.as_of - timedelta(days=self.days)).select("customer_id")


Condition = InSegment | InPersona | Trait | Touchpoint | PromiseIs | LastScore | Answered | Spend | Orders | Silent
CONDITIONS: dict[str, type[Condition]] = {
    one.kind: one
    for one in (InSegment, Trait, Touchpoint, PromiseIs, LastScore, Answered, Spend, Orders, Silent, InPersona)
}


@dataclass(frozen=True)
class Definition:
    """Who belongs: those who meet all conditions, or any of them. Without conditions, everybody."""

    conditions: tuple[Condition, ...] = ()
    match: Match = "all"


def members(read: Reading, segment: Definition, as_of: datetime | None = None) -> ir.Table:
    """The people of a segment: an Ibis table with one column, `customer_id`, each person once.

    `as_of` is what "in the last 30 days" counts back from; None: the newest event. An empty ledger has no members.
    """
    moment = as_of or read.horizon
    if moment is None:
        return read.customers.select("customer_id").limit(0)
    at = Moment(read.events, read.customers, moment, read)
    if not segment.conditions:
        return at.everybody()
    first, *rest = [condition.people(at) for condition in segment.conditions]
    for people in rest:
        first = (
            first.semi_join(people, "customer_id")
            if segment.match == "all"
            else ibis.union(first, people, distinct=True)
        )
    return first.distinct()


def to_json(definition: Definition) -> dict[str, Any]:
    """As it is stored: `{"match": "all", "conditions": [{"kind": "trait", "key": …}, …]}`."""
    conditions = [{"kind": condition.kind, **asdict(condition)} for condition in definition.conditions]
    return {"match": definition.match, "conditions": conditions}


def from_json(stored: Mapping[str, Any]) -> Definition:
    """The inverse of `to_json`. Raises ValueError naming what is wrong and what is allowed."""
    match = stored.get("match", "all")
    _allowed("match", match, ("all", "any"))
    return Definition(tuple(condition(one) for one in stored.get("conditions", ())), match)


def condition(stored: Mapping[str, Any]) -> Condition:
    """One condition from its stored or posted form; texts are read as the numbers they must be."""
    kind = str(stored.get("kind", ""))
    _allowed("kind", kind, tuple(CONDITIONS))
    wanted = CONDITIONS[kind]
    given: dict[str, Any] = {}
    for one in fields(wanted):
        value = stored.get(one.name)
        if value is None or value == "":
            if one.default is MISSING:
                raise ValueError(f"{kind}: {one.name} is missing")
            continue
        given[one.name] = _READ[str(one.type)](one.name, value)
    return wanted(**given)


def _column(customers: ir.Table, key: str) -> ir.StringColumn:
    return customers[key] if key in ("language", "timezone", "account_id") else json_text(customers.traits, key)


def _allowed(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(allowed)}")


def _number(name: str, value: Any) -> float:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name} is {value!r}; a number is needed")
    return number


def _whole(name: str, value: Any) -> int:
    number = _number(name, value)
    if not number.is_integer() or not 0 <= number <= MOST:
        raise ValueError(f"{name} is {value!r}; a whole number from 0 to {MOST} is needed")
    return int(number)


def _texts(name: str, value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else (str(value),)


_READ: dict[str, Callable[[str, Any], Any]] = {
    repr(str): lambda _name, value: str(value),
    repr(float): _number,
    repr(int): _whole,
    repr(bool): lambda _name, value: value in (True, "true", "True", "yes", "1"),
    "int | None": _whole,
    "tuple[str, ...]": _texts,
}
