"""Least squares with a level for each unit and each period, in any pattern of missing outcomes.

The units' levels are eliminated, so that what is solved is as large as the number of periods, however many units.
"""

from dataclasses import dataclass

import numpy as np

from vivencia.plan.impact.methods.panel import FloatArray


@dataclass(frozen=True, eq=False)
class Absorbed:
    """The geometry of one pattern. weight: (n, T), 0 = not used. total: (n,) by unit. inverse: (T, T)."""

    weight: FloatArray
    total: FloatArray
    inverse: FloatArray

    @classmethod
    def of(cls, weight: FloatArray) -> "Absorbed":
        total = weight.sum(axis=1)
        share = _over(weight, total)
        matrix = np.diag(weight.sum(axis=0)) - weight.T @ share
        inverse: FloatArray = np.linalg.pinv(matrix, rcond=1e-10, hermitian=True).astype(np.float64)
        return cls(weight, total, inverse)

    def periods(self, values: FloatArray) -> FloatArray:
        """(T,) the periods' levels of values (n, T); only their differences mean something."""
        centred = values - self.mean(values)[:, None]
        found: FloatArray = self.inverse @ (self.weight * centred).sum(axis=0)
        return found

    def mean(self, values: FloatArray) -> FloatArray:
        """(n,) the weighted mean of each unit; 0 where it has nothing."""
        return np.asarray(_over((self.weight * values).sum(axis=1)[:, None], self.total)[:, 0])

    def levels(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(n,), (T,) both levels of values (n, T)."""
        period = self.periods(values)
        return self.mean(values - period[None, :]), period

    def residual(self, values: FloatArray) -> FloatArray:
        """(n, T) what the levels leave, also where the weight is 0."""
        unit, period = self.levels(values)
        return values - unit[:, None] - period[None, :]

    def connected(self) -> bool:
        """Whether every period used can be compared with every other."""
        used = int((self.weight.sum(axis=0) > 0).sum())
        return int(np.linalg.matrix_rank(self.inverse, tol=1e-12, hermitian=True)) >= used - 1


def _over(values: FloatArray, total: FloatArray) -> FloatArray:
    divisor = np.where(total > 0, total, 1.0)[:, None]
    return np.where(total[:, None] > 0, values / divisor, 0.0)
