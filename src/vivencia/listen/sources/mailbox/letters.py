"""An e-mail as we hear it: who wrote, when, what is new in it, and which conversation it belongs to. Pure."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr, parsedate_to_datetime

from vivencia.listen.sources.mailbox.quoting import new_part, text_of_html

LONGEST_TEXT = 20_000
_IDS = re.compile(r"<[^<>\s]+>")
_MACHINE = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply)@", re.IGNORECASE)


@dataclass(frozen=True)
class Letter:
    """`thread`: the same for every message of one conversation. `by_machine`: an automatic answer or a mailing."""

    message_id: str
    sender: str
    sender_name: str
    subject: str
    text: str
    at: datetime
    thread: str
    attachments: int
    by_machine: bool


def parse(raw: bytes) -> EmailMessage:
    """The message; what is malformed in it does not fail here."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def letter(message: EmailMessage, received_at: datetime) -> Letter:
    """What a message says. `received_at`: when the server got it, for messages whose date cannot be read or be true."""
    name, address = parseaddr(_header(message, "From"))
    message_id = _first_id(_header(message, "Message-ID")) or _made_up_id(message)
    return Letter(
        message_id=message_id,
        sender=address.strip().lower(),
        sender_name=" ".join(name.split())[:200],
        subject=" ".join(_header(message, "Subject").split())[:300],
        text=_text(message)[:LONGEST_TEXT],
        at=_date(message, received_at),
        thread=hashlib.blake2b(_root(message, message_id).encode(), digest_size=9).hexdigest(),
        attachments=_attachments(message),
        by_machine=_by_machine(message, address),
    )


def _header(message: Message, name: str) -> str:
    try:
        return str(message.get(name, "") or "")
    except (ValueError, TypeError, IndexError, AttributeError, LookupError):  # the library trips over some headers
        return ""


def _first_id(text: str) -> str:
    found = _IDS.search(text)
    return found[0] if found else ""


def _made_up_id(message: EmailMessage) -> str:
    """A message without an id is known by its contents."""
    return f"<{hashlib.blake2b(message.as_bytes(policy=policy.compat32), digest_size=16).hexdigest()}@no-id>"


def _root(message: EmailMessage, own: str) -> str:
    """The message that began the conversation: the first one referred to."""
    return _first_id(_header(message, "References")) or _first_id(_header(message, "In-Reply-To")) or own


def _date(message: EmailMessage, received_at: datetime) -> datetime:
    """When it was written; when it was received where that is not told, or lies in the future."""
    try:
        written = parsedate_to_datetime(_header(message, "Date"))
        written = (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # no date, or one no calendar holds
        return received_at
    return min(written, received_at) if written.year > 1990 else received_at


def _text(message: EmailMessage) -> str:
    plain = message.get_body(("plain",))
    if plain is not None and (said := _content(plain)).strip():
        return new_part(said)
    html = message.get_body(("html",))
    return new_part(text_of_html(_content(html))) if html is not None else ""


def _content(part: EmailMessage | Message) -> str:
    """The text of a part, whatever its declared character set is worth."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return payload.decode(charset)
        except (LookupError, ValueError):  # no such set, a name that cannot be one, or bytes it does not know
            continue
    return payload.decode("latin-1")


def _attachments(message: EmailMessage) -> int:
    try:
        return sum(1 for _part in message.iter_attachments())
    except (AttributeError, KeyError, TypeError):  # of a malformed multipart
        return 0


def _by_machine(message: EmailMessage, address: str) -> bool:
    """Out-of-office notes, newsletters and notices: nobody wrote them to us."""
    automatic = _header(message, "Auto-Submitted").strip().lower()
    if automatic and automatic != "no":
        return True
    mailing = _header(message, "Precedence").strip().lower() in ("bulk", "list", "junk")
    return mailing or bool(
        _header(message, "List-Unsubscribe") or _header(message, "X-Autoreply") or _MACHINE.match(address)
    )
