"""The roadmap as an iCalendar feed (RFC 5545): one all-day event an initiative, read with a secret address."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from vivencia.foundation.models import User
from vivencia.foundation.rights import Right, may
from vivencia.plan.roadmap.models import CalendarLink

LINE_OCTETS = 75


@dataclass(frozen=True)
class Event:
    """An event over whole days, both included."""

    uid: str
    title: str
    first: date
    last: date
    description: str = ""
    address: str = ""


def calendar(name: str, events: Iterable[Event], changed: datetime) -> str:
    """A VCALENDAR. `changed`: when the plan was made, so that calendars know whether an event is newer."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Vivencia//Roadmap//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for event in events:
        lines += _event(event, changed)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(event: Event, changed: datetime) -> list[str]:
    stamp = changed.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"DTSTART;VALUE=DATE:{event.first:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.last + timedelta(days=1):%Y%m%d}",  # the first day no longer in it
        f"SUMMARY:{escaped(event.title)}",
        *([f"DESCRIPTION:{escaped(event.description)}"] if event.description else []),
        *([f"URL:{event.address}"] if event.address else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line breaks escaped; other control characters left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign in "\n\t" or (sign >= " " and sign != "\x7f"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in parts of at most 75 octets, the following ones begun by a space; no character is cut in two."""
    parts, part, octets = [], "", 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > LINE_OCTETS:
            parts.append(part)
            part, octets = "", 1  # the space that begins a continuation counts
        part, octets = part + sign, octets + size
    parts.append(part)
    return "\r\n ".join(parts)


def new_link(person: User) -> str:
    """A new secret for a person's calendar; the one before no longer works. Only its digest is kept."""
    token = secrets.token_urlsafe(32)
    CalendarLink.objects.update_or_create(person=person, defaults={"digest": digest(token)})
    return token


def reader(token: str) -> User | None:
    """Whose secret this is, if they may still see plans."""
    link = CalendarLink.objects.filter(digest=digest(token)).select_related("person").first()
    return link.person if link and may(link.person, Right.SEE_FIGURES) else None


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
