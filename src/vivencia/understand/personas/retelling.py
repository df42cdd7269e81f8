"""Telling personas anew when the ledger has moved on: portraits, drafts of empathy maps, what no longer holds."""

from typing import Any

import numpy as np
import polars as pl
from django.utils import timezone

from vivencia.foundation.ledger.reading import Read
from vivencia.understand.frames import frame
from vivencia.understand.now import as_of
from vivencia.understand.pages import segment_members
from vivencia.understand.personas import assignments, drafts, learned, persona_words
from vivencia.understand.personas.finding.features import Mask
from vivencia.understand.personas.known import Known, known, purchase_properties
from vivencia.understand.personas.models import Finding, Persona
from vivencia.understand.personas.portraits import Ground, ground, portrait

MOST = 30_000  # people portraits are told from; of more, a sample that is the same for the same version


def retell(read: Read, only: Persona | None = None) -> int:
    """Tell every persona (or only one) that has people of this version; returns how many."""
    if read.horizon is None:
        return 0
    finding = Finding.objects.filter(in_use=True, learned__isnull=False).first()
    personas = [*assignments.offered(), *_designed()] if only is None else [only]
    if not personas:
        return 0
    base = ground(read, *_known(read, finding))
    groups = _groups(read, finding, base)
    for persona in personas:
        _tell(persona, base, groups, finding, read)
    return len(personas)


def _known(read: Read, finding: Finding | None) -> tuple[Known, learned.Learned]:
    """What is known of everybody, or of a sample that is the same for the same version; seen as the finding sees it."""
    assert read.horizon is not None
    ids = assignments.everybody(read)
    few = None if len(ids) <= MOST else _sample(ids)
    if finding is not None and finding.learned is not None:
        how = learned.from_json(finding.learned)
        return known(read, read.horizon, few, how.properties), how
    properties = purchase_properties(read)
    told = known(read, read.horizon, few, properties)
    return told, learned.learn(told, properties)


def stale(read: Read) -> bool:
    """Whether some persona was told of another version than this one."""
    return any(one.told_of != read.readings_version for one in (*assignments.offered(), *_designed()))


def _groups(read: Read, finding: Finding | None, base: Ground) -> Any:
    if finding is None or not finding.model:
        return np.full(len(base.ids), -1)
    return assignments.group_of(assignments.assigned(read, finding), base.ids)


def _tell(persona: Persona, base: Ground, groups: Any, finding: Finding | None, read: Read) -> None:
    from vivencia.understand.personas.findings import as_segment

    inside = groups == persona.group if persona.kind == Persona.Kind.FOUND else _ruled(read, persona, base)
    first = persona.portrait.get("first") or {"share": float(inside.mean()), "at": _text(read)}
    kept = persona.portrait.get("naming")  # once proposed a name stays, until groups are looked for anew
    persona.portrait = {**portrait(base, inside), "first": first}
    if persona.kind == Persona.Kind.DESIGNED:
        persona.portrait["overlap"] = _overlap(inside, groups)
    elif finding is not None:
        persona.portrait["stability"] = finding.told["stability"][persona.group]
        largest = bool(inside.sum() == np.bincount(groups[groups >= 0]).max(initial=0))
        persona.portrait["naming"] = kept or persona_words.naming(drafts.apart(persona), largest=largest)
    persona.told_at, persona.told_of = as_of(read.horizon, timezone.now()), read.readings_version
    persona.save()
    if persona.kind == Persona.Kind.FOUND:
        as_segment(persona)
        drafts.draft(persona)
    drafts.check(persona)


def _designed() -> list[Persona]:
    return list(Persona.objects.filter(kind=Persona.Kind.DESIGNED, rule__isnull=False).select_related("rule"))


def _ruled(read: Read, persona: Persona, base: Ground) -> Mask:
    """The people of a designed persona's rule."""
    assert persona.rule is not None
    people = frame(segment_members(read, persona.rule, as_of(read.horizon, timezone.now())))["customer_id"]
    return np.asarray(pl.Series(base.ids, dtype=pl.String).is_in(people.implode()).to_numpy())


def _overlap(inside: Mask, groups: Any) -> list[dict[str, Any]]:
    """How the people of a designed persona divide among those found: its share in each, and each one's share in it."""
    found = []
    for persona in assignments.offered():
        theirs = groups == persona.group
        both = int((inside & theirs).sum())
        found.append({
            "persona": persona.pk,
            "n": both,
            "of_this": both / max(int(inside.sum()), 1),
            "of_that": both / max(int(theirs.sum()), 1),
        })  # fmt: skip
    return sorted(found, key=lambda one: -float(one["of_this"]))


def _sample(ids: list[str]) -> list[str]:
    chosen = np.sort(np.random.default_rng(1).choice(len(ids), MOST, replace=False))
    return [ids[one] for one in chosen]


def _text(read: Read) -> str:
    return read.horizon.isoformat() if read.horizon else ""
