"""Days, weeks, months and quarters as whole numbers, so that every engine cuts time in the same places.

A period's number counts days since 1970-01-01, ISO weeks since the one of 1969-12-29, months or quarters since the
year 0; the clock is the local one of the company's time zone. Engines' own time zone arithmetic is not used: its
settings differ from engine to engine.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from vivencia.understand.seconds import seconds as seconds

Grain = Literal["day", "week", "month", "quarter"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter")
EXAMPLES: dict[Grain, str] = {"day": "2026-01-31", "week": "2026-W05", "month": "2026-01", "quarter": "2026-Q1"}
DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Clock:
    """A time zone's clock between two moments, as offsets an engine can add."""

    zone: str
    begin: datetime
    end: datetime

    def local_seconds(self, time: ir.TimestampValue) -> ir.IntegerValue:
        """Seconds since 1970-01-01 00:00 on the local clock."""
        told = seconds(time)
        first, *later = _offsets(self.zone, self.begin, self.end)
        if not later:
            return told + first[1]
        return told + ibis.cases(*((told >= at, offset) for at, offset in reversed(later)), else_=first[1])


@lru_cache(maxsize=64)
def _offsets(zone: str, begin: datetime, end: datetime) -> tuple[tuple[int, int], ...]:
    """(from second, offset in seconds) for each stretch between `begin` and `end`, oldest first."""
    clock = ZoneInfo(zone)

    def offset(second: int) -> int:
        told = datetime.fromtimestamp(second, clock).utcoffset()
        assert told is not None
        return round(told.total_seconds())

    first, last = round(begin.timestamp()) - DAY, round(end.timestamp()) + DAY
    stretches = [(first, offset(first))]
    for left in range(first, last, DAY):
        right = left + DAY
        if offset(left) != offset(right):
            while right - left > 1:
                middle = (left + right) // 2
                left, right = (middle, right) if offset(middle) == stretches[-1][1] else (left, middle)
            stretches.append((right, offset(right)))
    return tuple(stretches)


def number(grain: Grain, local: ir.IntegerValue) -> ir.IntegerValue:
    """The period's number of a moment given in local seconds."""
    day = local // DAY
    if grain == "day":
        return day
    if grain == "week":
        return (day + 3) // 7
    months = _month(day)
    return months if grain == "month" else months // 3


def _month(day: ir.IntegerValue) -> ir.IntegerValue:
    """Months since the year 0, by the arithmetic of years that begin in March (leap days come last)."""
    shifted = day + 719468  # days since 0000-03-01
    era = shifted // 146097  # 400 years
    of_era = shifted - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    day_of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    return (year_of_era + era * 400) * 12 + (5 * day_of_year + 2) // 153 + 2


def number_of(grain: Grain, moment: datetime, zone: str) -> int:
    """The number of the period a moment lies in."""
    local = moment.astimezone(ZoneInfo(zone)).date()
    day = local.toordinal() - _EPOCH
    by_grain = {
        "day": day,
        "week": (day + 3) // 7,
        "month": local.year * 12 + local.month - 1,
        "quarter": (local.year * 12 + local.month - 1) // 3,
    }
    return by_grain[grain]


def first_day(grain: Grain, period: int) -> date:
    """The first day of the period with this number."""
    if grain == "day":
        return date.fromordinal(_EPOCH + period)
    if grain == "week":
        return date.fromordinal(_EPOCH + 7 * period - 3)
    month = period if grain == "month" else period * 3
    return date(month // 12, month % 12 + 1, 1)


def begin(grain: Grain, period: int, zone: str) -> datetime:
    """The moment (UTC) at which the period with this number begins."""
    return midnight(first_day(grain, period), zone)


def midnight(day: date, zone: str) -> datetime:
    """The moment (UTC) at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def label(grain: Grain, period: int) -> str:
    """2026-01-31, 2026-W05, 2026-01 or 2026-Q1: sorts as time does."""
    day = first_day(grain, period)
    if grain == "day":
        return day.isoformat()
    if grain == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day.year}-{day.month:02d}" if grain == "month" else f"{day.year}-Q{(day.month + 2) // 3}"


def number_from(grain: Grain, text: str) -> int:
    """The number of the period a label names. Raises ValueError for another text."""
    try:
        if grain == "day":
            return date.fromisoformat(text).toordinal() - _EPOCH
        if grain == "week":
            year, week = text.split("-W")
            return (date.fromisocalendar(int(year), int(week), 1).toordinal() - _EPOCH + 3) // 7
        year, part = text.split("-Q" if grain == "quarter" else "-")
        return int(year) * (4 if grain == "quarter" else 12) + int(part) - 1
    except ValueError as error:
        raise ValueError(f"{text!r} names no {grain}; a {grain} looks like {EXAMPLES[grain]!r}") from error


def spans(grain: Grain, since: datetime, until: datetime, zone: str) -> list[tuple[datetime, datetime]]:
    """The complete periods between two moments, oldest first."""
    first, last = number_of(grain, since, zone), number_of(grain, until, zone)
    edges = [begin(grain, period, zone) for period in range(first, last + 2)]
    pairs = pairwise(edges)
    return [(start, end) for start, end in pairs if start >= since and end <= until]
