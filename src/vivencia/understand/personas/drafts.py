"""Empathy maps: sentences drafted from data, each with the claim it rests on, checked whenever the data move on.

A draft is a difference between the persona and everybody else. It holds as long as the difference is still on the same
side with its whole interval. What people changed or took away is not drafted over.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from vivencia.understand.personas.finding.describing import WORTH, Difference
from vivencia.understand.personas.learned import family
from vivencia.understand.personas.models import Part, Persona, Statement
from vivencia.understand.personas.portraits import remembered

MOST = 4  # drafted sentences of one part
STILL = 0.1  # effect below which a sentence no longer holds
SIZE_MOVED = 0.25  # of its share: from here on the persona itself has moved
BAD_FEELINGS = ("disappointment", "frustration", "worry")
GOOD_FEELINGS = ("delight", "surprise")


def apart(persona: Persona) -> list[Difference]:
    """What sets a persona apart, as its portrait keeps it, the strongest first."""
    told = [remembered(one) for one in persona.portrait.get("features", {}).values()]
    good = [one for one in told if abs(one.effect) >= WORTH and (one.low > 0 or one.high < 0)]
    return sorted(good, key=lambda one: (-abs(one.effect), one.feature))


def part_of(one: Difference) -> Part | None:
    """Where in the map a difference belongs; None: nowhere."""
    kind, _colon, name = one.feature.partition(":")
    more = one.difference > 0
    if kind == "topic":
        return Part.SAYS if more else None
    if kind == "intent":
        return Part.THINKS if more else None
    if kind == "goal":
        return Part.JOB if more else None
    if kind in ("pain", "reason") or one.feature.startswith("reason"):
        return Part.PAINS if more else None
    if kind == "gain":
        return Part.GAINS if more else None
    if kind == "promise":
        return Part.PAINS if more else Part.GAINS
    if kind in ("emotion", "score", "sentiment"):
        return _felt(kind, name, more=more)
    return Part.DOES if family(one.feature.partition("=")[0]) == "do" else None


def _felt(kind: str, name: str, *, more: bool) -> Part | None:
    if kind == "emotion":
        if name in GOOD_FEELINGS:
            return Part.GAINS if more else None
        return Part.FEELS if more else None
    return Part.FEELS


def draft(persona: Persona) -> int:
    """Draft the sentences that the portrait bears out and the map does not have yet; returns how many."""
    there = {one.claim["feature"]: one for one in persona.statements.all() if one.claim}
    made = 0
    for part, wanted in _by_part(apart(persona)).items():
        room = MOST - sum(one.part == part and not one.dropped for one in there.values())
        fresh = [one for one in wanted if one.feature not in there][: max(room, 0)]
        for one in fresh:
            Statement.objects.create(persona=persona, part=part, claim=claim_of(one), holds=True, checked_at=_now())
        made += len(fresh)
    return made


def check(persona: Persona) -> list[Statement]:
    """Hold every claim against the portrait as it is now; returns those that no longer hold."""
    told = persona.portrait.get("features", {})
    fallen = []
    for one in persona.statements.filter(claim__isnull=False, dropped=False):
        claim: dict[str, Any] = one.claim or {}
        holds = _holds(claim, told.get(claim["feature"]))
        now = {**claim, **_figures(remembered(told[claim["feature"]]))} if holds else claim
        Statement.objects.filter(pk=one.pk).update(holds=holds, checked_at=_now(), claim=now)
        if not holds:
            fallen.append(one)
    return fallen


def claim_of(one: Difference) -> dict[str, Any]:
    """What a sentence claims, as it is kept."""
    return {"feature": one.feature, "unit": one.unit, "sign": 1 if one.difference > 0 else -1, **_figures(one)}


def moved(persona: Persona) -> bool:
    """Whether the persona itself is not what it was: its share of people has changed by a quarter or more."""
    first = (persona.portrait.get("first") or {}).get("share") or 0.0
    return bool(first) and abs(persona.portrait.get("share", first) - first) / first >= SIZE_MOVED


def _holds(claim: dict[str, Any], now: dict[str, Any] | None) -> bool:
    if now is None:
        return False
    one = remembered(now)
    sure = one.low > 0 if claim["sign"] > 0 else one.high < 0
    return sure and abs(one.effect) >= STILL


def _figures(one: Difference) -> dict[str, Any]:
    return {"value": one.value, "rest": one.rest, "low": one.low, "high": one.high, "n": one.n}


def _by_part(told: Iterable[Difference]) -> dict[Part, list[Difference]]:
    found: dict[Part, list[Difference]] = {}
    for one in told:
        if (part := part_of(one)) is not None:
            found.setdefault(part, []).append(one)
    return found


def _now() -> Any:
    return timezone.now()
