"""What each candidate is compared with: the columns that are held equal.

Held equal are what was known before the journey and every *other* candidate, except those this candidate sets off
(its share in them is part of its effect) and, for a candidate that applies to some only, everybody else.
"""

from dataclasses import dataclass

import numpy as np

from vivencia.moments.effects import confounders, linear
from vivencia.moments.effects.compare import Held
from vivencia.moments.effects.units import BoolArray, FloatArray, Units

FIRST_SHARE = 0.9  # i came before k in this share of the units that lived both ...
SET_OFF = 0.2  # ... living i raises the chance of k by this much, all else before k equal ...
SET_OFF_RATIO = 2.0  # ... to this multiple: only then k counts as set off by i
SAID_ALREADY = 0.25  # a column of which less than this share is news says nothing of its own
ROWS_A_COLUMN = 5  # answers wanted for every column held equal


@dataclass(frozen=True, eq=False)
class Design:
    """columns: (n, p) constant, confounders, applicability, exposures (nan as 0), extras, column by column.
    first: column of the first exposure. own: per candidate, columns of its own `before`. set_off: (m, m) [i, k] = i
    sets off k."""

    columns: FloatArray
    exposures: FloatArray
    first: int
    m: int
    own: tuple[tuple[int, ...], ...]
    set_off: BoolArray

    def known(self) -> FloatArray:
        """Columns for all candidates: without anybody's own."""
        return self.columns[:, : self.first + self.m]

    def _twin(self, j: int, k: int) -> bool:
        """k comes later in the list and was lived by exactly those who lived j: j speaks for both."""
        return k > j and bool((self.exposures[:, j] == self.exposures[:, k]).all())

    def held_equal(self, j: int, rows: BoolArray, answers: int) -> Held:
        """(rows, q) columns that candidate j's comparison holds equal, constant first, none a mix of others."""
        others = [self.first + k for k in range(self.m) if k != j and not self.set_off[j, k] and not self._twin(j, k)]
        block = self.columns[:, [*range(self.first), *self.own[j], *others]]  # column by column: a quick copy
        if not rows.all():
            block = _stretched(block, rows)
        gram = block.T @ block
        kept = confounders.independent_of(gram)
        room = max(1, answers // ROWS_A_COLUMN)
        if kept.sum() > room:
            kept = _closest(block, self.exposures[rows, j], kept, room)
        return Held(block if kept.all() else block[:, kept], gram[np.ix_(kept, kept)])


def _stretched(block: FloatArray, rows: BoolArray) -> FloatArray:
    """Some rows, still column by column."""
    chosen = np.flatnonzero(rows)
    return np.take(block.T, chosen, axis=1).T


def build(units: Units, answers: int) -> Design:
    """Columns of all units; `answers` (how many outcomes are known) bounds how many confounder columns there are."""
    n, m = len(units.outcome), len(units.candidates)
    raw = np.column_stack([candidate.exposed for candidate in units.candidates]) if m else np.empty((n, 0))
    exposures = np.nan_to_num(raw)
    budget = int(np.clip((answers - 4 * m) // 25, 1, 70))
    base = confounders.basis(units.confounders, n, budget=budget)
    applies = _applicability(raw, base, exposures)
    first = base.shape[1] + applies.shape[1]
    extras: list[FloatArray] = []
    own: list[tuple[int, ...]] = []
    at = first + m
    for candidate in units.candidates:
        if candidate.before is None:
            own.append(())
            continue
        more = confounders.basis(candidate.before, n, budget=8)[:, 1:]
        extras.append(more)
        own.append(tuple(range(at, at + more.shape[1])))
        at += more.shape[1]
    columns = np.asfortranarray(np.hstack([base, applies, exposures, *extras]))
    return Design(columns, exposures, first, m, tuple(own), _set_off(units, columns[:, :first], exposures))


def _applicability(raw: FloatArray, base: FloatArray, exposures: FloatArray) -> FloatArray:
    """Columns saying to whom a candidate applies, where no other column says (nearly) so already.

    Nearly: "slow" applies to almost everyone who was there; both held equal would leave nothing of being there.
    """
    told = np.isfinite(raw)
    flags = told[:, ~told.all(0)].astype(float)
    if not flags.size:
        return np.empty((len(raw), 0))
    both = np.hstack([base, exposures, flags])
    kept = confounders.independent_mask(both, SAID_ALREADY)[base.shape[1] + exposures.shape[1] :]
    return flags[:, kept]


def _closest(block: FloatArray, exposure: FloatArray, kept: BoolArray, room: int) -> BoolArray:
    """Where answers are few: hold equal what goes most closely with the exposure (never chosen by the outcome)."""
    centred = block - block.mean(0)
    pull = np.abs(centred.T @ (exposure - exposure.mean())) / (np.linalg.norm(centred, axis=0) + 1e-12)
    pull[~kept] = -1
    pull[0] = np.inf
    chosen = np.zeros(len(kept), bool)
    chosen[np.argsort(-pull)[:room]] = True
    return chosen & kept


def _set_off(units: Units, base: FloatArray, exposures: FloatArray) -> BoolArray:
    """[i, k]: i typically precedes k, and k is much likelier after i, all else before k held equal."""
    m = exposures.shape[1]
    direct = np.zeros((m, m), bool)
    if units.before is None or m < 2:
        return direct
    names = [candidate.touchpoint or candidate.key for candidate in units.candidates]
    known = np.hstack([base, exposures])
    gram = known.T @ known
    for k in range(m):
        earlier = [i for i in range(m) if i != k and units.before[i, k] >= FIRST_SHARE and names[i] != names[k]]
        if not earlier:
            continue
        use = [*range(base.shape[1]), *(base.shape[1] + i for i in earlier)]
        kept = np.array(use)[confounders.independent_of(gram[np.ix_(use, use)])]
        slope = linear.solve(gram[np.ix_(kept, kept)], gram[kept, base.shape[1] + k])
        rise = dict(zip(kept.tolist(), slope.tolist(), strict=True))
        for i in earlier:
            direct[i, k] = _much_likelier(exposures[:, i], exposures[:, k], rise.get(base.shape[1] + i, 0.0))
    return _everything_after(direct, names)


def _much_likelier(cause: FloatArray, result: FloatArray, rise: float) -> bool:
    if cause.sum() < 30 or rise < SET_OFF:
        return False
    without = result[cause == 0].mean() if (cause == 0).any() else 0.0
    return bool(without + rise >= SET_OFF_RATIO * without)


def _everything_after(direct: BoolArray, names: list[str]) -> BoolArray:
    """What is set off sets off more, and brings the other facets of its touchpoint with it."""
    same = np.array([[a == b for b in names] for a in names])
    reach = direct.copy()
    for _ in range(len(names)):
        spread = (reach @ same) | reach
        wider = spread | (spread @ direct)
        if (wider == reach).all():
            break
        reach = wider
    return np.asarray(reach & ~same)
