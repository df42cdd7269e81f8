"""The track plan: what each kind of arriving call means, as a company decided it or as its name proposes.

A call is known by its `Label`: a track call by its event's name, a page or screen by its own name or by its place in
the site ("/products/*"). `Plan.meaning` never fails: what nobody has decided is proposed (`proposals`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Literal, NamedTuple

from vivencia.listen.api.protocol.proposals import propose

USUAL = ""  # take the property by its usual names
NOTHING = "-"  # take it from nowhere

TRACK, PAGE, SCREEN = "track", "page", "screen"
LONGEST_NAME = 200
FIELDS = ("amount", "currency", "promised_at", "score", "text", "subject", "employee")
Field = Literal["amount", "currency", "promised_at", "score", "text", "subject", "employee"]
NAMES: dict[str, tuple[str, ...]] = {
    "amount": ("revenue", "amount", "total", "value"),
    "currency": ("currency",),
    "promised_at": ("promised_at", "promisedAt"),
    "score": ("score", "rating"),
    "text": ("text", "comment", "comments", "feedback", "verbatim"),
    "subject": ("order_id", "orderId", "ticket_id", "ticketId", "case_id", "caseId", "subject_id", "subjectId"),
    "employee": ("employee_id", "employeeId", "employee", "agent_id", "agentId"),
}


class Label(NamedTuple):
    """How the plan knows a call."""

    kind: str  # track, page or screen
    name: str


@dataclass(frozen=True)
class Meaning:
    """What calls of one label mean.

    touchpoint: where in the journey; empty: no touchpoint. channel: empty: as the call or its source says.
    pays: whether its amount is money that changed hands: "paid", "refunded" (negative), "revenue" (only what is called
    revenue or amount), or "" (it is not: a cart's value is nobody's money yet).
    promise: the kind a call opens that says when it is promised for. fulfils: the kind that any other fulfils.
    metric, scale_max: what its score answers; empty: as the call says. subject_kind: empty: by the property's name.
    properties: field to the property it is taken from, `NOTHING`; a field that is not there goes by its usual names.
    left_out: such calls are not recorded at all.
    """

    touchpoint: str = ""
    channel: str = ""
    pays: str = ""
    promise: str = ""
    fulfils: str = ""
    metric: str = ""
    scale_max: float | None = None
    subject_kind: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    left_out: bool = False

    def names(self, wanted: Field) -> tuple[str, ...]:
        """The properties a field may be in, the first that says something holds."""
        chosen = self.properties.get(wanted, USUAL)
        if chosen == NOTHING:
            return ()
        if wanted == "amount" and not chosen and self.pays == "revenue":
            return NAMES["amount"][:2]
        return (chosen,) if chosen else NAMES[wanted]


def proposed(label: Label) -> Meaning:
    """What the name suggests."""
    said = propose(label.name if label.kind == TRACK else "", label.name)
    if label.kind != TRACK:
        return Meaning(touchpoint=said.touchpoint, channel="app" if label.kind == SCREEN else "web")
    return Meaning(
        touchpoint=said.touchpoint, channel=said.channel, pays=said.pays, promise=said.promise, fulfils=said.fulfils
    )


@dataclass(frozen=True)
class Plan:
    """All that was decided. `decided`: by label; a page's name that begins with / is a pattern for paths."""

    decided: Mapping[Label, Meaning] = field(default_factory=dict)

    def meaning(self, label: Label) -> Meaning:
        return self.decided.get(label) or proposed(label)

    @cached_property
    def _patterns(self) -> list[str]:
        """Patterns decided for pages, the most particular (longest) first."""
        paths = [label.name for label in self.decided if label.kind == PAGE and label.name.startswith("/")]
        return sorted(paths, key=lambda path: (-len(path), path))

    def label(self, call: Mapping[str, Any]) -> Label:
        """The label of a track, page or screen call. Raises ValueError where a track call names no event."""
        kind = call["type"]
        if kind == TRACK:
            return Label(TRACK, event_name(call))
        if kind == SCREEN:
            return Label(SCREEN, _own_name(call) or "screen")
        path = page_path(call)
        for pattern in self._patterns if path else ():
            if fnmatchcase(path or "", pattern):
                return Label(PAGE, pattern)
        return Label(PAGE, _own_name(call) or section(path) or "page")


def event_name(call: Mapping[str, Any]) -> str:
    """Raises ValueError."""
    name = call.get("event")
    if not isinstance(name, str) or not name.strip():
        raise ValueError("a track call needs event, the name of what happened")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"event is {len(name)} characters long; allowed: up to {LONGEST_NAME}")
    return name.strip()


def page_path(call: Mapping[str, Any]) -> str | None:
    """The page's path in its site."""
    context = call.get("context")
    page = context.get("page") if isinstance(context, dict) else None
    for place in (call.get("properties"), page):
        path = place.get("path") if isinstance(place, dict) else None
        if isinstance(path, str) and path.startswith("/"):
            return path[:2_000]
    return None


_LANGUAGE = re.compile(r"^/[a-z]{2}(?:-[A-Za-z]{2})?(?=/|$)")


def section(path: str | None) -> str | None:
    """The part of the site a path lies in: "/" itself, "/products/*" for whatever lies below, "/about" for a page."""
    if path is None:
        return None
    parts = [part for part in _LANGUAGE.sub("", path).split("/") if part]
    if not parts:
        return "/"
    first = parts[0][:80]
    return f"/{first}" if len(parts) == 1 else f"/{first}/*"


def _own_name(call: Mapping[str, Any]) -> str | None:
    properties = call.get("properties")
    inner = properties.get("name") if isinstance(properties, dict) else None
    for name in (call.get("name"), inner):
        if isinstance(name, str) and name.strip():
            return name.strip()[:LONGEST_NAME]
    return None
