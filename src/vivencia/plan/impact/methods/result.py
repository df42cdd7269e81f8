"""What a method found: an effect with its interval, and the checks it stands on."""

from dataclasses import dataclass, field
from typing import Any, Literal

Name = Literal["randomised", "difference", "difference_in_differences", "synthetic_control", "interrupted_time_series"]
State = Literal["passed", "warning", "failed", "not_possible"]
NAMES: tuple[Name, ...] = (
    "randomised",
    "difference",
    "difference_in_differences",
    "synthetic_control",
    "interrupted_time_series",
)


class NotPossible(ValueError):  # noqa: N818  # it is no error of ours
    """Nothing can be estimated. `code` names why, for pages to word it; the message is English."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Check:
    """One test of what the estimate assumes.

    name: see docs/guide/impact.md. state: warning = to be known when reading the effect; failed = the effect is not to
    be trusted. value, low, high: in the outcome's unit where the check estimates something. about: facts for wording.
    """

    name: str
    state: State
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """One period of the picture: what the treated lived, and what they would have without it (None: not known).

    `low`, `high`: 95 % interval of `without`, only from the start on.
    """

    period: str
    actual: float | None
    without: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Lead:
    """The effect so many periods after the start (negative: before it, where it should be zero)."""

    step: int
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """An effect: the mean change of the outcome of the treated over the periods they were treated, in its unit.

    low, high: 95 % interval. p_value: of no effect. se, degrees: behind them, for forecasts. baseline: what the treated
    would have had without it, on average. variant: the kind of the method used. begun: the column the first is treated.
    """

    method: Name
    variant: str
    effect: float
    low: float
    high: float
    p_value: float
    se: float
    degrees: float
    baseline: float | None
    n_units: int
    n_treated: int
    n_periods: int
    n_before: int
    checks: tuple[Check, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    leads: tuple[Lead, ...] = ()

    def check(self, name: str) -> Check | None:
        return next((check for check in self.checks if check.name == name), None)
