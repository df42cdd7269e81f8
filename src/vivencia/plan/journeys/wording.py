"""Journey maps in words: names of lanes, fields and ways, what the canvas says, what somebody did."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from vivencia.foundation.vocabulary import say
from vivencia.foundation.writing import number_format
from vivencia.plan.journeys.comparing import Change
from vivencia.plan.journeys.drawing import Drawing, Expectations, Lane, Step
from vivencia.plan.journeys.models import MapOperation, Way
from vivencia.understand.journey_words import duration, share

Words = dict[str, str | Promise]

LANES: Words = {
    "touchpoint": lazy("Touchpoint"),
    "channel": lazy("Channels"),
    "goal": lazy("What the customer wants"),
    "questions": lazy("What the customer asks"),
    "emotion": lazy("How it feels"),
    "promise": lazy("What we promise"),
    "responsible": lazy("Who answers for it"),
    "systems": lazy("Systems"),
    "policies": lazy("Policies"),
    "ideas": lazy("Ideas"),
    "free": lazy("Free text"),
}
WHENS: Words = {
    "before": lazy("Before the purchase"),
    "during": lazy("During the purchase"),
    "after": lazy("After the purchase"),
}
LINKS: Words = {"next": lazy("next"), "optional": lazy("perhaps"), "loop": lazy("back again")}
THENS: Words = {"one": lazy("one of these ways"), "all": lazy("all of these ways, in any order")}
FEELINGS: Words = {
    "-1": lazy("very bad"),
    "-0.5": lazy("bad"),
    "0": lazy("neither good nor bad"),
    "0.5": lazy("good"),
    "1": lazy("very good"),
}
FIELDS: Words = {
    "name": lazy("Name"),
    "title": lazy("Title"),
    "language": lazy("Language"),
    "kind": lazy("Kind"),
    "persona": lazy("Persona"),
    "when": lazy("Part of the purchase"),
    "phase": lazy("Phase"),
    "touchpoint": lazy("Touchpoint in the data"),
    "channels": lazy("Channels"),
    "optional": lazy("Not everybody comes by here"),
    "then": lazy("After this step customers take"),
    "responsible": lazy("Responsible"),
    "team": lazy("Team"),
    "systems": lazy("Systems"),
    "policies": lazy("Policies"),
    "goal": lazy("What the customer wants"),
    "questions": lazy("What the customer asks"),
    "ideas": lazy("Ideas"),
    "expectations.waiting_seconds": lazy("Waiting time, at most"),
    "expectations.promise": lazy("Promise"),
    "expectations.promise_share": lazy("Promises kept, at least"),
    "expectations.score_metric": lazy("Metric"),
    "expectations.score": lazy("Score, at least"),
    "expectations.feeling": lazy("Feeling, at least"),
    "expectations.pass_share": lazy("Customers who come by"),
    "expectations.effort": lazy("Ease (1 to 7), at least"),
    "expectations.human_reachable": lazy("A person can be reached"),
    "share": lazy("Share"),
    "text": lazy("Text"),
    "resolved": lazy("Settled"),
}
WHY: Words = {
    "gone": lazy("It had been removed meanwhile, so this had no effect."),
    "twice": lazy("It was there already, so this had no effect."),
    "touched": lazy("Somebody else has worked on it since, so it was not taken back."),
}


def lane_text(step: Step, lane: Lane) -> str:
    """What a lane says at a step, read off the step; "" for emotion and free lanes, whose text is noted."""
    texts = {
        "touchpoint": say(step.touchpoint),
        "channel": ", ".join(say(one) for one in step.channels),
        "goal": step.goal,
        "questions": step.questions,
        "promise": promised(step.expectations),
        "responsible": " · ".join(one for one in (step.responsible, step.team) if one),
        "systems": ", ".join(step.systems),
        "policies": ", ".join(step.policies),
        "ideas": step.ideas,
    }
    return texts.get(lane.kind, "")


def promised(expected: Expectations) -> str:
    """The promise of a step in words: what, and how often it is to be kept."""
    kept = None
    if expected.promise_share is not None:
        kept = _("%(share)s kept") % {"share": share(expected.promise_share)}
    return ", ".join(one for one in (say(expected.promise), kept) if one)


def expected(expectations: Expectations) -> list[tuple[str, str]]:
    """What is expected of a step, as name and value, of what is set."""
    it = expectations
    told: list[tuple[str, str | None]] = [
        ("expectations.waiting_seconds", None if it.waiting_seconds is None else duration(it.waiting_seconds)),
        ("expectations.promise", promised(it) or None),
        ("expectations.score", _score(it)),
        ("expectations.feeling", None if it.feeling is None else feeling(it.feeling)),
        ("expectations.pass_share", None if it.pass_share is None else share(it.pass_share)),
        ("expectations.effort", None if it.effort is None else str(number_format(it.effort, 1))),
        ("expectations.human_reachable", None if it.human_reachable is None else yes_no(it.human_reachable)),
    ]
    return [(str(FIELDS[name]), value) for name, value in told if value]


def _score(it: Expectations) -> str | None:
    if it.score is None:
        return None
    return f"{say(it.score_metric)} {number_format(it.score, 1)}".strip()


def feeling(value: float) -> str:
    """A feeling from -1 to 1 as a word: the nearest of five."""
    nearest = min(FEELINGS, key=lambda one: abs(float(one) - value))
    return str(FEELINGS[nearest])


def yes_no(value: bool) -> str:
    return _("yes") if value else _("no")


def did(row: MapOperation) -> str:
    """What somebody did, as a sentence without its subject: "renamed “Pay” to “Pay in one click”"."""
    told = {Way.UNDO: _("took back: %(what)s"), Way.REDO: _("did again: %(what)s")}
    if row.way != Way.DO and row.reverses is not None:
        back = row.reverses
        while back.reverses is not None and back.way != Way.DO:
            back = back.reverses
        return told[Way(row.way)] % {"what": _done(back)}
    return _done(row)


def _done(row: MapOperation) -> str:
    it = row.document
    if it["do"] == "together":
        it = it["operations"][0]  # what the gesture is about; the rest follows from it
    do, of, names = it["do"], it.get("of", ""), {"name": row.about or _("the map")}
    if do == "set":
        return _set(it, row.about)
    if do == "note":
        return _("noted at “%(name)s”: %(text)s") % {**names, "text": _short(it["cell"]["text"]) or "…"}
    if do == "replace":
        return _("put another version in place")
    if of == "comment":
        said = it.get("part", {}).get("text", "")
        commented = _("commented on “%(name)s”: %(text)s") % {**names, "text": _short(said)}
        return commented if do == "add" else _("removed a comment on “%(name)s”") % names
    return str(_CHANGES[do, of]) % names


_CHANGES: dict[tuple[str, str], str | Promise] = {
    ("add", "step"): lazy("added the step “%(name)s”"),
    ("add", "phase"): lazy("added the phase “%(name)s”"),
    ("add", "lane"): lazy("added the lane “%(name)s”"),
    ("add", "link"): lazy("connected %(name)s"),
    ("remove", "step"): lazy("removed the step “%(name)s”"),
    ("remove", "phase"): lazy("removed the phase “%(name)s” with its steps"),
    ("remove", "lane"): lazy("removed the lane “%(name)s”"),
    ("remove", "link"): lazy("disconnected %(name)s"),
    ("move", "step"): lazy("moved the step “%(name)s”"),
    ("move", "phase"): lazy("moved the phase “%(name)s”"),
    ("move", "lane"): lazy("moved the lane “%(name)s”"),
}


def _set(it: dict[str, Any], about: str) -> str:
    names = {"name": about or _("the map"), "value": value(it["field"], it["value"])}
    if it["field"] in ("name", "title"):
        return _("renamed “%(name)s” to “%(value)s”") % names
    if it["of"] == "comment":
        return _("settled a comment on “%(name)s”") % names if it["value"] else _("took up a comment again") % names
    names["field"] = str(FIELDS.get(it["field"], it["field"]))
    if it["value"] in (None, "", []):
        return _("%(name)s: cleared “%(field)s”") % names
    return _("%(name)s: “%(field)s” is now %(value)s") % names


_SORTS: Words = {
    "phase": lazy("Phase “%(name)s”"),
    "lane": lazy("Lane “%(name)s”"),
    "step": lazy("Step “%(name)s”"),
    "link": lazy("Way %(name)s"),
}


def change(one: Change) -> dict[str, str]:
    """A difference between two states of a map: `what` it is about, `old` and `new` as pages say them."""
    named = str(_SORTS[one.of]) % {"name": one.name} if one.of in _SORTS else one.name or _("the map")
    if one.moved:
        after = _("after “%(name)s”")
        ends = [after % {"name": end} if end else _("at the beginning") for end in (one.old, one.new)]
        return {"what": named, "field": _("Where it stands"), "old": ends[0], "new": ends[1]}
    if not one.field:
        said = [_("is there") if end is not None else "–" for end in (one.old, one.new)]
        return {"what": named, "field": "", "old": said[0], "new": said[1]}
    if one.of == "note":
        ends = [feeling(end) if isinstance(end, float | int) else end or "–" for end in (one.old, one.new)]
        step = str(_SORTS["step"]) % {"name": one.name}
        return {"what": step, "field": one.field, "old": ends[0], "new": ends[1]}
    kinds = {"lived": _("As it is lived"), "target": _("As it should be")}
    of_map = (one.of, one.field) == ("map", "kind")
    ends = [str(kinds[end]) if of_map and end in kinds else value(one.field, end) for end in (one.old, one.new)]
    field = str(FIELDS.get(one.field, one.field))
    return {"what": named, "field": field, "old": ends[0], "new": ends[1]}


def value(field: str, given: Any) -> str:
    """A field's value as pages say it."""
    if given is None or given == "":
        return "–"
    if isinstance(given, bool):
        return yes_no(given)
    if isinstance(given, list):
        return ", ".join(say(str(one)) for one in given)
    if isinstance(given, int | float):
        return _number(field, float(given))
    words: dict[str, Words] = {"when": WHENS, "kind": {**LINKS, **LANES}, "then": THENS}
    return str(words.get(field, {}).get(given) or _short(say(given) if field in _STORED else given))


_STORED = ("touchpoint", "expectations.promise", "expectations.score_metric")


def _number(field: str, given: float) -> str:
    if field == "expectations.waiting_seconds":
        return duration(given)
    if field.endswith("share"):
        return share(given)
    if field == "expectations.feeling":
        return feeling(given)
    return str(number_format(given, 1))


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def counted(drawing: Drawing) -> dict[str, int]:
    return {"phases": len(drawing.phases), "steps": len(drawing.steps)}
