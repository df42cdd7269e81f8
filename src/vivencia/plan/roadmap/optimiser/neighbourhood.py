"""Ruin and recreate: take a few initiatives out of a plan and fill it again, thousands of times.

What guides the filling are the prices of the linear relaxation. A start's *gain* is its reduced cost plus the price of
all it uses, so that the worth of what it makes possible (dependants, pilots, a share of a gap, a stream's balance) is
in it. The relaxation's own solution leads the first filling: without it, chains of dependent initiatives are hardly
ever found.
After: Schrimpf and others (2000), "Record breaking optimization results using the ruin and recreate principle".
"""

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from vivencia.plan.roadmap.optimiser.formulation import Formulation, Ints
from vivencia.plan.roadmap.optimiser.solving import Relaxed
from vivencia.plan.roadmap.optimiser.tables import Bools, Floats, Tables

NEVER = 1_000_000
ROUNDING = 1e-9
TOLERANCE = 1e-5
# A start that costs more than this share of the whole value in the relaxation is not worth trying.
HOPELESS = 0.012
NOISES = (0.02, 0.1, 0.2)
LARGEST_RUIN = 12
PATIENCE, DEAREST = 50, 1e4


@dataclass(frozen=True)
class Guide:
    """All allowed starts in one list: whose, when, what they use, their gain and share in the relaxation."""

    of: Ints
    at: Ints
    use: Floats
    gain: Floats
    reduced: Floats
    solution: Floats
    price: Floats
    worth_trying: Bools
    index: Ints


def guide(tables: Tables, model: Formulation, relaxed: Relaxed) -> Guide:
    """What the relaxation says about every start."""
    pairs = np.argwhere(tables.allowed)
    of, at = pairs[:, 0], pairs[:, 1]
    use = tables.use[of, at].reshape(len(pairs), -1)
    rows = {name: k for k, name in enumerate(model.rows.name) if name}
    quarters = range(tables.quarters)
    price = np.array([abs(relaxed.price[rows[f"{name}@{q}"]]) for name in tables.resources for q in quarters])
    reduced = relaxed.reduced[model.x[of, at]]
    index = np.full((tables.n, tables.quarters), -1, dtype=np.int64)
    index[of, at] = np.arange(len(pairs))
    leads = np.zeros(tables.n, dtype=bool)
    leads[[first for first, _ in tables.before] + [pilot for pilot, _, _ in tables.pilots]] = True
    useful = (tables.value[of, at] > 0) | (leads | tables.must | (tables.gap_of >= 0))[of]
    hopeful = (reduced > -HOPELESS * abs(relaxed.value)) | tables.must[of]
    gain = np.maximum(reduced + use @ price, 0.0)
    return Guide(of, at, use, gain, reduced, relaxed.solution[model.x[of, at]], price, useful & hopeful, index)


