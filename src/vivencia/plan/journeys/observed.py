"""What was lived of each expectation: one observation after another, and the figure any part of them makes.

| expectation | observation | figure |
|---|---|---|
| waiting | a visit to the step: seconds since the journey's step before | what nine of ten wait at most |
| promise | a promise of this kind that is due: kept or not | share kept |
| score, effort | an answer given at the step; of those passing where fewer than ten are given there | mean |
| feeling | the same on the usual scale, from -1 to 1 | mean |
| pass_share | a journey: whether it comes by | share |
| human_reachable | a visit: whether by a channel in which somebody answers here | share |
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from vivencia.measure.metrics import intervals
from vivencia.measure.metrics.figure import NOT_ENOUGH_DATA, Figure, Method
from vivencia.plan.journeys.drawing import Step
from vivencia.plan.journeys.ground import Floats, Ground, micros
from vivencia.understand.enough import ENOUGH
from vivencia.understand.journeys.table import SECOND, Ints, Mask, Scale

Name = Literal["waiting", "promise", "score", "feeling", "pass_share", "effort", "human_reachable", "waiting_median"]
NAMES: tuple[Name, ...] = ("promise", "waiting", "score", "feeling", "effort", "pass_share", "human_reachable")
NINE_OF_TEN = 0.9
SAID_HERE = 10  # answers at the step itself from which on they are enough


@dataclass(frozen=True)
class Observed:
    """One array entry an observation: `value` (seconds, 0 or 1, a score), `at` (µs), `person` (-1 unknown), `journey`
    (-1 none). `high`: the end of a score's scale. `here`: whether answers were given at the step itself. `late`:
    seconds after what was promised, until fulfilled or until now; only of promises."""

    name: Name
    method: Method
    unit: str
    value: Floats
    at: Ints
    person: Ints
    journey: Ints
    high: float | None = None
    here: bool = True
    about: str = ""
    late: Floats | None = None

    def only(self, mask: Mask) -> "Observed":
        return replace(
            self,
            value=self.value[mask],
            at=self.at[mask],
            person=self.person[mask],
            journey=self.journey[mask],
            late=None if self.late is None else self.late[mask],
        )

    def figure(self) -> Figure:
        """Shares in per cent, waits in seconds, scores on their scale; no value below five observations."""
        n = len(self.value)
        value, low, high = _estimate(self) if n >= ENOUGH else (None, None, None)
        return Figure(
            metric=self.name,
            variant="lived",
            group={},
            value=value,
            low=low,
            high=high,
            n=n,
            unit=self.unit,
            definition=definition(self),
            method=self.method,
            reason=None if value is not None else NOT_ENOUGH_DATA,
        )

    def misses(self, wanted: float, *, down: bool = False) -> Mask:
        """Which observations fall short of what is wanted of each; `down`: less is better."""
        return self.value > wanted if down else self.value < wanted


def _estimate(observed: Observed) -> tuple[float, float | None, float | None]:
    value, n = observed.value, len(observed.value)
    if observed.method == "share":
        hits = int(value.sum())
        low, high = intervals.wilson(hits, n)
        return 100 * hits / n, 100 * low, 100 * high
    if observed.method == "quantile":
        share = 0.5 if observed.name == "waiting_median" else NINE_OF_TEN
        ordered = np.sort(value)
        first, last = intervals.quantile_ranks(n, share)
        ends = [None if rank is None else float(ordered[rank - 1]) for rank in (first, last)]
        return float(np.quantile(value, share)), ends[0], ends[1]
    average = float(value.mean())
    lower, upper = intervals.mean(average, float(value.var(ddof=1)), n)
    return average, lower, upper


def definition(observed: Observed) -> str:
    """What the figure counts, in the reader's language."""
    told = {
        "waiting": _("Seconds since the step before that nine of ten visits wait at most. Base: visits after a step."),
        "waiting_median": _("Median seconds since the step before. Base: visits that come after another step."),
        "promise": _("Share of promises kept of those that were due: fulfilled in time. Overdue ones count as broken."),
        "pass_share": _("Share of journeys that come by this step."),
        "human_reachable": _("Share of visits by a channel in which somebody of ours answers at this step."),
        "score": _("Mean answer given at this step."),
        "effort": _("Mean answer to “it was easy” (1 to 7) given at this step."),
        "feeling": _("Mean answer at this step, from −1 (worst) to 1 (best)."),
    }[observed.name]
    if not observed.here:
        told += " " + _("Hardly anybody answers there: answers of those who come by are counted.")
    return told


def observe(ground: Ground, step: Step, name: Name) -> Observed | None:
    """All observations of an expectation at a step; None where the data do not speak of it at all."""
    asked = (step.touchpoint, name, step.expectations.promise, step.expectations.score_metric)
    if asked not in ground.observed:
        ground.observed[asked] = _observe(ground, step, name)
    found: Observed | None = ground.observed[asked]
    return found


def _observe(ground: Ground, step: Step, name: Name) -> Observed | None:
    wanted = step.expectations
    if name in ("waiting", "waiting_median"):
        return _waits(ground, step, name)
    if name == "promise":
        return _promises(ground, step, wanted.promise)
    if name == "pass_share":
        return _passing(ground, step)
    if name == "human_reachable":
        return _reachable(ground, step)
    metric = {"score": wanted.score_metric, "effort": "ces"}.get(name, "")
    return _answers(ground, step, name, metric)


