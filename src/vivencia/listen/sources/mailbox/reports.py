"""Reports about mail we sent: delivery status (RFC 3464) and complaints (RFC 5965). Pure."""

import re
from dataclasses import dataclass
from email.message import EmailMessage, Message

_ID = re.compile(r"^Message-ID\s*:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_MOST_SAID = 300


@dataclass(frozen=True)
class Report:
    """`what`: failed, delayed or complained. `message_id`: of the message it is about, empty where it does not say.

    `status`: enhanced status code such as 5.1.1; `said`: what the other server said.
    """

    what: str
    message_id: str
    address: str = ""
    status: str = ""
    said: str = ""


def reports(message: EmailMessage) -> list[Report]:
    """What a message reports, one for each recipient; empty for an ordinary message."""
    if message.get_content_type() != "multipart/report":
        return []
    kind = str(message.get_param("report-type", "")).lower()
    message_id = _original(message)
    parts = list(message.walk())
    if kind == "feedback-report" or any(part.get_content_type() == "message/feedback-report" for part in parts):
        return [Report("complained", message_id)]
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    return [one for fields in _recipients(status) if (one := _about(fields, message_id))] if status is not None else []


def _about(fields: Message, message_id: str) -> Report | None:
    what = {"failed": "failed", "delayed": "delayed"}.get(str(fields.get("Action", "")).strip().lower())
    if what is None:  # delivered, relayed, expanded: nothing came back
        return None
    said = " ".join(_after_type(str(fields.get("Diagnostic-Code", ""))).split())[:_MOST_SAID]
    status = str(fields.get("Status", "")).strip().split(" ")[0][:12]
    return Report(what, message_id, _after_type(str(fields.get("Final-Recipient", ""))).lower(), status, said)


def _recipients(status: Message) -> list[Message]:
    """The blocks of a delivery status, the first of which is about the message and not about a recipient."""
    blocks = status.get_payload()
    return (
        [block for block in blocks if isinstance(block, Message) and block.get("Action")]
        if isinstance(blocks, list)
        else []
    )


def _after_type(value: str) -> str:
    """ "rfc822; ana@correo.example" without its type."""
    return value.partition(";")[2].strip() or value.strip()


def _original(message: EmailMessage) -> str:
    """The Message-ID of what came back: from the returned message or its headers."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0) if isinstance(part.get_payload(), list) else None
            if isinstance(inner, Message) and inner.get("Message-ID"):
                return str(inner["Message-ID"]).strip()
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            found = _ID.search(payload.decode("utf-8", "replace")) if isinstance(payload, bytes) else None
            if found:
                return found[1]
    return ""
