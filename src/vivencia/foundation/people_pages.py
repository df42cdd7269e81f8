"""Settings, people: who has access and what may they do?"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from vivencia.foundation import audit, people
from vivencia.foundation.models import Act, Role, User
from vivencia.foundation.rights import RIGHTS, Right, needs
from vivencia.foundation.roles import WHAT_RIGHTS_ALLOW, WHO_ROLES_ARE_FOR
from vivencia.foundation.sign_in import one_time_link


class PersonForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("email", "first_name", "last_name", "role")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("Somebody with this address has access already."))
        return email


def _roles() -> dict[str, object]:
    """Each role with whom it is for, and each right with the roles that hold it."""
    return {
        "roles": [{"name": role.label, "for": WHO_ROLES_ARE_FOR[role]} for role in Role],
        "rights": [
            {"label": WHAT_RIGHTS_ALLOW[right], "held": [(role, right in RIGHTS[role]) for role in Role]}
            for right in Right
        ],
    }


@needs(Right.ADMINISTER)
def people_page(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        person = people.add(
            said["email"], said["role"], by=_me(request), first_name=said["first_name"], last_name=said["last_name"]
        )
        return _show_link(request, person)
    everyone = User.objects.order_by("-is_active", "first_name", "email")
    return render(request, "foundation/people.html", {"form": form, "everyone": everyone, **_roles()})


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # `needs` let nobody else in
    return request.user


@never_cache
def _show_link(request: HttpRequest, person: User) -> HttpResponse:
    """Shown once, in the answer itself: it is a secret and is kept nowhere."""
    audit.record(Act.LINK_MADE, by=request.user, person=person.pk)
    link = request.build_absolute_uri(one_time_link(person))
    return render(request, "foundation/person_link.html", {"person": person, "link": link})


@needs(Right.ADMINISTER)
def person_page(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    return render(request, "foundation/person.html", {"person": person, "choices": Role.choices, **_roles()})


@needs(Right.ADMINISTER)
@require_POST
def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    """`act`: role (with `role`), withdraw, restore or link."""
    person = get_object_or_404(User, pk=pk)
    act = request.POST.get("act", "")
    if act == "link" and person.is_active:
        return _show_link(request, person)
    try:
        _change(person, act, request.POST.get("role", ""), by=_me(request))
        messages.success(request, _("Saved."))
    except people.LastAdministratorError:
        messages.error(request, _("This is the last administrator. Make somebody else administrator first."))
    return redirect("person", pk=pk) if person != request.user else redirect("account")


def _change(person: User, act: str, role: str, *, by: User) -> None:
    if act == "role" and role in Role.values:
        people.change_role(person, role, by=by)
    elif act == "withdraw":
        people.withdraw(person, by=by)
    elif act == "restore":
        people.restore(person, by=by)
