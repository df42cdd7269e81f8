"""Looking for personas: begun by a person, done by the worker, with each step told; the same version gives the same.

A new finding takes the place of the one before. A persona that is still there, because half of its people and of the
new group's together are in both, stays the persona it was, with its name and what people wrote about it.
"""

import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone, translation

from vivencia.foundation.ledger.reading import Read
from vivencia.foundation.ledger.store import open_ledger
from vivencia.foundation.models import User
from vivencia.foundation.organisation import organisation
from vivencia.understand import segments
from vivencia.understand.frames import frame
from vivencia.understand.models import Segment
from vivencia.understand.personas import assignments, learned, retelling
from vivencia.understand.personas.finding import assigning
from vivencia.understand.personas.finding.finding import Found, find
from vivencia.understand.personas.known import Known, known, purchase_properties
from vivencia.understand.personas.models import Finding, Persona
from vivencia.understand.personas.persona_words import called
from vivencia.understand.segment_personas import InPersona

SAMPLE = 30_000  # people the features are learned from
SIGNIFICANT = 0.05  # p-value up to which groups are taken to be there
SAME = 0.5  # Jaccard index from which a group found anew is the persona it was
State = Finding.State


def begin(by: User | None = None, asked: int | None = None) -> Finding:
    """Ask for a finding; one that waits or runs is not asked for twice."""
    from vivencia.understand.personas.jobs import find_personas

    under_way = Finding.objects.filter(state__in=(State.WAITING, State.RUNNING)).first()
    if under_way:
        return under_way
    made = Finding.objects.create(asked=asked, by=by)
    transaction.on_commit(lambda: find_personas.enqueue(made.pk))
    return made


def at_once(asked: int | None = None) -> Finding:
    """The finding of the ledger's present version, worked out here and now unless it is there already."""
    version = open_ledger().read().version
    there = Finding.objects.filter(state=State.DONE, version=version, asked=asked, in_use=True).first()
    if there:
        return there
    made = Finding.objects.create(asked=asked)
    run(made.pk)
    made.refresh_from_db()
    return made


def run(pk: int) -> None:
    """Work one finding out. Running it again does it again, with the same result for the same version."""
    row = Finding.objects.filter(pk=pk).exclude(state=State.DONE).first()
    if row is None:
        return
    Finding.objects.filter(pk=pk).update(state=State.RUNNING, error="")
    try:
        _run(row, open_ledger().read())
    except Exception as wrong:
        Finding.objects.filter(pk=pk).update(state=State.FAILED, error=type(wrong).__name__, done_at=timezone.now())
        raise


def _run(row: Finding, read: Read) -> None:
    began = time.monotonic()
    row.version, row.as_of = read.version, read.horizon
    if read.horizon is None:
        _nothing(row)
        return
    told, how = _learned(read)
    people = learned.people(told, how)
    _step(row, "looking")
    found = find(people, seed=0, k=row.asked)
    row.learned = learned.to_json(how)
    row.model = assigning.to_json(found.model) if found.model else None
    row.told = _told(found, time.monotonic() - began)
    row.people = len(assignments.everybody(read))
    _step(row, "telling")
    _take_in(row, read)
    row.state, row.done_at, row.step = State.DONE, timezone.now(), ""
    row.told["seconds"] = round(time.monotonic() - began, 1)
    row.save()
    retelling.retell(read)


def _nothing(row: Finding) -> None:
    row.state, row.done_at = State.DONE, timezone.now()
    row.save()


def _step(row: Finding, step: str) -> None:
    row.step = step
    Finding.objects.filter(pk=row.pk).update(step=step)


def _learned(read: Read) -> tuple[Known, learned.Learned]:
    """What is known of everybody, or of a sample that is the same for the same version."""
    assert read.horizon is not None
    ids = assignments.everybody(read)
    sample = None
    if len(ids) > SAMPLE:
        chosen = np.sort(np.random.default_rng(0).choice(len(ids), SAMPLE, replace=False))
        sample = [ids[one] for one in chosen]
    properties = purchase_properties(read)
    told = known(read, read.horizon, sample, properties)
    return told, learned.learn(told, properties)


