"""The phases of the journey: as somebody here arranged them, or as the data suggest."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from vivencia.understand.journeys.phases import PHASES, Placed
from vivencia.understand.models import Phase, PlacedTouchpoint


@dataclass(frozen=True)
class Column:
    """One phase with its touchpoints in the order journeys usually take them."""

    name: str
    steps: tuple[str, ...]


def names() -> dict[str, str]:
    """The default phases by their code."""
    return {"before": _("Before"), "during": _("During"), "after": _("After")}


def arranged() -> bool:
    """Whether somebody here arranged the phases."""
    return Phase.objects.exists()


def columns(placed: tuple[Placed, ...]) -> list[Column]:
    """Every step in its phase; steps nobody placed follow the proposal's order in a last, unnamed column."""
    if not arranged():
        return _proposed(placed)
    phase_of = dict(PlacedTouchpoint.objects.values_list("touchpoint", "phase_id"))
    order = sorted(placed, key=lambda one: one.position)
    found = [
        Column(phase.name, tuple(one.step for one in order if phase_of.get(one.step) == phase.pk))
        for phase in Phase.objects.all()
    ]
    rest = tuple(one.step for one in order if one.step not in phase_of)
    return [column for column in [*found, Column(_("Not placed yet"), rest)] if column.steps]


def _proposed(placed: tuple[Placed, ...]) -> list[Column]:
    known = names()
    found = [Column(known[phase], tuple(p.step for p in placed if p.phase == phase)) for phase in PHASES]
    rest = Column(_("Journey"), tuple(p.step for p in placed if p.phase is None))
    return [column for column in [*found, rest] if column.steps]


@transaction.atomic
def arrange(phases: list[str], of_step: dict[str, int]) -> None:
    """Keep these phases, in this order, and each touchpoint in the phase of that number."""
    Phase.objects.all().delete()
    kept = [Phase.objects.create(name=name, position=place) for place, name in enumerate(phases)]
    PlacedTouchpoint.objects.bulk_create(
        PlacedTouchpoint(touchpoint=step, phase=kept[place]) for step, place in of_step.items() if place < len(kept)
    )


def forget() -> None:
    """Back to what the data suggest."""
    Phase.objects.all().delete()
