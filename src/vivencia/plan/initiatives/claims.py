"""What initiatives are about: which gap or moment each claims, and how much of it."""

from collections.abc import Iterable

from vivencia.plan.initiatives.models import Initiative, Stage
from vivencia.plan.initiatives.overlaps import Claimant


def claim_of(initiative: Initiative) -> str:
    """The gap or moment as one text, the same for all that are about it; "" where it is about neither.

    A moment is the same whichever outcome it was found by; a gap that is priced by a moment is that moment, of the
    map's people: who puts it right for the map has put it right.
    """
    if initiative.moment_key:
        people = f"@{initiative.population}" if initiative.population else ""
        return f"moment:{initiative.moment_key}{people}"
    if initiative.journey_map:
        return f"map:{initiative.journey_map}:{initiative.step_key}:{initiative.expectation}"
    return ""


def claimant(initiative: Initiative) -> Claimant:
    place = initiative.touchpoint or initiative.step_name
    return Claimant(
        initiative.pk or 0, initiative.title, initiative.claim, initiative.gap_share, place, initiative.metric
    )


def claimants(among: Iterable[Initiative] | None = None) -> list[Claimant]:
    """Everything that may count the same money: initiatives not dropped."""
    kept = Initiative.objects.exclude(stage=Stage.DROPPED) if among is None else among
    return [claimant(one) for one in kept]


def take_share(initiative: Initiative) -> None:
    """Its value is its part of what is at stake; an initiative without a known stake keeps its own estimate."""
    if initiative.stake is None:
        return
    part = initiative.gap_share / 100
    initiative.value = initiative.stake * part
    initiative.value_low = None if initiative.stake_low is None else initiative.stake_low * part
    initiative.value_high = None if initiative.stake_high is None else initiative.stake_high * part
