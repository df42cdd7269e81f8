"""An audit entry's details as a person reads them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vivencia.foundation.models import AuditEntry, Role
from vivencia.foundation.writing import number_format

LABELS = {
    "accepted": gettext_lazy("accepted"),
    "customers": gettext_lazy("customers"),
    "duplicates": gettext_lazy("duplicates"),
    "events": gettext_lazy("events"),
    "files": gettext_lazy("files"),
    "read": gettext_lazy("read"),
    "rejected": gettext_lazy("rejected"),
    "rows": gettext_lazy("rows"),
    "format": gettext_lazy("format"),
    "preset": gettext_lazy("preset"),
    "source": gettext_lazy("source"),
    "what": gettext_lazy("what"),
}


def in_words(entry: AuditEntry, names: dict[int, str]) -> str:
    """ "María López · Analyst → Administrator", "events: 1,234"; `names` are people by number."""
    details = dict(entry.details)
    parts: list[str] = []
    if "person" in details:
        parts.append(names.get(details.pop("person"), _("somebody who has gone")))
    if "role" in details:
        parts.append(_roles(details.pop("before", None), details.pop("role")))
    parts += [f"{LABELS.get(key, key.replace('_', ' '))}: {_value(value)}" for key, value in details.items()]
    return " · ".join(parts)


def _roles(before: str | None, after: str) -> str:
    labels = {role.value: str(role.label) for role in Role}
    return " → ".join(labels.get(role, role) for role in (before, after) if role)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return number_format(value, force_grouping=True) if isinstance(value, (int, float)) else str(value)
