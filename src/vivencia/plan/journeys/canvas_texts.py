"""What the canvas says, in the reader's language: texts travel with the page."""

from typing import Any

from django.utils.translation import gettext as _

from vivencia.plan.journeys import wording


def canvas() -> dict[str, Any]:
    return {
        "lanes": {code: str(name) for code, name in wording.LANES.items()},
        "whens": {code: str(name) for code, name in wording.WHENS.items()},
        "then": {code: str(name) for code, name in wording.THENS.items()},
        "links": {code: str(name) for code, name in wording.LINKS.items()},
        "feelings": {code: str(name) for code, name in wording.FEELINGS.items()},
        "fields": {code: str(name) for code, name in wording.FIELDS.items()},
        "why": {code: str(name) for code, name in wording.WHY.items()},
        "units": {"1": _("seconds"), "60": _("minutes"), "3600": _("hours"), "86400": _("days")},
        "short": {"1": _("s"), "60": _("min"), "3600": _("h"), "86400": _("d")},
        "tones": {
            "pain": _("falls short of what should hold"),
            "caution": _("cannot tell yet"),
            "gain": _("as it should be"),
        },
        **_tools(),
        **_panel(),
        **_events(),
    }


def _tools() -> dict[str, str]:
    return {
        "map": _(
            "Journey map: arrow keys move, Enter edits, Alt with an arrow moves what is chosen, Delete removes it"
        ),
        "addStep": _("Add a step"),
        "addBranch": _("Another way from here"),
        "drawWay": _("Drag this onto another step to draw a way there"),
        "addPhase": _("Add a phase"),
        "addLane": _("Add a lane"),
        "undo": _("Undo"),
        "redo": _("Do again"),
        "zoomIn": _("Larger"),
        "zoomOut": _("Smaller"),
        "keys": _("Keys"),
        "keysText": _(
            "Arrows: move · Enter: edit · Space: details · Alt + arrows: move a step, phase or lane · "
            "Insert or +: add a step · Shift + Insert or /: another way from here · Delete: remove · Ctrl + Z: undo · "
            "Ctrl + Shift + Z: do again"
        ),
        "saved": _("Saved"),
        "saving": _("Saving…"),
        "notSaved": _("Not saved yet; trying again"),
        "refused": _("This was not saved: %(why)s"),
        "phase": _("Phases"),
        "step": _("Steps"),
        "emptyPhase": _("No step here yet"),
        "unnamed": _("Unnamed"),
        "newStep": _("New step"),
        "newPhase": _("New phase"),
        "newLane": _("New lane"),
        "start": _("Begin with the first phase: what does the customer do first?"),
        "legend": _("Legend"),
    }


def _panel() -> dict[str, str]:
    return {
        "details": _("Details"),
        "close": _("Close"),
        "what": _("What happens"),
        "expectations": _("What should hold here"),
        "ours": _("Who and with what"),
        "ways": _("Ways from here"),
        "comments": _("Comments"),
        "say": _("Comment"),
        "sayAdd": _("Add the comment"),
        "settle": _("Settled"),
        "reopen": _("Take up again"),
        "removeComment": _("Remove"),
        "connect": _("Connect with"),
        "connectNow": _("Connect"),
        "thenLabel": _("After this step customers take"),
        "sum": _("These shares make %(sum)s, but one of these ways is always taken: they should make up a whole."),
        "livedShare": _("lived %(share)s"),
        "disconnect": _("Disconnect"),
        "choose": _("choose…"),
        "yes": _("yes"),
        "no": _("no"),
        "notSet": _("not set"),
        "comma": _("separated by commas"),
        "percent": _("%"),
        "remove": _("Remove"),
        "removePhase": _("Remove the phase and its steps"),
        "earlier": _("Earlier"),
        "later": _("Later"),
        "move": _("Move it"),
        "overlay": _("Lived against expected"),
        "moment": _("Moment that matters"),
        "laneKind": _("What the lane shows"),
    }


def _events() -> dict[str, str]:
    return {
        "added": _("Added: %(name)s"),
        "moved": _("Moved: %(name)s, now %(place)s of %(of)s in %(phase)s"),
        "removed": _("Removed: %(name)s. Undo brings it back."),
        "undone": _("Undone"),
        "redone": _("Done again"),
        "nothing": _("There is nothing to undo"),
        "nothingAgain": _("There is nothing to do again"),
        "overwrote": _("%(by)s had just changed this as well. Theirs is in the history: %(what)s"),
        "others": _("%(by)s: %(what)s"),
        "loop": _("back again"),
        "branched": _(
            "Another way from “%(name)s”. Customers take one of them; the details say whether they take all."
        ),
        "connected": _("Connected: %(source)s → %(target)s"),
        "people": _("Also here"),
        "here": _("is here"),
        "there": _("at “%(step)s”"),
        "came": _("%(name)s is here as well"),
        "went": _("%(name)s has left"),
    }
