"""From what was lived to the units of an effect study. Pure: no Django, no clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from vivencia.moments.background import Background, background
from vivencia.moments.candidates import chosen
from vivencia.moments.effects.units import BoolArray, Candidate, FloatArray, Units
from vivencia.moments.exposures import Exposure, exposures
from vivencia.moments.lived import Lived
from vivencia.moments.occasions import NotEnoughDataError, Occasions, Period, occasions
from vivencia.moments.order import JourneySoFar, order_of, typical_place
from vivencia.moments.outcomes import Outcome
from vivencia.moments.steps import steps_of

Say = Callable[[str, float], None]  # what is being done, and which share of the whole is done (0-1)


@dataclass(frozen=True, eq=False)
class Assembly:
    """Everything `estimate` needs, and what is needed to tell people about it afterwards."""

    drawn: Occasions
    steps: pl.DataFrame
    exposures: tuple[Exposure, ...]
    background: Background
    units: Units


def assemble(
    lived: Lived, outcome: Outcome, *, members: Sequence[str] | None = None, period: Period | None = None, say: Say
) -> Assembly:
    """Units of a study; raises NotEnoughDataError."""
    say("occasions", 0.15)
    drawn = occasions(lived, outcome, members=members, period=period)
    steps = steps_of(lived, drawn)
    if steps.is_empty():
        raise NotEnoughDataError("nothing_lived")
    say("candidates", 0.25)
    known = drawn.frame["outcome"].is_not_null().to_numpy()
    found = chosen(exposures(steps, lived, drawn), known)
    say("background", 0.45)
    before = background(lived, drawn, steps)
    return Assembly(drawn, steps, tuple(found), before, _units(drawn, steps, found, before))


def _units(drawn: Occasions, steps: pl.DataFrame, found: list[Exposure], before: Background) -> Units:
    frame = drawn.frame
    start, cutoff = floats(frame["start"]), floats(frame["cutoff"])
    so_far = JourneySoFar(steps, start, cutoff)
    candidates = tuple(
        Candidate(item.key, item.exposed, typical_place(item, start, cutoff), item.touchpoint, so_far.before(item))
        for item in found
    )
    asked = drawn.outcome.asked
    return Units(
        outcome=floats(frame["outcome"]),
        kind=drawn.outcome.kind,
        candidates=candidates,
        confounders=before.values,
        confounder_names=before.names,
        before=order_of(found),
        shadows=_shadows(frame) if asked else {},
        reminded=floats(frame["reminded"]) if asked and reminders_random(frame, before.values) else None,
        groups=frame["person"].to_numpy().astype(np.int64),
    )


def floats(column: pl.Series) -> FloatArray:
    """A column as float64, null as nan."""
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _shadows(frame: pl.DataFrame) -> dict[str, FloatArray]:
    """Repurchase, where enough bought again and enough did not to tell anything."""
    values = floats(frame["repurchase"])
    yes, no = int(np.nansum(values == 1)), int(np.nansum(values == 0))
    return {"repurchase": values} if min(yes, no) >= 50 else {}


def reminders_random(frame: pl.DataFrame, confounders: FloatArray) -> bool:
    """Whether reminders look drawn by lot: enough of both, unrelated to what was known before, and not answered less.

    Reminders sent to whoever looked unhappy, or only to those still silent after a while, are no lot.
    """
    if "reminded" not in frame.columns:
        return False
    reminded = floats(frame["reminded"])
    answered = frame["outcome"].is_not_null().to_numpy()
    yes, no = reminded == 1, reminded == 0
    if min(yes.sum(), no.sum()) < 100 or answered[yes].mean() <= answered[no].mean():
        return False
    return _balanced(confounders, yes, no)


def _balanced(confounders: FloatArray, yes: BoolArray, no: BoolArray) -> bool:
    """No confounder's mean differs by more than a chance of 1 in 1,000 allows, over all of them (Bonferroni)."""
    if not confounders.shape[1]:
        return True
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.nanmean(confounders[yes], 0) - np.nanmean(confounders[no], 0)
        error = np.sqrt(np.nanvar(confounders[yes], 0) / yes.sum() + np.nanvar(confounders[no], 0) / no.sum())
        z = np.abs(np.where(error > 0, gap / error, 0.0))
    return bool(np.nanmax(z) < 3.3 + 0.45 * np.log10(max(1, confounders.shape[1])) + 0.3)
