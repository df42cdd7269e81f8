"""Who has access: add, change a role, withdraw, restore. Never without an administrator."""

from django.db import transaction

from vivencia.foundation import audit
from vivencia.foundation.models import Act, Role, User


class LastAdministratorError(Exception):
    """The change would leave nobody who can administer."""


def add(email: str, role: str, *, by: User, first_name: str = "", last_name: str = "") -> User:
    """Somebody new, who cannot sign in until a one-time link has set a password."""
    person = User.objects.create_user(email, None, role=role, first_name=first_name, last_name=last_name)
    audit.record(Act.PERSON_ADDED, by=by, person=person.pk, role=role)
    return person


def change_role(person: User, role: str, *, by: User) -> None:
    """Raises LastAdministratorError where nobody else could administer afterwards."""
    before = person.role
    if before == role:
        return
    with transaction.atomic():
        _keep_an_administrator(person, still=role == Role.ADMINISTRATOR)
        User.objects.filter(pk=person.pk).update(role=role)
        audit.record(Act.ROLE_CHANGED, by=by, person=person.pk, before=before, role=role)
    person.role = role


def withdraw(person: User, *, by: User) -> None:
    """Ends a person's access at once: the sessions they have open end too. Raises LastAdministratorError."""
    if not person.is_active:
        return
    with transaction.atomic():
        _keep_an_administrator(person, still=False)
        User.objects.filter(pk=person.pk).update(is_active=False)
        audit.record(Act.PERSON_DEACTIVATED, by=by, person=person.pk)
    person.is_active = False


def restore(person: User, *, by: User) -> None:
    if person.is_active:
        return
    User.objects.filter(pk=person.pk).update(is_active=True)
    audit.record(Act.PERSON_REACTIVATED, by=by, person=person.pk)
    person.is_active = True


def _keep_an_administrator(person: User, *, still: bool) -> None:
    """Locks the administrators, so that two cannot demote each other at the same moment."""
    administrators = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    others = [one for one in administrators if one.pk != person.pk]
    if not others and not still:
        raise LastAdministratorError
