"""What goes into an effect study and what comes out of it.

A *unit* is one experience with at most one outcome: a customer's journey up to the survey, an order, a ticket.
Everything is a numpy array with one row a unit. A nan means *not known* or *not applicable*, never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

OutcomeKind = Literal["points", "share", "money", "score"]
# points: a net score coded -100, 0, 100 (NPS); share: 0/1 (repurchase, churn), effects in percentage points 0-100;
# money: amounts in the ledger's currency; score: any other scale (CSAT 1-5, CES 1-7), effects in its own points


@dataclass(frozen=True, eq=False)
class Candidate:
    """Something that may have decided the outcome: a touchpoint that happened, failed, was slow, was repeated.

    exposed: (n,) 1 = lived it, 0 = did not, nan = not applicable ("slow" for who never was there) or unknown.
    place: typical position in the journey, 0 = its start, 1 = its end; nan where it has none.
    touchpoint: candidates of one touchpoint are facets of one another ("happened", "failed"): a facet is
        never taken for something the other set off.
    before: (n, k) further confounders of this candidate alone, measured before it (journey so far); nan allowed.
    """

    key: str
    exposed: FloatArray
    place: float = float("nan")
    touchpoint: str | None = None
    before: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Units:
    """The units of a study.

    outcome: (n,) the outcome; nan = not answered (survey outcomes) or not known.
    kind: what the outcome's numbers are, see OutcomeKind.
    confounders: (n, k) what was known before the journey began (segment as 0/1 columns, tenure, earlier
        experience); nan allowed; never anything measured after it began. k may be 0.
    confounder_names: k names.
    candidates: what is studied, jointly.
    before: (m, m) before[i, j] = share of the units having lived both i and j in which i came first; nan where
        nobody did. None = order unknown: every candidate is adjusted for every other.
    shadows: fully observed later outcomes that depend on what the customer felt, but not on whether they answered
        (repurchase, churn): name -> (n,) values; units with nan count as their mean.
    reminded: (n,) 1/0 whether a *randomised* reminder to answer was drawn; nan = was not in the draw because the
        answer had already come. None = there was no random reminder.
    asked: (n,) True where the outcome was asked for; None = everybody. Who was not asked is left out of the study.
    groups: (n,) integer codes; units with one code (the same customer) are not independent. None = all are.
    """

    outcome: FloatArray
    kind: OutcomeKind
    candidates: tuple[Candidate, ...]
    confounders: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    confounder_names: tuple[str, ...] = ()
    before: FloatArray | None = None
    shadows: Mapping[str, FloatArray] = field(default_factory=dict)
    reminded: FloatArray | None = None
    asked: BoolArray | None = None
    groups: IntArray | None = None


Correction = Literal[
    "complete",  # everybody's outcome is known: nothing to correct
    "instruments",  # who answers was estimated from shadow variables and/or a randomised reminder
    "range",  # nothing tells who answers: the interval covers every plausible pattern of answering
    "none",  # too few answers to correct anything
]

Method = Literal[
    "aipw",  # cross-fitted augmented inverse propensity weighting: average effect over all units it applies to
    "partial",  # partially linear regression, an average over units that could go either way: where overlap is poor,
    # and where there is nothing much to size
    "none",  # not enough data
]


@dataclass(frozen=True)
class Level:
    """A level of the outcome (an NPS, a share in 0-100, an amount) or a difference of two, with its interval;
    None = not enough data."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Effect:
    """What one candidate does to the outcome, all else equal: outcome if everyone lived it minus if nobody did.

    Units: points on the net score's scale (points), percentage points 0-100 (share), money (money), the scale's
    points (score). None = not enough data; `why_none` says which.
    q_value: Benjamini-Hochberg over the study's candidates: flag q_value <= 0.05 and 5 % of the flagged are false.
    exposed: the average among those who lived it (what was really gained or lost), same unit, with its interval.
    robustness: Cinelli-Hazlett robustness value 0-1: a hidden cause would have to explain more than this share of
        the rest of both the candidate and the outcome to explain the effect away; robustness_interval: to make
        the interval touch zero.
    overlap: share of units that could have gone either way (propensity between 0.02 and 0.98); None where the plain
        comparison was far from finding anything, so that it was not looked into.
    n_effective: the number of equally weighted answers that would give this precision.
    sensitivity_low/high: lowest and highest end of the interval over all plausible patterns of who answers.
    mediators: keys of later candidates this one sets off; their share in its effect is included, not adjusted away.
    assumptions: codes, worded by whoever shows them: "no_hidden_cause", "answers_shadow", "answers_reminder",
        "answers_range", "poor_overlap", "includes_mediators", "order_unknown", "same_always".
    """

    key: str
    effect: float | None
    low: float | None
    high: float | None
    p_value: float | None
    q_value: float | None
    n_exposed: int
    n: int
    method: Method
    exposed: Level | None = None
    overlap: float | None = None
    n_effective: float | None = None
    robustness: float | None = None
    robustness_interval: float | None = None
    sensitivity_low: float | None = None
    sensitivity_high: float | None = None
    corrected: Correction = "complete"
    mediators: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    why_none: str | None = None  # "too_few_answers" | "too_few_exposed" | "same_always" | "collinear"

    @property
    def effect_exposed(self) -> float | None:
        """The average among those who lived it."""
        return self.exposed.value if self.exposed else None


@dataclass(frozen=True)
class Study:
    """All effects of one outcome, in the order of `Units.candidates`.

    n: units studied (asked for the outcome); n_answered: whose outcome is known; answered_share: the ratio.
    raw: the level among those who answered; corrected: of everybody asked, corrected for who answers.
    answer_odds: odds of answering of the unhappy and of the happy, relative to those in between: (value, low, high).
    notes: codes: "winsorised_p99_5", "few_units", "constant_outcome", "response_model_doubtful", "weak_instruments".
    """

    effects: tuple[Effect, ...]
    n: int
    n_answered: int
    answered_share: float | None
    raw: Level
    corrected: Level
    correction: Correction
    answer_odds: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
