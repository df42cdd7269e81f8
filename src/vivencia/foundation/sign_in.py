"""Signing in and out, one's own account, and the one-time link that sets a password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from vivencia.foundation import audit
from vivencia.foundation.models import Act, User
from vivencia.foundation.rights import public, signed_in

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInForm(AuthenticationForm):
    """An address is one person however it is capitalised."""

    error_messages = {
        "invalid_login": gettext_lazy("That e-mail address and password do not belong together."),
        "inactive": gettext_lazy("Access has been withdrawn. Ask an administrator."),
    }

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class SignIn(LoginView):
    template_name = "foundation/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


sign_in = public(never_cache(SignIn.as_view()))


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        audit.record(Act.SIGNED_OUT, by=request.user)
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


class NameForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("first_name", "last_name")


@signed_in
@sensitive_post_parameters()
def account(request: HttpRequest) -> HttpResponse:
    """One's own name and password."""
    user: Any = request.user
    changing_password = "old_password" in request.POST
    names = NameForm(None if changing_password else request.POST or None, instance=user)
    password = PasswordChangeForm(user, request.POST if changing_password else None)
    password.fields["old_password"].widget.attrs.pop("autofocus", None)  # the page is not only about the password
    if changing_password and password.is_valid():
        password.save()
        update_session_auth_hash(request, user)
        audit.record(Act.PASSWORD_CHANGED, by=user)
        messages.success(request, _("The password has been changed. Other sessions have been signed out."))
        return redirect("account")
    if request.method == "POST" and not changing_password and names.is_valid():
        names.save()
        messages.success(request, _("Saved."))
        return redirect("account")
    return render(request, "foundation/account.html", {"names": names, "password": password})


def one_time_link(user: User) -> str:
    """The address that lets this person set a password, once: it dies with the old password and after three days."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("set-password", args=[uid, default_token_generator.make_token(user)])


def _whose(uid: str, token: str) -> User | None:
    try:
        user = User.objects.filter(pk=int(force_str(urlsafe_base64_decode(uid))), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user and default_token_generator.check_token(user, token) else None


@public
@never_cache
@sensitive_post_parameters()
def set_password(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Where a one-time link leads: choose a password and be signed in."""
    user = _whose(uid, token)
    if user is None:
        return render(request, "foundation/link_expired.html", status=410)
    form = SetPasswordForm(user, request.POST or None)
    if form.is_valid():
        form.save()
        audit.record(Act.PASSWORD_CHANGED, by=user)
        login(request, user, backend=BACKEND)
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "foundation/set_password.html", {"form": form, "person": user})
