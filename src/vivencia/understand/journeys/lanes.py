"""The lanes below the phases: for each step who comes, through which channels, how long they waited, how it felt."""

from dataclasses import dataclass

import numpy as np

from vivencia.understand.journeys.flow import NOTHING_FELT, Felt, flow
from vivencia.understand.journeys.funnel import wilson
from vivencia.understand.journeys.table import SECOND, JourneyTable


@dataclass(frozen=True)
class ChannelShare:
    """`share` of a step's visits came through `channel`."""

    channel: str
    visits: int
    share: float


@dataclass(frozen=True)
class Lane:
    """One step's column. `reached` journeys of `journeys` come here: `share` with its 95 % Wilson interval.

    Waits are the time since the journey's step before: median and 90th percentile in seconds, None where the step
    always begins. `ends` journeys end here. `again` journeys come here more than once.
    """

    step: str
    visits: int
    reached: int
    journeys: int
    customers: int
    share: float
    low: float
    high: float
    channels: tuple[ChannelShare, ...]
    wait_median_seconds: float | None
    wait_p90_seconds: float | None
    ends: int
    again: int
    said_here: Felt = NOTHING_FELT
    passing: Felt = NOTHING_FELT

    @property
    def felt(self) -> Felt:
        """What was said at the step itself where ten people or more did, else what those passing say."""
        return self.said_here if self.said_here.n >= 10 else self.passing


def lanes(table: JourneyTable) -> dict[str, Lane]:
    """Every step's column, by step."""
    waits = _waits(table)
    channels = _channels(table)
    again = _again(table)
    found = {}
    for touchpoint in flow(table).touchpoints:
        code = table.code(touchpoint.touchpoint)
        low, high = wilson(touchpoint.journeys, table.journeys)
        median, p90 = waits[code]
        found[touchpoint.touchpoint] = Lane(
            step=touchpoint.touchpoint,
            visits=touchpoint.count,
            reached=touchpoint.journeys,
            journeys=table.journeys,
            customers=touchpoint.customers,
            share=touchpoint.journeys / table.journeys,
            low=low,
            high=high,
            channels=channels[code],
            wait_median_seconds=median,
            wait_p90_seconds=p90,
            ends=touchpoint.ends,
            again=again[code],
            said_here=touchpoint.said_here,
            passing=touchpoint.passing,
        )
    return found


def _waits(table: JourneyTable) -> list[tuple[float | None, float | None]]:
    later = np.ones(table.events, np.bool_)
    later[table.offsets[:-1]] = False
    rows = np.flatnonzero(later)
    wait = table.at[rows] - table.at[rows - 1]
    order = np.argsort(table.step[rows], kind="stable")
    counts = np.bincount(table.step[rows], minlength=len(table.steps))
    groups = np.split(wait[order], np.cumsum(counts)[:-1])
    return [
        (float(np.median(group)) / SECOND, float(np.quantile(group, 0.9)) / SECOND) if len(group) else (None, None)
        for group in groups
    ]


def _channels(table: JourneyTable) -> list[tuple[ChannelShare, ...]]:
    width = len(table.channels) + 1  # the first is: unknown
    pairs = table.step.astype(np.int64) * width + table.channel + 1
    counts = np.bincount(pairs, minlength=len(table.steps) * width).reshape(len(table.steps), width)
    found = []
    for row in counts:
        total = max(int(row.sum()), 1)
        best = [int(i) for i in np.argsort(-row[1:], kind="stable") if row[i + 1]]
        found.append(tuple(ChannelShare(table.channels[i], int(row[i + 1]), float(row[i + 1]) / total) for i in best))
    return found


def _again(table: JourneyTable) -> list[int]:
    """How many journeys visit each step more than once."""
    width = len(table.steps)
    rows = np.flatnonzero(~np.asarray(table.first))
    keys = np.sort(table.case_of[rows] * width + table.step[rows])
    single = keys[np.diff(keys, prepend=-1) != 0] % width
    return [int(n) for n in np.bincount(single, minlength=width)]
