"""HiGHS behind one door: a formulation in, solutions and bounds out."""

from dataclasses import dataclass
from time import thread_time
from typing import Protocol

import highspy
import numpy as np

from vivencia.plan.roadmap.optimiser.formulation import Formulation, Ints
from vivencia.plan.roadmap.optimiser.tables import Bools, Floats

EXACT = 1e-7


@dataclass(frozen=True)
class Relaxed:
    """The linear relaxation: its value (a bound), solution, reduced costs by column and prices by row; seconds of
    the processor it took."""

    value: float
    solution: Floats
    reduced: Floats
    price: Floats
    seconds: float


@dataclass(frozen=True)
class Solved:
    """What a search by HiGHS ended with. `solution` None: none found; `proven`: nothing better exists."""

    solution: Floats | None
    value: float
    bound: float
    proven: bool
    impossible: bool
    nodes: int


class Exchange(Protocol):
    """Who a long search talks to while it runs."""

    def bounded(self, bound: float) -> None: ...
    def found(self, solution: Floats) -> None: ...
    def better_than(self, value: float) -> Floats | None: ...


def _loaded(model: Formulation, relaxed: bool) -> highspy.Highs:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.worth), len(model.rows.low)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.array(model.worth)
    lp.col_lower_, lp.col_upper_ = np.array(model.low), np.array(model.high)
    lp.row_lower_, lp.row_upper_ = np.array(model.rows.low), np.array(model.rows.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(model.rows.start, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(model.rows.index, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(model.rows.value)
    if not relaxed:
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in model.whole]
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    highs.setOptionValue("threads", 1)
    highs.passModel(lp)
    return highs


def relax(model: Formulation) -> Relaxed | None:
    """The linear relaxation; None where not even that has a solution."""
    began = thread_time()
    highs = _loaded(model, relaxed=True)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    found = highs.getSolution()
    return Relaxed(
        float(highs.getInfo().objective_function_value),
        np.array(found.col_value),
        np.array(found.col_dual),
        np.array(found.row_dual),
        thread_time() - began,
    )


class Solver:
    """One formulation, solved again and again with parts of it fixed."""

    def __init__(self, model: Formulation) -> None:
        self.model = model
        self._highs = _loaded(model, relaxed=False)
        self._low, self._high = np.array(model.low), np.array(model.high)
        self._every = np.arange(len(model.worth), dtype=np.int32)
        self._starts = model.x[model.x >= 0].astype(np.int32)

    def solve(
        self,
        seconds: float,
        *,
        free: Bools | None = None,
        start: Floats | None = None,
        close: float = EXACT,
        effort: float = 0.05,
        exchange: Exchange | None = None,
    ) -> Solved:
        """Search for at most `seconds`. Only starts that are `free` (by column) may be chosen; `start` is a solution
        to begin from (only its starts are read); `close` is the relative gap at which to stop."""
        highs = self._highs
        highs.clearSolver()
        high = self._high.copy()
        if free is not None:
            high[self._starts[~free[self._starts]]] = 0.0
        highs.changeColsBounds(len(self._every), self._every, self._low, high)
        highs.setOptionValue("time_limit", max(float(seconds), 0.01))
        highs.setOptionValue("mip_rel_gap", close)
        highs.setOptionValue("mip_abs_gap", EXACT)
        highs.setOptionValue("mip_heuristic_effort", effort)
        if start is not None:
            highs.setSolution(len(self._starts), self._starts, start[self._starts])
        if exchange is not None:
            _listen(highs, exchange)
        highs.run()
        return self._solved()

    def _solved(self) -> Solved:
        info, status = self._highs.getInfo(), self._highs.getModelStatus()
        found = info.primal_solution_status == 2
        statuses = highspy.HighsModelStatus
        return Solved(
            np.array(self._highs.getSolution().col_value) if found else None,
            float(info.objective_function_value) if found else -float("inf"),
            float(info.mip_dual_bound),
            status == statuses.kOptimal,
            status in (statuses.kInfeasible, statuses.kUnboundedOrInfeasible),
            int(info.mip_node_count),
        )


def _listen(highs: highspy.Highs, exchange: Exchange) -> None:
    """Lets a running search report its bound and finds, and take over better plans.

    HiGHS's call "may I go on?" is left alone: it comes thousands of times a second, and each would wait for the other
    search to let go of Python's lock. The time limit ends the search instead.
    """

    def told(event: highspy.highs.HighsCallbackEvent) -> None:
        exchange.bounded(float(event.data_out.mip_dual_bound))

    def improved(event: highspy.highs.HighsCallbackEvent) -> None:
        exchange.found(np.array(event.data_out.mip_solution))

    def offer(event: highspy.highs.HighsCallbackEvent) -> None:
        better = exchange.better_than(float(event.data_out.mip_primal_bound))
        if better is not None and event.data_in is not None:
            event.data_in.setSolution(better)

    highs.cbMipLogging.subscribe(told)
    highs.cbMipImprovingSolution.subscribe(improved)
    highs.cbMipUserSolution.subscribe(offer)


def columns_of(model: Formulation, quarters: Ints) -> Floats:
    """A plan (start quarter by initiative, −1: not chosen) as values of the start columns; the others stay 0."""
    values = np.zeros(len(model.worth))
    chosen = np.flatnonzero(quarters >= 0)
    values[model.x[chosen, quarters[chosen]]] = 1.0
    return values
