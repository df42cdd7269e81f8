"""The problem as a mixed-integer linear programme: variables, rows, and the way back to a plan.

Variables: `x[i,t]` start of `i` in quarter `t`; `w[g,q]` share of gap `g` closed in quarter `q`; `k[p,t]` programme `p`
starts in `t` knowing what its pilot found; spend of all. Two styles:

* "starts": only `x` is branched on, precedence as sums of starts. The way it is usually written.
* "begun": also `z[i,t]` = begun by the end of quarter `t` (a running sum of `x`), so that a precedence is a row of two
  entries and a branch says "not before" or "by then" instead of "just then", which splits far more evenly.

The closing of gaps is concave: lines through the points that can be reached bound it from above and are exact there
(small groups), tangents anywhere (large ones). The bound is valid either way.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from vivencia.plan.roadmap.optimiser.tables import Floats, Tables

Style = Literal["starts", "begun"]
Ints = npt.NDArray[np.int64]

SMALL_GROUP = 5
SAME = 1e-9
TANGENTS = 14
INFINITE = float("inf")


@dataclass
class Rows:
    """Linear rows `low ≤ Σ value·x ≤ high`, gathered one by one."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    name: list[str] = field(default_factory=list)

    def add(self, terms: dict[int, float], low: float, high: float, name: str = "") -> None:
        kept = {column: value for column, value in terms.items() if value != 0.0}
        self.low.append(low)
        self.high.append(high)
        self.index.extend(kept)
        self.value.extend(kept.values())
        self.start.append(len(self.index))
        self.name.append(name)


@dataclass
class Formulation:
    """Columns with their worth and bounds, rows, and where the starts are among the columns (−1: not allowed)."""

    tables: Tables
    x: Ints
    z: Ints
    worth: list[float]
    low: list[float]
    high: list[float]
    whole: list[bool]
    rows: Rows
    closed: list[tuple[int, list[tuple[float, dict[int, float]]]]] = field(default_factory=list)
    known: list[tuple[int, int, dict[int, float]]] = field(default_factory=list)

    def column(self, worth: float, low: float, high: float, whole: bool) -> int:
        self.worth.append(worth)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.worth) - 1

    def fill_in(self, values: Floats) -> None:
        """Give the columns that follow from the starts their values: shares of gaps closed, what pilots told."""
        for column, tangents in self.closed:
            values[column] = min(
                free - sum(value * values[other] for other, value in terms.items()) for free, terms in tangents
            )
        for column, start, known in self.known:
            values[column] = values[start] * min(1.0, sum(value * values[other] for other, value in known.items()))


def formulate(tables: Tables, style: Style = "begun") -> Formulation:
    """The whole problem in one style."""
    none = np.full((tables.n, tables.quarters), -1, dtype=np.int64)
    model = Formulation(tables, none.copy(), none.copy(), [], [], [], [], Rows())
    for i, t in np.argwhere(tables.allowed):
        model.x[i, t] = model.column(float(tables.value[i, t]), 0.0, 1.0, True)
    if style == "begun":
        _begun(model)
    _once(model)
    _precedence(model)
    _resources(model)
    _streams(model)
    _gaps(model)
    _pilots(model)
    _unlike(model)
    return model


def _begun(model: Formulation) -> None:
    """z[i,t] = x[i,0] + … + x[i,t], as differences."""
    for i, each in enumerate(model.x):
        begun = -1
        for t in np.flatnonzero(each >= 0):
            column = model.column(0.0, 0.0, 1.0, True)
            terms = {column: 1.0, int(each[t]): -1.0}
            if begun >= 0:
                terms[begun] = -1.0
            model.rows.add(terms, 0.0, 0.0)
            model.z[i, t] = begun = column


def _by(model: Formulation, i: int, t: int) -> dict[int, float]:
    """Begun by the end of quarter `t`, as terms."""
    if t < 0:
        return {}
    reached = np.flatnonzero(model.x[i, : t + 1] >= 0)
    if not len(reached):
        return {}
    if model.z[i, reached[-1]] >= 0:
        return {int(model.z[i, reached[-1]]): 1.0}
    return {int(model.x[i, s]): 1.0 for s in reached}


def _once(model: Formulation) -> None:
    for i in range(model.tables.n):
        ever = _by(model, i, model.tables.quarters - 1)
        must = bool(model.tables.must[i])
        if must or len(ever) > 1:
            model.rows.add(ever, 1.0 if must else 0.0, 1.0, f"must {i}" if must else "")


def _precedence(model: Formulation) -> None:
    for first, then in model.tables.before:
        for t in np.flatnonzero(model.x[then] >= 0):
            terms = _by(model, then, int(t))
            for column, value in _by(model, first, int(t) - int(model.tables.duration[first])).items():
                terms[column] = terms.get(column, 0.0) - value
            model.rows.add(terms, -INFINITE, 0.0)