def _told(found: Found, seconds: float) -> dict[str, Any]:
    """How the number of groups was decided, as pages and the command line tell it."""
    return {
        "candidates": [asdict(one) for one in found.choice.candidates],
        "p_value": found.choice.p_value,
        "tried": list(found.tried),
        "stability": list(found.stability),
        "silhouette": found.silhouette,
        "learned_from": found.n,
        "features": [one.key for one in found.model.scalings] if found.model else [],
        "seconds": round(seconds, 1),
    }


def _take_in(row: Finding, read: Read) -> None:
    """Put the finding in the place of the one before, and its groups in the place of their personas."""
    before = assignments.in_use()
    row.save()
    table = assignments.assigned(read, row) if row.model else None
    frames = frame(table).cast(assignments.SCHEMA) if table is not None else None
    row.in_none = row.people if frames is None else int((frames["group"] == assigning.NONE).sum())
    same = _same(read, before, frames) if before and frames is not None else {}
    with transaction.atomic():
        Finding.objects.exclude(pk=row.pk).update(in_use=False)
        row.in_use = True
        row.save()
        for group in row.model["offered"] if row.model else ():
            _kept_or_made(row, int(group), same.get(int(group)), frames)
        for gone in Persona.objects.filter(kind=Persona.Kind.FOUND).exclude(finding=row):
            _let_go(gone)


def _same(read: Read, before: Finding, now: pl.DataFrame) -> dict[int, Persona]:
    """New group -> the persona it was before."""
    earlier = frame(assignments.assigned(read, before)).cast(assignments.SCHEMA)
    both = now.join(earlier, on="customer_id", suffix="_before")
    counts = both.group_by("group", "group_before").len().sort("len", descending=True)
    mine = dict(now.group_by("group").len().rows())
    theirs = dict(earlier.group_by("group").len().rows())
    personas = {one.group: one for one in Persona.objects.filter(finding=before, gone=False)}
    found: dict[int, Persona] = {}
    for group, old, n in counts.rows():
        persona = personas.get(old)
        if persona and group >= 0 and group not in found and n / (mine[group] + theirs[old] - n) >= SAME:
            found[group] = persona
            del personas[old]
    return found


def _kept_or_made(row: Finding, group: int, was: Persona | None, frames: pl.DataFrame | None) -> None:
    persona = was or Persona(kind=Persona.Kind.FOUND)
    persona.finding, persona.group, persona.gone = row, group, False
    persona.portrait = {key: value for key, value in persona.portrait.items() if key != "naming"}  # named anew
    if frames is not None and len(frames):
        n = int((frames["group"] == group).sum())
        persona.portrait = {**persona.portrait, "n": n, "share": n / len(frames)}
    persona.save()


def _let_go(persona: Persona) -> None:
    """It is no longer there. What people wrote about it stays to be read; its segment, of nobody now, goes, unless a
    map was drawn for it: that says then that there is nobody, and does not become everybody's."""
    if persona.segment:
        with suppress(ProtectedError):
            persona.segment.delete()
    Persona.objects.filter(pk=persona.pk).update(gone=True, segment=None)


def as_segment(persona: Persona) -> Segment:
    """The persona as a segment: made or brought up to its name and finding."""
    with translation.override(organisation().language):
        name = _free(called(persona)[:70], persona.segment)
    stored = segments.to_json(segments.Definition((InPersona(assignments.condition_of(persona)),)))
    if persona.segment is None:
        persona.segment = Segment.objects.create(name=name, stored=stored, made_by=persona.by)
        persona.save(update_fields=["segment"])
    elif persona.segment.name != name or persona.segment.stored != stored:
        persona.segment.name, persona.segment.stored = name, stored
        persona.segment.save()
    _follow(persona)
    return persona.segment


def _follow(persona: Persona) -> None:
    """Other segments that ask for this persona ask for it in the finding in use."""
    for segment in Segment.objects.exclude(pk=persona.segment_id or 0):
        said = segment.stored.get("conditions", [])
        theirs = [one for one in said if str(one.get("persona", "")).partition(":")[0] == str(persona.pk)]
        if any(one["persona"] != assignments.condition_of(persona) for one in theirs):
            for one in theirs:
                one["persona"] = assignments.condition_of(persona)
            segment.save()


def _free(name: str, own: Segment | None) -> str:
    """The name, with a number where another segment has it."""
    taken = set(Segment.objects.exclude(pk=own.pk if own else 0).values_list("name", flat=True))
    names = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
    return next(one for one in names if one not in taken)
