"""Quarters, named by their first day."""

from datetime import date, timedelta


def quarter_of(day: date) -> date:
    """The first day of the quarter a day lies in.

    >>> quarter_of(date(2026, 11, 22))
    datetime.date(2026, 10, 1)
    """
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def later(quarter: date, quarters: int) -> date:
    """The first day of the quarter so many quarters later (earlier where negative).

    >>> later(date(2026, 10, 1), 1)
    datetime.date(2027, 1, 1)
    """
    months = quarter.year * 12 + quarter.month - 1 + 3 * quarters
    return date(months // 12, months % 12 + 1, 1)


def last_day(quarter: date) -> date:
    return later(quarter, 1) - timedelta(days=1)
