"""CloudEvents 1.0 over HTTP, as we take them and as we send them. Pure."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

CONTENT_TYPE = "application/cloudevents+json"


def unwrapped(headers: Mapping[str, str], body: Any) -> Any:
    """What a mapping sees: the envelope with its `data`. Binary mode (ce- headers) is put into the same form."""
    if not headers.get("ce-specversion") or not headers.get("ce-type"):
        return body
    said = {name.lower()[3:]: value for name, value in headers.items() if name.lower().startswith("ce-")}
    return {**said, "data": body}


def envelope(
    *, event_id: str, source: str, kind: str, at: datetime, subject: str | None, data: Mapping[str, Any]
) -> dict[str, Any]:
    """One CloudEvent in structured mode. `kind`: its type, "org.vivencia.survey.answered"."""
    it: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": kind,
        "time": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    return it | ({"subject": subject} if subject else {})


def written(event: Mapping[str, Any]) -> str:
    """As it travels, and as it is signed."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
