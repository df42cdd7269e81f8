"""Which scale answers are on: that of the great majority; a slip, or a 99 for "no answer", is no other scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SCALES: Final = ((1, 5), (1, 7), (0, 10))  # the narrowest that holds is meant
FEWEST: Final = 3  # answers that tell a scale
FEWEST_WITH_ODD: Final = 4  # where one of them is off it
FEW: Final = 0.1  # of the values may be off every scale
RARE: Final = 0.02  # of the values, where a narrower scale holds all the others: a 0 or an 8 among hundreds of 1 to 5
MANY: Final = 50  # values, for that


@dataclass(frozen=True)
class Scale:
    """From `low` to `high`; `odd` of the values are off it."""

    low: int
    high: int
    odd: int = 0


def scale_of(values: Sequence[float | None], fewest: int = FEWEST) -> Scale | None:
    """The scale of whole numbers, None standing for what is no number; None where they are on none, or are too few.

    >>> scale_of([3, 5, 4, 99, 2])
    Scale(low=1, high=5, odd=1)
    """
    whole = [value for value in values if value is not None and 0 <= value <= 10 and value == int(value)]
    odd = len(values) - len(whole)
    if not are_most(len(whole), odd, fewest):
        return None
    for low, high in SCALES:
        off = sum(not low <= value <= high for value in whole)
        if not off or (off <= RARE * len(whole) and len(whole) >= MANY):
            return Scale(low, high, odd + off)
    return None


def are_most(good: int, odd: int, fewest: int = FEWEST) -> bool:
    """Whether the good among some values are so many that the odd are slips, and no sign of something else."""
    return good >= (max(fewest, FEWEST_WITH_ODD) if odd else fewest) and odd <= max(1, FEW * (good + odd))