class Neighbourhood:
    """A plan being changed. `start[i]` is the quarter initiative i starts in, −1 where it is not chosen."""

    def __init__(self, tables: Tables, guide: Guide, seed: int) -> None:
        self.tables, self.guide = tables, guide
        self.dice = np.random.default_rng(seed)
        self.lead = guide.solution  # the relaxation's solution that leads the filling, by start
        self.start: Ints = np.full(tables.n, -1, dtype=np.int64)
        self.room: Floats = tables.room.reshape(-1).copy()
        self.before: list[list[int]] = [[] for _ in range(tables.n)]
        self.after: list[list[int]] = [[] for _ in range(tables.n)]
        for first, then in tables.before:
            self.before[then].append(first)
            self.after[first].append(then)
        self._dependent = [i for i in range(tables.n) if self.before[i]]
        self._ready: Ints = np.where([bool(each) for each in self.before], NEVER, 0).astype(np.int64)
        self._use_of = np.ascontiguousarray(guide.use.T)
        self._lacking = np.empty(self._use_of.shape, dtype=bool)
        self._uses = guide.use > 0
        self._starts = [
            (int(i), int(t), list(zip(np.flatnonzero(each).tolist(), each[each > 0].tolist(), strict=True)))
            for i, t, each in zip(guide.of, guide.at, guide.use, strict=True)
        ]
        self._cost = guide.use @ guide.price
        self._least = max(float(np.median(self._cost)) * 0.02, 1e-9) if len(self._cost) else 1.0
        self._streams = _Streams(tables)
        self._money = max(float(tables.spend.max(initial=0.0)), 1.0)
        self._unlike = np.array([each.key in tables.problem.unlike for each in tables.problem.initiatives], dtype=bool)

    def take(self, start: Ints) -> None:
        """Go on from this plan."""
        self.start = start.copy()
        chosen = np.flatnonzero(start >= 0)
        rows = self.guide.index[chosen, start[chosen]]
        room = self.tables.room.reshape(-1) - self.guide.use[rows].sum(axis=0)
        self.room = np.where(np.abs(room) < TOLERANCE, 0.0, room)  # solvers keep to limits within a tolerance
        for i in self._dependent:
            self._ready[i] = self._ready_at(i)

    def remove(self, i: int) -> None:
        """Take an initiative out, and what comes after it."""
        if self.start[i] < 0:
            return
        for then in self.after[i]:
            self.remove(then)
            self._ready[then] = NEVER
        self.room = self.room + self.guide.use[self.guide.index[i, self.start[i]]]
        self.start[i] = -1

    def ruin(self, many: int) -> None:
        """Take out some initiatives: at random, around the dearest unused room, or alike to one."""
        chosen = np.flatnonzero(self.start >= 0)
        if not len(chosen):
            return
        uses = self._uses[self.guide.index[chosen, self.start[chosen]]]
        related = self.dice.uniform(0.0, 3.0, len(chosen))
        kind = self.dice.integers(3)
        if kind == 1 and uses.shape[1]:
            idle = self.room * self.guide.price + ROUNDING
            cell = int(self.dice.choice(len(idle), p=np.maximum(idle, 0) / np.maximum(idle, 0).sum()))
            quarter = np.arange(len(idle)) % self.tables.quarters
            near = (self.guide.price > 0) & (np.abs(quarter - cell % self.tables.quarters) <= 1)
            related += 2.0 * uses[:, cell] + 0.5 * uses[:, near].sum(axis=1)
        elif kind == 2:
            seed = int(self.dice.integers(len(chosen)))
            related += uses[:, uses[seed]].sum(axis=1)
            related[seed] = NEVER
        for i in chosen[np.argsort(-related)[:many]]:
            self.remove(int(i))

    def fill(self, noise: float, led: float = 0.0) -> None:
        """Put in what gains most for its price until nothing fits; `led`: how far the relaxation's solution leads."""
        guide = self.guide
        open_ = np.flatnonzero(guide.worth_trying & (self.start[guide.of] < 0) & self._fits())
        power = self.dice.uniform(0.3, 1.0)
        score = guide.gain[open_] / np.maximum(self._cost[open_], self._least) ** power
        score *= (1.0 + led * self.lead[open_]) * self.dice.uniform(1.0 - noise, 1.0 + noise, len(open_))
        score += NEVER * self.tables.must[guide.of[open_]]
        self._put_in(open_[np.argsort(-score)])

    def _put_in(self, rows: Ints) -> None:
        """Start what can be started, in this order; what something else must come before joins in once that is in.
        Plain lists: a plan is filled thousands of times a second, with a handful each time."""
        of, at, ready = self.guide.of[rows], self.guide.at[rows], self._ready
        possible = at >= ready[of]
        queue: list[int] = np.flatnonzero(possible).tolist()  # places in the order, so that the first comes first
        late = np.flatnonzero(~possible)
        room, each_row = self.room.tolist(), rows.tolist()
        while queue:
            row = each_row[heappop(queue)]
            i, start, cells = self._starts[row]
            if self.start[i] >= 0 or start < ready[i] or not _fit(cells, room):
                continue
            self.start[i] = start
            for cell, uses in cells:
                room[cell] -= uses
            for then in self.after[i]:
                ready[then] = self._ready_at(then)
                for place in late[(of[late] == then) & (at[late] >= ready[then])].tolist():
                    heappush(queue, place)
        self.room = np.array(room)

    def _fits(self) -> Bools:
        """Which starts use no more than there is left; by resource, which reads memory in its order."""
        np.greater(self._use_of, self.room[:, None] + ROUNDING, out=self._lacking)
        fits: Bools = np.logical_not(self._lacking.any(axis=0))
        return fits

    def _still(self, open_: Ints, touched: Ints) -> Ints:
        """Those that fit still, now that there is less room in what was touched; all fitted before."""
        for each in touched:
            open_ = open_[self._use_of[each, open_] <= self.room[each] + ROUNDING]
        return open_

    def _ready_at(self, i: int) -> int:
        """The first quarter in which everything before `i` is finished."""
        done = [
            int(self.start[first] + self.tables.duration[first]) if self.start[first] >= 0 else NEVER
            for first in self.before[i]
        ]
        return max(done, default=0)

    def worth(self) -> float:
        return worth(self.tables, self.start)

    def missing(self) -> float:
        """How far the plan is from keeping the streams' balance and doing what must be done; 0 where it does both."""
        chosen = self.start >= 0
        alike = max(self.tables.problem.unlike_by - int((chosen != self._unlike).sum()), 0)
        return (
            self._streams.missing(self.start) + self._money * alike + NEVER * float((self.tables.must & ~chosen).sum())
        )

    def search(
        self, over: Callable[[], float], better: Callable[[Ints], None], hot: float, cold: float, scale: float
    ) -> Ints | None:
        """The best allowed plan met while `over()` goes from 0 to 1 and it cools from `hot` to `cold` (× `scale`);
        each better one is told at once."""
        penalty = least = 3.0 * self._streams.worth_of_money
        worth, lacking = self.worth(), self.missing()
        tries = 0
        kept, kept_room, kept_ready = self.start.copy(), self.room.copy(), self._ready.copy()
        best, best_start = -np.inf, None
        if lacking <= ROUNDING:
            best, best_start = worth, kept
            better(kept)
        while (share := over()) < 1.0:
            self.ruin(int(self.dice.integers(1, LARGEST_RUIN)))
            self.fill(float(self.dice.choice(NOISES)), led=0.0 if self.dice.random() < 0.8 else 3.0)
            now, missing = self.worth(), self.missing()
            if missing <= ROUNDING and now > best + ROUNDING:
                best, best_start = now, self.start.copy()
                better(best_start)
            heat = scale * hot ** (1.0 - share) * cold**share
            gained = now - worth - penalty * (missing - lacking)
            if gained > 0 or self.dice.random() < np.exp(gained / max(heat, ROUNDING)):
                worth, lacking = now, missing
                kept, kept_room, kept_ready = self.start.copy(), self.room, self._ready.copy()
            else:
                self.start, self.room, self._ready = kept.copy(), kept_room, kept_ready.copy()
            tries += 1
            if tries % PATIENCE == 0:  # what is missing weighs more the longer it is missing
                penalty = min(penalty * 1.5, least * DEAREST) if lacking > ROUNDING else max(penalty / 1.2, least)
        return best_start


