"""What the Sources pages show of an import."""

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from vivencia.listen import runs, wording
from vivencia.listen.models import ImportRun, State

TONES = {
    State.STAGED: "neutral",
    State.RUNNING: "brand",
    State.DONE: "brand",
    State.FAILED: "caution",
    State.UNDONE: "neutral",
}


@dataclass(frozen=True)
class Shown:
    """One import, in words."""

    run: ImportRun
    state: str
    tone: str
    kind: str
    trouble: str = ""
    has_rejects: bool = False


@dataclass(frozen=True)
class Advance:
    """How far a running import is: share 0-1 (None: not known), what it does, rate and time left."""

    share: float | None
    doing: str
    about: str
    is_interrupted: bool = False


def shown(run: ImportRun) -> Shown:
    """An import as a line of the list and the head of its page."""
    problem: dict[str, Any] = run.problem or {}
    return Shown(
        run=run,
        state=str(State(run.state).label),
        tone=TONES[State(run.state)],
        kind=gettext("Demonstration company") if run.recognised == "demo" else wording.title(run.recognised),
        trouble=wording.problem_of(problem["code"], problem["facts"]) if problem else "",
        has_rejects=runs.rejects_of(run) is not None,
    )


def advance(run: ImportRun) -> Advance:
    """How far it is, how fast it goes, and how long it will take."""
    if run.stage in ("", "waiting"):
        return Advance(None, gettext("Waiting for the worker"), gettext("It starts as soon as earlier work is done."))
    if runs.is_interrupted(run):
        return Advance(run.share, gettext("Interrupted"), "", is_interrupted=True)
    doing = {
        "reading": gettext("Reading the files"),
        "writing": gettext("Making events"),
        "storing": gettext("Storing them"),
    }.get(run.stage, run.stage)
    return Advance(run.share, doing, _speed(run))


def _speed(run: ImportRun) -> str:
    spent = (timezone.now() - run.started_at).total_seconds() if run.started_at else 0
    if spent < 1 or run.share < 0.03:
        return ""
    left = max(round(spent / run.share - spent), 1)
    time_left = (
        ngettext("about %(n)s second left", "about %(n)s seconds left", left) % {"n": left}
        if left < 90
        else ngettext("about %(n)s minute left", "about %(n)s minutes left", round(left / 60)) % {"n": round(left / 60)}
    )
    if not run.size:
        return time_left
    rate = filesizeformat(run.size * run.share / spent)
    return gettext("%(rate)s a second, %(left)s") % {"rate": rate, "left": time_left}
