"""When would the silent have answered? Exposures must precede the answer, and who gave none has no answer's time.

Several clocks are tried on those who did answer (so long after the survey was sent, after the first step, after the
last one, after the last step of a certain kind, on a fixed date); the clock that tells their answers' times best is
set for the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

DAY = 86_400_000_000  # microseconds
CLEARLY_BETTER = 0.7  # a clock named later must err this much less: the first ones are the ones that cannot be chance
ENOUGH_SHARE = 0.6  # a clock must be able to run for most of those who answered


@dataclass(frozen=True)
class Clock:
    """`name`: survey_sent, first_step, last_step, fixed_date or `after:<event name>`; `delay`: microseconds after it;
    `error`: median absolute error among those who answered."""

    name: str
    delay: int
    error: int


def best_clock(anchors: Mapping[str, pl.Series], answered: pl.Series) -> Clock | None:
    """The clock with the smallest error; near ties go to the one named first. None where nobody answered.

    anchors: name -> microseconds, one row a unit, null where the unit has no such moment; answered: the same for
    answers.
    """
    best: Clock | None = None
    for name, anchor in anchors.items():
        delays = (answered - anchor).drop_nulls()
        if len(delays) < max(1.0, ENOUGH_SHARE * (len(answered) - answered.null_count())):
            continue
        delay = delays.median()
        assert isinstance(delay, int | float)
        error = (delays - round(delay)).abs().median()
        assert isinstance(error, int | float)
        if best is None or error < CLEARLY_BETTER * best.error:
            best = Clock(name, round(delay), round(error))
    return best


def told_by(clock: Clock, anchors: Mapping[str, pl.Series]) -> pl.Series:
    """The time this clock tells for every unit; where it cannot run, the same delay after the first step."""
    first = anchors["first_step"]
    anchor = anchors[clock.name]
    return pl.select(pl.coalesce(anchor, first) + clock.delay).to_series()
