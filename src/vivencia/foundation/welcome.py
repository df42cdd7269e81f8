"""The first two pages anybody sees: make the first administrator, then bring data in."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.auth import login, password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from vivencia.foundation import audit, first_run, organisation
from vivencia.foundation.models import Act, User
from vivencia.foundation.rights import Right, needs, public
from vivencia.foundation.sign_in import BACKEND


class WelcomeForm(forms.Form):
    """What the first administrator says; the set-up code is asked for only where it is needed."""

    company = forms.CharField(label=gettext_lazy("Company"), max_length=100, required=False)
    first_name = forms.CharField(label=gettext_lazy("Your name"), max_length=150, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least eight characters; not a common one."),
    )
    code = forms.CharField(
        label=gettext_lazy("Set-up code"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("The terminal where Vivencia was started shows it; so does the file setup_code."),
    )

    def __init__(self, data: Any, *, local: bool) -> None:
        super().__init__(data)
        if local:
            del self.fields["code"]

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, User(email=self.cleaned_data.get("email", "")))
        return password

    def clean_code(self) -> str:
        if not first_run.code_is_right(str(self.cleaned_data["code"])):
            raise forms.ValidationError(_("That is not the set-up code."))
        return ""


@public
@never_cache
@sensitive_post_parameters()
def welcome(request: HttpRequest) -> HttpResponse:
    if not first_run.pending():
        return redirect("sign-in")
    form = WelcomeForm(request.POST or None, local=first_run.is_local(request))
    if form.is_valid():
        return _begin(request, form.cleaned_data)
    return render(request, "foundation/welcome.html", {"form": form})


def _begin(request: HttpRequest, said: dict[str, Any]) -> HttpResponse:
    language = get_language() or "en"
    try:
        user = first_run.make_administrator(
            said["email"], said["password"], first_name=said["first_name"], language=language
        )
    except first_run.AlreadySetUpError:
        return redirect("sign-in")
    organisation.save(replace(organisation.organisation(), name=said["company"], language=language))
    audit.record(Act.PERSON_ADDED, by=user, person=user.pk, role=user.role)
    login(request, user, backend=BACKEND)
    return redirect("welcome-data")


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@needs(Right.IMPORT)
def data(request: HttpRequest) -> HttpResponse:
    """Where to begin: one's own files, or the demonstration company."""
    ways = {"sources": _address("source-new") or _address("sources"), "demo": _address("demo")}
    ways |= {"live": _address("live"), "surveys": _address("survey-new")}
    return render(request, "foundation/welcome_data.html", ways)
