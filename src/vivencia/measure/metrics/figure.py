"""A number that never travels alone."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Method = Literal["share", "net", "mean", "quantile", "ratio", "survival"]
NOT_ENOUGH_DATA = "not_enough_data"


@dataclass(frozen=True)
class Figure:
    """One metric's value for one group, with all that makes it trustworthy.

    - `group`: dimension as asked -> the group's value; None where it is not known. Empty: everybody.
    - `value`: in `unit`; None where undefined or where `n` is too small to show it (then `reason` says so). Never zero
      instead of unknown.
    - `low`, `high`: the 95 % interval; None where no limit can be stated (e.g. the upper limit of a 90th percentile of
      ten observations).
    - `n`: how many answers, promises, customers, issues or sessions it rests on: the base of the definition.
    - `definition`: scale, base, window, nulls, interval, in English; pages build theirs from the same parts.
    - `method`, `spread` (the standard error where there is one): what comparing two figures needs to know.
    """

    metric: str
    variant: str
    group: dict[str, str | None]
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    definition: str
    method: Method = "share"
    spread: float | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The public shape: `vivencia metric --json` and the API."""
        shown = asdict(self)
        del shown["method"], shown["spread"]
        return shown

    @classmethod
    def remembered(cls, told: dict[str, Any]) -> "Figure":
        """The figure that `dataclasses.asdict` once told."""
        return cls(**told)


@dataclass(frozen=True)
class Estimate:
    """What a reduction makes of one group's sufficient statistics, in the unit of the variant."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    spread: float | None = None
