"""Candidates from the data: everything about every touchpoint that some lived and others did not."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from vivencia.moments.clocks import DAY
from vivencia.moments.conditions import Condition, is_duration
from vivencia.moments.effects.units import FloatArray
from vivencia.moments.lived import Lived
from vivencia.moments.occasions import Occasions
from vivencia.moments.vocabulary import STATUS_KEYS, is_failure

MOST_VALUES = 10  # of one property
LEAST_SHARE = 0.03  # of those at the touchpoint, for one value to be looked at
MOST_EMPLOYEES = 12
NEARLY_ALL = 0.9  # what so many share is the rule; what may have decided something is the exception
SHORTEST_WAIT = 60_000_000  # microseconds; shorter waits nobody notices
LEAST_WAITS = 40  # from one step to another, for a quarter of them to be called slow
LATE_DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 30)


@dataclass(frozen=True, eq=False)
class Exposure:
    """One candidate. `exposed`: (n,) 1 lived it, 0 not, nan not applicable; `at`: (n,) when, microseconds: of the
    exposure, or of the touchpoint where it applied without happening; nan where neither. `doses`: label in days ->
    exposed (nan in between). turned: exposed are those who did *not* get there, and `at` is when the others did.
    """

    touchpoint: str
    condition: Condition
    exposed: FloatArray
    at: FloatArray
    doses: Mapping[int, FloatArray] = field(default_factory=dict)
    synonyms: tuple[Condition, ...] = ()
    turned: bool = False

    @property
    def moments(self) -> FloatArray:
        """(n,) when it was lived, nan where it was not; of what is turned, when the others got there."""
        return np.where(self.exposed == (0 if self.turned else 1), self.at, np.nan)

    @property
    def key(self) -> str:
        return f"{self.touchpoint} · {self.condition.code}"


@dataclass(frozen=True, eq=False)
class _Place:
    """One touchpoint: its rows, and when each unit was first there (microseconds, nan = never)."""

    name: str
    rows: pl.DataFrame
    n: int
    first: FloatArray

    def made(self, condition: Condition, hits: pl.DataFrame, applies: FloatArray | None = None) -> Exposure:
        """Exposed are the units of `hits`, at their first `at`; the others at the touchpoint, or in `applies`, are
        not."""
        at = _first(hits, self.n)
        present = ~np.isnan(self.first if applies is None else applies)
        exposed = np.where(~np.isnan(at), 1.0, np.where(present, 0.0, np.nan))
        return Exposure(self.name, condition, exposed, np.where(np.isnan(at), self.first, at))


def exposures(steps: pl.DataFrame, lived: Lived, drawn: Occasions) -> Iterator[Exposure]:
    """Every candidate, in no particular order, whatever its support.

    Where a touchpoint fulfils a promise, whether and when it came is the promise's matter: it is not looked at as
    having happened, and its wait is counted from the promise on, also for those who still wait at the end.
    """
    n = len(drawn.frame)
    least = max(20, n * 0.002)
    due = _given(lived, drawn)
    fulfilling = set(due["touchpoint"].unique())
    for (name,), rows in steps.filter(pl.col("touchpoint").is_not_null()).group_by("touchpoint", maintain_order=True):
        if rows["unit"].n_unique() < least:
            continue
        place = _Place(str(name), rows, n, _first(rows, n))
        if place.name not in fulfilling:
            yield _reached(place)
            yield from _slow(place)
        for family in (_repeated, _failed, _kinds, _channels, _employees, _properties):
            yield from family(place)
    yield from _promises(due, n)


def _reached(place: _Place) -> Exposure:
    """That the touchpoint happened; of one that nearly everybody gets to, that it did not."""
    there = ~np.isnan(place.first)
    if there.mean() < NEARLY_ALL:
        return Exposure(place.name, Condition("happened"), there.astype(float), place.first)
    return Exposure(place.name, Condition("missed"), (~there).astype(float), place.first, turned=True)


def _first(rows: pl.DataFrame, n: int) -> FloatArray:
    """Per unit the earliest `at`; nan where it has no row."""
    found = rows.group_by("unit").agg(pl.col("at").min())
    at = np.full(n, np.nan)
    at[found["unit"].to_numpy()] = found["at"].to_numpy()
    return at


def _repeated(place: _Place) -> Iterator[Exposure]:
    again = place.rows.filter(pl.int_range(pl.len()).over("unit", "name") == 1)
    yield place.made(Condition("repeated"), again)


def _failed(place: _Place) -> Iterator[Exposure]:
    names = [name for name in place.rows["name"].unique() if is_failure(name)]
    failing = pl.col("name").is_in(names)
    for key in sorted(_keys(place.rows) & STATUS_KEYS):
        values = place.rows.select(_property(key))
        failing_values = [value for value in values.to_series().unique().drop_nulls() if is_failure(value)]
        failing = failing | _property(key).is_in(failing_values).fill_null(value=False)
    yield place.made(Condition("failed"), place.rows.filter(failing))


def _kinds(place: _Place) -> Iterator[Exposure]:
    names = place.rows["name"].value_counts(sort=True).head(MOST_VALUES)["name"].to_list()
    there = int((~np.isnan(place.first)).sum())
    for name in names if len(names) > 1 else ():
        rows = place.rows.filter(pl.col("name") == name)
        if not is_failure(name) and rows["unit"].n_unique() < NEARLY_ALL * there:
            yield place.made(Condition("event", value=name), rows)


def _slow(place: _Place) -> Iterator[Exposure]:
    """Came to a step later after the one before than three quarters of those who came from that same step: against
    all others, whoever leaves a step out would look slow at the next.

    It counts from the step on: who calls late often calls because something broke meanwhile, and that came first.
    """
    waits = place.rows.filter(pl.col("elapsed").is_not_null())
    waits = waits.filter(pl.int_range(pl.len()).over("unit", "name") == 0)
    names = waits["name"].value_counts(sort=True).head(4)["name"].to_list()
    for rank, name in enumerate(names):
        of_name = waits.filter((pl.col("name") == name) & (pl.len().over("name", "previous") >= LEAST_WAITS))
        of_name = of_name.with_columns(limit=pl.col("elapsed").quantile(0.75).over("previous"))
        slow = of_name.filter((pl.col("elapsed") > pl.col("limit")) & (pl.col("limit") >= SHORTEST_WAIT))
        if slow.is_empty():
            continue
        limits = slow["limit"].unique()
        threshold = float(limits[0]) / 1e6 if len(limits) == 1 else None
        condition = Condition("slow", None if rank == 0 else name, percentile=75, threshold=threshold)
        yield place.made(condition, slow, _first(of_name, place.n))


def _channels(place: _Place) -> Iterator[Exposure]:
    for value in _values(place.rows["channel"]):
        applies = _first(place.rows.filter(pl.col("channel").is_not_null()), place.n)
        yield place.made(Condition("channel", value=value), place.rows.filter(pl.col("channel") == value), applies)


def _employees(place: _Place) -> Iterator[Exposure]:
    served = place.rows.filter(pl.col("employee_id").is_not_null())
    applies = _first(served, place.n)
    for value in served["employee_id"].value_counts(sort=True).head(MOST_EMPLOYEES)["employee_id"].to_list():
        yield place.made(Condition("employee", value=value), served.filter(pl.col("employee_id") == value), applies)


YES = frozenset({"true", "yes", "y", "1", "si", "sí", "s", "sim"})


def _values(column: pl.Series) -> list[str]:
    """The values worth looking at one by one: the frequent ones, each against all others.

    A value that most have is what the others are held against, and says nothing by itself; of two, the "yes" is
    looked at, or the rarer one.
    """
    counts = column.drop_nulls().value_counts(sort=True)
    if len(counts) < 2:
        return []
    total = int(counts["count"].sum())
    values: list[str] = counts[column.name].to_list()
    if len(counts) == 2:
        return [value for value in values if value.lower() in YES] or values[1:]
    frequent = counts.filter(pl.col("count") >= max(20, LEAST_SHARE * total)).head(MOST_VALUES)
    usual = {values[0]} if counts["count"][0] > total / 2 else set()
    return [value for value in frequent[column.name].to_list() if value not in usual]


def _keys(rows: pl.DataFrame) -> set[str]:
    """The properties that a spread of the rows carries (a property of fewer than one row in a thousand may be
    missed)."""
    told = rows["properties"].drop_nulls()
    sample = told.gather_every(max(1, len(told) // 1000)).unique()
    return {key for text in sample for key in _object(text)}


def _object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _property(key: str) -> pl.Expr:
    quoted = key.replace("\\", "\\\\").replace("'", "\\'")
    return pl.col("properties").str.json_path_match(f"$['{quoted}']")


def _properties(place: _Place) -> Iterator[Exposure]:
    for key in sorted(_keys(place.rows) - STATUS_KEYS):  # how a step ended is looked at as `failed`
        rows = place.rows.select("unit", "at", value=_property(key)).filter(pl.col("value").is_not_null())
        if rows["unit"].n_unique() < 40:
            continue
        numbers = rows["value"].cast(pl.Float64, strict=False)
        distinct = rows["value"].n_unique()
        if numbers.null_count() * 20 < len(rows) and distinct > 2:
            yield from _high(place, key, rows.with_columns(number=numbers))
        elif distinct < 0.5 * len(rows):
            applies = _first(rows, place.n)
            for value in _values(rows["value"]):
                yield place.made(Condition("property", key, value), rows.filter(pl.col("value") == value), applies)


def _high(place: _Place, key: str, rows: pl.DataFrame) -> Iterator[Exposure]:
    limit = float(rows["number"].quantile(0.75) or 0)
    condition = Condition("duration" if is_duration(key) else "property_above", key, percentile=75, threshold=limit)
    yield place.made(condition, rows.filter(pl.col("number") > limit), _first(rows, place.n))


# Promises


def _promises(given: pl.DataFrame, n: int) -> Iterator[Exposure]:
    """Broken from the promised moment on, whether or not it was fulfilled before the answer; open ones are not
    applicable."""
    kinds = given.select("touchpoint", "promise").unique().sort("touchpoint", "promise")
    shared = kinds.group_by("touchpoint").len().filter(pl.col("len") > 1)["touchpoint"].to_list()
    for touchpoint, promise in kinds.iter_rows():
        rows = given.filter((pl.col("touchpoint") == touchpoint) & (pl.col("promise") == promise))
        key = promise if touchpoint in shared else None
        yield _broken(rows, touchpoint, Condition("promise", key), n)
        yield from _long_wait(rows, touchpoint, key, n)


def _broken(given: pl.DataFrame, touchpoint: str, condition: Condition, n: int) -> Exposure:
    kept = (pl.col("fulfilled") <= pl.col("promised")).fill_null(value=False)
    known = pl.when(kept).then(pl.col("fulfilled") <= pl.col("cutoff")).otherwise(pl.col("promised") < pl.col("cutoff"))
    due = given.filter(known).with_columns(at="promised")
    broken = due.filter(~kept).with_columns(late_days=(pl.col("seen_until") - pl.col("promised")) / DAY)
    at, due_at = _first(broken, n), _first(due, n)
    exposed = np.where(~np.isnan(at), 1.0, np.where(~np.isnan(due_at), 0.0, np.nan))
    return Exposure(touchpoint, condition, exposed, np.where(np.isnan(at), due_at, at), _late_doses(broken, exposed, n))


def _long_wait(given: pl.DataFrame, touchpoint: str, key: str | None, n: int) -> Iterator[Exposure]:
    """Waited longer than three quarters of those whose wait is over; who still waits at the end counts by then."""
    waits = given.with_columns(
        wait=pl.col("seen_until") - pl.col("opened"), over=pl.col("fulfilled") <= pl.col("cutoff")
    )
    limit = float(waits.filter("over")["wait"].quantile(0.75) or 0)
    if limit < SHORTEST_WAIT:
        return
    slow = waits.filter(pl.col("wait") > limit).with_columns(at=pl.col("opened") + round(limit))
    told = waits.filter(pl.col("over").fill_null(value=False) | (pl.col("wait") > limit)).with_columns(at="seen_until")
    at, told_at = _first(slow, n), _first(told, n)
    exposed = np.where(~np.isnan(at), 1.0, np.where(~np.isnan(told_at), 0.0, np.nan))
    condition = Condition("slow", key, percentile=75, threshold=limit / 1e6)
    yield Exposure(touchpoint, condition, exposed, np.where(np.isnan(at), told_at, at))


def _given(lived: Lived, drawn: Occasions) -> pl.DataFrame:
    """Promises given within each unit: `unit`, `touchpoint`, `promise`, `opened`, `promised`, `fulfilled`, `cutoff` and
    `seen_until` (fulfilled, or the unit's cutoff where that is earlier)."""
    units = drawn.frame.select("unit", "person", "case", "start", "cutoff")
    own = lived.promises.filter(pl.col("case").is_not_null()).drop("person").join(units.drop("person"), on="case")
    of_person = lived.promises if drawn.by == "customer" else lived.promises.filter(pl.col("case").is_null())
    during = of_person.drop("case").join(units.drop("case"), on="person")
    during = during.filter((pl.col("opened") >= pl.col("start")) & (pl.col("opened") <= pl.col("cutoff")))
    columns = ("unit", "touchpoint", "promise", "opened", "promised", "fulfilled", "cutoff")
    parts = [during.select(*columns)] if drawn.by == "customer" else [own.select(*columns), during.select(*columns)]
    seen_until = pl.min_horizontal(pl.col("fulfilled").fill_null(pl.col("cutoff")), "cutoff")
    return pl.concat(parts).with_columns(seen_until=seen_until)


def _late_doses(broken: pl.DataFrame, exposed: FloatArray, n: int) -> dict[int, FloatArray]:
    """The later the worse? Two thresholds in days, at the middle and the upper quarter of how late it was."""
    if len(broken) < 80:
        return {}
    latest = np.full(n, np.nan)
    worst = broken.group_by("unit").agg(pl.col("late_days").max())
    latest[worst["unit"].to_numpy()] = worst["late_days"].to_numpy()
    wanted = [float(worst["late_days"].quantile(share) or 0) for share in (0.5, 0.75)]
    days = sorted({min(LATE_DAYS, key=lambda day: abs(day - want)) for want in wanted})
    return {day: np.where(latest > day, 1.0, np.where(exposed == 0, 0.0, np.nan)) for day in days}
