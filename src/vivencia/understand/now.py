"""The moment an analysis looks from."""

from datetime import datetime, timedelta

FRESH = timedelta(days=2)


def as_of(horizon: datetime | None, clock: datetime) -> datetime:
    """The clock while data keep coming; where the newest event is older than two days, that event's time.

    An archive is read as of its own last day: a parcel promised in 2018 is not eight years late today.
    """
    return clock if horizon is None or horizon >= clock - FRESH else horizon
