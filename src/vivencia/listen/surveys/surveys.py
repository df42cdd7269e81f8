"""A survey's life: made from a starter, worked on as a draft, published as versions, paused, archived."""

from typing import Any

from django.db import transaction
from django.utils.text import slugify

from vivencia.foundation.models import User
from vivencia.listen.surveys.checking import Problem, problems
from vivencia.listen.surveys.models import State, Survey, Version
from vivencia.listen.surveys.questionnaire import Questionnaire, read, write

RESERVED = {"i", "r", "answer", "thanks", "widget"}
MOVES = {  # verb -> (from, to)
    "pause": ((State.LIVE,), State.PAUSED),
    "resume": ((State.PAUSED,), State.LIVE),
    "archive": ((State.DRAFT, State.LIVE, State.PAUSED), State.ARCHIVED),
    "restore": ((State.ARCHIVED,), State.PAUSED),
}


class NotReadyError(ValueError):
    """The draft cannot be published yet; `problems` says why."""

    def __init__(self, found: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(found)} problems")
        self.problems = found


def create(
    name: str, draft: Questionnaire, *, by: User | None, touchpoint: str = "", of_employees: bool = False
) -> Survey:
    return Survey.objects.create(
        name=name,
        slug=_free_slug(name),
        draft=write(draft),
        touchpoint=touchpoint,
        of_employees=of_employees,
        by=by,
    )


def _free_slug(name: str) -> str:
    base = slugify(name)[:60] or "survey"
    base = f"{base}-survey" if base in RESERVED else base
    taken = set(Survey.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def save_draft(survey: Survey, document: object) -> tuple[Problem, ...]:
    """Keep the draft as it is; returns what would keep it from being published.

    Raises ValueError, naming the place, where it is not of a questionnaire's shape.
    """
    questionnaire = read(document)
    survey.draft = write(questionnaire)
    survey.save(update_fields=["draft", "changed_at"])
    return problems(questionnaire)


@transaction.atomic
def publish(survey: Survey, *, by: User | None) -> Version:
    """Make the draft the version people answer from now on; who has begun an older one finishes that.

    Raises NotReadyError. An unchanged draft makes no new version.
    """
    locked = Survey.objects.select_for_update().get(pk=survey.pk)
    found = problems(locked.questionnaire)
    if found:
        raise NotReadyError(found)
    last = locked.versions.order_by("-number").first()
    if last is None or last.document != locked.draft:
        number = last.number + 1 if last else 1
        last = Version.objects.create(survey=locked, number=number, document=locked.draft, by=by)
    if locked.state == State.DRAFT:
        locked.state = State.LIVE
    locked.save(update_fields=["state", "changed_at"])
    return last


def move(survey: Survey, verb: str) -> bool:
    """Pause, resume, archive or restore; False where the survey is not in a state for it. KeyError: no such verb."""
    states, to = MOVES[verb]
    if verb == "restore" and not survey.versions.exists():
        to = State.DRAFT
    return bool(Survey.objects.filter(pk=survey.pk, state__in=states).update(state=to))


def changed(survey: Survey) -> bool:
    """Whether the draft differs from what people answer."""
    last = survey.versions.order_by("-number").first()
    return last is None or last.document != survey.draft


def duplicate(survey: Survey, name: str, *, by: User | None) -> Survey:
    """A new draft with the same questions."""
    return create(name, survey.questionnaire, by=by, touchpoint=survey.touchpoint, of_employees=survey.of_employees)


def difference(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What changed between two documents: (question or "", part, "added" | "removed" | "changed" | "moved")."""
    changes = [("", part, "changed") for part in ("title", "intro", "thanks", "display", "languages")
               if old.get(part) != new.get(part)]  # fmt: skip
    before = {one["key"]: one for one in old.get("questions", [])}
    after = {one["key"]: one for one in new.get("questions", [])}
    changes += [(key, "", "removed") for key in before if key not in after]
    changes += [(key, "", "added") for key in after if key not in before]
    for key in [key for key in after if key in before]:
        parts = sorted(set(before[key]) | set(after[key]))
        changes += [(key, part, "changed") for part in parts if before[key].get(part) != after[key].get(part)]
    common_before = [key for key in before if key in after]
    common_after = [key for key in after if key in before]
    if common_before != common_after:
        changes.append(("", "order", "moved"))
    return changes
