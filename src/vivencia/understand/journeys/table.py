"""The journey table: everything lived, as integers, one journey after another.

A *journey* is the ordered steps of one case: a customer, or what the events are about (an order, a ticket). Steps are
ordered by time, then by place in the file they came in. Strings are replaced by small codes and every journey lies in
one run of rows, so that questions about ten million events are a few passes over plain arrays.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vivencia.understand.subjects import SEPARATOR

CaseKind = Literal["customer", "subject"]
Ints: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.uint16] | NDArray[np.uint32]
Mask: TypeAlias = NDArray[np.bool_]

SECOND = 1_000_000  # times are microseconds


@dataclass(frozen=True)
class Scale:
    """One way people were asked: a metric on a scale that ends at `high`; higher is better.

    Answers on a `reversed` scale are turned round when they are read, so that high is good there too.
    """

    metric: str
    high: float

    @property
    def low(self) -> float:
        """NPS-like questions and yes or no (which ends at 1) begin at 0, the others at 1."""
        return 0.0 if self.metric in ("nps", "enps") or self.high <= 1 else 1.0

    @property
    def reversed(self) -> bool:
        """CES 1.0 (1-5) asks how much effort it took: 1 is best."""
        return self.metric == "ces" and self.high == 5.0

    @property
    def name(self) -> str:
        return f"{self.metric}/{self.high:g}"


@dataclass(frozen=True)
class Feedback:
    """Every answer given, in columns: which journey, at which step (-1: at none), on which scale, and the score."""

    case: Ints
    step: Ints
    scale: Ints
    score: NDArray[np.float64]

    def only(self, keep: Mask) -> "Feedback":
        return Feedback(self.case[keep], self.step[keep], self.scale[keep], self.score[keep])


@dataclass(frozen=True)
class JourneyTable:
    """Columns of steps (`step`, `at`, `channel`, `first`, …) and of journeys (`offsets`, `person`, `kind`).

    Journey *i* owns the step rows `offsets[i]:offsets[i + 1]`, never none. `at` is microseconds UTC. `channel` is -1
    where unknown. `first` marks a journey's first visit to a step; `first_move` marks the first time a journey goes
    from this row's step to the next row's (never set on a journey's last row). `goes_on` marks what belongs to the same
    visit as the row before: another event of one step about one subject, such as a completion after a start. `person`
    numbers the customers of the journeys in ascending order; a journey of nobody known counts as a person of its own,
    whose id is null. `case_keys` are the customers' ids, or what `subjects.subject_key` makes of subjects.
    """

    case: CaseKind
    steps: tuple[str, ...]
    channels: tuple[str, ...]
    kinds: tuple[str, ...]
    scales: tuple[Scale, ...]
    step: Codes
    at: Ints
    channel: NDArray[np.int16]
    first: Mask
    first_move: Mask
    goes_on: Mask
    offsets: Ints
    person: Ints
    kind: NDArray[np.int16]
    case_keys: pa.Array
    person_ids: pa.Array
    feedback: Feedback
    left_out: int

    @property
    def journeys(self) -> int:
        return len(self.offsets) - 1

    @property
    def events(self) -> int:
        return len(self.step)

    @cached_property
    def lengths(self) -> Ints:
        return np.diff(self.offsets)

    @cached_property
    def customers(self) -> int:
        return int(np.count_nonzero(np.diff(self.person))) + 1 if self.journeys else 0

    @property
    def began(self) -> Ints:
        return np.asarray(self.at[self.offsets[:-1]])

    @property
    def ended(self) -> Ints:
        return np.asarray(self.at[self.offsets[1:] - 1])

    @cached_property
    def case_of(self) -> Ints:
        """The journey each row belongs to."""
        return np.repeat(np.arange(self.journeys), self.lengths)

    @property
    def scale(self) -> int:
        """The scale most answers are on: what people felt is read there. -1 without answers."""
        return int(np.bincount(self.feedback.scale).argmax()) if len(self.feedback.scale) else -1

    def case_name(self, journey: int) -> str:
        """The id of a journey's customer or subject, as its source says it."""
        return str(self.case_keys[journey].as_py()).split(SEPARATOR)[-1]

    def code(self, step: str) -> int:
        """The code of a step; an unknown name is a `ValueError` that names the known ones."""
        if step not in self.steps:
            raise ValueError(f"unknown step {step!r}; known: {', '.join(sorted(self.steps)) or 'none'}")
        return self.steps.index(step)

    def only(self, mask: Mask) -> "JourneyTable":
        """The same table with the journeys marked in `mask` only."""
        if bool(mask.all()):
            return self
        rows = np.repeat(mask, self.lengths)
        kept = self.feedback.only(mask[self.feedback.case])
        place = np.cumsum(mask) - 1
        return replace(
            self,
            step=self.step[rows],
            at=self.at[rows],
            channel=self.channel[rows],
            first=self.first[rows],
            first_move=self.first_move[rows],
            goes_on=self.goes_on[rows],
            offsets=np.append(0, np.cumsum(self.lengths[mask])).astype(np.int64),
            person=self.person[mask],
            kind=self.kind[mask],
            case_keys=self.case_keys.filter(pa.array(mask)),
            feedback=replace(kept, case=place[kept.case]),
        )

    def scores(self, scale: int | None = None) -> NDArray[np.float64]:
        """What each journey felt: the mean of its answers on one scale (the usual one by default), NaN without any."""
        chosen = self.scale if scale is None else scale
        on_scale = self.feedback.only(self.feedback.scale == chosen)
        n = np.bincount(on_scale.case, minlength=self.journeys)
        total = np.bincount(on_scale.case, weights=on_scale.score, minlength=self.journeys)
        mean: NDArray[np.float64] = np.divide(total, n, out=np.full(self.journeys, np.nan), where=n > 0)
        return mean
