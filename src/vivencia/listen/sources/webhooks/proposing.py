"""A first mapping for JSON nobody has mapped yet, guessed from the names of its fields. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

from vivencia.listen.sources.chats.transcripts import CHAT_MAPPING
from vivencia.listen.sources.reviews.reviews import REVIEW_MAPPING
from vivencia.listen.sources.webhooks.mapping import FIELDS, paths

# Our field -> names by which other systems call it, the most telling first. Matched against the end of a path.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "event_id": ("event_id", "message_id", "review_id", "conversation_id", "chat_id", "post_id", "id"),
    "name": ("event", "event_name", "event_type", "type", "name", "action"),
    "occurred_at": (
        "occurred_at", "time", "timestamp", "published_at", "created_at", "create_time", "created", "date", "posted_at",
        "started_at", "start_time", "updated_at",
    ),
    "customer_id": ("customer_id", "user_id", "customer.id", "user.id", "contact_id", "contact.id", "client_id"),
    "customer_email": ("customer_email", "email", "email_address", "mail"),
    "customer_name": (
        "customer_name", "author_name", "reviewer_name", "display_name", "full_name", "customer.name", "author.name",
        "reviewer.name", "user.name", "contact.name", "sender.name", "author",
    ),
    "text": ("text", "comment", "review_text", "body", "content", "review", "message", "caption", "description"),
    "score": ("rating", "score", "stars", "star_rating", "rating_value"),
    "amount": ("amount", "total", "total_price", "value", "price", "revenue"),
    "currency": ("currency", "currency_code"),
    "promised_at": ("promised_at", "estimated_delivery", "expected_at", "due_at", "eta", "due_date"),
    "channel": ("channel", "platform", "network", "site"),
    "subject_id": ("order_id", "order.id", "ticket_id", "ticket.id", "order_number", "product_id"),
    "employee_id": ("employee_id", "agent_id", "agent.id", "agent", "assignee"),
    "turns": ("turns", "messages", "transcript", "utterances"),
}  # fmt: skip
_SHAPES: Final[Mapping[str, Mapping[str, str]]] = {"events": {}, "reviews": REVIEW_MAPPING, "chats": CHAT_MAPPING}


def propose(shape: str, sample: Any) -> dict[str, str]:
    """Where our fields probably lie in a sample, for a shape of `Endpoint.Shape`."""
    given = dict(_SHAPES[shape])
    known = paths(sample)
    for field, names in _NAMES.items():
        if field in given or (field == "turns" and shape != "chats") or (field == "score" and shape == "chats"):
            continue
        if found := _named(names, known):
            given[field] = found
    if shape == "events" and "name" not in given:
        given["name"] = "=" + "event received"
    if given.get("subject_id") and "subject_kind" not in given:
        given["subject_kind"] = "=ticket" if "ticket" in given["subject_id"] else "=order"
    return {field: given[field] for field in FIELDS if given.get(field)}


def _named(names: tuple[str, ...], known: list[str]) -> str:
    """The shallowest path that ends in the most telling name."""
    for name in names:
        ends = [path for path in known if _plain(path) == name or _plain(path).endswith(f".{name}")]
        if ends and "[" not in (shallowest := min(ends, key=lambda path: (path.count("."), len(path)))):
            return shallowest
    return ""


def _plain(path: str) -> str:
    """createdAt, created-at and created_at are one."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", path).replace("-", "_").lower()
