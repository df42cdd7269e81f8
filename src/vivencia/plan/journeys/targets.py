"""From a moment to a target: the expectation that would spare customers a pain, or give them a gain, put on a map."""

from dataclasses import dataclass, replace
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from vivencia.foundation.models import User
from vivencia.foundation.vocabulary import title
from vivencia.moments.findings import Findings, Moment
from vivencia.plan.journeys import lived, maps
from vivencia.plan.journeys.drawing import Drawing, Expectations, Lane, Phase, Step, key_for
from vivencia.plan.journeys.ground import Ground, ground
from vivencia.plan.journeys.models import JourneyMap, MapState
from vivencia.plan.journeys.operations import Add, Set
from vivencia.understand.settling import View

KEPT = 0.98  # of promises: what a promise taken seriously comes to, to be changed on the map
FAMILIES = ("promise", "slow", "happened", "missed")


@dataclass(frozen=True)
class Made:
    """Where the expectation stands. `proposed`: put there now; not where people had one there already."""

    map: JourneyMap
    step: str
    expectation: str
    proposed: bool


@dataclass(frozen=True)
class Wish:
    """One expectation: the fields of `Expectations` it sets, the first being the one gaps name it by."""

    expectation: str
    fields: dict[str, str | float]


def wish_of(moment: Moment, on: Ground) -> Wish | None:
    """What a target would expect where a moment lies; None where a moment gives no measure for one.

    A promise is kept nearly always; nobody waits longer than the moment's limit; half of a pain is spared, and a gain
    reaches half of those it does not reach yet.
    """
    if moment.family == "promise":
        kinds = [kind for kind, place in sorted(on.fulfilled_at.items()) if place == moment.touchpoint]
        kind = moment.condition_key or (kinds[0] if kinds else "")
        return Wish("promise", {"promise": kind, "promise_share": KEPT})
    if moment.family == "slow" and moment.condition_key is None:
        told = lived.figures(on, Step("s", "p", "s", moment.touchpoint))
        limit = moment.threshold or (told.waiting.value if told.waiting else None)
        return Wish("waiting", {"waiting_seconds": round(limit)}) if limit else None
    if moment.family in ("happened", "missed"):
        passing = lived.figures(on, Step("s", "p", "s", moment.touchpoint)).passing
        if passing is None or passing.value is None:
            return None
        share = passing.value / 100
        fewer = (moment.family == "happened") == (moment.kind == "pain")
        return Wish("pass_share", {"pass_share": round(share / 2 if fewer else (1 + share) / 2, 2)})
    return None


@transaction.atomic
def make(findings: Findings, moment: Moment, segment: str, seen: View, by: User) -> Made | None:
    """Put it on a target map: one that has the step already, else a new one begun from what is lived. An expectation
    that people have set stays as they set it. None where the moment gives no measure."""
    on = ground(seen.read, seen.as_of, touchpoints=[moment.touchpoint], segment=segment)
    wish = wish_of(moment, on)
    if wish is None:
        return None
    found = _with_step(moment.touchpoint, segment)
    if found is None:
        the_map, step = _begun(moment.touchpoint, segment, on, seen, by)
    else:
        the_map, step = found
    there = the_map.drawing.step(step)
    if there is not None and all(getattr(there.expectations, field) is not None for field in wish.fields):
        return Made(the_map, step, wish.expectation, proposed=False)
    for field, value in wish.fields.items():
        _edit(the_map, Set("step", step, f"expectations.{field}", value), by)
    the_map.refresh_from_db()
    return Made(the_map, step, wish.expectation, proposed=True)


def _with_step(touchpoint: str, segment: str) -> tuple[JourneyMap, str] | None:
    """The target map for these people, changed last, that has a step at the touchpoint."""
    maps_of = JourneyMap.objects.filter(kind="target").exclude(state=MapState.RETIRED)
    of_segment = segment.removeprefix("s:") if segment.startswith("s:") else None
    for one in maps_of.filter(segment=int(of_segment) if of_segment else None).order_by("-changed_at"):
        step = next((step for step in one.drawing.steps if step.touchpoint == touchpoint), None)
        if step:
            return one, step.key
    return None


def _begun(touchpoint: str, segment: str, on: Ground, seen: View, by: User) -> tuple[JourneyMap, str]:
    """A target that begins as the journey is lived, without what was noted of it."""
    drawn = lived.filled(on, by.language or "es", name=_("Target journey"))
    drawn = replace(_as_target(drawn), steps=tuple(replace(one, expectations=Expectations()) for one in drawn.steps))
    step = next((one.key for one in drawn.steps if one.touchpoint == touchpoint), "")
    if not drawn.phases:  # too few journeys of late to draw: it begins with this step alone
        drawn = replace(drawn, phases=(Phase("during", _("During the purchase"), "during"),))
    pk = int(segment.removeprefix("s:")) if segment.startswith("s:") else None
    the_map = maps.create(drawn, by=by, segment_id=pk)
    if not step:
        step = key_for(lived.bare(touchpoint), [one.key for one in drawn.steps])
        _edit(the_map, Add("step", Step(step, drawn.phases[-1].key, title(touchpoint), touchpoint)), by)
    return the_map, step


def _as_target(drawn: Drawing) -> Drawing:
    lanes = (
        Lane("touchpoint", _("Touchpoint"), "touchpoint"),
        Lane("channel", _("Channels"), "channel"),
        Lane("goal", _("What the customer wants"), "goal"),
        Lane("promise", _("What we promise"), "promise"),
        Lane("responsible", _("Who answers for it"), "responsible"),
        Lane("ideas", _("Ideas"), "ideas"),
    )
    links = tuple(replace(one, share=None) for one in drawn.links)  # how many go that way is lived, not wanted
    return replace(drawn, kind="target", lanes=lanes, links=links, notes=())


def _edit(the_map: JourneyMap, operation: Add | Set, by: User) -> None:
    maps.edit(the_map.pk, maps.Edit(uuid4().hex, JourneyMap.objects.get(pk=the_map.pk).seq, operation), by=by)
