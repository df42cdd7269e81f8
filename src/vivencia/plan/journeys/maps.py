"""Maps of the library: made, edited by several people at once, undone, kept as versions.

Every edit is an operation that gets the map's next number; the numbers are the order in which everybody's edits happen.
What two people write to the same field is settled by that order: the later stands, the earlier stays in the history and
is pointed out. What finds its step removed meanwhile has no effect, and is kept and pointed out too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from vivencia.foundation.models import User
from vivencia.plan.journeys import operations
from vivencia.plan.journeys.drawing import Comment, Drawing, DrawingError, Link, from_json, to_json
from vivencia.plan.journeys.models import JourneyMap, MapOperation, MapVersion, Way
from vivencia.plan.journeys.operations import (
    Add,
    Move,
    Note,
    Operation,
    Remove,
    Replace,
    Set,
    Single,
    Together,
    VoidError,
)

TRIES = 20  # at the next number, while others take theirs


class BusyError(Exception):
    """So many edits at once that this one did not get its turn; send it again."""


class _NothingLeftError(Exception):
    """There is nothing to take back."""


class NotYoursError(Exception):
    """A comment's words are its author's."""


@dataclass(frozen=True)
class Edit:
    """What a browser sends: the operation, its own token, and the newest operation it had seen."""

    token: str
    base: int
    operation: Operation


def create(drawing: Drawing, *, by: User | None, **about: Any) -> JourneyMap:
    """A new map in the library. `about`: further fields of JourneyMap. Raises DrawingError for what is no drawing."""
    stored = to_json(from_json(to_json(drawing)))
    return JourneyMap.objects.create(
        title=drawing.title, kind=drawing.kind, persona=drawing.persona, stored=stored, made_by=by, owner=by, **about
    )


def read_edit(document: object) -> Edit:
    """What a browser sent. Raises DrawingError naming what is wrong."""
    if not isinstance(document, Mapping):
        raise DrawingError("the edit", "is no object")
    token, base = document.get("token"), document.get("base")
    if not isinstance(token, str) or not 8 <= len(token) <= 64 or not token.isascii():
        raise DrawingError("token", "is missing", ["8 to 64 plain characters"])
    if isinstance(base, bool) or not isinstance(base, int) or not 0 <= base < 2**31:
        raise DrawingError("base", "is missing", ["the number of the newest operation seen"])
    operation = operations.read(document.get("operation"))
    if isinstance(operation, Replace):  # versions are brought back by their own address; this could rewrite comments
        raise DrawingError("operation.do", "is 'replace'", ["set", "note", "add", "remove", "move", "together"])
    return Edit(token, base, operation)


def edit(pk: int, given: Edit, *, by: User) -> MapOperation:
    """Do it as the map's next operation. Sent twice, it is done once.

    Raises DrawingError for a value that may not stand there (nothing is recorded), NotYoursError, BusyError, and
    JourneyMap.DoesNotExist.
    """
    already = MapOperation.objects.filter(map_id=pk, token=given.token).first()
    return already or _next(pk, lambda at, drawing: _done(at, drawing, given, by))


def undo(pk: int, token: str, *, by: User) -> MapOperation | None:
    """Take back what this person did last and has not taken back; None where there is nothing.

    What somebody else has since worked on is left alone: the undo is recorded without effect, `why` "touched".
    """
    return _reverse(pk, token, by, Way.UNDO)


def redo(pk: int, token: str, *, by: User) -> MapOperation | None:
    """Do again what this person undid last; None where there is nothing, or where they did something else since."""
    return _reverse(pk, token, by, Way.REDO)


def can(pk: int, by: User) -> dict[str, bool]:
    """Whether this person has something to undo, to redo."""
    done, undone = _stacks(pk, by)
    return {"undo": bool(done), "redo": bool(undone)}


def keep_version(the_map: JourneyMap, name: str, *, by: User) -> MapVersion:
    """The map as it is now, under a name."""
    return MapVersion.objects.create(map=the_map, name=name[:120], seq=the_map.seq, stored=the_map.stored, by=by)


def restore(version: MapVersion, token: str, *, by: User) -> MapOperation:
    """Make the map as it was in this version: an operation like any other, so it can be undone."""
    now = JourneyMap.objects.get(pk=version.map_id)
    return edit(now.pk, Edit(token, now.seq, Replace(version.drawing)), by=by)


def before(the_map: JourneyMap, seq: int) -> Drawing:
    """The map as it was after operation `seq`, worked out backwards from how it is now."""
    drawing = the_map.drawing
    later = MapOperation.objects.filter(map=the_map, seq__gt=seq, seq__lte=the_map.seq, applied=True)
    for one in later.order_by("-seq"):
        drawing = operations.apply(drawing, operations.read(one.inverse))
    return drawing


@dataclass(frozen=True)
class _At:
    """Where the map stands when an operation is about to be recorded."""

    map: JourneyMap
    seq: int
    now: datetime


def _next(pk: int, make: Any) -> Any:
    """Record what `make(at, drawing) -> (operation row, new drawing)` says under the next number, in one short write.

    A conditional UPDATE instead of a lock: whoever finds the number taken reads the map anew and tries again.
    """
    for _attempt in range(TRIES):
        the_map = JourneyMap.objects.get(pk=pk)
        at = _At(the_map, the_map.seq + 1, timezone.now())
        row, drawing = make(at, the_map.drawing)
        try:
            with transaction.atomic():
                if JourneyMap.objects.filter(pk=pk, seq=the_map.seq).update(**_state(at, drawing)):
                    row.save(force_insert=True)
                    return row
        except IntegrityError:
            twin = MapOperation.objects.filter(map_id=pk, token=row.token).first()
            if twin:
                return twin
    raise BusyError


def _state(at: _At, drawing: Drawing) -> dict[str, Any]:
    return {
        "seq": at.seq,
        "stored": to_json(drawing),
        "title": drawing.title,
        "kind": drawing.kind,
        "persona": drawing.persona,
        "changed_at": at.now,
    }


def _done(at: _At, drawing: Drawing, given: Edit, by: User) -> tuple[MapOperation, Drawing]:
    operation = _signed(drawing, given.operation, at, by)
    row = _row(at, given.token, by, operation, base=given.base, about=about(drawing, operation))
    drawing = _apply(row, drawing, operation)
    row.overwrote = _overwritten(row, operation) if row.applied else None
    return row, drawing


def _row(at: _At, token: str, by: User, operation: Operation, **more: Any) -> MapOperation:
    return MapOperation(
        map=at.map, seq=at.seq, token=token, by=by, at=at.now, document=operations.write(operation), **more
    )


def _apply(row: MapOperation, drawing: Drawing, operation: Operation) -> Drawing:
    """Apply it, and say on the row how it went and what takes it back."""
    try:
        new = operations.apply(drawing, operation)
        row.inverse = operations.write(operations.inverse(drawing, operation))
    except VoidError as void:
        row.applied, row.why = False, void.why
        return drawing
    return new


def _signed(drawing: Drawing, operation: Operation, at: _At, by: User) -> Operation:
    """A comment says who wrote it and when, whatever was sent; its words are its author's."""
    match operation:
        case Add("comment", Comment() as comment):
            return replace(operation, part=_by(comment, at, by))
        case Add(_, _, _, come) if come.comments:
            signed = tuple(_by(one, at, by) for one in come.comments)
            return replace(operation, belongings=replace(come, comments=signed))
        case Together(several):
            return Together(tuple(cast("Single", _signed(drawing, one, at, by)) for one in several))
        case Set("comment", key, "text") | Remove("comment", key):
            theirs = next((one for one in drawing.comments if one.key == key), None)
            first = MapOperation.objects.filter(
                map=at.map, way=Way.DO, document__do="add", document__of="comment", document__part__key=key
            ).first()
            if theirs and first and first.by_id != by.pk:
                raise NotYoursError
    return operation


