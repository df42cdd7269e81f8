"""How each journey is best explained by a target: which of its events are steps, which are extra, what was left out.

The *cost* of a journey is the least number of events to take out plus mandatory steps to put in that makes it a run of
the target. Exact, by dynamic programming over the automaton's steps, for all journeys at once: an event either is a
step (one that can follow the last one, at the cost of the mandatory steps left out on the way there) or extra (1).
Among equally cheap explanations one that takes the later events for steps is told, so that the same is always told.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vivencia.plan.journeys.conformance.automaton import UNREACHABLE, Automaton, Costs

Ints = NDArray[np.int64]

MOST_CELLS = 40_000_000  # costs kept at once for looking back: 160 MB


@dataclass(frozen=True)
class Alignment:
    """Of journeys given as rows and offsets: `cost` and `closing` (the last step lived; the beginning where none) of
    each, and for each row `step`: the number of the step it is, or -1 where it is extra."""

    cost: Ints
    closing: Ints
    step: Ints


def numbered(target: Automaton, names: tuple[str, ...]) -> Ints:
    """For each name of a touchpoint its number among the target's touchpoints, -1 where the target has none such."""
    known = {name: number for number, name in enumerate(sorted(target.known))}
    return np.array([known.get(name, -1) for name in names], np.int64)


def align(target: Automaton, touchpoints: Ints, offsets: Ints) -> Alignment:
    """The best explanation of every journey. `touchpoints`: one number a row, as `numbered` gives them; journey i owns
    rows `offsets[i]:offsets[i + 1]` (it may own none). Equal journeys are explained once."""
    first, same = _distinct(touchpoints, offsets)
    lengths = np.diff(offsets)[first]
    cost, closing = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    kept: list[Ints] = [np.zeros(0, np.int64)] * len(first)
    for chunk in _chunks(lengths, len(target.keys) + 1):
        places = chunk[np.argsort(-lengths[chunk], kind="stable")]
        found = _explained(target, touchpoints, offsets[first[places]], lengths[places])
        cost[places], closing[places] = found[0], found[1]
        for row, place in enumerate(places):
            kept[place] = found[2][row, : lengths[place]]
    rows = np.concatenate([kept[one] for one in same]) if len(same) else np.zeros(0, np.int64)
    return Alignment(cost[same], closing[same], rows)


def _distinct(touchpoints: Ints, offsets: Ints) -> tuple[Ints, Ints]:
    """The first journey of each kind of journey, and for each journey the number of its kind."""
    plain = np.ascontiguousarray(touchpoints.astype(np.int32))
    bounds = offsets.tolist()
    kinds: dict[bytes, int] = {}
    first: list[int] = []
    same = np.zeros(len(bounds) - 1, np.int64)
    for journey in range(len(bounds) - 1):
        told = plain[bounds[journey] : bounds[journey + 1]].tobytes()
        number = kinds.setdefault(told, len(first))
        if number == len(first):
            first.append(journey)
        same[journey] = number
    return np.array(first, np.int64), same


def _chunks(lengths: Ints, width: int) -> Iterator[Ints]:
    """Runs of journeys whose costs fit into memory together; never an empty one."""
    order = np.argsort(-lengths, kind="stable")
    begin = 0
    while begin < len(order):
        cells = np.cumsum((lengths[order[begin:]] + 1) * width)
        n = max(1, int(np.searchsorted(cells, MOST_CELLS, side="right")))
        yield order[begin : begin + n]
        begin += n


def _explained(target: Automaton, touchpoints: Ints, begins: Ints, lengths: Ints) -> tuple[Ints, Ints, Ints]:
    """Cost, last step, and each event's step (-1: extra) of different journeys, the longest first."""
    numbers = _step_numbers(target)
    longest = int(lengths[0]) if len(lengths) else 0
    costs = [_beginning(target, len(lengths))]
    for place in range(longest):
        going = int(np.searchsorted(-lengths, -place, side="left"))  # those longer than `place`
        costs.append(_after(target, numbers, costs[place][:going], touchpoints[begins[:going] + place]))
    return _looked_back(target, numbers, costs, touchpoints, begins, lengths)


def _step_numbers(target: Automaton) -> Ints:
    """Each step's touchpoint as `numbered` numbers it; -2, which no event has, for a step bound to none."""
    known = {name: number for number, name in enumerate(sorted(target.known))}
    return np.array([-2 if name is None else known[name] for name in target.touchpoints], np.int64)


def _beginning(target: Automaton, n: int) -> Costs:
    costs = np.full((n, len(target.keys) + 1), UNREACHABLE, np.int32)
    costs[:, target.beginning] = 0
    return costs


def _after(target: Automaton, numbers: Ints, before: Costs, event: Ints) -> Costs:
    """The cheapest explanation of one event more, by the last step lived."""
    after: Costs = np.minimum(before + np.int32(1), np.int32(UNREACHABLE))
    for step, number in enumerate(numbers):
        rows = np.flatnonzero(event == number)
        if len(rows):
            lived = (before[rows] + target.enter[:, step]).min(axis=1)
            after[rows, step] = np.minimum(after[rows, step], lived)
    return after


def _looked_back(
    target: Automaton, numbers: Ints, costs: list[Costs], touchpoints: Ints, begins: Ints, lengths: Ints
) -> tuple[Ints, Ints, Ints]:
    """From the end of each journey back to its beginning, along the cheapest explanation."""
    n, longest = len(lengths), len(costs) - 1
    cost, last = np.zeros(n, np.int64), np.full(n, target.beginning, np.int64)
    told = np.full((n, longest), -1, np.int64)
    for place in range(longest, -1, -1):
        ending = np.flatnonzero(lengths == place)
        whole = costs[place][ending] + target.end
        last[ending] = whole.argmin(axis=1)
        cost[ending] = whole.min(axis=1)
        if place == longest:
            closing = last.copy()
        closing[ending] = last[ending]
        if place == 0:
            break
        going = np.flatnonzero(lengths >= place)
        event = touchpoints[begins[going] + place - 1]
        steps = np.flatnonzero(last[going] < target.beginning)
        rows, at = going[steps], last[going][steps]
        before = costs[place - 1][rows] + target.enter[:, at].T
        lived = (numbers[at] == event[steps]) & (before.min(axis=1) == costs[place][rows, at])
        told[rows[lived], place - 1] = at[lived]
        last[rows[lived]] = before[lived].argmin(axis=1)
    return cost, closing, told
