"""An initiative's life: made, changed, moved from stage to stage, declared, dropped. Every step is remembered."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from vivencia.foundation.models import User
from vivencia.plan.initiatives import claims
from vivencia.plan.initiatives.drafts import Draft
from vivencia.plan.initiatives.models import ChangeKind, Declaration, Initiative, InitiativeChange, Stage

FOLLOWED = (
    "title", "problem", "approach", "persona", "step_name", "gap_share", "value", "value_low", "value_high",
    "value_unit", "metric", "variant", "effect", "effect_low", "effect_high", "effect_by", "population",
    "holdout_percent", "stream", "cost_once", "cost_a_year", "effort", "length_quarters", "risk", "chance", "risk_note",
    "pilot_of_id", "owner_id", "must_do", "deadline", "starts", "ends",
)  # fmt: skip
DECLARED = (
    "metric", "variant", "population", "effect", "effect_low", "effect_high", "effect_by", "starts", "holdout_percent",
    "value", "value_low", "value_high", "value_unit",
)  # fmt: skip
NEEDED = ("metric", "effect", "effect_by", "starts")  # to be declared at all
NEXT: dict[str, tuple[Stage, ...]] = {
    Stage.IDEA: (Stage.PLANNED, Stage.DROPPED),
    Stage.PLANNED: (Stage.RUNNING, Stage.IDEA, Stage.DROPPED),
    Stage.RUNNING: (Stage.DONE, Stage.DROPPED),
    Stage.DONE: (Stage.RUNNING,),
    Stage.DROPPED: (Stage.IDEA,),
}


class NotAllowedError(Exception):
    """This cannot be done with the initiative as it stands; `code` says why, `missing` names fields."""

    def __init__(self, code: str, missing: Iterable[str] = ()) -> None:
        super().__init__(code)
        self.code, self.missing = code, tuple(missing)


def make(draft: Draft, by: User | None) -> Initiative:
    """Keep a draft and what people said that it rests on."""
    made = draft.initiative
    with transaction.atomic():
        made.made_by = by
        made.claim = claims.claim_of(made)
        made.save()
        for voice in draft.voices:
            voice.initiative = made
            voice.save()
        InitiativeChange.objects.create(initiative=made, kind=ChangeKind.MADE, by=by)
    return made


def told(initiative: Initiative) -> dict[str, Any]:
    """What is followed of an initiative, as JSON can say it."""
    kept = {name: _plain(getattr(initiative, name)) for name in FOLLOWED}
    if initiative.pk:
        kept["depends_on"] = sorted(initiative.depends_on.values_list("pk", flat=True))
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def remember(initiative: Initiative, before: dict[str, Any], by: User | None) -> bool:
    """Note what has changed since `told` said `before`; whether anything has."""
    after = told(initiative)
    changes = {name: [before.get(name), after[name]] for name in after if before.get(name) != after[name]}
    if changes:
        InitiativeChange.objects.create(initiative=initiative, kind=ChangeKind.EDITED, changes=changes, by=by)
    return bool(changes)


def move(initiative: Initiative, to: str, by: User | None, on: date) -> None:
    """To another stage. The day it begins or ends becomes its start or end. Raises NotAllowedError."""
    if to not in NEXT[initiative.stage]:
        raise NotAllowedError("stage")
    before = initiative.stage
    fields: dict[str, Any] = {"stage": to, "changed_at": timezone.now()}
    if to == Stage.RUNNING and before == Stage.PLANNED and (initiative.starts is None or initiative.starts > on):
        fields["starts"] = on
    if to == Stage.DONE:
        fields["ends"] = on
    with transaction.atomic():
        if not Initiative.objects.filter(pk=initiative.pk, stage=before).update(**fields):
            raise NotAllowedError("stage")  # somebody else was quicker
        InitiativeChange.objects.create(
            initiative=initiative, kind=ChangeKind.MOVED, changes={"stage": [before, to]}, by=by
        )
    initiative.refresh_from_db()


def missing(initiative: Initiative) -> list[str]:
    """What a declaration still needs."""
    return [name for name in NEEDED if getattr(initiative, name) in (None, "")]


def declaration(initiative: Initiative) -> Declaration | None:
    """The one in force: the newest."""
    return initiative.declarations.first()


def undeclared(initiative: Initiative) -> list[str]:
    """What of the initiative is no longer as it was declared. That it began on another day is no change of what is
    expected of it."""
    held = declaration(initiative)
    begun = initiative.stage in (Stage.RUNNING, Stage.DONE)
    names = [name for name in DECLARED if name != "starts" or not begun]
    return [name for name in names if held and getattr(held, name) != getattr(initiative, name)]


def declare(initiative: Initiative, by: User | None, on: date, reason: str = "") -> Declaration:
    """Write down what is expected, so that it can be held against what is found.

    Raises NotAllowedError: `missing` something, `same` as already declared, `reason` needed for another declaration,
    `over` where the initiative has ended.
    """
    lacking = missing(initiative)
    if lacking:
        raise NotAllowedError("missing", lacking)
    if initiative.stage in (Stage.DONE, Stage.DROPPED):
        raise NotAllowedError("over")
    held = declaration(initiative)
    if held and not undeclared(initiative):
        raise NotAllowedError("same")
    if held and not reason.strip():
        raise NotAllowedError("reason")
    late = initiative.stage == Stage.RUNNING or (initiative.starts is not None and initiative.starts < on)
    with transaction.atomic():
        kept = {name: getattr(initiative, name) for name in DECLARED}
        made = Declaration.objects.create(initiative=initiative, by=by, reason=reason.strip()[:400], late=late, **kept)
        if initiative.declared_at is None:
            initiative.declared_at = made.at
            initiative.save(update_fields=["declared_at"])
        InitiativeChange.objects.create(
            initiative=initiative, kind=ChangeKind.DECLARED, changes={"reason": [None, made.reason]}, by=by
        )
    return made


def delete(initiative: Initiative) -> None:
    """As if it had never been; only before anything was declared. Raises NotAllowedError."""
    if initiative.declared_at is not None:
        raise NotAllowedError("declared")
    initiative.delete()


def depends_in_a_circle(initiative: Initiative, wanted: Iterable[Initiative]) -> bool:
    """Whether it would have to wait for itself."""
    edges: dict[int, list[int]] = {}
    for one, other in Initiative.depends_on.through.objects.values_list("from_initiative_id", "to_initiative_id"):
        edges.setdefault(one, []).append(other)
    waiting, seen = [one.pk for one in wanted], set[int]()
    while waiting:
        pk = waiting.pop()
        if pk == initiative.pk:
            return True
        if pk not in seen:
            seen.add(pk)
            waiting += edges.get(pk, [])
    return False
