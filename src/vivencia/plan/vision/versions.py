"""Versions of the vision: the one in force, saved, compared, brought back; and the draft of the guided start."""

from django.db import IntegrityError, transaction

from vivencia.foundation.models import User
from vivencia.plan.vision.document import Vision, Voice, keyed, to_json
from vivencia.plan.vision.models import VisionDraft, VisionVersion


class MovedOnError(Exception):
    """Somebody saved another version meanwhile."""


def current() -> VisionVersion | None:
    """The version in force; None where nothing has been written."""
    return VisionVersion.objects.select_related("by").first()


def brand_voice() -> Voice:
    """How the company speaks, for whoever checks a text; empty where nothing was said."""
    held = current()
    return held.vision.voice if held else Voice()


def save(vision: Vision, by: User | None, *, after: int, note: str = "", restored: int | None = None) -> VisionVersion:
    """Keep a new version. `after`: the number of the version it was written from (0: none). The same words again are no
    new version. Raises MovedOnError."""
    held = current()
    if (held.number if held else 0) != after:
        raise MovedOnError
    vision = keyed(vision)
    if held and held.vision == vision:
        return held
    try:
        with transaction.atomic():
            made = VisionVersion.objects.create(
                number=after + 1, stored=to_json(vision), note=note.strip()[:300], restored=restored, by=by
            )
            VisionDraft.objects.all().delete()
    except IntegrityError as taken:
        raise MovedOnError from taken
    return made


def restore(version: VisionVersion, by: User | None) -> VisionVersion:
    """An earlier version again, as a new one."""
    held = current()
    return save(version.vision, by, after=held.number if held else 0, restored=version.number)


def draft() -> VisionDraft | None:
    return VisionDraft.objects.select_related("by").first()


def keep_draft(vision: Vision, step: int, by: User | None) -> VisionDraft:
    """What has been answered so far, and the question to go on with."""
    held = draft() or VisionDraft()
    held.stored, held.step, held.by = to_json(keyed(vision)), step, by
    held.save()
    return held
