"""Which exposures become candidates: enough people on both sides, and one for all that say the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vivencia.moments.effects.units import BoolArray, FloatArray
from vivencia.moments.exposures import NEARLY_ALL, Exposure

LEAST_EXPOSED = 50
LEAST_KNOWN = 30  # on each side, with a known outcome
SAME = 0.97  # correlation from which two say the same
MOST = 160


@dataclass(frozen=True)
class Support:
    """How many lived it, and how many of those who did and did not have a known outcome."""

    exposed: int
    exposed_known: int
    unexposed_known: int

    @property
    def enough(self) -> bool:
        return self.exposed >= LEAST_EXPOSED and min(self.exposed_known, self.unexposed_known) >= LEAST_KNOWN


def support(exposed: FloatArray, known: BoolArray) -> Support:
    return Support(int((exposed == 1).sum()), int(((exposed == 1) & known).sum()), int(((exposed == 0) & known).sum()))


def chosen(made: Iterable[Exposure], known: BoolArray) -> list[Exposure]:
    """The candidates of a study, clearest first: supported, without near-duplicates, at most `MOST`."""
    supported = _without_broken_anyway([item for item in made if support(item.exposed, known).enough])
    ordered = sorted(supported, key=lambda item: (item.condition.clarity, float(np.nansum(item.exposed)), item.key))
    return _without_twins(ordered)[:MOST]


def _without_broken_anyway(found: list[Exposure]) -> list[Exposure]:
    """Without the steps not reached on the way to a promise that is then broken for nearly all of them: that an order
    was never dispatched is the worst of its coming late, not something beside it. Those whose promise was withdrawn (a
    cancelled order) or is not due yet say nothing either way, unless they are most."""
    broken = [item.exposed for item in found if item.condition.family == "promise"]

    def anyway(promised: FloatArray) -> bool:
        due = promised[~np.isnan(promised)]
        return 2 * len(due) > len(promised) and float(due.mean()) >= NEARLY_ALL

    def told(item: Exposure) -> bool:
        return item.condition.family == "missed" and any(anyway(one[item.exposed == 1]) for one in broken)

    return [item for item in found if not told(item)]


def _without_twins(ordered: Sequence[Exposure]) -> list[Exposure]:
    """Of exposures that say the same of nearly everyone, keep the first; it remembers the others' conditions."""
    if not ordered:
        return []
    filled = np.stack([np.where(np.isnan(item.exposed), 0.0, item.exposed) for item in ordered]).astype(np.float32)
    spread = filled - filled.mean(1, keepdims=True)
    norm = np.linalg.norm(spread, axis=1)
    alike = np.abs(spread @ spread.T / np.maximum(np.outer(norm, norm), 1e-12))
    kept: list[int] = []
    synonyms: dict[int, list[Exposure]] = {}
    for i in range(len(ordered)):
        twin = next((k for k in kept if alike[i, k] >= SAME), None)
        if twin is None:
            kept.append(i)
        else:
            synonyms.setdefault(twin, []).append(ordered[i])
    return [replace(ordered[i], synonyms=tuple(twin.condition for twin in synonyms.get(i, ()))) for i in kept]
