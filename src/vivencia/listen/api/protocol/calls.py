"""One call in Segment's form, as rows of the ledger: identify, track, page, screen, group and alias.

Pure: the call, when it was received, and the track plan in; columns out. What is wrong with a call is a ValueError
that says which field and what it may be.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vivencia.foundation.arriving import Told
from vivencia.listen.api.protocol.people import customer
from vivencia.listen.api.protocol.plan import PAGE, SCREEN, TRACK, Label, Plan
from vivencia.listen.api.protocol.properties import columns

KINDS = ("identify", "track", "page", "screen", "group", "alias")
LONGEST_ID = 500
AHEAD = timedelta(days=1)  # a clock may be wrong by so much; what is dated later has not happened
NAMED = {PAGE: "page viewed", SCREEN: "screen viewed"}
ACCOUNT_DESCRIBED = "account described"
_UNIQUE = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Origin:
    """Where a call came from. `trusted`: a server's key, not one that stands in a page for everybody to read."""

    source: str
    channel: str = ""
    trusted: bool = True


def told(call: Any, received_at: datetime, origin: Origin, plan: Plan) -> Told:
    """What a call says. Raises ValueError."""
    if not isinstance(call, dict):
        raise ValueError("a call is a JSON object")
    kind = call.get("type")
    if kind not in KINDS:
        raise ValueError(f"type is {kind!r}; allowed: {', '.join(KINDS)}")
    _objects(call)
    if kind == "identify":
        return _identify(call, origin)
    if kind == "group":
        return _group(call, received_at, origin)
    if kind == "alias":
        return _alias(call, origin)
    return _lived(call, received_at, origin, plan)


def ids(call: Any) -> set[str]:
    """Every id of a person the call names."""
    if not isinstance(call, dict):
        return set()
    return {str(call[name]) for name in ("userId", "anonymousId", "previousId") if call.get(name) not in (None, "")}


def label(call: Any, plan: Plan) -> Label | None:
    """How the track plan knows the call; None where it does not."""
    if not isinstance(call, dict) or call.get("type") not in (TRACK, PAGE, SCREEN):
        return None
    try:
        return plan.label(call)
    except ValueError:
        return None


def event_id(message_id: Any, source: str) -> str:
    """The idempotency key. Raises ValueError.

    A messageId that is unlike any other in the world (it holds a UUID, as the official clients' do) is the event's,
    whichever way it comes: live, by another key, or in an exported file. Any other is unique in its source only.
    """
    own = _id("messageId", message_id)
    if own is None:
        raise ValueError("messageId is missing")
    return own if _UNIQUE.search(own) else f"{source}/{own}"


def _lived(call: dict[str, Any], received_at: datetime, origin: Origin, plan: Plan) -> Told:
    known_as = plan.label(call)
    meaning = plan.meaning(known_as)
    if meaning.left_out:
        return Told()
    kind, (user, anonymous) = call["type"], _who(call)
    context, properties = call.get("context") or {}, call.get("properties") or {}
    name = known_as.name if kind == TRACK else NAMED[kind]
    told_of = columns(properties, meaning)
    event = {
        "event_id": event_id(call.get("messageId"), origin.source),
        "customer_id": user or anonymous,
        "anonymous_id": anonymous,
        "account_id": _id("context.groupId", context.get("groupId")),
        "occurred_at": occurred_at(call, received_at).isoformat(),
        "name": name,
        "touchpoint": told_of.pop("touchpoint", None) or meaning.touchpoint,
        "channel": told_of.pop("channel", None) or meaning.channel or _channel(context, origin),
        "source": origin.source,
        **told_of,
        "properties": {**_circumstances(call, known_as), **told_of["properties"]},
    }
    return Told(events=[event])


def _identify(call: dict[str, Any], origin: Origin) -> Told:
    user, anonymous = _who(call)
    person = user or anonymous
    assert person is not None  # _who has seen to it
    people = [customer(person, call.get("traits") or {}, call.get("context") or {}, origin.source)]
    return Told(customers=people, aliases=_joined(anonymous, user, origin, "An identify call named both ids."))


def _group(call: dict[str, Any], received_at: datetime, origin: Origin) -> Told:
    account = _id("groupId", call.get("groupId"))
    if account is None:
        raise ValueError("a group call needs groupId, the account's id")
    user, anonymous = _who(call)
    event = {
        "event_id": event_id(call.get("messageId"), origin.source),
        "account_id": account,
        "occurred_at": occurred_at(call, received_at).isoformat(),
        "name": ACCOUNT_DESCRIBED,
        "source": origin.source,
        "properties": call.get("traits") or {},
    }
    belongs = {"customer_id": user or anonymous, "account_id": account, "source": origin.source}
    return Told(events=[event] if call.get("traits") else [], customers=[belongs])


