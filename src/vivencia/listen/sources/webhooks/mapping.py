"""How the JSON of another system becomes events: which field of ours lies where in theirs. Pure.

A mapping is a dictionary from our fields to where their values lie: a path ("order.customer.id", "items[0].name"), or
words of our own after an equals sign ("=review written"). Our fields are EVENTS' columns and some more:

- `each`: where the list of things lies, of which each becomes an event (empty: the whole is one).
- `only_if`: a path and the value it must have ("type=review.created"); what is otherwise is passed over.
- `customer_email`, `customer_name`: by which the customer is found or made known where there is no id.
- `turns`, `turn_who`, `turn_text`, `turn_customer`: of a conversation, whose turns become the text (`sources/chats`).
- `rest`: a path to an object that becomes the event's properties.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from vivencia.listen.sources import reasons
from vivencia.listen.sources.chats.transcripts import customer_words

TEXTS: Final = (
    "event_id", "name", "customer_id", "anonymous_id", "account_id", "touchpoint", "channel", "currency", "promise",
    "metric", "text", "employee_id", "subject_kind", "subject_id",
)  # fmt: skip
TIMES: Final = ("occurred_at", "promised_at")
NUMBERS: Final = ("amount", "score", "scale_max")
PEOPLE: Final = ("customer_email", "customer_name")
TURNS: Final = ("turns", "turn_who", "turn_text", "turn_customer")
AROUND: Final = ("each", "only_if", "rest")
FIELDS: Final = (*AROUND, *TEXTS, *TIMES, *NUMBERS, *PEOPLE, *TURNS)
MOST_EVENTS: Final = 1_000
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_MILLISECONDS: Final = 100_000_000_000  # an epoch beyond it counts milliseconds


class CannotMapError(Exception):
    """The JSON lacks something an event needs, or has it in a form we cannot read: the message says which."""


@dataclass(frozen=True)
class Mapped:
    """One event, and the person it is about where they have no id: by address and name."""

    event: dict[str, Any]
    email: str = ""
    person: str = ""


def check(mapping: Mapping[str, str]) -> None:
    """Raises ValueError naming what is allowed."""
    if unknown := sorted(set(mapping) - set(FIELDS)):
        raise ValueError(f"no such field: {', '.join(unknown)}; allowed: {', '.join(FIELDS)}")
    if not mapping.get("name"):
        raise ValueError("say what happened: a path, or words after an equals sign such as =review written")


def mapped(mapping: Mapping[str, str], body: Any, message_id: str, received_at: datetime, source: str) -> list[Mapped]:
    """The events that a message tells. `message_id` makes their ids where the mapping names none."""
    items = _items(mapping, body)
    wanted = [(place, item) for place, item in enumerate(items) if _is_wanted(mapping, item)]
    return [_event(mapping, item, f"{message_id}-{place}", received_at, source) for place, item in wanted]


def at(path: str, body: Any) -> Any:
    """What lies at a path; None where nothing does.

    >>> at("order.lines[0].name", {"order": {"lines": [{"name": "olive"}]}})
    'olive'
    """
    for name, place in _STEP.findall(path):
        if name and isinstance(body, dict):
            body = body.get(name)
        elif place and isinstance(body, list) and int(place) < len(body):
            body = body[int(place)]
        else:
            return None
    return body


def paths(body: Any, before: str = "", deep: int = 5) -> list[str]:
    """Every path to a value in a sample, to choose from; lists by their first element."""
    if isinstance(body, dict) and deep:
        return [
            path
            for key, value in body.items()
            if not re.search(r"[.\[\]]", key)
            for path in paths(value, f"{before}.{key}" if before else key, deep - 1)
        ]
    if isinstance(body, list) and body and deep:
        return [before, *paths(body[0], f"{before}[0]", deep - 1)]
    return [before] if before else []


def _items(mapping: Mapping[str, str], body: Any) -> Sequence[Any]:
    where = mapping.get("each", "")
    found = at(where, body) if where else body
    items = found if isinstance(found, list) else [found]
    if where and found is None:
        raise CannotMapError(reasons.NOTHING_THERE % {"where": where})
    if len(items) > MOST_EVENTS:
        raise CannotMapError(reasons.TOO_MANY % {"count": len(items), "allowed": MOST_EVENTS})
    return items


def _is_wanted(mapping: Mapping[str, str], item: Any) -> bool:
    path, equals, wanted = mapping.get("only_if", "").partition("=")
    return not equals or _text(at(path.strip(), item)) == wanted.strip()


def _event(mapping: Mapping[str, str], item: Any, own_id: str, received_at: datetime, source: str) -> Mapped:
    event: dict[str, Any] = {"source": source}
    for name in TEXTS:
        event[name] = _text(_value(mapping, name, item))
    for name in NUMBERS:
        event[name] = _number(name, _value(mapping, name, item))
    for name in TIMES:
        event[name] = _time(name, _value(mapping, name, item))
    if not event["name"]:
        raise CannotMapError(reasons.NO_NAME % {"where": mapping.get("name", "")})
    told = event["event_id"] or own_id
    event["event_id"] = "hook-" + hashlib.blake2b(f"{source}\n{told}".encode(), digest_size=16).hexdigest()
    event["occurred_at"] = event["occurred_at"] or received_at.isoformat()
    if event["score"] is None:  # a post without stars is just what somebody said
        event["metric"] = event["scale_max"] = None
    event["properties"] = _rest(mapping, item)
    if mapping.get("turns"):
        event["text"], counted = _spoken(mapping, item)
        event["properties"] = {**(event["properties"] or {}), **counted}
    kept = {name: value for name, value in event.items() if value not in (None, "", {})}
    return Mapped(kept, _text(_value(mapping, "customer_email", item)), _text(_value(mapping, "customer_name", item)))


def _value(mapping: Mapping[str, str], name: str, item: Any) -> Any:
    where = mapping.get(name, "")
    return where[1:].strip() if where.startswith("=") else at(where, item) if where else None


def _rest(mapping: Mapping[str, str], item: Any) -> dict[str, Any]:
    where = mapping.get("rest", "")
    found = item if where == "." else at(where, item) if where else None
    return found if isinstance(found, dict) else {}


def _spoken(mapping: Mapping[str, str], item: Any) -> tuple[str, dict[str, int]]:
    turns = at(mapping["turns"], item)
    if not isinstance(turns, list):
        raise CannotMapError(reasons.NO_TURNS % {"where": mapping["turns"]})
    who, text = mapping.get("turn_who") or "who", mapping.get("turn_text") or "text"
    said = [(_text(at(who, turn)), _text(at(text, turn))) for turn in turns]
    return customer_words(said, mapping.get("turn_customer", ""))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) else json.dumps(value)
    )


def _number(name: str, value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        raise CannotMapError(reasons.NO_NUMBER % _wrong(name, value)) from None
    if number - number != 0:
        raise CannotMapError(reasons.NOT_FINITE % _wrong(name, value))
    return number


def _wrong(name: str, value: Any) -> dict[str, str]:
    return {"field": name, "value": f"{value!r:.60}"}


def _time(name: str, value: Any) -> str | None:
    """ISO 8601, or seconds or milliseconds since 1970; without a zone it is UTC."""
    if value is None or value == "":
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = None
    try:
        if seconds is not None:
            moment = datetime.fromtimestamp(seconds / 1000 if abs(seconds) > _MILLISECONDS else seconds, UTC)
        else:
            moment = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError):
        raise CannotMapError(reasons.NO_TIME % _wrong(name, value)) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
