"""The library of maps: which belongs under which, how a new one begins, which journey is worth most."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vivencia.foundation.models import User
from vivencia.plan.journeys.drawing import Drawing, Link, Phase, Step
from vivencia.plan.journeys.gaps import Gap, by_worth, gaps_of
from vivencia.plan.journeys.models import JourneyMap, MapKind, MapState
from vivencia.plan.journeys.pricing import UNITS, Priced
from vivencia.plan.journeys.starters.contract import CONTRACT
from vivencia.plan.journeys.starters.parts import PARTS
from vivencia.plan.journeys.starters.shop import SHOP
from vivencia.plan.journeys.starters.sketch import Sketch, lanes, phases
from vivencia.plan.journeys.starters.subscription import SUBSCRIPTION
from vivencia.understand.models import Segment
from vivencia.understand.settling import View

STARTERS: dict[str, Sketch] = {one.key: one for one in (SHOP, PARTS, SUBSCRIPTION, CONTRACT)}


@dataclass(frozen=True)
class Shelved:
    """A map in the library: `depth` below the map it belongs under."""

    map: JourneyMap
    depth: int


@dataclass(frozen=True)
class Weighed:
    """A target with what closing its gaps is worth a year, `worth` in the most telling unit any of them is priced in.

    The sum of low and high ends is wider than the interval of the sum: safe, and said so. `people` a year come by the
    gap that concerns most of them.
    """

    map: JourneyMap
    open_gaps: int
    worth: Priced | None
    metric: str
    people: float | None
    dearest: Gap | None


def shelves(maps: Iterable[JourneyMap]) -> list[Shelved]:
    """Maps under those they belong to, siblings by weight and title; one whose parent is not among them on top."""
    found = list(maps)
    there = {one.pk for one in found}
    below: dict[int | None, list[JourneyMap]] = defaultdict(list)
    for one in sorted(found, key=lambda one: (-one.weight, one.title.lower(), one.pk)):
        below[one.parent_id if one.parent_id in there and not _above(one, found) else None].append(one)
    rows: list[Shelved] = []

    def put(parent: int | None, depth: int) -> None:
        for one in below[parent]:
            rows.append(Shelved(one, depth))
            put(one.pk, depth + 1)

    put(None, 0)
    return rows


def _above(the_map: JourneyMap, maps: list[JourneyMap]) -> bool:
    """Whether going up from this map one comes back to it: then it stands on top instead of nowhere."""
    parents = {one.pk: one.parent_id for one in maps}
    seen: set[int] = set()
    at = the_map.parent_id
    while at is not None and at not in seen:
        if at == the_map.pk:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def may_be_parents(the_map: JourneyMap) -> list[JourneyMap]:
    """The maps this one may belong under: not itself, none below it."""
    everything = list(JourneyMap.objects.exclude(state=MapState.RETIRED))
    below = {the_map.pk}
    while more := {one.pk for one in everything if one.parent_id in below} - below:
        below |= more
    return [one for one in everything if one.pk not in below]


def about_choices(the_map: JourneyMap) -> dict[str, Any]:
    """What the form about a map offers."""
    return {
        "people": User.objects.filter(is_active=True).order_by("first_name", "email"),
        "segments": Segment.objects.all(),
        "parents": may_be_parents(the_map),
        "states": MapState.choices,
    }


def weighed(seen: View) -> list[Weighed]:
    """Targets not retired, the journey whose gaps are worth most first; unpriced ones by people, then by weight."""
    maps = JourneyMap.objects.filter(kind=MapKind.TARGET).exclude(state=MapState.RETIRED)
    rows = [weighed_of(one, gaps_of(one, seen)) for one in maps]

    def rank(row: Weighed) -> tuple[float, ...]:
        if row.worth is None or row.worth.value is None:
            return (len(UNITS), -(row.people or 0.0), -row.map.weight)
        return (UNITS.index(row.worth.unit), -row.worth.value, -row.map.weight)

    return sorted(rows, key=rank)


def weighed_of(the_map: JourneyMap, gaps: list[Gap]) -> Weighed:
    """A target with what closing these gaps of it is worth."""
    told = by_worth(one for one in gaps if one.state == "gap")
    people = [one.customers_a_year for one in told if one.customers_a_year is not None]
    unit = next((unit for unit in UNITS if any(_in(one, unit) for one in told)), None)
    priced = [(one, worth) for one in told if unit and (worth := _in(one, unit)) is not None]
    # Points of different scores do not add up: the dearest gap stands for them.
    summed = _once(priced) if unit != "points" else priced[:1]
    worth = None
    if unit and summed:
        ends = [sum(getattr(each, end) for _gap, each in summed) for end in ("value", "low", "high")]
        worth = Priced(ends[0], ends[1], ends[2], unit)
    return Weighed(
        the_map,
        len(told),
        worth,
        summed[0][0].effect.metric if summed else "",
        max(people, default=None),
        told[0] if told else None,
    )


def _once(priced: list[tuple[Gap, Priced]]) -> list[tuple[Gap, Priced]]:
    """The dearest of those that are priced by one and the same moment: who puts it right has put all of them right."""
    dearest: dict[object, tuple[Gap, Priced]] = {}
    for gap, worth in priced:
        same = gap.effect.sources or gap.key
        if same not in dearest or (dearest[same][1].value or 0.0) < (worth.value or 0.0):
            dearest[same] = (gap, worth)
    return list(dearest.values())


def _in(gap: Gap, unit: str) -> Priced | None:
    return next(
        (one for one in gap.worth if one.unit == unit and None not in (one.value, one.low, one.high)),
        None,
    )


def empty(title: str, language: str) -> Drawing:
    """A map to begin with: three phases, the usual lanes, one step to write over."""
    first = {"es": "Primer paso", "en": "First step"}.get(language, "First step")
    parts: tuple[Phase, ...] = phases(language)
    step = Step("first", parts[0].key, first)
    return Drawing(title, language, "target", phases=parts, lanes=lanes(language), steps=(step,))


def as_target(drawing: Drawing, title: str) -> Drawing:
    """A target to design from a map: its steps and ways without the lived figures.

    What was filled in from data goes; what people wrote, and what was expected already, stays.
    """
    own = {lane.kind for lane in drawing.lanes}
    missing = tuple(lane for lane in lanes(drawing.language) if lane.kind not in own and lane.key not in _keys(drawing))
    links = tuple(Link(one.source, one.target, one.kind) for one in drawing.links)
    noted = tuple(cell for cell in drawing.notes if cell.source == "written")
    written = {cell.lane for cell in noted}
    lived = drawing.kind == "lived"  # its free lanes were made for figures
    kept = tuple(one for one in drawing.lanes if one.kind != "free" or not lived or one.key in written)
    return Drawing(
        title=title,
        language=drawing.language,
        kind="target",
        persona=drawing.persona,
        phases=drawing.phases,
        lanes=(*kept, *missing),
        steps=drawing.steps,
        links=links,
        notes=tuple(cell for cell in noted if cell.lane in {lane.key for lane in kept}),
    )


def _keys(drawing: Drawing) -> set[str]:
    return {lane.key for lane in drawing.lanes}