def _fit(cells: list[tuple[int, float]], room: list[float]) -> bool:
    for cell, uses in cells:  # noqa: SIM110  asked hundreds of thousands of times a second, and a loop is faster
        if uses > room[cell] + ROUNDING:
            return False
    return True


class _Streams:
    """The streams' rules as arrays."""

    def __init__(self, tables: Tables) -> None:
        streams = tables.problem.streams
        stream_of = [each.stream for each in tables.problem.initiatives]
        self.spend = tables.spend
        self.inside = np.array([[of == each.key for of in stream_of] for each in streams], dtype=float)
        self.inside = self.inside.reshape(len(streams), tables.n)
        self.least = np.array([each.min_share for each in streams])
        self.most = np.array([each.max_share for each in streams])
        self.fewest = np.array([each.min_count for each in streams], dtype=float)
        self.many = np.array([np.inf if each.max_count is None else each.max_count for each in streams], dtype=float)
        spend, value = tables.spend.max(axis=1).sum(), np.maximum(tables.value, 0).max(axis=1).sum()
        value += float((tables.whole * tables.rate.sum()).sum())
        self.worth_of_money = float(value / spend) if spend > 0 else float(max(value, 1.0))

    def missing(self, start: Ints) -> float:
        if not len(self.inside):
            return 0.0
        chosen = np.flatnonzero(start >= 0)
        money = self.spend[chosen, start[chosen]]
        inside = self.inside[:, chosen]
        each, total, count = inside @ money, money.sum(), inside.sum(axis=1)
        off = np.maximum(self.least * total - each, 0.0) + np.maximum(each - self.most * total, 0.0)
        miscounted = np.maximum(self.fewest - count, 0.0) + np.maximum(count - self.many, 0.0)
        return float(off.sum() + miscounted.sum() * max(float(money.mean()) if len(money) else 0.0, 1.0))


def worth(tables: Tables, start: Ints) -> float:
    """The plan's value: own values, gaps shared, what knowing first spares."""
    chosen = np.flatnonzero(start >= 0)
    total = float(tables.value[chosen, start[chosen]].sum())
    if len(tables.whole):
        shared = chosen[tables.gap_of[chosen] >= 0]
        closed = np.zeros((len(tables.whole), tables.quarters + 1))
        np.add.at(closed, (tables.gap_of[shared], start[shared] + tables.duration[shared]), tables.closes[shared])
        total += float((tables.whole[:, None] * (1.0 - np.exp(-closed.cumsum(axis=1))) * tables.rate).sum())
    for pilot, programme, gains in tables.pilots:
        if start[pilot] >= 0 and 0 <= start[pilot] + tables.duration[pilot] <= start[programme]:
            total += gains[int(start[programme])]
    return total