def _by(comment: Comment, at: _At, by: User) -> Comment:
    return replace(comment, by=by.called, at=at.now.isoformat())


def _overwritten(row: MapOperation, operation: Operation) -> MapOperation | None:
    """The newest edit by somebody else, not yet seen by the sender, of a place this one writes to."""
    places = operations.touches(operation)
    unseen = MapOperation.objects.filter(map=row.map, seq__gt=row.base, seq__lt=row.seq, applied=True)
    for other in unseen.exclude(by=row.by).order_by("-seq"):
        if operations.meet(places, operations.touches(operations.read(other.document))):
            return other
    return None


def _reverse(pk: int, token: str, by: User, way: Way) -> MapOperation | None:
    already = MapOperation.objects.filter(map_id=pk, token=token).first()
    if already:
        return already

    def take_back(at: _At, drawing: Drawing) -> tuple[MapOperation, Drawing]:
        # Chosen anew at every try: of two undos at once the second takes back what came before.
        done, undone = _stacks(pk, by)
        stack = done if way == Way.UNDO else undone
        if not stack:
            raise _NothingLeftError
        return _taken_back(at, drawing, MapOperation.objects.get(pk=stack[-1]), token, by, way)

    try:
        row: MapOperation = _next(pk, take_back)
    except _NothingLeftError:
        return None
    return row


