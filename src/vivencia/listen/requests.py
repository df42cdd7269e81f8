"""Outgoing requests: what somebody wants to say to a person, kept until the only sender (`act/outreach`) decides.

Whoever asks renders the content. The sender adds the links to unsubscribe: where the content holds
`UNSUBSCRIBE` it stands there, else below the rest.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from vivencia.listen.models import Kind, OutgoingRequest, Standing

CHANNELS: Final = ("email",)
LIFETIME: Final = timedelta(days=14)
UNSUBSCRIBE: Final = "{unsubscribe_url}"
OPEN: Final = (Standing.WAITING, Standing.HELD)
MAY_TELL: Final = frozenset(
    {"touchpoint", "metric", "account_id", "employee_id", "subject_kind", "subject_id", "properties"}
)


def ask(
    *,
    kind: str,
    purpose: str,
    customer_id: str,
    channel: str,
    address: str,
    language: str,
    subject: str,
    text: str,
    html: str = "",
    about: tuple[str, str] | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    key: str,
    source: str = "vivencia",
    told_as: Mapping[str, Any] | None = None,
) -> OutgoingRequest:
    """Ask for something to be sent to a person; asking again with the same `key` asks once, and changes nothing.

    `about`: kind and id of the order or ticket the message is about. `told_as`: columns of EVENTS for the event that
    tells of the sending (`MAY_TELL`), such as the touchpoint and metric of a survey. Without times it may go at once
    and waits `LIFETIME` at most. Raises ValueError naming what is allowed.
    """
    _allowed("kind", kind, Kind.values)
    _allowed("channel", channel, CHANNELS)
    for name, value in {"purpose": purpose, "customer_id": customer_id, "subject": subject, "text": text}.items():
        if not value.strip():
            raise ValueError(f"{name} is empty")
    if unknown := sorted(set(told_as or {}) - MAY_TELL):
        raise ValueError(f"told_as has {', '.join(unknown)}; allowed: {', '.join(sorted(MAY_TELL))}")
    begin = not_before or timezone.now()
    request, _made = OutgoingRequest.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "purpose": purpose,
            "customer_id": customer_id,
            "channel": channel,
            "address": address.strip(),
            "language": language,
            "subject": " ".join(subject.split())[:300],  # a header never has a line break
            "text": text,
            "html": html,
            "about_kind": about[0] if about else "",
            "about_id": about[1] if about else "",
            "source": source,
            "told_as": dict(told_as or {}),
            "not_before": begin,
            "next_try_at": begin,
            "expires_at": expires_at or begin + LIFETIME,
        },
    )
    return request


def cancel(key: str, reason: str = "not_needed") -> bool:
    """Take a request back that has not gone out: a reminder to who has answered. Returns whether it was in time."""
    now = timezone.now()
    still = OutgoingRequest.objects.filter(key=key, state__in=OPEN, claimed_until__isnull=True)
    return bool(still.update(state=Standing.REFUSED, reason=reason, facts={}, settled_at=now))


def _allowed(name: str, value: str, allowed: Any) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(allowed)}")
