"""What became of a request, told on the person's timeline: every sending, every hold and every refusal with its reason.

Each is put into the inbox in the transaction that changes the request, under an id of its own, so that it is told once.
"""

import hashlib
from datetime import datetime
from typing import Any

from django.utils import translation

from vivencia.act.outreach.facts import SOURCE
from vivencia.foundation import inbox
from vivencia.foundation.organisation import organisation
from vivencia.listen import reasons
from vivencia.listen.models import Kind, OutgoingRequest

SENT = {Kind.SURVEY: "survey sent", Kind.REMINDER: "survey reminder sent", Kind.MESSAGE: "message sent"}


def mark(request: OutgoingRequest) -> str:
    """What names the request outside: in its Message-ID and in its events' ids."""
    return hashlib.blake2b(f"{request.key}\n{request.asked_at.isoformat()}".encode(), digest_size=12).hexdigest()


def sent(request: OutgoingRequest, at: datetime) -> None:
    told = dict(request.told_as)
    properties = {**_properties(request), **(told.pop("properties", None) or {})}
    _tell(request, at, SENT[Kind(request.kind)], "sent", **{**told, "properties": properties})


def held(request: OutgoingRequest, at: datetime) -> None:
    """Told once for each reason, however often it is looked at again."""
    _tell(request, at, "message held back", f"held-{request.reason}", properties=_with_reason(request))


def refused(request: OutgoingRequest, at: datetime) -> None:
    _tell(request, at, "message not sent", "refused", properties=_with_reason(request))


def came_back(request: OutgoingRequest, at: datetime) -> None:
    _tell(request, at, "message came back", "came-back", properties=_with_reason(request))


def _tell(request: OutgoingRequest, at: datetime, name: str, what: str, **columns: Any) -> None:
    about = {"subject_kind": request.about_kind or None, "subject_id": request.about_id or None}
    event = {
        "event_id": f"outreach-{mark(request)}-{what}",
        "customer_id": request.customer_id,
        "occurred_at": at,
        "name": name,
        "channel": request.channel,
        "source": SOURCE,
        **about,
        **columns,
    }
    inbox.put([event])


def _properties(request: OutgoingRequest) -> dict[str, Any]:
    return {"kind": request.kind, "purpose": request.purpose, "asked_by": request.source}


def _with_reason(request: OutgoingRequest) -> dict[str, Any]:
    """The code for pages to translate, and the words, in the company's language, for whoever exports it."""
    with translation.override(organisation().language):
        why = reasons.say(request.reason, request.facts)
    return {**_properties(request), "reason": request.reason, "facts": request.facts, "why": why}
