"""Who answers: the chance of answering as a function of what was lived *and of the answer itself*.

    logit P(answers | y, x, d, w) = a'(x, d) + b w + g'G(y)

G(y) has one column for the unhappy and one for the happy, so that angry and delighted may both answer more. It is
identified by what is known of those who did not answer:

- a shadow variable z (repurchase): given y, x, d it does not matter for answering (Miao & Tchetgen Tchetgen 2016;
  d'Haultfoeuille 2010), so weighted answers must reproduce it for everybody;
- a randomised reminder w: it moves answering but not what was felt, so weighted answers must look the same with and
  without it (the instrument of Sun et al. 2018);
- where the reminder came late, who answered before it and who after: a second wave with the same g (stableness of
  resistance, Miao et al. 2022), so both waves must tell of the same customers.

The weights 1/P solve estimating equations (generalised method of moments, Hansen 1982); a, b are concentrated out
(calibration to everybody's x, d, w), and g has a weak prior, so that where instruments say little the result is
the honest spread of plausible patterns and not a wild number.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from vivencia.moments.effects import linear
from vivencia.moments.effects.units import BoolArray, FloatArray

LIGHT = 1.0  # penalty on alpha: where no weights reproduce everybody (few answers, rare columns), close has to do
CLOSE = 1e-9  # Newton steps that gain less than this for each unit are the last
PRIOR_MEAN = 0.7  # the unhappy and the happy are expected to answer at exp(0.7) = 2 times the odds of the others ...
PRIOR_SPREAD = 0.7  # ... and between 0.5 and 8 times with 95 % certainty


@dataclass(frozen=True, eq=False)
class Asked:
    """What the model of answering sees. All arrays have one row a unit asked.

    answered: (n,). early: (n,) answered before any reminder could go out, or None = one wave.
    feelings: (n, g) G(y), any value where not answered. known: (n, p) constant, confounders, exposures.
    reminded: (n,) 0/1 (any value where early) or None. shadows: (n, s), s may be 0.
    """

    answered: BoolArray
    feelings: FloatArray
    known: FloatArray
    reminded: FloatArray | None
    shadows: FloatArray
    early: BoolArray | None = None

    def rest(self) -> "Asked":
        """Those the second wave is about: who had not answered early."""
        if self.early is None:
            return self
        rows = ~self.early
        reminded = None if self.reminded is None else self.reminded[rows]
        return Asked(self.answered[rows], self.feelings[rows], self.known[rows], reminded, self.shadows[rows])


@dataclass(frozen=True, eq=False)
class Answering:
    """The fitted model. gamma: (g,) log-odds of `feelings`; spread: (g, g) its covariance (prior included);
    prior_part: (g, g) the part of `spread` that the prior and not the sample is responsible for;
    influence: (n, g) each unit's influence on gamma (mean zero); misfit: Hansen's J with its degrees of freedom."""

    gamma: FloatArray
    spread: FloatArray
    prior_part: FloatArray
    influence: FloatArray
    misfit: float
    misfit_degrees: int


class Equations:
    """The estimating equations at any gamma, with alpha concentrated out."""

    def __init__(self, asked: Asked) -> None:
        self.who = np.flatnonzero(asked.answered)
        self.n = len(asked.answered)
        known = asked.known
        if asked.reminded is not None:
            known = np.column_stack([known, asked.reminded - asked.reminded.mean()])
        self.known = known
        self.rows = np.ascontiguousarray(known[self.who])
        self.total = known.sum(0)
        self.feelings = asked.feelings[self.who]
        self.asked = asked
        self.light = np.full(known.shape[1], LIGHT)
        self.light[0] = 1e-6 * len(self.who)
        self.alpha = np.zeros(known.shape[1])
        share = len(self.who) / self.n
        self.alpha[0] = np.log(share / (1 - share)) if share < 1 else 10.0
        self._instruments()

    def _instruments(self) -> None:
        """Residual shadows, scaled and turned to where they say most about the feelings."""
        asked = self.asked
        chance = self._chance()
        scale = chance / (1 - chance)
        told = asked.known[self.who]
        guess = linear.solve(told.T @ told, told.T @ self.feelings)  # never from the reminder
        expected = asked.known @ guess
        self.expected = expected
        middle = expected.mean(0)
        columns = []
        for z in asked.shadows.T:
            rest = z - linear.fitted(self.known, z)
            rest = rest * scale
            columns += [rest, *(rest * (e - m) for e, m in zip(expected.T, middle, strict=True))]
        self.shadow = np.column_stack(columns) if columns else np.empty((self.n, 0))
        self.shadow_scale = self.shadow.std(0) + 1e-12
        self.shadow = self.shadow / self.shadow_scale
        self.pull = None
        if asked.reminded is not None:
            even = linear.fitted(asked.known, scale)  # the same with and without
            pull = (asked.reminded - asked.reminded.mean()) * np.maximum(even, 0.1 * scale.mean())
            self.pull = pull[self.who]

    def _chance(self) -> FloatArray:
        """A first, feelings-blind chance of answering of everybody."""
        alpha = self.solve(np.zeros(self.feelings.shape[1]))
        return np.clip(expit(self.known @ alpha), 0.02, 0.95)

    def solve(self, gamma: FloatArray) -> FloatArray:
        """alpha at which weighted answers reproduce everybody's x, d, w: a convex problem, damped Newton."""
        alpha, offset = self.alpha.copy(), self.feelings @ gamma
        value, gradient, odds = self._dual(alpha, offset)
        for _ in range(60):
            bent = self.rows * np.sqrt(odds)[:, None]
            hessian = bent.T @ bent
            hessian[np.diag_indices_from(hessian)] += self.light
            step = np.linalg.solve(hessian, gradient)
            size = 1.0
            while size > 1e-4:
                trial = alpha - size * step
                new = self._dual(trial, offset)
                if np.isfinite(new[0]) and new[0] <= value + 1e-12 * abs(value):
                    break
                size /= 2
            else:
                break
            near = abs(float(gradient @ step)) < CLOSE * self.n  # what is left to gain, in log-likelihood
            alpha, (value, gradient, odds) = trial, new
            if near or np.abs(gradient).max() < 1e-7 * self.n:
                break
        self.alpha = alpha
        return alpha

    def _dual(self, alpha: FloatArray, offset: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        log_odds = self.rows @ alpha + offset
        odds = np.exp(np.minimum(-log_odds, 30.0))
        value = odds.sum() - log_odds.sum() + float(self.total @ alpha) + 0.5 * float(self.light @ alpha**2)
        gradient = self.total - self.rows.T @ (1 + odds) + self.light * alpha
        return float(value), gradient, odds

    def odds(self, alpha: FloatArray, gamma: FloatArray) -> FloatArray:
        return np.exp(-np.clip(self.rows @ alpha + self.feelings @ gamma, -6.0, 30.0))

    def moments(self, gamma: FloatArray, told: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
        """(influence (n, q), jacobian (q, g)): equations with alpha's estimation already accounted for.

        told: (n, g) further columns whose weighted sums over who answered are appended, not yet equated to anything.
        """
        alpha = self.solve(gamma)
        odds = self.odds(alpha, gamma)
        weight = 1 + odds
        parts_who = [self.shadow[self.who]]
        if self.pull is not None:
            rest = self.feelings - self.expected[self.who]
            parts_who.append(self.pull[:, None] * rest)
        if told is not None:
            parts_who.append(told[self.who])
        tests = np.hstack(parts_who)
        q = tests.shape[1]
        unit = np.zeros((self.n, q))
        unit[self.who] = weight[:, None] * tests
        unit[:, : self.shadow.shape[1]] -= self.shadow
        calibration = -self.known.copy()
        calibration[self.who] += weight[:, None] * self.rows
        sink = -(odds[:, None] * tests).T
        by_alpha, by_gamma = sink @ self.rows, sink @ self.feelings
        weighted = (self.rows * odds[:, None]).T
        hessian = -(weighted @ self.rows)
        hessian[np.diag_indices_from(hessian)] -= self.light
        lean = np.linalg.solve(hessian, by_alpha.T).T
        unit = unit - calibration @ lean.T
        jacobian = (by_gamma + lean @ (weighted @ self.feelings)) / self.n
        return unit, jacobian


class Waves:
    """The equations of one wave of answers, or of two: before and after the reminder."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.n = len(asked.answered)
        self.last = Equations(asked.rest())
        self.first: Equations | None = None
        if asked.early is not None:
            self.first = Equations(Asked(asked.early, asked.feelings, asked.known, None, asked.shadows))

    def odds(self, gamma: FloatArray) -> FloatArray:
        """(n answered,) for how many silent ones like them everybody who answered stands: (1 - P)/P."""
        if self.first is None:
            return self.last.odds(self.last.solve(gamma), gamma)
        who = self.asked.answered
        felt = self.asked.feelings[who] @ gamma
        silent_early = 1 - expit(self.asked.known[who] @ self.first.solve(gamma) + felt)
        alpha, late = self.last.solve(gamma), felt.copy()
        late += self.asked.known[who] @ alpha[: self.asked.known.shape[1]]
        silent = silent_early * (1 - self._late_chance(late, alpha))
        return np.asarray(np.clip(silent / (1 - silent), 0.0, 400.0))

    def _late_chance(self, log_odds: FloatArray, alpha: FloatArray) -> FloatArray:
        """Chance of answering in the second wave, over the lot of being reminded."""
        lots = self.last.asked.reminded
        if lots is None:
            return np.asarray(expit(log_odds))
        drawn, push = float(lots.mean()), alpha[-1]
        with_it, without = expit(log_odds + push * (1 - drawn)), expit(log_odds - push * drawn)
        return np.asarray(drawn * with_it + (1 - drawn) * without)

    def moments(self, gamma: FloatArray) -> tuple[FloatArray, FloatArray]:
        early = self.asked.early
        if early is None or self.first is None:
            return self.last.moments(gamma)
        rest = self.asked.feelings - self.first.expected
        g = rest.shape[1]
        one, one_slope = self.first.moments(gamma, rest)
        part, slope = self.last.moments(gamma, rest[~early])
        two = np.zeros((self.n, part.shape[1]))
        two[~early] = part
        slope = slope * self.last.n / self.n
        same = one[:, -g:] - two[:, -g:] - early[:, None] * rest
        unit = np.hstack([one[:, :-g], two[:, :-g], same])
        return unit, np.vstack([one_slope[:-g], slope[:-g], one_slope[-g:] - slope[-g:]])


def fit(asked: Asked) -> tuple[Answering, Waves]:
    """Two-step GMM for gamma with a weak prior; Gauss-Newton with halving."""
    waves = Waves(asked)
    n, g = waves.n, asked.feelings.shape[1]
    prior, precision = np.full(g, PRIOR_MEAN), np.eye(g) / PRIOR_SPREAD**2
    gamma = prior.copy()
    unit, jacobian = waves.moments(gamma)
    for _ in range(12 if unit.shape[1] else 0):
        weight = _inverse(unit)
        gradient = n * jacobian.T @ weight @ unit.mean(0) + precision @ (gamma - prior)
        hessian = n * jacobian.T @ weight @ jacobian + precision
        step = np.linalg.solve(hessian, gradient)
        step = step * min(1.0, 0.8 / max(np.abs(step).max(), 1e-9))
        gamma = np.clip(gamma - step, -4, 4)
        unit, jacobian = waves.moments(gamma)
        if np.abs(step).max() < 1e-3:
            break
    weight = _inverse(unit)
    information = n * jacobian.T @ weight @ jacobian
    spread = np.asarray(np.linalg.inv(information + precision), dtype=float)
    mean = unit.mean(0) if unit.shape[1] else np.empty(0)
    return (
        Answering(
            gamma=gamma,
            spread=spread,
            prior_part=spread @ precision @ spread,
            influence=-(unit - mean) @ (weight @ jacobian @ spread) * n,
            misfit=float(n * mean @ weight @ mean),
            misfit_degrees=unit.shape[1] - g,
        ),
        waves,
    )


def _inverse(unit: FloatArray) -> FloatArray:
    if not unit.shape[1]:
        return np.empty((0, 0))
    spread = np.cov(unit, rowvar=False).reshape(unit.shape[1], unit.shape[1])
    return np.linalg.pinv(spread + 1e-9 * np.trace(spread) * np.eye(len(spread)), hermitian=True)


def extremes(g: int) -> list[FloatArray]:
    """The patterns of answering at the edge of the plausible: every mix of the prior's two ends, and none at all."""
    ends = np.array([PRIOR_MEAN - 1.96 * PRIOR_SPREAD, PRIOR_MEAN + 1.96 * PRIOR_SPREAD])
    corners = np.array(np.meshgrid(*[ends] * g)).reshape(g, -1).T
    return [np.zeros(g), *corners]
