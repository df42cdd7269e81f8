"""Chat transcripts: the turns of one conversation become one contact, whose words are the customer's own. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from vivencia.listen.sources import reasons

CUSTOMERS: Final = frozenset(
    {"customer", "user", "visitor", "client", "contact", "guest", "end-user", "enduser", "consumer", "human", "cliente",
     "usuario", "visitante"}
)  # fmt: skip
CHAT_MAPPING: Final[Mapping[str, str]] = {
    "name": "=chat held",
    "touchpoint": "=contact",
    "channel": "=chat",
    "subject_kind": "=thread",
}
_ID = ("conversation_id", "conversation", "chat_id", "session_id", "thread_id", "id_conversacion", "conversacion")
_WHO = ("who", "role", "author", "sender", "speaker", "from", "quien", "autor", "rol")
_TEXT = ("text", "message", "body", "content", "utterance", "texto", "mensaje")
_TIME = ("at", "time", "timestamp", "created_at", "sent_at", "date", "fecha", "hora")
_CUSTOMER = ("customer_id", "user_id", "contact_id", "cliente_id", "id_cliente")
_EMAIL = ("email", "customer_email", "correo")
_AGENT = ("agent_id", "agent", "employee_id", "agente")


class NotATranscriptError(ValueError):
    """The rows lack a column that a transcript needs: the message says which, and by which names it is known."""


def customer_words(turns: Iterable[tuple[str, str]], customers: str = "") -> tuple[str, dict[str, int]]:
    """What the customer said, turn below turn, and how many turns each side had.

    `customers`: what the customer is called in the transcript, separated by commas; empty: the usual names.

    >>> customer_words([("agent", "Hello"), ("customer", "Where is my order?")])
    ('Where is my order?', {'customer_turns': 1, 'other_turns': 1})
    """
    named = {one.strip().lower() for one in customers.split(",") if one.strip()} or CUSTOMERS
    own, others = [], 0
    for who, text in turns:
        if who.strip().lower() in named:
            own.append(text.strip())
        else:
            others += 1
    return "\n".join(filter(None, own)), {"customer_turns": len(own), "other_turns": others}


def contacts(rows: Sequence[Mapping[str, Any]], source: str) -> list[dict[str, Any]]:
    """Rows of a file, one a turn in the order said, as one event a conversation with `email` beside EVENTS' columns.

    Raises NotATranscriptError.
    """
    if not rows:
        return []
    columns = {str(name).strip().lower(): str(name) for name in rows[0]}
    where = {name: _column(columns, names) for name, names in _KNOWN.items()}
    for name in ("conversation", "who", "text", "time"):
        if where[name] is None:
            names = ", ".join(_KNOWN[name])
            raise NotATranscriptError(reasons.NO_COLUMN % {"column": name, "names": names})
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(_said(row, where["conversation"]), []).append(row)
    return [_contact(key, turns, where, source) for key, turns in grouped.items() if key]


_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "conversation": _ID, "who": _WHO, "text": _TEXT, "time": _TIME, "customer": _CUSTOMER, "email": _EMAIL,
    "agent": _AGENT,
}  # fmt: skip


def _contact(key: str, turns: list[Mapping[str, Any]], where: Mapping[str, str | None], source: str) -> dict[str, Any]:
    text, counted = customer_words((_said(turn, where["who"]), _said(turn, where["text"])) for turn in turns)
    mark = hashlib.blake2b(f"{source}\n{key}".encode(), digest_size=16).hexdigest()
    event = {
        "event_id": f"chat-{mark}",
        "customer_id": _first(turns, where["customer"]),
        "email": _first(turns, where["email"]).lower(),
        "occurred_at": _said(turns[0], where["time"]),
        "name": "chat held",
        "touchpoint": "contact",
        "channel": "chat",
        "text": text,
        "employee_id": _first(turns, where["agent"]),
        "subject_kind": "thread",
        "subject_id": mark[:18],
        "source": source,
        "properties": counted,
    }
    return {name: value for name, value in event.items() if value not in ("", None)}


def _column(columns: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _said(row: Mapping[str, Any], column: str | None) -> str:
    value = row.get(column) if column else None
    return "" if value is None else str(value).strip()


def _first(turns: Iterable[Mapping[str, Any]], column: str | None) -> str:
    return next((said for turn in turns if (said := _said(turn, column))), "")
