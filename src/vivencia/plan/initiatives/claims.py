"""What initiatives are about: which gap or moment each claims, and how much of it."""

from collections.abc import Iterable

from vivencia.plan.initiatives.models import Initiative, Stage
from vivencia.plan.initiatives.overlaps import Claimant
from vivencia.plan.journeys.gaps import Gap


def claim_of(initiative: Initiative) -> str:
    """The gap or moment as one text, the same for all that are about it; "" where it is about neither.

    A moment is the same whichever outcome it was found by; a gap that is priced by a moment is that moment, of the
    map's people: who puts it right for the map has put it right.
    """
    if initiative.moment_key:
        return _moment(initiative.moment_key, initiative.population)
    if initiative.journey_map:
        return f"map:{initiative.journey_map}:{initiative.step_key}:{initiative.expectation}"
    return ""


def claimant(initiative: Initiative) -> Claimant:
    place = initiative.touchpoint or initiative.step_name
    return Claimant(
        initiative.pk or 0, initiative.title, initiative.claim, initiative.gap_share, place, initiative.metric
    )


def kept() -> list[Initiative]:
    """Every initiative that is not dropped."""
    return list(Initiative.objects.exclude(stage=Stage.DROPPED))


def on_gap(gap: Gap, among: Iterable[Initiative]) -> list[Initiative]:
    """Who closes this gap: those made from it, and those about the moment it is priced by, of the map's people. The
    one that claims most first."""
    about = {_moment(source[2], population(gap.segment)) for source in gap.effect.sources[:1]}
    place = (gap.map_id, gap.step_key[:80], gap.expectation)
    found = [one for one in among if _place(one) == place or (one.claim and one.claim in about)]
    return sorted(found, key=lambda one: (-one.gap_share, one.pk))


def on_moment(key: str, people: str, among: Iterable[Initiative]) -> list[Initiative]:
    """Who puts right this moment for these people (as `Initiative.population` says them)."""
    return sorted((one for one in among if one.claim == _moment(key, people)), key=lambda one: (-one.gap_share, one.pk))


def population(segment: str) -> str:
    """A map's people, as metrics call them: "s:3" is "saved:3", "c:private" "company:private"."""
    kind, _colon, key = segment.partition(":")
    return {"s": f"saved:{key}", "c": f"company:{key}"}.get(kind, "")


def _place(initiative: Initiative) -> tuple[int | None, str, str]:
    return (initiative.journey_map, initiative.step_key, initiative.expectation)


def _moment(key: str, people: str) -> str:
    return f"moment:{key}@{people}" if people else f"moment:{key}"


def claimants(among: Iterable[Initiative] | None = None) -> list[Claimant]:
    """Everything that may count the same money: initiatives not dropped."""
    return [claimant(one) for one in (kept() if among is None else among)]


def take_share(initiative: Initiative) -> None:
    """Its value is its part of what is at stake; an initiative without a known stake keeps its own estimate."""
    if initiative.stake is None:
        return
    part = initiative.gap_share / 100
    initiative.value = initiative.stake * part
    initiative.value_low = None if initiative.stake_low is None else initiative.stake_low * part
    initiative.value_high = None if initiative.stake_high is None else initiative.stake_high * part
