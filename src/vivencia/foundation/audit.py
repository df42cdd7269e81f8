"""The audit log's only door: `audit.record(Act.IMPORTED, by=user, events=12)`."""

from vivencia.foundation.models import Act, AuditEntry, User

Detail = str | int | float | bool | None


def record(act: Act, *, by: object, **details: Detail) -> AuditEntry:
    """Remember that `by` did `act`; strangers and commands count as nobody.

    `details` are counts and codes. A customer's name, address or id does not belong here, nor does a
    colleague's address: name colleagues by their number (`person=user.pk`).
    """
    return AuditEntry.objects.create(act=act, by=by if isinstance(by, User) and by.pk else None, details=details)