def _alias(call: dict[str, Any], origin: Origin) -> Told:
    user, previous = (_id(name, call.get(name)) for name in ("userId", "previousId"))
    previous = previous or _id("anonymousId", call.get("anonymousId"))
    if user is None or previous is None:
        raise ValueError("an alias call needs userId and previousId")
    if user == previous:
        raise ValueError("userId and previousId are the same id")
    return Told(aliases=_joined(previous, user, origin, "An alias call said that both ids are one person.", call=True))


def _joined(alias: str | None, person: str | None, origin: Origin, reason: str, *, call: bool = False) -> list[Any]:
    """A first sign-in joins; on a shared device the second person does not take over what the first one did.

    Only a server may say that two ids are one person against what was said before.
    """
    if alias is None or person is None or alias == person:
        return []
    said = {"alias_id": alias, "customer_id": person, "reason": reason, "source": origin.source}
    return [said if call and origin.trusted else {**said, "unless_known": True}]


def _who(call: Mapping[str, Any]) -> tuple[str | None, str | None]:
    user, anonymous = _id("userId", call.get("userId")), _id("anonymousId", call.get("anonymousId"))
    if user is None and anonymous is None:
        raise ValueError("userId or anonymousId must be given")
    return user, anonymous


def _id(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{name} is {value!r}; it must be text")
    said = str(value).strip()
    if len(said) > LONGEST_ID:
        raise ValueError(f"{name} is {len(said)} characters long; allowed: up to {LONGEST_ID}")
    return said or None


def _objects(call: Mapping[str, Any]) -> None:
    for name in ("context", "properties", "traits"):
        if call.get(name) is not None and not isinstance(call[name], dict):
            raise ValueError(f"{name} must be a JSON object")


def occurred_at(call: Mapping[str, Any], received_at: datetime) -> datetime:
    """When it happened: as the call says, or by the sender's clock, put right by when we received what it sent when.

    Raises ValueError where a time is none, or lies ahead.
    """
    said = _time("timestamp", call)
    if said is None:
        original, sent = _time("originalTimestamp", call), _time("sentAt", call)
        said = received_at if original is None else original if sent is None else _repaired(received_at, sent, original)
    if said > received_at + AHEAD:
        raise ValueError(f"timestamp is {said.isoformat()}, which has not been yet; is the sender's clock right?")
    return said


def _repaired(received_at: datetime, sent: datetime, original: datetime) -> datetime:
    """By our clock when it happened, from how long before the sending by the sender's."""
    try:
        return received_at - (sent - original)
    except OverflowError:
        raise ValueError(f"sentAt is {sent.isoformat()}; it must be when the call was sent") from None


def _time(name: str, call: Mapping[str, Any]) -> datetime | None:
    value = call.get(name)
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} is {value!r}; it must be a time such as 2026-03-01T09:30:00Z") from None


_LIBRARIES = {
    "analytics.js": "web", "analytics-next": "web", "vivencia.js": "web", "ios": "app", "android": "app",
    "react-native": "app", "flutter": "app", "swift": "app", "kotlin": "app",
}  # fmt: skip


def _channel(context: Mapping[str, Any], origin: Origin) -> str | None:
    """As the key says it is used, else what runs the client library."""
    library = context.get("library")
    name = str(library.get("name", "")).lower() if isinstance(library, dict) else ""
    return origin.channel or next((channel for part, channel in _LIBRARIES.items() if part in name), None)


def _circumstances(call: Mapping[str, Any], known_as: Label) -> dict[str, Any]:
    """Of the context what tells something of the experience. The network address and the browser's name never do."""
    context = call.get("context") or {}
    page = context.get("page")
    said = {name: page.get(name) if isinstance(page, dict) else None for name in ("path", "referrer", "title")}
    if known_as.kind != TRACK:
        said["page"] = known_as.name
    device = context.get("device")
    campaign = context.get("campaign")
    said["device"] = device.get("type") if isinstance(device, dict) else None
    said["campaign"] = campaign.get("name") if isinstance(campaign, dict) else None
    return {name: value for name, value in said.items() if isinstance(value, str) and value}
