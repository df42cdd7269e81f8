"""Traits of an identify call, as columns of a customer and what has no column as traits."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_TEXTS: dict[str, tuple[str, ...]] = {
    "name": ("name", "fullName", "full_name"),
    "email": ("email",),
    "phone": ("phone", "phoneNumber", "phone_number"),
    "segment": ("segment", "plan"),
    "language": ("language", "locale"),
    "timezone": ("timezone", "timeZone", "time_zone"),
}
_SINCE = ("createdAt", "created_at", "customer_since")
_LONGEST = 500


def customer(person: str, traits: Mapping[str, Any], context: Mapping[str, Any], source: str) -> dict[str, Any]:
    """CUSTOMERS' columns. What cannot be what its column wants stays among the traits as it was said."""
    rest, row = dict(traits), {"customer_id": person, "source": source}
    for column, names in _TEXTS.items():
        if (text := _first(rest, names)) is not None:
            row[column] = text
    if "name" not in row and (both := _both_names(rest)):
        row["name"] = both
    if (since := _since(rest)) is not None:
        row["since"] = since
    company = rest.get("company")
    account = company.get("id") if isinstance(company, dict) else context.get("groupId")
    if isinstance(account, str | int) and not isinstance(account, bool) and str(account).strip():
        row["account_id"] = str(account).strip()
    for column, name in (("language", "locale"), ("timezone", "timezone")):
        if column not in row and isinstance(context.get(name), str) and context[name]:
            row[column] = context[name]
    return {**row, "traits": rest} if rest else row


def _first(rest: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of the traits that is a text, taken out of the rest."""
    for name in names:
        value = rest.get(name)
        if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST:
            rest.pop(name)
            return value.strip()
    return None


def _both_names(rest: dict[str, Any]) -> str:
    """First and last name; they stay among the traits, because only together they are a name."""
    spelt = (("firstName", "lastName"), ("first_name", "last_name"))
    for first, last in spelt:
        parts = [rest[name].strip() for name in (first, last) if isinstance(rest.get(name), str)]
        if any(parts):
            return " ".join(filter(None, parts))
    return ""


def _since(rest: dict[str, Any]) -> str | None:
    """A time as text, or in seconds or milliseconds since 1970."""
    for name in _SINCE:
        moment = _moment(rest.get(name))
        if moment is not None:
            rest.pop(name)
            return moment.isoformat()
    return None


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        else:
            moment = datetime.fromisoformat(value)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if 1900 <= moment.year < 2200 else None
