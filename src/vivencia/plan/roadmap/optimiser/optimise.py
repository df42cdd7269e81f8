"""A problem in, a plan with a certified bound out.

Three searches run side by side and tell each other what they find. HiGHS's branch and bound over the whole formulation
brings the bound, and plans. Ruin and recreate, guided by the prices of the linear relaxation, looks for plans in rounds
of slow cooling. An exact search among the starts that good plans used joins their best parts.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic, sleep, thread_time

import numpy as np

from vivencia.plan.roadmap.optimiser.checking import check, worth
from vivencia.plan.roadmap.optimiser.formulation import Formulation, Ints, formulate
from vivencia.plan.roadmap.optimiser.neighbourhood import Guide, Neighbourhood, guide
from vivencia.plan.roadmap.optimiser.neighbourhood import worth as worth_of
from vivencia.plan.roadmap.optimiser.problem import Problem, Starts
from vivencia.plan.roadmap.optimiser.solving import Relaxed, Solved, Solver, columns_of, relax
from vivencia.plan.roadmap.optimiser.tables import Bools, Floats, Tables, tables

# Temperatures, as shares of what an initiative brings on average: a first round stays near the relaxation's solution,
# so that there is a good plan soon; fresh plans are cooled from warmer, what is left of them from cooler. Above HOT all
# is chance, below COLD nothing moves. DESPERATE: as long as there is no plan that keeps all rules.
COOL, HOT, WARM, COLD, DESPERATE = 0.03, 0.08, 0.05, 0.015, 0.2
# A contest: so many fresh plans, of which so many are looked at for longer, and the best for longest. Where a plan
# begins decides how good it becomes, more than how slowly it is cooled.
FRESH, KEPT = 8, 3
FRESH_PART, KEPT_PART, BEST_PART = 0.55, 0.3, 0.15
FIRST_ROUND, DESPERATE_ROUND = 0.04, 0.3  # of the whole time
FIRST_CONTEST, FIRST_CONTEST_SECONDS = 0.6, 8.0
FRESH_EVERY, FRESH_ROUND, ROUND = 4, 0.3, 0.15  # after it: cooling slowly
SHORTEST_ROUND = 0.05
# Fresh plans are led by the relaxation of slightly other values, where that is solved quickly.
OTHERWISE, QUICKLY = 0.03, 0.01
JOIN_FROM, JOIN_SECONDS, LOOK_AGAIN = (
    0.25,
    2.5,
    0.05,
)  # from that share of the time on: poor plans are not worth joining
JOINED_AT_FIRST, JOINED_AT_MOST = 250, 900
CLOSE_ENOUGH = 1e-5  # solvers keep to their tolerances

NOTED = 12
GRACE_SECONDS = 10.0
LONGEST_ROUND = 1.25  # on the wall, of what it should take

Progress = Callable[[float, float, float], None]
"""Called with the share of time gone, the best value so far and the bound."""


class ImpossibleError(Exception):
    """No plan keeps all the rules; or, where not `proven`, none was found in the time there was."""

    def __init__(self, *, proven: bool = True) -> None:
        super().__init__(
            "no plan keeps all the rules" if proven else "no plan that keeps all the rules was found in time"
        )
        self.proven = proven


@dataclass(frozen=True)
class Found:
    """A plan, its value, the bound no plan exceeds, and how it was come by. `gap` = (bound − value) ÷ |value|."""

    starts: Starts
    value: float
    bound: float
    seconds: float
    nodes: int
    proven: bool

    @property
    def gap(self) -> float | None:
        if self.proven or self.bound <= self.value:
            return 0.0
        return (self.bound - self.value) / abs(self.value) if self.value else None


def optimise(
    problem: Problem, seconds: float, *, seed: int = 1, begin: Starts | None = None, progress: Progress | None = None
) -> Found:
    """The best plan found in `seconds` (of a stopwatch, two threads). `begin`: a plan to start from, if allowed."""
    began = monotonic()
    t = tables(problem)
    if not t.allowed.any():
        return _nothing(problem)
    model = formulate(t, "starts")
    relaxed = relax(model)
    if relaxed is None:
        raise ImpossibleError
    board = _Board(t, model, relaxed.value, began, seconds, progress)
    if begin is not None and check(problem, begin).passed:
        board.offer(np.array([begin.get(each.key, -1) for each in problem.initiatives], dtype=np.int64))
    prover = _Prover(model, board)
    prover.start()
    led = guide(t, model, relaxed)
    joiner = _Joiner(model, led, board)
    joiner.start()
    _look(model, relaxed, led, board, seed)
    board.end()
    prover.join()
    joiner.join()
    if joiner.failure is not None:
        raise joiner.failure
    return _concluded(problem, board, prover, monotonic() - began)


def _nothing(problem: Problem) -> Found:
    """The only plan where nothing may start."""
    if not check(problem, {}).passed:
        raise ImpossibleError
    return Found({}, 0.0, 0.0, 0.0, 0, proven=True)


def _concluded(problem: Problem, board: "_Board", prover: "_Prover", seconds: float) -> Found:
    if prover.failure is not None:
        raise prover.failure
    if board.start is None:
        raise ImpossibleError(proven=prover.impossible)
    starts = _bare(
        board.tables, {e.key: int(q) for e, q in zip(problem.initiatives, board.start, strict=True) if q >= 0}
    )
    value = worth(problem, starts)
    bound = max(board.bound, value)
    proven = bound - value <= CLOSE_ENOUGH * max(1.0, abs(value))
    return Found(starts, value, bound, seconds, prover.nodes, proven)


def _bare(t: Tables, starts: Starts) -> Starts:
    """The plan without what costs more than it brings in it, or brings nothing, and nothing else needs. Filling puts it
    in for what it might have made possible; the last to start goes first, so that what led to it may go after it."""
    problem, left = t.problem, dict(starts)
    index = {each.key: i for i, each in enumerate(problem.initiatives)}
    value = worth(problem, left)
    for key, start in sorted(starts.items(), key=lambda begun: -begun[1]):
        each = problem.by_key[key]
        needed = any(key in problem.by_key[other].after for other in left)
        if t.value[index[key], start] > 0 or each.must_do or needed:
            continue
        without = {other: at for other, at in left.items() if other != key}
        lighter = worth(problem, without)
        if lighter >= value and check(problem, without).passed:
            left, value = without, lighter
    return left


class _Board:
    """What both searches know: the best plan, the bound, the time."""

    def __init__(
        self, t: Tables, model: Formulation, bound: float, began: float, seconds: float, progress: Progress | None
    ) -> None:
        self.tables, self.model, self.bound = t, model, bound
        self.value = -np.inf
        self.start: Ints | None = None
        self._began, self.seconds, self._progress = began, seconds, progress
        self._lock = threading.Lock()
        self._ended = False
        self._noted: deque[Ints] = deque(maxlen=NOTED)
        self._said = -1.0

    def gone(self) -> float:
        """Share of the time that has passed, from 0 to 1; 1 as soon as the end was called."""
        share = 1.0 if self._ended else (monotonic() - self._began) / self._allowed()
        return min(share, 1.0)

    def left(self) -> float:
        return max(self._allowed() * (1.0 - self.gone()), 0.0)

    def _allowed(self) -> float:
        """A little more time as long as there is no plan at all."""
        return self.seconds + (GRACE_SECONDS if self.start is None else 0.0)

    def tell(self) -> None:
        """Tell whoever waits, from the searching thread, a few times a second at most."""
        share = self.gone()
        if self._progress is not None and share - self._said > 0.01:
            self._said = share
            self._progress(share, float(self.value), self.bound)

    def end(self) -> None:
        self._ended = True

    def over(self) -> bool:
        return self.gone() >= 1.0

    def bounded(self, bound: float) -> None:
        with self._lock:
            self.bound = min(self.bound, bound) if np.isfinite(bound) else self.bound

    def offer(self, start: Ints) -> None:
        value = worth_of(self.tables, start)
        with self._lock:
            self._noted.append(start.copy())
            if value > self.value:
                self.value, self.start = value, start.copy()

    def noted(self) -> list[Ints]:
        """Good plans told of since this was asked last."""
        with self._lock:
            plans = list(self._noted)
            self._noted.clear()
        return plans

    def found(self, solution: Floats) -> None:
        self.offer(quarters_of(self.model, solution))

    def better_than(self, value: float) -> Floats | None:
        with self._lock:
            known, start = self.value, self.start
        if start is None or known <= value + 1e-6 * max(1.0, abs(value)):
            return None
        return complete(self.tables, self.model, start)


class _Prover(threading.Thread):
    """HiGHS over the whole formulation, in a thread of its own (it works without Python's lock)."""

    def __init__(self, model: Formulation, board: _Board) -> None:
        super().__init__(daemon=True)
        self._model, self._board = model, board
        self.nodes = 0
        self.impossible = False
        self.failure: Exception | None = None

    def _solve(self, seconds: float) -> Solved:
        start = None if self._board.start is None else columns_of(self._model, self._board.start)
        return Solver(self._model).solve(seconds, start=start, exchange=self._board)

    def run(self) -> None:
        try:
            solved = self._solve(self._board.seconds)
            if self._board.start is None and not solved.impossible and solved.solution is None:
                solved = self._solve(GRACE_SECONDS)
        except Exception as failure:  # noqa: BLE001  raised again by who waits for this thread
            self.failure = failure
            self._board.end()
            return
        self.nodes, self.impossible = solved.nodes, solved.impossible
        if solved.solution is not None:
            self._board.found(solved.solution)
        if not solved.impossible:
            self._board.bounded(solved.bound)
        if solved.proven or solved.impossible:
            self._board.end()


def _look(model: Formulation, relaxed: Relaxed, led: Guide, board: _Board, seed: int) -> None:
    """A contest of ruin and recreate, then rounds of slow cooling, until the time is over or the prover is done."""
    contest = _Contest(model, relaxed, led, board, seed)
    if board.start is None:
        contest.fresh(FIRST_ROUND * board.seconds, COOL, noise=0.02)
    while board.start is None and not board.over():
        contest.fresh(max(DESPERATE_ROUND * board.seconds, 6 * SHORTEST_ROUND), DESPERATE)
    contest.held(min(FIRST_CONTEST * board.seconds, FIRST_CONTEST_SECONDS))
    rounds = 0
    while not board.over():
        contest.cooled(board.seconds, afresh=rounds % FRESH_EVERY == 0)
        rounds += 1


class _Contest:
    """Many plans begun afresh and cooled shortly; the better they are, the longer they are worked on."""

    def __init__(self, model: Formulation, relaxed: Relaxed, led: Guide, board: _Board, seed: int) -> None:
        self._model, self._led, self._board = model, led, board
        self._place = Neighbourhood(model.tables, led, seed)
        self._dice = np.random.default_rng(seed)
        self._whole, self._quick = abs(relaxed.value), relaxed.seconds < QUICKLY * board.seconds

    def held(self, length: float) -> None:
        """One contest of about so many seconds."""
        many = FRESH if self._board.start is not None else 1
        plans = []
        for k in range(many):
            self._place.lead = self._other() if k % 2 else self._led.solution
            plans.append(self.fresh(length * FRESH_PART / many, HOT))
        plans.sort(key=lambda plan: -plan[0])
        for _, plan in plans[:KEPT]:
            self._place.take(plan)
            self._round(length * KEPT_PART / KEPT, WARM)
        if self._board.start is not None:
            self._place.take(self._board.start)
            self._round(length * BEST_PART, WARM)

    def cooled(self, seconds: float, *, afresh: bool) -> None:
        """One round of slow cooling within so many seconds in all: from nothing, or from the best plan."""
        if afresh or self._board.start is None:
            self._place.lead = self._led.solution
            self.fresh(FRESH_ROUND * seconds, DESPERATE)
        else:
            self._place.take(self._board.start)
            self._round(ROUND * seconds, WARM)

    def fresh(self, seconds: float, hot: float, noise: float = 0.3) -> tuple[float, Ints]:
        """A plan from nothing; its value is −∞ where it does not keep all rules."""
        self._place.take(np.full(self._model.tables.n, -1, dtype=np.int64))
        self._place.fill(noise, led=3.0)
        return self._round(seconds, hot)

    def _round(self, seconds: float, hot: float) -> tuple[float, Ints]:
        board, place = self._board, self._place
        watch = _Round(board, max(seconds, SHORTEST_ROUND))
        each = self._whole / max(int((place.start >= 0).sum()), 1)
        best = place.search(watch.share, board.offer, hot, COLD, each)
        board.tell()
        return (-np.inf, place.start.copy()) if best is None else (worth_of(place.tables, best), best)

    def _other(self) -> Floats:
        """The relaxation's solution had all been worth a little more or less."""
        if not self._quick:
            return self._led.solution
        worth = np.array(self._model.worth) * self._dice.uniform(1 - OTHERWISE, 1 + OTHERWISE, len(self._model.worth))
        relaxed = relax(replace(self._model, worth=worth.tolist()))
        return self._led.solution if relaxed is None else relaxed.solution[self._model.x[self._led.of, self._led.at]]


class _Round:
    """One round of ruin and recreate of so many `seconds`. Counted in processor time, so that on a busy machine it
    still does its work; but no round takes much longer than it should."""

    def __init__(self, board: _Board, seconds: float) -> None:
        self._board, self._seconds = board, seconds
        self._wall, self._processor = monotonic(), thread_time()

    def share(self) -> float:
        """From 0 to 1 over the round; telling who waits on the way."""
        self._board.tell()
        worked, gone = thread_time() - self._processor, self._board.gone()
        waited = (monotonic() - self._wall) / (LONGEST_ROUND * self._seconds)
        return 1.0 if gone >= 1.0 else max(worked / self._seconds, waited)


class _Joiner(threading.Thread):
    """An exact search among the starts that good plans used and those the relaxation holds dear, again and again."""

    def __init__(self, model: Formulation, led: Guide, board: _Board) -> None:
        super().__init__(daemon=True)
        self._model, self._led, self._board = model, led, board
        self.failure: Exception | None = None
        self._used: Counter[int] = Counter()
        self._dear = np.argsort(-led.reduced)
        self._many = JOINED_AT_FIRST
        self._slow = 1.0  # seconds on the wall for a second of the processor

    def run(self) -> None:
        try:
            self._go_on(Solver(self._model))
        except Exception as failure:  # noqa: BLE001  raised again by who waits for this thread
            self.failure = failure
            self._board.end()

    def _go_on(self, solver: Solver) -> None:
        board = self._board
        while not board.over():
            for plan in board.noted():
                self._note(plan)
            if board.start is None or board.gone() < JOIN_FROM:
                sleep(LOOK_AGAIN)
                continue
            began, worked = monotonic(), thread_time()
            board.offer(self._joined(solver, board.start, min(JOIN_SECONDS * self._slow, board.left())))
            self._slow = max((monotonic() - began) / max(thread_time() - worked, LOOK_AGAIN), 1.0)

    def _note(self, start: Ints) -> None:
        """A good plan: its starts may be joined from now on; the oldest fade."""
        for row in list(self._used):
            self._used[row] *= 0.8  # type: ignore[assignment]
        chosen = np.flatnonzero(start >= 0)
        for row in self._led.index[chosen, start[chosen]]:
            self._used[int(row)] += 1

    def _joined(self, solver: Solver, start: Ints, seconds: float) -> Ints:
        """The best plan of those starts; the given one where nothing better was found."""
        free = self._free(start)
        begin = columns_of(self._model, start)
        solved = solver.solve(seconds, free=free, start=begin, close=5e-4, effort=0.15)
        if solved.proven:
            self._many = min(int(self._many * 1.3), JOINED_AT_MOST)
        else:
            self._many = max(int(self._many * 0.8), JOINED_AT_FIRST // 2)
        return start if solved.solution is None else quarters_of(self._model, solved.solution)

    def _free(self, start: Ints) -> Bools:
        chosen = np.flatnonzero(start >= 0)
        rows = set(self._led.index[chosen, start[chosen]].tolist())
        for row, _ in self._used.most_common(self._many):
            rows.add(row)
        for row in self._dear.tolist():
            if len(rows) >= self._many:
                break
            rows.add(row)
        free = np.zeros(len(self._model.worth), dtype=bool)
        where = np.array(sorted(rows), dtype=np.int64)
        free[self._model.x[self._led.of[where], self._led.at[where]]] = True
        return free


def quarters_of(model: Formulation, solution: Floats) -> Ints:
    """Start quarter by initiative (−1: not chosen) of a solution."""
    chosen = np.where(model.x >= 0, solution[model.x], 0.0) > 0.5
    return np.where(chosen.any(axis=1), chosen.argmax(axis=1), -1).astype(np.int64)


def complete(t: Tables, model: Formulation, start: Ints) -> Floats:
    """A plan as a whole solution, with the shares of gaps closed and what pilots told."""
    values = columns_of(model, start)
    model.fill_in(values)
    return values
