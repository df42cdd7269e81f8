"""What a study found, in plain frozen data that JSON can say. No person's id is in here: evidence is kept apart."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["gain", "pain"]
CIRCUMSTANCES = frozenset({"channel", "employee", "property", "property_above"})
PROVEN = 0.05  # q-value up to which a moment is called proven: of those, 5 % may be false


@dataclass(frozen=True)
class Range:
    """A value with its 95 % interval; None = not enough data."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Consequence:
    """What living a moment does to what people do in the follow-up, on average over those who lived it: buying again
    (percentage points) or money spent. a_year: the same over all who live it in a year (purchases, money)."""

    effect: float
    low: float
    high: float
    q_value: float
    a_year: Range

    @property
    def proven(self) -> bool:
        return self.q_value <= PROVEN


StakeUnit = Literal["money", "customers", "points"]


@dataclass(frozen=True)
class Dose:
    """The effect of being late by more than `days`, against kept promises."""

    days: int
    effect: float
    low: float
    high: float
    n_exposed: int


@dataclass(frozen=True)
class Month:
    """How many lived it (`exposed`) of those who could have (`applicable`) among journeys begun in this month
    (`2026-05`)."""

    month: str
    exposed: int
    applicable: int


@dataclass(frozen=True)
class Moment:
    """One candidate with its effect. Effects are in the outcome's own unit (`Findings.kind`); None = not enough data.

    - `condition`, `family`, `key`, `value`, `percentile`, `threshold`: see `conditions.Condition`; `synonyms`:
      conditions that say the same of nearly everyone here.
    - `effect`, `low`, `high`: if everyone lived it minus if nobody did; `effect_exposed`: among those who lived it.
    - `stake`: `effect_exposed` x exposed a year, in the outcome's own unit (points, customers, money); `repurchases`,
      `money`: the same in what people do afterwards, for proven moments of scores where the data tell.
    - `level_exposed`, `level_others`: the plain outcome of those who did and did not live it (no adjustment).
    - `place`: where in the journey, 0 start, 1 end; `days_after_start`: median.
    - `rank`: 1 = strongest of its kind; equal where intervals overlap; None = not proven; `stake_rank`: the same by
      what is at stake a year (`Findings.at_stake`).
    """

    key: str
    touchpoint: str
    condition: str
    family: str
    condition_key: str | None
    condition_value: str | None
    percentile: int | None
    threshold: float | None
    synonyms: tuple[str, ...]
    kind: Kind
    effect: float | None
    low: float | None
    high: float | None
    p_value: float | None
    q_value: float | None
    effect_exposed: float | None
    n_exposed: int
    n: int
    exposed_a_year: float
    stake: Range
    level_exposed: float | None
    level_others: float | None
    place: float | None
    days_after_start: float | None
    robustness: float | None
    robustness_interval: float | None
    sensitivity_low: float | None
    sensitivity_high: float | None
    overlap: float | None
    method: str
    corrected: str
    mediators: tuple[str, ...]
    assumptions: tuple[str, ...]
    why_none: str | None
    doses: tuple[Dose, ...]
    months: tuple[Month, ...]
    rank: int | None = None
    stake_rank: int | None = None
    repurchases: Consequence | None = None
    money: Consequence | None = None

    @property
    def circumstance(self) -> bool:
        """Under which circumstances it was lived (what, where, by whom), rather than something that happened."""
        return self.family in CIRCUMSTANCES

    @property
    def proven(self) -> bool:
        return self.effect is not None and self.q_value is not None and self.q_value <= PROVEN


@dataclass(frozen=True)
class Findings:
    """A whole study. `kind`, `better`: see `outcomes.Outcome`; `by`: "case" or "customer"; `since`, `until`: ISO
    dates of the first and last unit; `years`: the time between; `adjusted_for`: what was known before and held
    equal; `left_out`: reason -> units; `drawn_from`: the customers there are where the study is of some drawn by lot,
    None where it is of all. What is said of a year is always said of all.
    """

    outcome: str
    kind: str
    better: int
    by: str
    scale_max: float | None
    n: int
    n_answered: int
    answered_share: float | None
    raw: Range
    corrected: Range
    correction: str
    notes: tuple[str, ...]
    answer_odds: Mapping[str, tuple[float, float, float]]
    adjusted_for: tuple[str, ...]
    left_out: Mapping[str, int]
    clock: str | None
    follow_up_days: int | None
    since: str
    until: str
    years: float
    ledger_version: str
    as_of: str
    moments: tuple[Moment, ...]
    drawn_from: int | None = None

    @property
    def stake_unit(self) -> StakeUnit:
        """What the moments are compared in: money or purchases as soon as one moment is seen to move them, else the
        outcome's own unit."""
        own: dict[str, StakeUnit] = {"share": "customers", "money": "money"}
        if self.kind in own:
            return own[self.kind]
        if any(moment.money and moment.money.proven for moment in self.moments):
            return "money"
        if any(moment.repurchases and moment.repurchases.proven for moment in self.moments):
            return "customers"
        return "points"

    def at_stake(self, moment: Moment) -> Range:
        """A year's worth of a moment in `stake_unit`; None where that is not known of it."""
        if self.kind in ("share", "money") or self.stake_unit == "points":
            return moment.stake
        told = moment.money if self.stake_unit == "money" else moment.repurchases
        return told.a_year if told else Range(None, None, None)

    def by_stake(self) -> tuple[Moment, ...]:
        """Proven moments, most at stake a year first; those that share a rank stand together."""
        last = len(self.moments)
        proven = (moment for moment in self.moments if moment.proven)
        return tuple(sorted(proven, key=lambda one: (one.stake_rank or last, -abs(self.at_stake(one).value or 0.0))))

    def moment(self, key: str) -> Moment | None:
        return next((moment for moment in self.moments if moment.key == key), None)

    def proven(self, kind: Kind | None = None) -> tuple[Moment, ...]:
        """Proven moments, strongest first."""
        return tuple(moment for moment in self.moments if moment.proven and kind in (None, moment.kind))

    def not_proven(self) -> tuple[Moment, ...]:
        return tuple(moment for moment in self.moments if not moment.proven)


def to_json(findings: Findings) -> dict[str, Any]:
    return asdict(findings)


def from_json(told: Mapping[str, Any]) -> Findings:
    """The findings that `to_json` wrote."""
    moments = tuple(_moment(item) for item in told["moments"])
    fixed = {name: tuple(told[name]) for name in ("notes", "adjusted_for")}
    odds = {name: (value[0], value[1], value[2]) for name, value in told["answer_odds"].items()}
    ranges = {name: Range(**told[name]) for name in ("raw", "corrected")}
    return Findings(**{**told, **fixed, **ranges, "answer_odds": odds, "moments": moments})


def _moment(told: Mapping[str, Any]) -> Moment:
    fixed: dict[str, Any] = {name: tuple(told[name]) for name in ("synonyms", "mediators", "assumptions")}
    fixed["stake"] = Range(**told["stake"])
    for name in ("repurchases", "money"):
        if told.get(name):
            fixed[name] = Consequence(**{**told[name], "a_year": Range(**told[name]["a_year"])})
    fixed["doses"] = tuple(Dose(**dose) for dose in told["doses"])
    fixed["months"] = tuple(Month(**month) for month in told["months"])
    return Moment(**{**told, **fixed})