def _resources(model: Formulation) -> None:
    tables = model.tables
    for r, name in enumerate(tables.resources):
        for q in range(tables.quarters):
            terms = {int(model.x[i, t]): float(tables.use[i, t, r, q]) for i, t in np.argwhere(tables.allowed)}
            model.rows.add(terms, -INFINITE, float(tables.room[r, q]), f"{name}@{q}")


def _streams(model: Formulation) -> None:
    tables = model.tables
    if not tables.problem.streams:
        return
    where = [(int(i), int(t)) for i, t in np.argwhere(tables.allowed)]
    for stream in tables.problem.streams:
        inside = [each.stream == stream.key for each in tables.problem.initiatives]
        shares = (("min", stream.min_share, 0.0, INFINITE), ("max", stream.max_share, -INFINITE, 0.0))
        for name, share, low, high in shares:
            if (name, share) in (("min", 0.0), ("max", 1.0)):
                continue
            terms = {int(model.x[i, t]): tables.spend[i, t] * (inside[i] - share) for i, t in where}
            model.rows.add(terms, low, high, f"{name}_share {stream.key}")
        if stream.min_count or stream.max_count is not None:
            most = INFINITE if stream.max_count is None else float(stream.max_count)
            count = {int(model.x[i, t]): 1.0 for i, t in where if inside[i]}
            model.rows.add(count, float(stream.min_count), most, f"count {stream.key}")


def _gaps(model: Formulation) -> None:
    """w ≤ each line of `lines_above`, over what is closed by then."""
    tables = model.tables
    for g, whole in enumerate(tables.whole):
        members = np.flatnonzero(tables.gap_of == g)
        lines = lines_above(tables.closes[members])
        for q in range(tables.quarters + 1):
            done = [(i, _by(model, int(i), q - int(tables.duration[i]))) for i in members]
            if not any(terms for _, terms in done):
                continue
            w = model.column(float(whole * tables.rate[q]), -INFINITE, 1.0, False)
            tangents = []
            for free, slope in lines:
                terms: dict[int, float] = {}
                for i, begun in done:
                    for column, value in begun.items():
                        terms[column] = terms.get(column, 0.0) - slope * float(tables.closes[i]) * value
                model.rows.add({w: 1.0} | terms, -INFINITE, free)
                tangents.append((free, terms))
            model.closed.append((w, tangents))


def lines_above(closes: Floats) -> list[tuple[float, float]]:
    """Lines (at 0, slope) that 1−e^(−c) lies under wherever it can be, c being the sum of some of `closes`.

    A small group has few sums: lines from each to the next, so nothing lies between them and the curve. A large one:
    tangents.
    """
    if len(closes) > SMALL_GROUP:
        return [(1.0 - float(np.exp(-c)) * (1.0 + c), float(np.exp(-c))) for c in _touching_points(closes)]
    sums = np.unique([sum(each) for k in range(len(closes) + 1) for each in combinations(closes, k)])
    sums = sums[np.append(True, np.diff(sums) > SAME)]
    shares = 1.0 - np.exp(-sums)
    slopes = np.diff(shares) / np.diff(sums)
    return (
        [(0.0, 0.0)]
        if len(sums) < 2
        else list(zip((shares[:-1] - slopes * sums[:-1]).tolist(), slopes.tolist(), strict=True))
    )


def _touching_points(closes: Floats) -> list[float]:
    """Where the tangents touch: evenly in what is closed, and at each alone."""
    most = 1.0 - float(np.exp(-closes[closes > 0].sum()))
    singles = {float(each) for each in closes}
    return sorted({float(-np.log1p(-share)) for share in np.linspace(0.0, most, TANGENTS)} | singles)


def _pilots(model: Formulation) -> None:
    """k ≤ starts then; the sum of k up to then ≤ the pilot was finished before."""
    tables = model.tables
    for pilot, programme, gains in tables.pilots:
        so_far: dict[int, float] = {}
        for t in np.flatnonzero(model.x[programme] >= 0):
            k = model.column(gains[t], 0.0, 1.0, False)
            model.rows.add({k: 1.0, int(model.x[programme, t]): -1.0}, -INFINITE, 0.0)
            so_far[k] = 1.0
            known = _by(model, pilot, int(t) - int(tables.duration[pilot]))
            model.rows.add(so_far | {column: -value for column, value in known.items()}, -INFINITE, 0.0)
            model.known.append((k, int(model.x[programme, t]), known))


def _unlike(model: Formulation) -> None:
    """Chosen that were not + not chosen that were ≥ the difference asked for."""
    problem = model.tables.problem
    if not problem.unlike_by:
        return
    terms: dict[int, float] = {}
    for i, each in enumerate(problem.initiatives):
        was = each.key in problem.unlike
        for column, value in _by(model, i, problem.quarters - 1).items():
            terms[column] = -value if was else value
    model.rows.add(terms, float(problem.unlike_by - len(problem.unlike)), INFINITE, "unlike")
