"""The lived laid over a map: for each step who comes by, how it went against what is wanted, and what matters there."""

from collections.abc import Sequence
from dataclasses import dataclass

from vivencia.moments.findings import Findings, Moment
from vivencia.plan.journeys.drawing import Drawing, Link, Step
from vivencia.plan.journeys.gaps import Gap, Studied, gaps_in, ground_of, segment_of, studied
from vivencia.plan.journeys.ground import Ground
from vivencia.plan.journeys.models import JourneyMap
from vivencia.plan.journeys.ways import Way, ways_of
from vivencia.understand.settling import View

SHOWN = 3  # moments at one step


@dataclass(frozen=True)
class Laid:
    """One step. `customers_a_year` come by; `gaps`: each expectation against what is lived; `moments`: proven ones of
    this touchpoint, the strongest first, each with the study it is from; `ways`: where customers go on to, where it
    branches."""

    step: Step
    customers_a_year: float | None
    gaps: tuple[Gap, ...]
    moments: tuple[tuple[Findings, Moment], ...]
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True)
class Overlay:
    """Every step of a map in its order, and the ground it was held against."""

    ground: Ground
    steps: tuple[Laid, ...]


def of(the_map: JourneyMap, seen: View) -> Overlay:
    """The overlay of a map's present drawing."""
    drawing = the_map.drawing
    return laid(drawing, ground_of(the_map, drawing, seen), studied(segment_of(the_map)), map_id=the_map.pk)


def laid(drawing: Drawing, on: Ground, known: Studied, *, map_id: int | None = None) -> Overlay:
    gaps: dict[str, list[Gap]] = {}
    for gap in gaps_in(drawing, on, known, map_id=map_id):
        gaps.setdefault(gap.step_key, []).append(gap)
    links: dict[str, list[Link]] = {}
    for link in drawing.links if drawing.kind == "target" else ():  # a lived map's shares are no wishes
        links.setdefault(link.source, []).append(link)
    return Overlay(
        on,
        tuple(_step(drawing, one, links.get(one.key, []), on, known, gaps.get(one.key, [])) for one in drawing.steps),
    )


def _step(drawing: Drawing, step: Step, links: Sequence[Link], on: Ground, known: Studied, gaps: Sequence[Gap]) -> Laid:
    coming = on.customers_a_year(step.touchpoint) if step.touchpoint else None
    return Laid(
        step,
        coming,
        tuple(gaps),
        moments_at(step, known),
        ways_of(drawing, step, links, on),
    )


def moments_at(step: Step, known: Studied) -> tuple[tuple[Findings, Moment], ...]:
    """Proven moments at the step's touchpoint; one that several studies prove is told once."""
    found: dict[str, tuple[Findings, Moment]] = {}
    for findings in known.findings:
        for moment in findings.proven():
            if moment.touchpoint == step.touchpoint and not moment.circumstance:
                found.setdefault(moment.key, (findings, moment))
    return tuple(list(found.values())[:SHOWN])
