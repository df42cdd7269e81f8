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
    - `left_out`: of a figure in money, what was left out because it is in other currencies; empty otherwise, and
      where the question splits or narrows down by dimensions.
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
    left_out: tuple["LeftOut", ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The public shape: `vivencia metric --json` and the API. `left_out` is there where something was."""
        shown = asdict(self)
        del shown["method"], shown["spread"]
        if not self.left_out:
            del shown["left_out"]
        return shown

    @classmethod
    def remembered(cls, told: dict[str, Any]) -> "Figure":
        """The figure that `dataclasses.asdict` once told."""
        left_out = tuple(LeftOut(**one) for one in told.get("left_out", ()))
        return cls(**{**told, "left_out": left_out})


@dataclass(frozen=True)
class LeftOut:
    """`n` amounts in another `currency` (ISO 4217), `amount` of it in all."""

    currency: str
    n: int
    amount: float


@dataclass(frozen=True)
class Estimate:
    """What a reduction makes of one group's sufficient statistics, in the unit of the variant."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    spread: float | None = None
