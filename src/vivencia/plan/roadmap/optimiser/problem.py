"""What is to be planned: initiatives, what they bring, what they need, and what there is.

Quarters are numbered from 0. An initiative that starts in quarter `t` and lasts `d` quarters works in `t … t+d-1`; its
value begins in quarter `t+d` and runs to the end of the horizon (`quarters` and what is counted after them).
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Objective = Literal["value", "net"]

# Nothing closes a gap altogether; the logarithm of what is left open stays finite.
LARGEST_SHARE = 0.99


@dataclass(frozen=True)
class Worth:
    """What an initiative brings: the expected value with its 95 % interval, in the plan's unit.

    `a_year` is earned every year from the quarter after it is finished, `once` in the quarter it is finished.
    """

    mean: float
    low: float
    high: float
    pays: Literal["a_year", "once"] = "a_year"


@dataclass(frozen=True)
class Pilot:
    """Finishing this initiative before `of` starts tells whether `of` works.

    `chance` is the probability that it does (None: the programme's own); `value_if_not` what it brings (a year) where
    it does not.
    """

    of: str
    chance: float | None = None
    value_if_not: float = 0.0


@dataclass(frozen=True)
class Initiative:
    """One initiative. Quarters are counted from 0; `deadline` is the last quarter in which it may still be worked on.

    `effort` gives, per team, person-days in its first, second, … quarter. `cost_once` is spent in the first quarter,
    `cost_a_quarter` in every quarter from the first on, as long as values are counted (of the budget: to the end of the
    plan). `start` fixes the quarter, `left_out` bars the initiative. `chance`: the probability that it works; where it
    does not, it costs the same and brings nothing, so `worth` is what it brings *if it works*.
    """

    key: str
    worth: Worth
    title: str = ""
    stream: str = ""
    duration: int = 1
    effort: dict[str, tuple[float, ...]] = field(default_factory=dict)
    cost_once: float = 0.0
    cost_a_quarter: float = 0.0
    after: tuple[str, ...] = ()
    gap: str = ""
    must_do: bool = False
    earliest: int = 0
    deadline: int | None = None
    start: int | None = None
    left_out: bool = False
    pilot: Pilot | None = None
    chance: float = 1.0

    @property
    def expected(self) -> float:
        """What it brings on average over working and not."""
        return self.chance * self.worth.mean


@dataclass(frozen=True)
class Gap:
    """What closing a whole gap would bring a year; each initiative on it closes part of what others leave open."""

    key: str
    whole: float


@dataclass(frozen=True)
class Team:
    """A team (or a system's people) and its person-days in each quarter."""

    key: str
    days: tuple[float, ...]


@dataclass(frozen=True)
class Stream:
    """A stream and its balance: shares of all money spent, and numbers of initiatives."""

    key: str
    min_share: float = 0.0
    max_share: float = 1.0
    min_count: int = 0
    max_count: int | None = None


@dataclass(frozen=True)
class Problem:
    """Everything the optimiser knows. `budget` is money a quarter, None where money is not limited.

    `objective` "net" takes the money spent from the value; "value" does not. `discount` is a rate a year.
    `quarters_after` are quarters beyond the plan in which finished initiatives still earn. A plan must choose at least
    `unlike_by` initiatives otherwise than the choice `unlike` did.
    """

    quarters: int
    initiatives: tuple[Initiative, ...]
    teams: tuple[Team, ...] = ()
    budget: tuple[float, ...] | None = None
    streams: tuple[Stream, ...] = ()
    gaps: tuple[Gap, ...] = ()
    objective: Objective = "value"
    discount: float = 0.0
    quarters_after: int = 0
    unit: str = ""
    labels: tuple[str, ...] = ()
    unlike: frozenset[str] = frozenset()
    unlike_by: int = 0

    @cached_property
    def by_key(self) -> dict[str, Initiative]:
        return {each.key: each for each in self.initiatives}

    def label(self, quarter: int) -> str:
        """The name of a quarter; `Q1`, `Q2` … where none was given."""
        return self.labels[quarter] if quarter < len(self.labels) else f"Q{quarter + 1}"


Starts = dict[str, int]
"""A plan: the quarter in which each chosen initiative starts. Those not chosen are not in it."""