def _waits(ground: Ground, step: Step, name: Name) -> Observed | None:
    rows = ground.visits(step.touchpoint)
    begins = ground.table.offsets[ground.journeys_of(rows)]
    rows = rows[rows > begins]
    if not len(rows):
        return None
    at = ground.table.at
    waited = (at[rows] - at[rows - 1]) / SECOND
    return Observed(name, "quantile", "s", waited, at[rows], ground.people(rows), ground.journeys_of(rows))


def _promises(ground: Ground, step: Step, kind: str) -> Observed | None:
    kinds = [kind] if kind else [k for k, place in ground.fulfilled_at.items() if place == step.touchpoint]
    if not kinds:
        return None
    told = ground.promised
    person = np.asarray(told["person"].to_numpy(), np.int64)
    due_at = np.asarray(told["promised_at"].cast("int64").to_numpy(), np.int64)
    of_kind = np.asarray(pc.is_in(told["promise"], value_set=_texts(kinds)).to_numpy(), np.bool_)
    undecided = np.isin(np.asarray(told["state"].to_numpy(zero_copy_only=False), np.str_), ("open", "withdrawn"))
    due = of_kind & ~undecided
    inside = due & (due_at >= micros(ground.since)) & (due_at < micros(ground.until))
    if ground.segment:
        inside &= np.isin(person, np.fromiter(ground.persons, np.int64, len(ground.persons)))
    if not inside.any():
        return None
    kept = np.asarray(told["state"].to_numpy(zero_copy_only=False)[inside] == "kept", np.float64)
    nowhere = np.full(int(inside.sum()), -1, np.int64)
    done = pc.fill_null(told["fulfilled_at"].cast("int64"), micros(ground.as_of))
    late = (np.asarray(done.to_numpy(), np.int64)[inside] - due_at[inside]) / SECOND
    about = ", ".join(kinds)
    return Observed("promise", "share", "%", kept, due_at[inside], person[inside], nowhere, about=about, late=late)


def _texts(words: list[str]) -> pa.Array:
    return pa.array(words, pa.string())


def _passing(ground: Ground, step: Step) -> Observed | None:
    if step.touchpoint is None or not ground.journeys:
        return None
    journeys = np.flatnonzero(ground.mask)
    here = np.zeros(ground.table.journeys, np.bool_)
    here[ground.journeys_of(ground.visits(step.touchpoint))] = True
    began = np.maximum(ground.table.began[journeys], micros(ground.since))
    person = np.asarray(ground.table.person[journeys], np.int64)
    return Observed("pass_share", "share", "%", here[journeys].astype(np.float64), began, person, journeys)


def _reachable(ground: Ground, step: Step) -> Observed | None:
    if not any(one["attended"] for channels in ground.answering.values() for one in channels):
        return None  # these data never say who answers
    rows = ground.visits(step.touchpoint)
    if not len(rows):
        return None
    told = ground.answering.get(step.touchpoint or "", [])
    attended = {one["channel"] for one in told if one["attended"]}
    names = np.array([*(name in attended for name in ground.table.channels), None in attended], np.float64)
    value = names[ground.table.channel[rows]]  # -1, the last: no channel said
    return Observed(
        "human_reachable", "share", "%", value, ground.table.at[rows], ground.people(rows), ground.journeys_of(rows)
    )


def _answers(ground: Ground, step: Step, name: Name, metric: str) -> Observed | None:
    table = ground.table
    place = _scale(ground, metric)
    if place is None or step.touchpoint not in table.steps:
        return None
    given = table.feedback
    ended = table.ended[given.case]
    meant = (given.scale == place) & ground.mask[given.case]
    meant &= (ended >= micros(ground.since)) & (ended < micros(ground.until))
    at_step = meant & (given.step == table.code(step.touchpoint))
    here = int(at_step.sum()) >= SAID_HERE
    if not here:
        passing = np.zeros(table.journeys, np.bool_)
        passing[ground.journeys_of(ground.visits(step.touchpoint))] = True
        at_step = meant & passing[given.case]
    if not at_step.any():
        return None
    case, scale = given.case[at_step], table.scales[place]
    value = _stretched(given.score[at_step], scale, name)
    unit = _("of %(high)s") % {"high": f"{_end(scale, name):g}"} if name != "feeling" else ""
    person = np.asarray(table.person[case], np.int64)
    return Observed(name, "mean", unit, value, ended[at_step], person, case, _end(scale, name), here, scale.metric)


def _scale(ground: Ground, metric: str) -> int | None:
    """The scale most answers of a metric are on; of any metric where none is named."""
    table = ground.table
    if not len(table.feedback.scale):
        return None
    counts = np.bincount(table.feedback.scale, minlength=len(table.scales))
    named = [place for place, scale in enumerate(table.scales) if not metric or scale.metric.lower() == metric.lower()]
    named = [place for place in named if counts[place]]
    return max(named, key=lambda place: counts[place]) if named else None


def _stretched(score: Floats, scale: Scale, name: Name) -> Floats:
    share = (score - scale.low) / (scale.high - scale.low)
    if name == "feeling":
        return np.asarray(2 * share - 1, np.float64)
    return np.asarray(1 + 6 * share if name == "effort" else score, np.float64)


def _end(scale: Scale, name: Name) -> float:
    return {"feeling": 1.0, "effort": 7.0}.get(name, scale.high)
