"""Mentions as counts: of each subject (a topic, an intent, a theme) in periods that end at the moment looked from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from vivencia.understand.text.emerging.surveillance import Rise, look

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Grain = Literal["week", "day"]

DAYS: dict[Grain, int] = {"week": 7, "day": 1}
MOST_PERIODS: dict[Grain, int] = {"week": 290, "day": 200}
PER_YEAR: dict[Grain, float] = {"week": 52.0, "day": 365.0}
# Of each subject by itself; so that false alarms, measured after FALSE_SHARE, stay below 0.01 (`bench.emerging`).
# Days, with their levels of the week and a short past, are judged more mildly than the rate says.
RATES: dict[Grain, float] = {"week": 0.0095, "day": 0.013}
FALSE_SHARE = 0.5  # an alarm is likelier to be something than chance, among all alarms as strong (Benjamini, Hochberg)


@dataclass(frozen=True)
class Watched:
    """A subject's counts, the oldest first, with what was to be expected of each period and the level above which a
    count is odd (empty where the past is too short); the verdict on the newest.

    chance_share: which share of alarms as strong as this one is chance, over all that is watched (q). alarm: strong by
    itself and among the others.
    """

    counts: Floats
    expected: Floats
    upper: Floats
    rise: Rise
    chance_share: float

    @property
    def alarm(self) -> bool:
        return self.rise.alarm and self.chance_share <= FALSE_SHARE


def periods(days_ago: Whole, grain: Grain) -> tuple[Whole, int]:
    """Of each mention the place of its period, 0 the oldest, or -1 where it is too long ago; and how many there are.

    days_ago: whole days before the moment looked from, 0 for the last 24 hours. The oldest period is one that is
    covered whole.
    """
    if not len(days_ago):
        return np.zeros(0, np.int64), 0
    ago = days_ago // DAYS[grain]
    count = int(min((days_ago.max() + 1) // DAYS[grain], MOST_PERIODS[grain]))
    place = count - 1 - ago
    return np.where(place >= 0, place, -1), count


def counted(subject: Whole, period: Whole, subjects: int, count: int) -> Floats:
    """(subjects, count) mentions; those with a subject or a period of -1 are left out."""
    found = np.zeros((subjects, count))
    told = (subject >= 0) & (period >= 0)
    np.add.at(found, (subject[told], period[told]), 1.0)
    return found


def watched(counts: Floats, said: Floats, grain: Grain, *, drawn: bool = True) -> list[Watched]:
    """All subjects judged together. said: (periods,) how much was said in all. drawn: whether levels are wanted."""
    if not len(counts):
        return []
    seen = look(counts, said, rate=RATES[grain], per_year=PER_YEAR[grain], drawn=drawn)
    shares = _shares_of_chance(seen.rises)
    told = zip(counts, seen.means, seen.uppers, seen.rises, shares, strict=True)
    return [Watched(*one) for one in told]


def _shares_of_chance(rises: Sequence[Rise]) -> list[float]:
    judged = [place for place, rise in enumerate(rises) if rise.judged]
    shares = [1.0] * len(rises)
    if judged:
        for place, share in zip(judged, false_discovery_control([rises[i].p_value for i in judged]), strict=True):
            shares[place] = float(share)
    return shares