def _taken_back(
    at: _At, drawing: Drawing, last: MapOperation, token: str, by: User, way: Way
) -> tuple[MapOperation, Drawing]:
    operation = operations.read(last.inverse)
    row = _row(at, token, by, operation, base=at.map.seq, way=way, reverses=last, about=last.about)
    if _worked_on_since(last, operation, by):
        row.applied, row.why = False, "touched"
        return row, drawing
    return row, _apply(row, drawing, operation)


def _worked_on_since(last: MapOperation, operation: Operation, by: User) -> bool:
    places = operations.touches(operation) | operations.touches(operations.read(last.document))
    standing: dict[int, Any] = {}  # what they did and have not taken back themselves: that leaves nothing behind
    since = MapOperation.objects.filter(map=last.map_id, seq__gt=last.seq, applied=True).exclude(by=by).order_by("seq")
    for key, document, reverses in since.values_list("pk", "document", "reverses_id"):
        if reverses in standing:
            del standing[reverses]
        else:
            standing[key] = document
    return any(operations.meet(places, operations.touches(operations.read(one))) for one in standing.values())


def _stacks(pk: int, by: User) -> tuple[list[int], list[int]]:
    """Primary keys of what this person may undo and redo, the last one next. Read off the log: it outlives a reload."""
    done: list[int] = []
    undone: list[int] = []
    theirs = MapOperation.objects.filter(map_id=pk, by=by).order_by("seq")
    for key, way, applied, reverses in theirs.values_list("pk", "way", "applied", "reverses_id"):
        if way == Way.DO:
            if applied:
                done.append(key)
                undone.clear()
            continue
        here, there = (done, undone) if way == Way.UNDO else (undone, done)
        if reverses in here:
            here.remove(reverses)
        if applied:
            there.append(key)
    return done, undone


def about(drawing: Drawing, operation: Operation) -> str:
    """The name of what an operation is about, as it is called at that time; "" for the map itself."""
    match operation:
        case Note(cell):
            step = drawing.step(cell.step)
            return step.name if step else ""
        case Add(_of, part):
            return _called(drawing, part)
        case Together(several):
            return about(drawing, several[0]) if several else ""
        case Set("map") | Replace():
            return ""
        case Set(of, key) | Remove(of, key) | Move(of, key):
            try:
                return _called(drawing, operations.find(drawing, of, key))
            except VoidError:
                return ""


def _called(drawing: Drawing, part: operations.Part) -> str:
    if isinstance(part, Comment):
        step = drawing.step(part.step or "")
        return step.name if step else ""
    if isinstance(part, Link):
        ends = (drawing.step(part.source), drawing.step(part.target))
        return " → ".join(step.name for step in ends if step)
    return part.name
