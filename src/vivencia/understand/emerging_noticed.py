"""What rose and somebody has seen, or knows: it leaves the overview, and comes back when it rises again.

A subject rises again where it was quiet for a week and stands out once more, or where its mentions grew surely beyond
what they were when it was marked. Decided whenever the worker has looked, so that pages only read it.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vivencia.foundation import audit
from vivencia.foundation.models import Act, User
from vivencia.understand import emerging
from vivencia.understand.noticed_models import Noticed
from vivencia.understand.text.emerging.again import rises_again
from vivencia.understand.text.emerging.series import DAYS, Grain
from vivencia.understand.text.personal import mask

QUIET = timedelta(days=7)  # without standing out; what stands out afterwards is a new rise
SAME_WORDS = 0.5  # of the words of two themes together, for them to be the same one
NOTE = 300


def open_ones() -> list[Noticed]:
    """What is marked now, whoever did it."""
    return list(Noticed.objects.filter(ended_at=None).select_related("by"))


def marked(one: dict[str, Any], among: Iterable[Noticed]) -> Noticed | None:
    """The mark of a subject as `emerging.look` tells it."""
    return next((each for each in among if _same(each, one)), None)


def before(one: dict[str, Any]) -> Noticed | None:
    """The last mark of a known topic or intent that counts no more, for who asks what was said of it then."""
    if one["kind"] == "theme":  # its key may have been another theme's
        return None
    ended = Noticed.objects.filter(kind=one["kind"], key=one["key"], leader=None).exclude(ended_at=None)
    return ended.select_related("by").first()


def open_alarms(grain: Grain = "week") -> list[dict[str, Any]]:
    """Of `emerging.alarms` those nobody has marked."""
    among = open_ones()
    return [one for one in emerging.alarms(grain) if marked(one, among) is None]


def mark(grain: Grain, kind: str, key: str, state: Noticed.State, note: str, by: User) -> Noticed | None:
    """Mark an alarm, and those that rose with it; None where it no longer stands out.

    Personal data in the note are masked. Marking again replaces state and note.
    """
    told = emerging.latest()
    risen = [one for one in told[grain]["subjects"] if one["alarm"]] if told else []
    first = next((one for one in risen if (one["kind"], one["key"]) == (kind, key)), None)
    if told is None or first is None:
        return None
    with_it = [one for one in risen if one["within"] == f"{kind}:{key}"]
    with transaction.atomic():
        among = open_ones()
        again = [each.pk for one in (first, *with_it) if (each := marked(one, among))]
        _end(Noticed.objects.filter(pk__in=again))
        told_of = {"state": state, "note": mask(note.strip())[:NOTE], "by": by}
        leader = Noticed.objects.create(**told_of, **_of(first, told, grain))
        Noticed.objects.bulk_create(Noticed(leader=leader, **told_of, **_of(one, told, grain)) for one in with_it)
        audit.record(Act.ALARM_NOTICED, by=by, what=state.value, subject=kind)
    return leader


def take_back(noticed: Noticed, by: User) -> bool:
    """Have it count as open again; False where it does already."""
    with transaction.atomic():
        ended = _end(Noticed.objects.filter(Q(pk=noticed.pk) | Q(leader=noticed), ended_at=None))
        if ended:
            audit.record(Act.ALARM_REOPENED, by=by, subject=noticed.kind)
    return bool(ended)


def keep_up(told: dict[str, Any] | None) -> None:
    """End the marks of what rose again, and follow themes whose key or words have changed. A second run changes
    nothing."""
    if told is None:
        return
    day = date.fromisoformat(told["at"][:10])
    for noticed in open_ones():
        seen = {grain: _found(noticed, told[grain]["subjects"]) for grain in emerging.GRAINS}
        if seen["week"] is None:  # a theme that is no more, or a topic or intent nobody mentions
            _end_theme(noticed)
            continue
        _follow(noticed, seen["week"])
        if not any(one and one["alarm"] for one in seen.values()):
            continue
        if day - noticed.last_rose > QUIET or _grew(noticed, seen["day" if noticed.grain == "day" else "week"]):
            _end(Noticed.objects.filter(pk=noticed.pk))
        elif day != noticed.last_rose:
            Noticed.objects.filter(pk=noticed.pk).update(last_rose=day)


def _of(one: dict[str, Any], told: dict[str, Any], grain: Grain) -> dict[str, Any]:
    return {
        "kind": one["kind"], "key": one["key"], "words": one["words"] if one["kind"] == "theme" else [],
        "grain": grain, "observed": one["observed"], "days": one["window"] * DAYS[grain],
        "last_rose": date.fromisoformat(told["at"][:10]),
    }  # fmt: skip


def _found(noticed: Noticed, subjects: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((one for one in subjects if _same(noticed, one)), None)


def _same(noticed: Noticed, one: dict[str, Any]) -> bool:
    """A theme is known by its words: keys are given anew when themes are founded without what an erased person said."""
    if noticed.kind != one["kind"]:
        return False
    if noticed.kind != "theme":
        return bool(noticed.key == one["key"])
    own, others = set(noticed.words), set(one["words"])
    common = len(own & others)
    return common >= SAME_WORDS * len(own | others) or (noticed.key == one["key"] and common > 0)


def _follow(noticed: Noticed, one: dict[str, Any]) -> None:
    """Words are those of the texts there are now, so nothing an erased person said outlasts the next look."""
    if noticed.kind == "theme" and (noticed.key, noticed.words) != (one["key"], one["words"]):
        Noticed.objects.filter(pk=noticed.pk).update(key=one["key"], words=one["words"])


def _end_theme(noticed: Noticed) -> None:
    if noticed.kind == "theme":
        _end(Noticed.objects.filter(pk=noticed.pk))


def _grew(noticed: Noticed, one: dict[str, Any] | None) -> bool:
    if one is None or not one["alarm"]:
        return False
    grain: Grain = "day" if noticed.grain == "day" else "week"
    return rises_again(one["observed"], one["window"] * DAYS[grain], noticed.observed, noticed.days)


def _end(marks: Any) -> int:
    """What ended keeps no customers' words."""
    ended: int = marks.filter(ended_at=None).update(ended_at=timezone.now(), words=[])
    return ended
